"""Runs: every attempt at a night, whether it published or failed.

Belongs here: the table ``runs`` and what is asked of it. Does not: recording one (``publish``), what a summary holds (``flows.nights``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from infra.warehouse.columns import key, may, metadata, must
from infra.warehouse.engine import Warehouse, reading
from infra.warehouse.frames import UTC_TIME, as_frame
from infra.warehouse.moments import UtcDateTime

Kind = Literal["nightly", "backfill", "demo"]
Mode = Literal["nightly", "restate", "as_known"]

# A run of several nights is one row per night under one run_id.
runs = sa.Table(
    "runs",
    metadata,
    key("district"),
    key("run_id"),
    key("night", sa.Date),
    must("kind"),
    must("mode"),
    may("revision", sa.Integer),
    may("as_of", UtcDateTime),
    may("lake_seq", sa.BigInteger),
    must("started_at", UtcDateTime),
    must("finished_at", UtcDateTime),
    must("status"),
    may("reason"),
    may("note"),
    may("error"),
    must("rows_total", sa.Integer),
    must("rows_changed", sa.Integer),
    must("summary", sa.JSON),
    sa.CheckConstraint("kind IN ('nightly', 'backfill', 'demo')", name="kind"),
    sa.CheckConstraint("mode IN ('nightly', 'restate', 'as_known')", name="mode"),
    sa.CheckConstraint("status IN ('ok', 'failed', 'unchanged')", name="status"),
    sa.Index(None, "district", "started_at"),
)

RUNS = pl.Schema(
    {
        "run_id": pl.String,
        "night": pl.Date,
        "kind": pl.String,
        "mode": pl.String,
        "revision": pl.Int64,
        "as_of": UTC_TIME,
        "lake_seq": pl.Int64,
        "started_at": UTC_TIME,
        "finished_at": UTC_TIME,
        "status": pl.String,
        "reason": pl.String,
        "note": pl.String,
        "error": pl.String,
        "rows_total": pl.Int64,
        "rows_changed": pl.Int64,
    }
)


def runs_of(warehouse: Warehouse, limit: int = 20) -> pl.DataFrame:
    """The newest runs (``RUNS``), newest first."""
    r = runs.c
    query = (
        sa.select(*(r[c] for c in RUNS)).where(r.district == warehouse.district).order_by(r.started_at.desc(), r.night.desc()).limit(limit)
    )
    with reading(warehouse) as connection:
        return as_frame(connection.execute(query), RUNS)


def run_summary(warehouse: Warehouse, run_id: str, night: dt.date) -> Mapping[str, Any]:
    """What a run said of a night in plain values; empty when it is not recorded."""
    r = runs.c
    with reading(warehouse) as connection:
        found = connection.scalar(sa.select(r.summary).where(r.district == warehouse.district, r.run_id == run_id, r.night == night))
    return dict(found or {})


def run_summaries(warehouse: Warehouse, limit: int) -> list[Mapping[str, Any]]:
    """The newest runs with what they said: ``night, finished_at, status, error, rows_total, summary``, oldest first."""
    r = runs.c
    query = sa.select(r.night, r.finished_at, r.status, r.error, r.rows_total, r.summary).where(r.district == warehouse.district)
    with reading(warehouse) as connection:
        newest = connection.execute(query.order_by(r.started_at.desc(), r.night.desc()).limit(limit)).all()
    return [dict(row._mapping) for row in reversed(newest)]
