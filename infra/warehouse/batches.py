"""The ledger of deliveries: every batch, what became of its rows, and which rows were set aside and why.

Belongs here: recording batches and their quarantined rows, the balance. Does not: the rows themselves (``infra.landing.landing``,
``infra.lake.lake``), the reasons (``transforms.words.reasons``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.bulk import insert_frame
from infra.warehouse.engine import Warehouse, WarehouseError, reading, writing
from infra.warehouse.read import UTC_TIME
from transforms.schema import QUARANTINED, require_schema

LEDGER = pl.Schema(
    {
        "batch_id": pl.String,
        "source": pl.String,
        "feed": pl.String,
        "content_sha256": pl.String,
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
    }
)


@dataclass(frozen=True)
class BatchRecord:
    """One delivered file. ``file_name`` is the base name only; ``reason`` is the stop code of a refused batch.

    ``recorded_seq`` is the lake commit that took the batch, None before. Counts are rows; for a stored batch they balance:
    delivered = accepted + merged + duplicate + quarantined + out_of_scope.
    """

    district: str
    batch_id: str
    source: str
    feed: str
    content_sha256: str
    file_name: str
    landed_at: dt.datetime
    state: Literal["landed", "refused", "stored"]
    recorded_seq: int | None = None
    reason: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    delivered: int = 0
    accepted: int = 0
    merged: int = 0
    duplicate: int = 0
    quarantined: int = 0
    out_of_scope: int = 0
    warnings: Sequence[Any] = ()
    district_version: str = ""
    checked: Mapping[str, Any] = field(default_factory=dict)


def known_batches(warehouse: Warehouse, district_version: str) -> set[str]:
    """The batches that are done with: stored, or refused under this very version of the warehouse.district.

    One that merely landed is not among them, so that it is completed; nor one that was refused before the folder was mended.
    """
    b = tables.batches.c
    done = sa.or_(b.state == "stored", sa.and_(b.state == "refused", b.district_version == district_version))
    with reading(warehouse) as connection:
        return set(connection.scalars(sa.select(b.batch_id).where(b.district == warehouse.district, done)))


def record_batch(warehouse: Warehouse, record: BatchRecord, quarantined: pl.DataFrame, kinds: pl.DataFrame | None = None) -> None:
    """Write a batch and its quarantined rows in one transaction; repeating it leaves one of each.

    A stored batch stays stored: recording it again as landed, as a repeated run does, changes nothing.

    Args:
        warehouse: the warehouse.
        record: the batch as it stands now; it replaces what was recorded before.
        quarantined: ``QUARANTINED``; ``column`` is null where the reason concerns the row as a whole.
        kinds: ``row, kind`` with the kind of quarantined rows as far as it is known and may be kept.

    Raises:
        WarehouseError: the counts of a stored batch do not balance or disagree with ``quarantined``, a refused batch has no reason, or
            ``file_name`` holds a folder.
    """
    quarantined = require_schema(quarantined, QUARANTINED, "quarantined").with_columns(pl.col("column").fill_null("")).unique()
    _require_sound(record, quarantined)
    values = {**vars(record), "warnings": list(record.warnings), "checked": dict(record.checked)}
    b, q = tables.batches.c, tables.quarantine.c
    this = (b.district == record.district, b.batch_id == record.batch_id)
    with writing(warehouse) as connection:
        state = connection.scalar(sa.select(b.state).where(*this))
        if state == "stored" and record.state == "landed":
            return
        connection.execute(sa.delete(tables.quarantine).where(q.district == record.district, q.batch_id == record.batch_id))
        if state is None:
            connection.execute(sa.insert(tables.batches).values(values))
        else:
            connection.execute(sa.update(tables.batches).where(*this).values(values))
        keys = (pl.lit(record.district).alias("district"), pl.lit(record.batch_id).alias("batch_id"))
        named = quarantined if kinds is None else quarantined.join(kinds.select("row", "kind"), on="row", how="left")
        insert_frame(connection, tables.quarantine, named.sort("row", "reason", "column").with_columns(*keys))


def checked_before(warehouse: Warehouse, source: str, *, limit: int = 60) -> list[Mapping[str, Any]]:
    """What the checks said of a source's newest stored batches, oldest first: the history that the next batch is compared with."""
    b = tables.batches.c
    query = (
        sa.select(b.checked)
        .where(b.district == warehouse.district, b.source == source, b.state == "stored")
        .order_by(b.landed_at.desc(), b.last_day.desc(), b.batch_id.desc())
        .limit(limit)
    )
    with reading(warehouse) as connection:
        return [dict(row or {}) for row in reversed(list(connection.scalars(query)))]


def newest_batches(warehouse: Warehouse, source: str, limit: int) -> list[Mapping[str, Any]]:
    """The newest batches of a source, refused ones included, oldest first; ``checked`` and all other columns."""
    b = tables.batches.c
    query = sa.select(tables.batches).where(b.district == warehouse.district, b.source == source)
    query = query.order_by(b.landed_at.desc(), b.last_day.desc(), b.batch_id.desc()).limit(limit)
    with reading(warehouse) as connection:
        return [dict(row._mapping) for row in reversed(connection.execute(query).all())]


def ledger(warehouse: Warehouse) -> pl.DataFrame:
    """One row per batch (``LEDGER``), in the order of landing."""
    b = tables.batches.c
    query = sa.select(*(b[name] for name in LEDGER)).where(b.district == warehouse.district).order_by(b.landed_at, b.batch_id)
    with reading(warehouse) as connection:
        return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=LEDGER, orient="row")


def ledger_versions(warehouse: Warehouse, source: str) -> list[tuple[str, str]]:
    """Every stored batch of a source with the version of the warehouse.district it was taken in under."""
    b = tables.batches.c
    stored = (b.district == warehouse.district, b.source == source, b.state == "stored")
    with reading(warehouse) as connection:
        return [(batch, version) for batch, version in connection.execute(sa.select(b.batch_id, b.district_version).where(*stored))]


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
