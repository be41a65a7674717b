"""Nights that were published: one row per night and revision, with all that a replay needs to know.

Belongs here: the table ``nights`` and what is asked of it. Does not: what a night holds (``scores``, ``duty``, ``source_days``), publishing
one (``publish``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from infra.warehouse.columns import key, metadata, must
from infra.warehouse.engine import Warehouse, reading
from infra.warehouse.frames import UTC_TIME, as_frame
from infra.warehouse.moments import UtcDateTime

nights = sa.Table(
    "nights",
    metadata,
    key("district"),
    key("night", sa.Date),
    key("revision", sa.Integer),
    must("is_latest", sa.Boolean(create_constraint=False)),
    must("as_of", UtcDateTime),
    must("lake_seq", sa.BigInteger),
    must("district_version"),
    must("scoring_hash"),
    must("model_ids", sa.JSON),
    must("mode"),
    must("inputs"),
    must("run_id"),
    must("published_at", UtcDateTime),
    must("replayable_until", sa.Date),
    # The database itself refuses a night with two latest revisions.
    sa.Index(
        "ix_nights_one_latest",
        "district",
        "night",
        unique=True,
        sqlite_where=sa.text("is_latest"),
        postgresql_where=sa.text("is_latest"),
    ),
)

NIGHTS = pl.Schema(
    {
        "night": pl.Date,
        "revision": pl.Int64,
        "as_of": UTC_TIME,
        "lake_seq": pl.Int64,
        "district_version": pl.String,
        "scoring_hash": pl.String,
        "model_ids": pl.List(pl.String),
        "mode": pl.String,
        "run_id": pl.String,
        "published_at": UTC_TIME,
    }
)


def latest_night(warehouse: Warehouse) -> dt.date | None:
    """The newest published night, or None."""
    n = nights.c
    with reading(warehouse) as connection:
        night: dt.date | None = connection.scalar(sa.select(sa.func.max(n.night)).where(n.district == warehouse.district))
    return night


def night_row(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> Mapping[str, Any] | None:
    """The row of ``nights``: what a replay needs to know. None when the night or the revision was never published."""
    n = nights.c
    which = n.is_latest if revision is None else n.revision == revision
    with reading(warehouse) as connection:
        row = connection.execute(sa.select(nights).where(n.district == warehouse.district, n.night == night, which)).one_or_none()
    return None if row is None else dict(row._mapping)


def nights_of(warehouse: Warehouse, first: dt.date, last: dt.date) -> pl.DataFrame:
    """The latest revision of each published night from ``first`` to ``last`` (``NIGHTS``), oldest first."""
    n = nights.c
    where = (n.district == warehouse.district, n.is_latest, n.night.between(first, last))
    with reading(warehouse) as connection:
        return as_frame(connection.execute(sa.select(*(n[c] for c in NIGHTS)).where(*where)), NIGHTS).sort("night")


def published_nights(warehouse: Warehouse) -> list[dt.date]:
    """Every night that was ever published, oldest first."""
    n = nights.c
    with reading(warehouse) as connection:
        return list(connection.scalars(sa.select(n.night).where(n.district == warehouse.district, n.is_latest).order_by(n.night)))


def nightly_revisions(warehouse: Warehouse, first: dt.date, last: dt.date) -> dict[dt.date, int]:
    """For each night from ``first`` to ``last`` that a nightly published, its last revision by one; restated revisions do not count."""
    n = nights.c
    published = (n.district == warehouse.district, n.mode == "nightly", n.night.between(first, last))
    query = sa.select(n.night, sa.func.max(n.revision).label("newest")).where(*published)
    with reading(warehouse) as connection:
        return {row.night: row.newest for row in connection.execute(query.group_by(n.night))}


def latest_revision(connection: sa.Connection, district: str, night: dt.date) -> int | None:
    """The revision that readers see, or None for a night that was never published."""
    n = nights.c
    revision: int | None = connection.scalar(sa.select(n.revision).where(n.district == district, n.night == night, n.is_latest))
    return revision
