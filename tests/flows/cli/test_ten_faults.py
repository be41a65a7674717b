"""Ten faults planted in one home: each stands on the one screen of `status` by name, with what to do, what is wrong before what is not."""

from __future__ import annotations

import shutil
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from infra import clock
from infra.warehouse import tables
from infra.warehouse.database.engine import connect
from tests.helpers import tiny
from tests.helpers.command import Sifang
from tests.helpers.homes import opened
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment

# What is planted, and the words by which a person finds it.
NAMED = {
    "a full disk": "disk: 64 MiB free",
    "missed nights": "nights not run, 2025-06-",
    "a run that failed": "last run: night 2025-06-20 failed: DiskFullError",
    "a refused file": "files: 1 file refused",
    "alerts over their clock, and no sweep": "past their time. sifang alerts sweep",
    "messages that wait": "not delivered, the oldest of night 2025-06-09. sifang alerts messages",
    "a page that is owed": "docs of night 2025-06-09: not made, tried 2 times: the disk was full",
    "a silent source": "source order: 8 of the last 14 days did not come",
    "a year without its working days": "working days: which working days are moved to weekends in",
    "no backup": "backup: none was made of this home",
}
WRONG = list(NAMED)[:7]
# A screen of a terminal, with lines that wrap.
SCREEN = 50


def test_each_of_ten_faults_is_named_on_one_screen(rained: Tiny, sifang: Sifang, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(rained.root, monkeypatch) as home:
        plant(home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=64 << 20))
    monkeypatch.setenv("COLUMNS", "400")
    said = sifang("status", "-d", CODE)
    assert said.err == ""
    lines = said.out.splitlines()
    assert len(lines) < SCREEN
    found = {name: next((n for n, line in enumerate(lines) if word in line), None) for name, word in NAMED.items()}
    assert [name for name, line in found.items() if line is None] == [], said.out
    notes = [line for name, line in found.items() if name not in WRONG and line is not None]
    assert all(line is not None and line < min(notes) for name, line in found.items() if name in WRONG)


def test_a_warehouse_of_another_version_is_named_in_a_sentence(rained: Tiny, sifang: Sifang) -> None:
    change(rained, sa.text("UPDATE alembic_version SET version_num = '0027'"))
    said = sifang("status", "-d", CODE)
    assert said.code == 1
    assert "The warehouse is at revision 0027" in said.err
    assert "sifang db upgrade" in said.err


def plant(home: Tiny) -> None:
    """Everything at once: files, a silent source, the books, a district that is not invented."""
    later = NIGHT + timedelta(days=11)
    days = (NIGHT, later - timedelta(days=1))
    tiny.deliver_days(home.inbox, *days, sources=("fire", "stability"))
    home.ingest(moment(later))
    run_night(home.context, nightly_run(home.context, later, None, "second"))
    tiny.deliver(home.inbox, "order", tiny.reports("order", *days).drop("happened"), "broken")
    ingest(home.context, clock.now())
    home.context.stores.close()
    alerts, runs, owed = (tables.metadata.tables[name] for name in ("alerts", "runs", "owed"))
    now = clock.now()
    owes = {"district": CODE, "product": "docs", "night": NIGHT, "said": "the disk was full", "since": now, "tried_at": now, "tries": 2}
    change(
        home,
        sa.update(alerts).values(next_due_at=now - timedelta(days=3)),
        sa.update(runs).where(runs.c.run_id == "second").values(status="failed", error="DiskFullError", finished_at=now),
        sa.insert(owed).values(owes),
    )
    declaration = home.root / "districts" / CODE / "district.toml"
    declaration.write_text(declaration.read_text("utf-8").replace("synthetic = true\n", ""), "utf-8")


def change(home: Tiny, *statements: Any) -> None:
    engine = connect(home.context.settings.warehouse)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()
