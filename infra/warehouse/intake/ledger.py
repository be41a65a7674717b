"""The ledger of deliveries, which always balances: delivered = accepted + merged + duplicate + quarantined + out of scope.

Belongs here: what touches a batch and its rows in quarantine at once, the balance. Does not: the statements about either alone
(``batches``, ``quarantine``).
"""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.engine import Warehouse, WarehouseError, reading, writing
from infra.warehouse.database.frames import UTC_TIME, as_frame
from infra.warehouse.intake.batches import BatchRecord, batches, count_resolved, store_batch
from infra.warehouse.intake.quarantine import close, rows_set_aside, set_aside
from transforms.reports.waiting import Resolution
from transforms.schema import QUARANTINED, require_schema

LEDGER = pl.Schema(
    {
        "batch_id": pl.String,
        "source": pl.String,
        "feed": pl.String,
        "file_name": pl.String,
        "landed_at": UTC_TIME,
        "recorded_seq": pl.Int64,
        "state": pl.String,
        "reason": pl.String,
        "first_day": pl.Date,
        "last_day": pl.Date,
        "delivered": pl.Int64,
        "accepted": pl.Int64,
        "merged": pl.Int64,
        "duplicate": pl.Int64,
        "quarantined": pl.Int64,
        "out_of_scope": pl.Int64,
        "withdrawn": pl.Int64,
    }
)

_TOLD = pl.Schema({"row": pl.Int64, "kind": pl.String, "doubts": pl.Boolean})


def ledger(warehouse: Warehouse) -> pl.DataFrame:
    """One row per batch (``LEDGER``), in the order of landing."""
    b = batches.c
    query = sa.select(*(b[name] for name in LEDGER)).where(b.district == warehouse.district).order_by(b.landed_at, b.batch_id)
    with reading(warehouse) as connection:
        return as_frame(connection.execute(query), LEDGER)


def record_batch(warehouse: Warehouse, record: BatchRecord, quarantined: pl.DataFrame, kinds: pl.DataFrame | None = None) -> None:
    """Write a batch and its quarantined rows in one transaction; repeating it leaves one of each.

    A stored batch stays stored: recording it again as landed, as a repeated run does, changes nothing.

    Args:
        warehouse: the warehouse.
        record: the batch as it stands now; it replaces what was recorded before.
        quarantined: ``QUARANTINED``; ``column`` is null where the reason concerns the row as a whole.
        kinds: ``row, kind, doubts`` with the kind of quarantined rows as far as it is known and may be kept, and whether they cast doubt on
            a report that stands.

    Raises:
        WarehouseError: the counts of a stored batch do not balance or disagree with ``quarantined``, a refused batch has no reason, or
            ``file_name`` holds a folder.
    """
    quarantined = require_schema(quarantined, QUARANTINED, "quarantined").with_columns(pl.col("column").fill_null("")).unique()
    _require_sound(record, quarantined)
    with writing(warehouse) as connection:
        if store_batch(connection, record):
            told = pl.DataFrame(schema=_TOLD) if kinds is None else kinds.select(list(_TOLD))
            named = quarantined.join(told, on="row", how="left")
            set_aside(connection, record.district, record.batch_id, named)


def resolve(warehouse: Warehouse, resolution: Resolution) -> None:
    """Move resolved rows from quarantine into the ledger, and note what the others wait for now, in one transaction.

    Repeating it changes nothing: rows that wait no more are not counted again.

    Raises:
        ValueError: the counts do not add up to the resolved rows.
    """
    r = resolution
    if r.accepted + r.merged + r.duplicate != len(r.resolved):
        raise ValueError(f"{len(r.resolved)} resolved rows, counted as {r.accepted} + {r.merged} + {r.duplicate}")
    with writing(warehouse) as connection:
        here = rows_set_aside(connection, warehouse.district, r.batch_id)
        gone = here.filter(pl.col("row").is_in(list(r.resolved)))
        if gone["row"].n_unique() != len(r.resolved):
            return
        close(connection, warehouse.district, r.batch_id, "resolved", gone)
        kinds = here.select("row", "kind", "doubts").unique("row")
        kept = r.still.with_columns(pl.col("column").fill_null("")).unique().join(kinds, on="row", how="inner")
        set_aside(connection, warehouse.district, r.batch_id, kept)
        count_resolved(connection, warehouse.district, r)


def _require_sound(record: BatchRecord, quarantined: pl.DataFrame) -> None:
    if "/" in record.file_name or "\\" in record.file_name:
        raise WarehouseError(f"Batch {record.batch_id}: a file name without folders is recorded, never a path.")
    if record.state == "refused" and record.reason is None:
        raise WarehouseError(f"Batch {record.batch_id} is refused without a reason.")
    if record.state != "stored":
        return
    parts = {name: getattr(record, name) for name in ("accepted", "merged", "duplicate", "quarantined", "out_of_scope")}
    if record.delivered != sum(parts.values()):
        shown = " + ".join(f"{name} {count}" for name, count in parts.items())
        raise WarehouseError(f"The ledger of batch {record.batch_id} does not balance: delivered {record.delivered}, but {shown}.")
    if record.quarantined != quarantined["row"].n_unique():
        raise WarehouseError(
            f"Batch {record.batch_id} counts {record.quarantined} quarantined rows and lists {quarantined['row'].n_unique()}."
        )
