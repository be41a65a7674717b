"""Rows that a clock ahead hid: they are known from the retraction on, once, and nothing else about them changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from deltalake.exceptions import CommitFailedError

from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.lake.relanding import bring_down, known_ahead
from tests.helpers.appended import KNOWN, versions

NOW = KNOWN + dt.timedelta(days=1)
AHEAD = NOW + dt.timedelta(days=365)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three batches, of which the second and third were landed by a clock a year ahead; of the third nobody says so."""
    made = Lake(str(tmp_path / "lake"))
    for number, batch in enumerate("abc"):
        rows = versions(batch, 2, first=2 * number)
        made.append(rows if batch == "a" else rows.with_columns(known_at=pl.lit(AHEAD, rows.schema["known_at"])), batch)
    return made


def held(lake: Lake) -> pl.DataFrame:
    return lake.read().sort("report_id", "recorded_seq")


def test_what_is_known_only_from_a_moment_still_to_come_is_found_by_its_batch(lake: Lake) -> None:
    found = known_ahead(lake, NOW)
    assert dict(found.rows) == {"b": 2, "c": 2}
    assert found.batches == {"b", "c"}
    assert known_ahead(lake, AHEAD).rows == {}


def test_only_the_moment_of_such_rows_changes_and_only_once(lake: Lake) -> None:
    before, sequence = held(lake), lake.sequence()
    assert bring_down(lake, ["b"], NOW, NOW, "r") == 2
    after = held(lake)
    assert after.drop("known_at").equals(before.drop("known_at"))
    assert after["known_at"].to_list() == [NOW if batch == "b" else at for batch, at in before.select("batch_id", "known_at").rows()]
    assert lake.sequence() == sequence + 1
    assert bring_down(lake, ["b"], NOW, NOW, "again") == 0
    assert lake.sequence() == sequence + 1
    # Batches enter once, whatever became of their moments.
    assert lake.append(versions("b", 2, first=2), "b") == 2


def test_another_writer_in_between_undoes_it(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = held(lake)

    def lose(*_: object, **__: object) -> int:
        raise CommitFailedError("another was first")

    monkeypatch.setattr(lake.table, "commit", lose)
    with pytest.raises(SifangError, match="nothing of this was done"):
        bring_down(lake, ["b"], NOW, NOW, "r")
    assert held(lake).equals(before)
