"""The ledger: one row per batch however often it is recorded, and it balances."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.database.engine import Warehouse, WarehouseError
from infra.warehouse.intake.batches import BatchRecord, measured_before, newest_batches, stored_batches
from infra.warehouse.intake.ledger import ledger, record_batch
from infra.warehouse.intake.quarantine import quarantine_counts
from transforms.reports.checked import Checked, Notice
from transforms.reports.measures import Measures
from transforms.schema import QUARANTINED
from transforms.schema.told import Found

LANDED = dt.datetime(2024, 6, 3, 4, 0, tzinfo=dt.UTC)
ROWS = pl.DataFrame(
    [(3, "time_missing", "occurred_at"), (3, "time_missing", "reported_at"), (5, "personal_value", None)], schema=QUARANTINED, orient="row"
)


def record(**changes: Any) -> BatchRecord:
    values: dict[str, Any] = {
        "district": "weibin",
        "batch_id": "b1",
        "source": "fire_119",
        "feed": "fire_hazard",
        "file_name": "火警 2024-06-02.csv",
        "landed_at": LANDED,
        "state": "stored",
        "recorded_seq": 4,
        "first_day": dt.date(2024, 6, 1),
        "last_day": dt.date(2024, 6, 2),
        "delivered": 20,
        "accepted": 10,
        "merged": 3,
        "duplicate": 4,
        "quarantined": 2,
        "out_of_scope": 1,
        "warnings": (Notice("column_undeclared", "1 column"),),
    }
    return BatchRecord(**values | changes)


def counted(warehouse: Warehouse) -> tuple[int, int]:
    with warehouse.engine.connect() as connection:
        counts = [connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in (tables.batches, tables.quarantine)]
    return counts[0] or 0, counts[1] or 0


def test_a_batch_is_recorded_once_however_often_it_is_repeated(warehouse: Warehouse) -> None:
    landed = record(state="landed", recorded_seq=None, accepted=0, merged=0, duplicate=0, quarantined=0, out_of_scope=0)
    record_batch(warehouse, landed, ROWS.clear())
    assert stored_batches(warehouse) == set()
    for _ in range(2):
        record_batch(warehouse, record(), ROWS)
    record_batch(warehouse, landed, ROWS.clear())  # what a repeated run does first
    assert counted(warehouse) == (1, 3)
    assert stored_batches(warehouse) == {"b1"}
    assert stored_batches(Warehouse(warehouse.engine, "another")) == set()
    found = ledger(warehouse).to_dicts()
    assert found == [
        {k: v for k, v in vars(record()).items() if k not in {"district", "order_key", "warnings", "district_version", "checked"}}
    ]


def test_quarantine_counts_rows_per_source_and_reason(warehouse: Warehouse) -> None:
    record_batch(warehouse, record(), ROWS)
    record_batch(
        warehouse, record(batch_id="b2", state="refused", reason="quarantine_share", landed_at=LANDED + dt.timedelta(days=1)), ROWS[2:]
    )
    assert stored_batches(warehouse) == {"b1"}
    assert quarantine_counts(warehouse, None).rows() == [("fire_119", "personal_value", 2), ("fire_119", "time_missing", 1)]
    assert quarantine_counts(warehouse, ["b2"]).rows() == [("fire_119", "personal_value", 1)]
    assert quarantine_counts(Warehouse(warehouse.engine, "another"), None).is_empty()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accepted": 11}, "does not balance: delivered 20, but accepted 11 "),
        ({"quarantined": 3, "accepted": 9}, "counts 3 quarantined rows and lists 2"),
        ({"file_name": "/home/me/fire.csv"}, "never a path"),
        ({"file_name": "C:\\me\\fire.csv"}, "never a path"),
        ({"state": "refused"}, "refused without a reason"),
    ],
)
def test_an_unsound_record_is_refused(warehouse: Warehouse, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(WarehouseError, match=message):
        record_batch(warehouse, record(**changes), ROWS)
    assert counted(warehouse) == (0, 0)


def test_the_database_itself_refuses_an_unbalanced_ledger(warehouse: Warehouse) -> None:
    values = {**vars(record(accepted=11)), "warnings": [], "checked": None}
    with warehouse.engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="ledger_balances"):
        connection.execute(sa.insert(tables.batches).values(values))


def test_an_error_between_batch_and_quarantine_leaves_neither(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def strike(*_: object) -> int:
        raise RuntimeError("power cut")

    monkeypatch.setattr("infra.warehouse.intake.quarantine.insert_frame", strike)
    with pytest.raises(RuntimeError, match="power cut"):
        record_batch(warehouse, record(), ROWS)
    assert counted(warehouse) == (0, 0)


MEASURES = Measures(
    rows=20, days=1.9, lag_days=0.4, weekday=1, missing={"department": 1}, distinct={"kind": 3}, kinds={"fire": 20}, hours={"3": 20},
    timed=20, midnight=0, month_start=0, points=19, pile=2, cells={"E001N001": 19},
)  # fmt: skip


def test_what_was_checked_and_measured_is_read_back_as_it_was(warehouse: Warehouse) -> None:
    checked = Checked(67, (Found("department_missing", "department", 3), Found("point_pile", "lon", 20, 0.1)), MEASURES)
    stored = record(checked=checked)
    record_batch(warehouse, stored, ROWS)
    refused = record(batch_id="b2", state="refused", reason="file_encoding", landed_at=LANDED + dt.timedelta(days=1), checked=Checked())
    record_batch(warehouse, refused, ROWS.clear())
    assert newest_batches(warehouse, "fire_119", 5) == [stored, refused]
    assert measured_before(warehouse, "fire_119") == [MEASURES]


@pytest.mark.parametrize(
    "kept",
    [
        None,
        {},
        {"checks": 4, "found": []},
        {"checks": 4, "found": [{"reason": "a_reason_that_is_no_more", "column": None, "rows": 2, "measured": None}]},
    ],
)
def test_what_an_earlier_version_kept_of_a_batch_is_still_read(warehouse: Warehouse, kept: object) -> None:
    record_batch(warehouse, record(), ROWS)
    with warehouse.engine.begin() as connection:
        connection.execute(sa.update(tables.batches).values(checked=kept))
    (found,) = newest_batches(warehouse, "fire_119", 5)
    assert found.checked.checks == (kept or {}).get("checks", 0)  # type: ignore[attr-defined]
    assert measured_before(warehouse, "fire_119") == []
