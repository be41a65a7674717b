"""Rows that were set aside: what waits, what was resolved, what expired.

Belongs here: the rows of ``quarantine``, the counts of ``quarantine_closed``, moving from one to the other. Does not: what also moves the
counts of a batch (``ledger``), judging rows again (``flows.intake.retry``), the reasons (``transforms.words.reasons``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.frames import UTC_TIME, as_frame
from infra.warehouse.intake.batches import batches
from transforms.schema import QUARANTINED

# `column` is empty where the reason concerns the row as a whole: a key cannot hold a null.
quarantine = sa.Table(
    "quarantine",
    metadata,
    key("district"),
    key("batch_id"),
    key("row", sa.BigInteger),
    key("reason"),
    key("column"),
    # A code of the district's codelist; null where the kind could not be read, or is a sensitive one.
    may("kind"),
    # Whether it is about a report that stands, which it would correct if it could be read.
    may("doubts", sa.Boolean),
    sa.ForeignKeyConstraint(["district", "batch_id"], ["batches.district", "batches.batch_id"]),
)

# What became of rows that wait in quarantine no more, as counts.
quarantine_closed = sa.Table(
    "quarantine_closed",
    metadata,
    key("district"),
    key("batch_id"),
    key("outcome"),
    key("reason"),
    key("kind"),
    must("rows", sa.BigInteger),
    sa.ForeignKeyConstraint(["district", "batch_id"], ["batches.district", "batches.batch_id"]),
    sa.CheckConstraint("outcome IN ('resolved', 'expired')", name="outcome"),
)

QUARANTINE_COUNTS = pl.Schema({"source": pl.String, "reason": pl.String, "rows": pl.Int64})

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
_SET_ASIDE = pl.Schema([*QUARANTINED.items(), ("kind", pl.String()), ("doubts", pl.Boolean())])
_CLOSED = pl.Schema({"source": pl.String, "reason": pl.String, "kind": pl.String, "outcome": pl.String, "rows": pl.Int64})


def waiting(warehouse: Warehouse) -> pl.DataFrame:
    """Every row in quarantine (``WAITING``), by landing, batch, row, reason and column."""
    b, q = batches.c, quarantine.c
    query = (
        sa.select(q.batch_id, b.source, b.landed_at, q.row, q.reason, q.column, q.kind)
        .where(q.district == warehouse.district, b.district == q.district, b.batch_id == q.batch_id)
        .where(b.state == "stored")
    )
    with reading(warehouse) as connection:
        return as_frame(connection.execute(query), WAITING).sort("landed_at", "batch_id", "row", "reason", "column")


def doubts(warehouse: Warehouse) -> int:
    """How many waiting rows would correct a report that stands, if they could be read."""
    q = quarantine.c
    rows = sa.select(q.batch_id, q.row).distinct().where(q.district == warehouse.district, q.doubts).subquery()
    with reading(warehouse) as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one())


def overview(warehouse: Warehouse) -> pl.DataFrame:
    """Rows that wait, were resolved and expired, by source, reason and kind (``OVERVIEW``). A row counts under its first reason."""
    b, e = batches.c, quarantine_closed.c
    query = sa.select(b.source, e.reason, e.kind, e.outcome, e.rows)
    query = query.where(e.district == warehouse.district, b.district == e.district, b.batch_id == e.batch_id)
    with reading(warehouse) as connection:
        closed = as_frame(connection.execute(query), _CLOSED)
    now = waiting(warehouse).unique(["batch_id", "row"], keep="first", maintain_order=True)
    now = now.select("source", "reason", pl.col("kind").fill_null(""), outcome=pl.lit("waiting"), rows=pl.lit(1, pl.Int64))
    counted = pl.concat([closed, now]).group_by("source", "reason", "kind")
    outcomes = {o: pl.col("rows").filter(pl.col("outcome") == o).sum() for o in ("waiting", "resolved", "expired")}
    return counted.agg(**outcomes).select([pl.col(c).cast(t) for c, t in OVERVIEW.items()]).sort("source", "reason", "kind")


def expire(warehouse: Warehouse, landed_before: dt.datetime, *, dry_run: bool) -> int:
    """Forget the rows of batches that landed before a moment, keeping their counts by reason and kind; return how many rows those are."""
    old = waiting(warehouse).filter(pl.col("landed_at") < landed_before)
    if not dry_run:
        for (batch_id,), rows in old.group_by("batch_id", maintain_order=True):
            with writing(warehouse) as connection:
                q = quarantine.c
                close(connection, warehouse.district, str(batch_id), "expired", rows)
                connection.execute(sa.delete(quarantine).where(q.district == warehouse.district, q.batch_id == batch_id))
    return old.select("batch_id", "row").n_unique()


def quarantine_counts(warehouse: Warehouse, batch_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """How many rows were set aside per source and reason (``QUARANTINE_COUNTS``) in these batches, all without.

    A row that was set aside for one reason in two columns counts once. Rows that expired count; those that were resolved do not.
    """
    b, q, e = batches.c, quarantine.c, quarantine_closed.c
    gone = sa.select(b.source, e.reason, e.rows).where(e.district == warehouse.district, b.district == e.district, b.batch_id == e.batch_id)
    gone = gone.where(e.outcome == "expired")
    rows = sa.select(q.batch_id, b.source, q.reason, q.row).distinct().where(q.district == warehouse.district, b.district == q.district)
    rows = rows.where(b.batch_id == q.batch_id)
    if batch_ids is not None:
        chosen = list(batch_ids)
        rows, gone = rows.where(b.batch_id.in_(chosen)), gone.where(b.batch_id.in_(chosen))
    each = rows.subquery()
    waiting = sa.select(each.c.source, each.c.reason, sa.func.count()).group_by(each.c.source, each.c.reason)
    with reading(warehouse) as connection:
        counted = [as_frame(connection.execute(query), QUARANTINE_COUNTS) for query in (waiting, gone)]
    return pl.concat(counted).group_by("source", "reason").agg(pl.col("rows").sum()).sort("source", "reason")


def rows_set_aside(connection: sa.Connection, district: str, batch_id: str) -> pl.DataFrame:
    """The rows of a batch that wait, ``row, reason, column, kind``, in the caller's transaction."""
    q = quarantine.c
    query = sa.select(*(q[name] for name in _SET_ASIDE)).where(q.district == district, q.batch_id == batch_id)
    return as_frame(connection.execute(query), _SET_ASIDE)


