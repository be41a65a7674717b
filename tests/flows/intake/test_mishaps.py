"""What goes wrong outside: clocks, files, disks. Each has a plain outcome, the ledger balances, and the next run repairs itself."""

from __future__ import annotations

import datetime as dt
import errno
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import open_context
from infra.errors import SifangError, StoreError
from infra.settings import Settings
from infra.warehouse.database.engine import WarehouseError
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.intake.quarantine import quarantine_counts
from infra.warehouse.nights.runs import runs_of
from tests.helpers import tiny
from tests.helpers.keys import OTHER_KEY
from tests.helpers.one_night import as_of
from tests.helpers.tiny import NIGHT, Tiny, deliver, moment, reports

DAY = dt.timedelta(days=1)
LATER = NIGHT + 3 * DAY


def _counts(district: Tiny) -> dict[str, int]:
    """The ledger's sums; it must balance batch by batch."""
    rows = ledger(district.context.warehouse)
    stored = rows.filter(pl.col("state") == "stored")
    parts = ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")
    assert (stored["delivered"] == stored.select(pl.sum_horizontal(parts)).to_series()).all()
    return {c: int(stored[c].sum()) for c in ("delivered", *parts)}


def _one(district: Tiny, rows: pl.DataFrame, at: dt.datetime, name: str = "new") -> dict[str, int]:
    """Take in one more file; what it added to the ledger."""
    before = _counts(district)
    deliver(district.inbox, "order", rows, name)
    ingest(district.context, at)
    return {c: n - before[c] for c, n in _counts(district).items()}


def _reasons(district: Tiny) -> dict[str, int]:
    found = quarantine_counts(district.context.warehouse)
    return dict(found.group_by("reason").agg(pl.col("rows").sum()).iter_rows())


@pytest.mark.parametrize(
    ("column", "shift", "reason"),
    [
        pytest.param("released", dt.timedelta(days=-4), "time_order", id="known before it happened"),
        pytest.param("closed", dt.timedelta(days=-30), "time_order", id="closed before it happened"),
        pytest.param("happened", dt.timedelta(days=800), "time_out_of_range", id="in the future"),
    ],
)
def test_a_clock_that_is_wrong_sets_its_rows_aside(district: Tiny, column: str, shift: dt.timedelta, reason: str) -> None:
    rows = reports("order", NIGHT, NIGHT + DAY)
    form = "%Y-%m-%d %H:%M:%S"
    wrong = rows.with_row_index().with_columns(
        pl.when(pl.col("index") < 5)
        .then((pl.col(column).str.to_datetime(form) + shift).dt.strftime(form))
        .otherwise(pl.col(column))
        .alias(column)
    )
    added = _one(district, wrong.drop("index"), moment(LATER))
    assert (added["quarantined"], added["accepted"]) == (5, len(rows) - 5)
    assert _reasons(district) == {reason: 5}


def test_versions_out_of_order_end_in_the_newest(district: Tiny) -> None:
    rows = reports("order", NIGHT, NIGHT).head(1)
    form = "%Y-%m-%d %H:%M:%S"
    newer = rows.with_columns(
        kind=pl.lit("assault"), released=(pl.col("released").str.to_datetime(form) + dt.timedelta(hours=5)).dt.strftime(form)
    )
    assert _one(district, newer, moment(LATER), "newer")["accepted"] == 1
    assert _one(district, rows.with_columns(kind=pl.lit("theft")), moment(LATER), "older")["accepted"] == 1
    versions = district.context.read_lake().versions
    two = versions.filter(pl.col("report_id").is_duplicated()).sort("known_at")
    assert two["kind"].to_list() == ["theft", "assault"]
    assert two["recorded_seq"].is_sorted(descending=True)


def test_a_row_that_says_unfounded_takes_its_report_back(district: Tiny) -> None:
    file = district.root / "districts" / tiny.CODE / "district.toml"
    text = file.read_text("utf-8")
    head, order = text.split('code = "order"', 1)
    order = order.replace('key = ["number"]', 'key = ["number"]\nwithdrawn = [{ column = "count", equals = "-1" }]', 1)
    file.write_text(f'{head}code = "order"{order}', "utf-8")
    rows = reports("order", NIGHT, NIGHT).head(3)
    form = "%Y-%m-%d %H:%M:%S"
    later = (pl.col("released").str.to_datetime(form) + dt.timedelta(hours=5)).dt.strftime(form)
    other = open_context(tiny.CODE, Settings())
    try:
        deliver(district.inbox, "order", rows.with_columns(count=pl.lit("1")), "counted")
        assert [r.accepted for r in ingest(other, moment(LATER))] == [3]
        deliver(district.inbox, "order", rows.head(1).with_columns(later.alias("released"), count=pl.lit("-1")), "unfounded")
        assert [r.accepted for r in ingest(other, moment(LATER))] == [1]
        sequence, versions, _ = other.read_lake()
        seen = as_of(versions, moment(LATER), sequence, moment(LATER, 0), other.district.released).filter(pl.col("occurred_on") >= NIGHT)
        assert len(seen) == 2
    finally:
        other.stores.close()


