"""Visits outlast what happens to a home: who takes outcomes in is killed, a backup is restored, reports are erased, a file is lost."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.alerts import outcomes
from flows.alerts.outcomes import TakenIn, take_in
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.nights.replay import replay_last
from flows.repair.erasure import erase_reports
from flows.stores import Context
from flows.tell.doctor.examination import examine
from infra.accord.pair import Pair
from infra.backup.making import make
from infra.backup.restoring import restore
from infra.settings import Settings
from infra.warehouse.alerts.alerts import alerts_of
from tests.helpers.homes import opened
from tests.helpers.invented import dampness
from tests.helpers.tiny import CODE, NIGHT, Tiny, moment, reports
from transforms.alerts.types import TYPES
from transforms.worklist.visits import visits_known

DAY = dt.timedelta(days=1)
NOW = moment(NIGHT, 17)


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def lived_root(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night with a list, and alerts on two damp cells."""
    root = tmp_path_factory.mktemp("visits") / "lived"
    shutil.copytree(filled, root)
    declared = root / "districts" / CODE / "district.toml"
    declared.write_text(declared.read_text("utf-8") + "\n[worklist]\nvisits_per_day = 10\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch, opened(root, patch) as made, TYPES.including(dampness.TYPE):
        run_night(made.context, nightly_run(made.context, NIGHT, None, "first"))
    return root


def rows(context: Context) -> list[dict[str, str]]:
    damp = alerts_of(context.warehouse).filter(type="damp")["subject"].to_list()
    return [{"day": str(NIGHT), "cell": cell, "outcome": "fixed"} for cell in damp]


def told(context: Context) -> TakenIn:
    with TYPES.including(dampness.TYPE):
        return take_in(context, rows(context), NOW)


def visits(context: Context) -> pl.DataFrame:
    return visits_known(context.lake.visits(), NOW + DAY, context.lake.sequence())


def states(context: Context) -> list[str]:
    return alerts_of(context.warehouse).filter(type="damp")["state"].to_list()


def _dies_before(call: Callable[..., Any]) -> Callable[..., Any]:
    def die(*_: object, **__: object) -> None:
        raise Killed

    del call
    return die


def _dies_after(call: Callable[..., Any]) -> Callable[..., Any]:
    def die(*arguments: object, **more: object) -> None:
        call(*arguments, **more)
        raise Killed

    return die


@pytest.mark.parametrize("dies", [_dies_before, _dies_after])
@pytest.mark.parametrize(("where", "name"), [(Pair, "append"), (outcomes, "carry_out")])
def test_who_is_killed_while_outcomes_come_in_hands_the_same_table_over_again(
    lived: Tiny, monkeypatch: pytest.MonkeyPatch, where: object, name: str, dies: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(where, name, dies(getattr(where, name)))
        with pytest.raises(Killed):
            told(lived.context)
    again = told(lived.context)
    assert sum(again.new.values()) + again.known == 2
    assert states(lived.context) == ["resolved", "resolved"]
    assert visits(lived.context).filter(pl.col("outcome") == "fixed").height == 2
    assert (told(lived.context).known, told(lived.context).alerts) == (2, 0)


def test_visits_are_in_a_backup_and_what_is_restored_is_sound_and_replays(
    lived: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(lived.context)
    before = visits(lived.context)
    lived.context.stores.close()
    make(Settings(), tmp_path / "kept", NOW)
    monkeypatch.setenv("SIFANG_HOME", str(tmp_path / "elsewhere"))
    restore(Settings(), tmp_path / "kept")
    there = Tiny(lived.root)
    try:
        assert visits(there.context).equals(before)
        assert [one.identical for one in replay_last(there.context)] == [True]
        assert told(there.context).known == 2
    finally:
        there.context.stores.close()
    assert [finding for finding in examine(CODE, Settings(), deep=True) if finding.ok is False and "lake" in finding.what] == []


def test_visits_stay_where_reports_are_erased(lived: Tiny) -> None:
    told(lived.context)
    before = visits(lived.context)
    keys = lived.root / "keys.txt"
    keys.write_text("\n".join(reports("fire", dt.date(2025, 3, 1), NIGHT - DAY)["number"][:5]), "utf-8")
    assert erase_reports(lived.context, "fire", keys, "erasure", NOW, dry_run=False).versions == 5
    assert visits(lived.context).equals(before)


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_the_doctor_names_a_file_of_visits_that_is_lost_or_damaged(lived: Tiny, harm: Callable[[Path], object]) -> None:
    told(lived.context)
    lived.context.stores.close()
    file = next((lived.home / "lake" / CODE).rglob("feed=visit/**/*.parquet"))
    harm(file)
    found = [finding for finding in examine(CODE, Settings(), deep=True) if finding.ok is False]
    assert any(file.name in json.dumps(vars(finding)) for finding in found)
