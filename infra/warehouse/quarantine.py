"""Rows that were set aside: what waits, what was resolved, what expired.

Belongs here: the rows of ``quarantine``, the counts of ``quarantine_closed``, moving between the two and the ledger. Does not: setting rows
aside in the first place (``batches``), judging them again (``flows.intake.retry``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.bulk import insert_frame
from infra.warehouse.engine import Warehouse, reading, writing
from infra.warehouse.read import UTC_TIME
from transforms.schema import QUARANTINED

WAITING = pl.Schema(
    {
        "batch_id": pl.String,
        "source": pl.String,
        "landed_at": UTC_TIME,
        "row": pl.Int64,
        "reason": pl.String,
        "column": pl.String,
        "kind": pl.String,
    }
)
OVERVIEW = pl.Schema(
    {"source": pl.String, "reason": pl.String, "kind": pl.String, "waiting": pl.Int64, "resolved": pl.Int64, "expired": pl.Int64}
)
_CLOSED = pl.Schema({"source": pl.String, "reason": pl.String, "kind": pl.String, "outcome": pl.String, "rows": pl.Int64})


@dataclass(frozen=True)
class Resolution:
    """What a retry made of one batch's waiting rows.

    ``resolved`` are row numbers; they are counted as ``accepted``, ``merged`` or ``duplicate``, which add up to their number. ``still`` is
    ``QUARANTINED``: the rows that go on waiting, with the reason that holds now. ``first_day`` and ``last_day`` span the resolved reports.
    """

    batch_id: str
    resolved: tuple[int, ...]
    still: pl.DataFrame
    accepted: int
    merged: int
    duplicate: int
    first_day: dt.date | None
    last_day: dt.date | None


def waiting(warehouse: Warehouse) -> pl.DataFrame:
    """Every row in quarantine (``WAITING``), by landing, batch, row, reason and column."""
    b, q = tables.batches.c, tables.quarantine.c
    query = (
        sa.select(q.batch_id, b.source, b.landed_at, q.row, q.reason, q.column, q.kind)
        .where(q.district == warehouse.district, b.district == q.district, b.batch_id == q.batch_id)
        .where(b.state == "stored")
    )
    with reading(warehouse) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=WAITING, orient="row").sort("landed_at", "batch_id", "row", "reason", "column")


def overview(warehouse: Warehouse) -> pl.DataFrame:
    """Rows that wait, were resolved and expired, by source, reason and kind (``OVERVIEW``). A row counts under its first reason."""
    b, e = tables.batches.c, tables.quarantine_closed.c
    query = sa.select(b.source, e.reason, e.kind, e.outcome, e.rows)
    query = query.where(e.district == warehouse.district, b.district == e.district, b.batch_id == e.batch_id)
    with reading(warehouse) as connection:
        closed = pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=_CLOSED, orient="row")
    now = waiting(warehouse).unique(["batch_id", "row"], keep="first", maintain_order=True)
    now = now.select("source", "reason", pl.col("kind").fill_null(""), outcome=pl.lit("waiting"), rows=pl.lit(1, pl.Int64))
    counted = pl.concat([closed, now]).group_by("source", "reason", "kind")
    outcomes = {o: pl.col("rows").filter(pl.col("outcome") == o).sum() for o in ("waiting", "resolved", "expired")}
    return counted.agg(**outcomes).select([pl.col(c).cast(t) for c, t in OVERVIEW.items()]).sort("source", "reason", "kind")


def resolve(warehouse: Warehouse, resolution: Resolution) -> None:
    """Move resolved rows from quarantine into the ledger, and note what the others wait for now, in one transaction.

    Repeating it changes nothing: rows that wait no more are not counted again.

    Raises:
        ValueError: the counts do not add up to the resolved rows.
    """
    r = resolution
    if r.accepted + r.merged + r.duplicate != len(r.resolved):
        raise ValueError(f"{len(r.resolved)} resolved rows, counted as {r.accepted} + {r.merged} + {r.duplicate}")
    b, q = tables.batches.c, tables.quarantine.c
    this = (q.district == warehouse.district, q.batch_id == r.batch_id)
    with writing(warehouse) as connection:
        here = pl.DataFrame(
            [tuple(row) for row in connection.execute(sa.select(q.row, q.reason, q.column, q.kind).where(*this))],
            schema={**QUARANTINED, "kind": pl.String},
            orient="row",
        )
        gone = here.filter(pl.col("row").is_in(list(r.resolved)))
        if gone["row"].n_unique() != len(r.resolved):
            return
        _close(connection, warehouse.district, r.batch_id, "resolved", gone)
        kinds = here.select("row", "kind").unique("row")
        kept = r.still.with_columns(pl.col("column").fill_null("")).unique().join(kinds, on="row", how="inner")
        connection.execute(sa.delete(tables.quarantine).where(*this))
        keys = (pl.lit(warehouse.district).alias("district"), pl.lit(r.batch_id).alias("batch_id"))
        insert_frame(connection, tables.quarantine, kept.sort("row", "reason", "column").with_columns(*keys))
        batch = sa.and_(b.district == warehouse.district, b.batch_id == r.batch_id)
        first, last = connection.execute(sa.select(b.first_day, b.last_day).where(batch)).one()
        connection.execute(
            sa.update(tables.batches)
            .where(batch)
            .values(
                accepted=b.accepted + r.accepted,
                merged=b.merged + r.merged,
                duplicate=b.duplicate + r.duplicate,
                quarantined=b.quarantined - len(r.resolved),
                first_day=min((d for d in (first, r.first_day) if d is not None), default=None),
                last_day=max((d for d in (last, r.last_day) if d is not None), default=None),
            )
        )


def expire(warehouse: Warehouse, landed_before: dt.datetime, *, dry_run: bool) -> int:
    """Forget the rows of batches that landed before a moment, keeping their counts by reason and kind; return how many rows those are."""
    old = waiting(warehouse).filter(pl.col("landed_at") < landed_before)
    if not dry_run:
        for (batch_id,), rows in old.group_by("batch_id", maintain_order=True):
            with writing(warehouse) as connection:
                q = tables.quarantine.c
                _close(connection, warehouse.district, str(batch_id), "expired", rows)
                connection.execute(sa.delete(tables.quarantine).where(q.district == warehouse.district, q.batch_id == batch_id))
    return old.select("batch_id", "row").n_unique()


def _close(connection: sa.Connection, district: str, batch_id: str, outcome: str, rows: pl.DataFrame) -> None:
    """Add rows to the counts of what left quarantine; each row once, under its first reason."""
    first = rows.sort("row", "reason", "column").unique("row", keep="first", maintain_order=True)
    e = tables.quarantine_closed.c
    for reason, kind, count in first.group_by("reason", pl.col("kind").fill_null("")).len().sort("reason", "kind").iter_rows():
        this = (e.district == district, e.batch_id == batch_id, e.outcome == outcome, e.reason == reason, e.kind == kind)
        if not connection.execute(sa.update(tables.quarantine_closed).where(*this).values(rows=e.rows + count)).rowcount:
            values = {"district": district, "batch_id": batch_id, "outcome": outcome, "reason": reason, "kind": kind, "rows": count}
            connection.execute(sa.insert(tables.quarantine_closed).values(values))
