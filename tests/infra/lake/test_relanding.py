"""Rows that a clock ahead hid: they are known from the retraction on, once, and nothing else about them changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from deltalake.exceptions import CommitFailedError

from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.lake.relanding import bring_down, landed_ahead, orders_of
from tests.helpers.appended import KNOWN, versions
from transforms.reports.delivery import order_key

NOW = KNOWN + dt.timedelta(days=1)
AHEAD = NOW + dt.timedelta(days=365)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three batches, of which the second and third were landed by a clock a year ahead; of the third nobody says so."""
    made = Lake(str(tmp_path / "lake"))
    for number, batch in enumerate("abc"):
        rows, landed = versions(batch, 2, first=2 * number), KNOWN if batch == "a" else AHEAD
        known_at = pl.col("known_at") if batch == "a" else pl.lit(AHEAD, rows.schema["known_at"])
        made.append(rows.with_columns(known_at=known_at, order_key=pl.lit(order_key(landed, number))), batch)
    return made


def held(lake: Lake) -> pl.DataFrame:
    return lake.read().sort("report_id", "recorded_seq")


def test_what_is_known_only_from_a_moment_still_to_come_is_found_by_its_batch(lake: Lake) -> None:
    found = landed_ahead(lake, NOW)
    assert dict(found.hidden) == {"b": 2, "c": 2}
    assert found.batches == {"b", "c"}
    assert landed_ahead(lake, AHEAD + dt.timedelta(seconds=1)).batches == set()


def test_only_the_moment_of_such_rows_changes_and_only_once(lake: Lake) -> None:
    before, sequence = held(lake), lake.sequence()
    assert bring_down(lake, ["b"], NOW, NOW, "r") == 2
    after = held(lake)
    assert after.drop("known_at", "order_key").equals(before.drop("known_at", "order_key"))
    assert after["known_at"].to_list() == [NOW if batch == "b" else at for batch, at in before.select("batch_id", "known_at").rows()]
    assert lake.sequence() == sequence + 1
    assert bring_down(lake, ["b"], NOW, NOW, "again") == 0
    assert lake.sequence() == sequence + 1
    # Batches enter once, whatever became of their moments.
    assert lake.append(versions("b", 2, first=2), "b") == 2


def test_deliveries_keep_their_order_and_are_overruled_by_what_comes_after_them(lake: Lake) -> None:
    # Rows that a column says were released long ago are not hidden; their delivery counts as made next year all the same.
    rows = versions("d", 2, first=6).with_columns(known_at=pl.lit(KNOWN), order_key=pl.lit(order_key(AHEAD, 9)))
    lake.append(rows, "d")
    assert dict(landed_ahead(lake, NOW).hidden) == {"b": 2, "c": 2, "d": 0}
    assert bring_down(lake, ["b", "c", "d"], NOW, NOW, "r") == 4
    orders = orders_of(lake, ["a", "b", "c", "d", "e"])
    assert orders == {"a": order_key(KNOWN, 0), "b": order_key(NOW, 0), "c": order_key(NOW, 1), "d": order_key(NOW, 2)}
    assert max(orders.values()) < order_key(NOW + dt.timedelta(seconds=1), 0)


def test_another_writer_in_between_undoes_it(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = held(lake)

    def lose(*_: object, **__: object) -> int:
        raise CommitFailedError("another was first")

    monkeypatch.setattr(lake.table, "commit", lose)
    with pytest.raises(SifangError, match="nothing of this was done"):
        bring_down(lake, ["b"], NOW, NOW, "r")
    assert held(lake).equals(before)
