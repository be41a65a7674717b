from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from infra import clock
from infra.sources.connectors import cuts, retries
from tests.helpers import tiny
from tests.helpers.far.server import serving
from tests.helpers.far.socrata import Portal
from tests.helpers.live_city import COLUMNS, FIRST, Truth, at, stands, take, write_city

DAYS = 30


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PATIENCE", retries.Patience(4, 0.01, 1.0))
    monkeypatch.setattr(cuts, "ROWS", 300)
    monkeypatch.setenv("SIFANG_KEY", tiny.KEY)


def settle(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIFANG_HOME", str(root / "home"))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(root / "districts"))


def asked(portal: Portal, more: str = "") -> str:
    return f'from = {{ kind = "socrata", url = "{portal.url}", allow_local = true, page_rows = 100, overlap_hours = 24 }}\n{more}'


@pytest.mark.parametrize("content", ["changes", "whole"])
def test_thirty_days_of_asking_are_thirty_days_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    portal, truth, inbox = Portal(COLUMNS, cap=100), Truth(), tmp_path / "inbox"
    inbox.mkdir()
    days = [FIRST + dt.timedelta(days=n) for n in range(DAYS)]
    most = 0
    with serving(portal.far):
        write_city(tmp_path / "live" / "districts", asked(portal, f'content = "{content}"'))
        write_city(tmp_path / "files" / "districts", f'files = ["{inbox}/*.csv"]\ncontent = "whole"')
        for day in days:
            portal.clock = at(day) - dt.timedelta(hours=2)
            new, edited, deleted = truth.day(day, deleting=content == "whole")
            portal.put(new)
            for row in edited:
                portal.edit("number", str(row["number"]), status=row["status"])
            for number in deleted:
                portal.delete("number", number)
            pl.DataFrame(list(truth.rows.values())).write_csv(inbox / f"{day:%F}.csv")
            monkeypatch.setattr(clock, "now", lambda day=day: at(day))
            before = len(portal.far.asked)
            settle(tmp_path / "live", monkeypatch)
            assert {r.state for r in take(at(day))} == {"stored"}
            most = max(most, len(portal.far.asked) - before)
            settle(tmp_path / "files", monkeypatch)
            assert {r.state for r in take(at(day))} == {"stored"}
        by_file = stands()
        settle(tmp_path / "live", monkeypatch)
        by_asking = stands()
    assert by_asking.equals(by_file)
    assert len(by_asking) == len(truth.rows)
    # Two days' changes fit into one or two pages; everything takes two questions a page.
    assert most <= (8 if content == "changes" else 3 + 2 * (len(truth.rows) // 100 + 1))