def test_a_file_replaced_in_place_adds_only_what_is_new_in_it(district: Tiny) -> None:
    rows = reports("order", NIGHT, NIGHT + DAY)
    assert _one(district, rows.head(10), moment(LATER))["accepted"] == 10
    again = _one(district, rows, moment(LATER))
    assert (again["duplicate"], again["accepted"]) == (10, len(rows) - 10)


def test_a_half_written_file_loses_nothing_once_it_is_whole(district: Tiny) -> None:
    rows = reports("order", NIGHT, NIGHT + DAY)
    file = deliver(district.inbox, "order", rows, "new")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    before = _counts(district)
    ingest(district.context, moment(LATER))
    file.write_bytes(whole)
    ingest(district.context, moment(LATER))
    versions = district.context.read_lake().versions
    expected = rows.select(day=pl.col("happened").str.to_datetime("%Y-%m-%d %H:%M:%S").dt.date())["day"].sort()
    held = versions.filter((pl.col("source") == "order") & (pl.col("occurred_on") >= NIGHT)).unique("report_id")
    assert held["report_id"].n_unique() == len(rows)
    assert held["occurred_on"].sort().to_list() == expected.to_list()
    assert _counts(district)["delivered"] > before["delivered"]


def test_a_lost_lake_file_stops_with_a_remedy_and_computes_nothing_from_the_rest(district: Tiny) -> None:
    lake = Path(district.context.settings.lake(tiny.CODE))
    next(iter(lake.rglob("*.parquet"))).unlink()
    run = nightly_run(district.context, NIGHT, None, "broken")
    with pytest.raises(SifangError, match="lost or damaged a file"):
        run_night(district.context, run)
    failed = runs_of(district.context.warehouse, 1).to_dicts()[0]
    assert (failed["status"], failed["error"]) == ("failed", "StoreError: damaged")


def test_a_truncated_lake_file_stops_as_well(district: Tiny) -> None:
    lake = Path(district.context.settings.lake(tiny.CODE))
    file = max(lake.rglob("*.parquet"), key=lambda f: f.stat().st_size)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(SifangError, match="lost or damaged a file"):
        run_night(district.context, nightly_run(district.context, NIGHT, None, "broken"))


def test_a_full_disk_while_landing_leaves_no_half_file_and_the_next_run_takes_the_batch(
    district: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = reports("order", NIGHT, NIGHT + DAY)
    deliver(district.inbox, "order", rows, "new")
    write = pl.DataFrame.write_parquet

    def full(self: pl.DataFrame, file: Any, **how: Any) -> None:
        Path(file).write_bytes(b"PAR1 and then nothing")
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(StoreError, match="lies on a disk that is full"):
        ingest(district.context, moment(LATER))
    landing = district.context.settings.landing(tiny.CODE)
    assert [f for f in landing.rglob("*") if f.is_file() and f.stat().st_size < 100] == []
    monkeypatch.setattr(pl.DataFrame, "write_parquet", write)
    before = _counts(district)
    ingest(district.context, moment(LATER))
    assert _counts(district)["accepted"] - before["accepted"] == len(rows)


def test_a_read_only_warehouse_says_so_and_takes_nothing_in(district: Tiny) -> None:
    deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "new")
    before = _counts(district)

    def refuse(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    sa.event.listen(district.context.warehouse.engine, "checkout", refuse)
    with pytest.raises(WarehouseError, match="readonly"):
        ingest(district.context, moment(LATER))
    sa.event.remove(district.context.warehouse.engine, "checkout", refuse)
    assert _counts(district) == before


def test_a_changed_key_stops_before_anything_is_taken_in(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(district.inbox, "order", reports("order", NIGHT, NIGHT), "new")
    monkeypatch.setenv("SIFANG_KEY", OTHER_KEY)
    other = open_context(tiny.CODE, Settings())
    try:
        with pytest.raises(SifangError, match="was filled under the key"):
            ingest(other, moment(LATER))
    finally:
        other.stores.close()


def test_a_redrawn_grid_is_refused_with_the_ways_forward(district: Tiny) -> None:
    run_night(district.context, nightly_run(district.context, NIGHT, None, "first"))
    file = district.root / "districts" / tiny.CODE / "district.toml"
    file.write_text(file.read_text("utf-8").replace("size_m = 500", "size_m = 600"), "utf-8")
    other = open_context(tiny.CODE, Settings())
    try:
        with pytest.raises(SifangError, match="put the former grid back, or give the district another code"):
            run_night(other, nightly_run(other, NIGHT, None, "second"))
        with pytest.raises(SifangError, match="grid of tiny is not the one"):
            ingest(other, moment(LATER))
    finally:
        other.stores.close()