def set_aside(connection: sa.Connection, district: str, batch_id: str, rows: pl.DataFrame) -> None:
    """Let these rows of a batch wait and no others, in the caller's transaction."""
    q = quarantine.c
    connection.execute(sa.delete(quarantine).where(q.district == district, q.batch_id == batch_id))
    keys = (pl.lit(district).alias("district"), pl.lit(batch_id).alias("batch_id"))
    insert_frame(connection, quarantine, rows.sort("row", "reason", "column").with_columns(*keys))


def close(connection: sa.Connection, district: str, batch_id: str, outcome: str, rows: pl.DataFrame) -> None:
    """Add rows to the counts of what left quarantine; each row once, under its first reason."""
    first = rows.sort("row", "reason", "column").unique("row", keep="first", maintain_order=True)
    e = quarantine_closed.c
    for reason, kind, count in first.group_by("reason", pl.col("kind").fill_null("")).len().sort("reason", "kind").iter_rows():
        this = (e.district == district, e.batch_id == batch_id, e.outcome == outcome, e.reason == reason, e.kind == kind)
        if not connection.execute(sa.update(quarantine_closed).where(*this).values(rows=e.rows + count)).rowcount:
            values = {"district": district, "batch_id": batch_id, "outcome": outcome, "reason": reason, "kind": kind, "rows": count}
            connection.execute(sa.insert(quarantine_closed).values(values))
