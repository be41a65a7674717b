"""What was published, as frames. Without a revision, the latest one of the night is meant.

Belongs here: queries for the pipeline and the command. Does not: what dashboards read (the views), the ledger (``batches``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import polars as pl
import sqlalchemy as sa
from polars.datatypes import DataTypeClass

from infra.warehouse import tables
from infra.warehouse.engine import Warehouse, reading
from transforms.schema import ALERT_EVENTS, DISTRICT_SURGES, DUTY, SCORES, SOURCE_DAYS, UTC

# Widened, so that instances and classes of types mix in one schema.
UTC_TIME: Final[pl.DataType | DataTypeClass] = UTC

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
ALERTS = pl.Schema(
    {
        "alert_id": pl.String,
        "type": pl.String,
        "subject_kind": pl.String,
        "subject": pl.String,
        "category": pl.String,
        "episode": pl.Date,
        "state": pl.String,
        "level": pl.String,
        "opened_night": pl.Date,
        "last_night": pl.Date,
        "ended_night": pl.Date,
    }
)
HASHES = pl.Schema({"category": pl.String, "cell_id": pl.String, "level": pl.String, "row_hash": pl.String})
LEVEL_SHARES = pl.Schema({"category": pl.String, "level": pl.String, "share": pl.Float64})
_LEVEL_COUNTS = pl.Schema({"night": pl.Date, "category": pl.String, "level": pl.String, "cells": pl.Int64})
QUARANTINE_COUNTS = pl.Schema({"source": pl.String, "reason": pl.String, "rows": pl.Int64})

# What orders the rows of a frame of one night: sorted here, not in SQL, because the databases collate text differently.
_ORDER = {
    "scores": ["category", "cell_id"],
    "district_surges": ["series"],
    "source_days": ["source", "day"],
    "duty": ["department", "subdistrict"],
}


@dataclass(frozen=True)
class ModelRecord:
    """One frozen model. ``payload`` is plain JSON without NaN; ``model_id`` names exactly this payload, for ever."""

    model_id: str
    kind: str
    category: str | None
    frozen_on: dt.date
    created_night: dt.date
    payload: Mapping[str, Any] | Sequence[Any]
    district_version: str


def latest_night(warehouse: Warehouse) -> dt.date | None:
    """The newest published night, or None."""
    n = tables.nights.c
    with reading(warehouse) as connection:
        night: dt.date | None = connection.scalar(sa.select(sa.func.max(n.night)).where(n.district == warehouse.district))
    return night


def night_row(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> Mapping[str, Any] | None:
    """The row of ``nights``: what a replay needs to know. None when the night or the revision was never published."""
    n = tables.nights.c
    which = n.is_latest if revision is None else n.revision == revision
    with reading(warehouse) as connection:
        row = connection.execute(sa.select(tables.nights).where(n.district == warehouse.district, n.night == night, which)).one_or_none()
    return None if row is None else dict(row._mapping)


def nights_of(warehouse: Warehouse, first: dt.date, last: dt.date) -> pl.DataFrame:
    """The latest revision of each published night from ``first`` to ``last`` (``NIGHTS``), oldest first."""
    n = tables.nights.c
    where = (n.district == warehouse.district, n.is_latest, n.night.between(first, last))
    with reading(warehouse) as connection:
        return _frame(connection.execute(sa.select(*(n[c] for c in NIGHTS)).where(*where)), NIGHTS).sort("night")


def published_nights(warehouse: Warehouse) -> list[dt.date]:
    """Every night that was ever published, oldest first."""
    n = tables.nights.c
    with reading(warehouse) as connection:
        return list(connection.scalars(sa.select(n.night).where(n.district == warehouse.district, n.is_latest).order_by(n.night)))


def scores_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The scores of a night (``SCORES``), sorted by category and cell; empty when it was never published."""
    return _of_night(warehouse, tables.scores, SCORES, night, revision)


def row_hashes_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The stored row hashes of a night (``HASHES``), sorted by category and cell: what a replay must reproduce."""
    return _of_night(warehouse, tables.scores, HASHES, night, revision)


def district_surges_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The surges of the district as a whole (``DISTRICT_SURGES``), sorted by series."""
    return _of_night(warehouse, tables.district_surges, DISTRICT_SURGES, night, revision)


def source_days_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """What was known about each source and day (``SOURCE_DAYS``), sorted by both."""
    return _of_night(warehouse, tables.source_days, SOURCE_DAYS, night, revision)


def duty_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """How departments stood with their duties (``DUTY``), sorted by department and subdistrict."""
    return _of_night(warehouse, tables.duty, DUTY, night, revision)


def alert_events_before(warehouse: Warehouse, night: dt.date) -> pl.DataFrame:
    """Every alert event of the nights before ``night`` (``ALERT_EVENTS``), in the order of night, recording, alert and event."""
    e = tables.alert_events.c
    schema = pl.Schema({**ALERT_EVENTS, "recorded_at": UTC_TIME})
    with reading(warehouse) as connection:
        rows = connection.execute(sa.select(*(e[c] for c in schema)).where(e.district == warehouse.district, e.night < night))
        frame = _frame(rows, schema)
    return frame.sort("night", "recorded_at", "alert_id", "event").select(list(ALERT_EVENTS))


def alerts_of(warehouse: Warehouse, states: Iterable[str] | None = None) -> pl.DataFrame:
    """The alerts (``ALERTS``) in any of these states, all without; newest first."""
    a = tables.alerts.c
    query = sa.select(*(a[c] for c in ALERTS)).where(a.district == warehouse.district)
    if states is not None:
        query = query.where(a.state.in_(list(states)))
    with reading(warehouse) as connection:
        return _frame(connection.execute(query), ALERTS).sort("last_night", "alert_id", descending=[True, False])


def models_of(
    warehouse: Warehouse,
    kind: str | None = None,
    scoring_hash: str | None = None,
    model_ids: Iterable[str] | None = None,
    frozen_on: Iterable[dt.date] | None = None,
) -> list[ModelRecord]:
    """The stored models that fit every condition given, oldest freeze first.

    Args:
        warehouse: the warehouse.
        kind: ``model`` or ``reference``.
        scoring_hash: the one under which the model was first published.
        model_ids: those of a night, ``night_row(…)["model_ids"]``.
        frozen_on: the days on which they were frozen.
    """
    m = tables.models.c
    query = sa.select(*(m[c] for c in ModelRecord.__dataclass_fields__)).where(m.district == warehouse.district)
    if kind is not None:
        query = query.where(m.kind == kind)
    if scoring_hash is not None:
        query = query.where(m.scoring_hash == scoring_hash)
    if model_ids is not None:
        query = query.where(m.model_id.in_(list(model_ids)))
    if frozen_on is not None:
        query = query.where(m.frozen_on.in_(sorted(frozen_on)))
    with reading(warehouse) as connection:
        found = [ModelRecord(**row._mapping) for row in connection.execute(query)]
    return sorted(found, key=lambda r: (r.frozen_on, r.category or "", r.model_id))


def model_names(warehouse: Warehouse, scoring_hash: str, frozen_on: Iterable[dt.date]) -> list[str]:
    """IDs of the models first published under a scoring hash and frozen on one of these days, the first one made first."""
    m = tables.models.c
    query = sa.select(m.model_id).where(
        m.district == warehouse.district, m.scoring_hash == scoring_hash, m.frozen_on.in_(sorted(frozen_on))
    )
    with reading(warehouse) as connection:
        return list(connection.scalars(query.order_by(m.created_night, m.model_id)))


def runs_of(warehouse: Warehouse, limit: int = 20) -> pl.DataFrame:
    """The newest runs (``RUNS``), newest first."""
    r = tables.runs.c
    query = (
        sa.select(*(r[c] for c in RUNS)).where(r.district == warehouse.district).order_by(r.started_at.desc(), r.night.desc()).limit(limit)
    )
    with reading(warehouse) as connection:
        return _frame(connection.execute(query), RUNS)


def run_summary(warehouse: Warehouse, run_id: str, night: dt.date) -> Mapping[str, Any]:
    """What a run said of a night in plain values; empty when it is not recorded."""
    r = tables.runs.c
    with reading(warehouse) as connection:
        found = connection.scalar(sa.select(r.summary).where(r.district == warehouse.district, r.run_id == run_id, r.night == night))
    return dict(found or {})


def run_summaries(warehouse: Warehouse, limit: int) -> list[Mapping[str, Any]]:
    """The newest runs with what they said: ``night, finished_at, status, error, rows_total, summary``, oldest first."""
    r = tables.runs.c
    query = sa.select(r.night, r.finished_at, r.status, r.error, r.rows_total, r.summary).where(r.district == warehouse.district)
    with reading(warehouse) as connection:
        newest = connection.execute(query.order_by(r.started_at.desc(), r.night.desc()).limit(limit)).all()
    return [dict(row._mapping) for row in reversed(newest)]


def quarantine_counts(warehouse: Warehouse, batch_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """How many rows were set aside per source and reason (``QUARANTINE_COUNTS``) in these batches, all without.

    A row that was set aside for one reason in two columns counts once. Rows that expired count; those that were resolved do not.
    """
    b, q, e = tables.batches.c, tables.quarantine.c, tables.quarantine_closed.c
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
        counted = [_frame(connection.execute(query), QUARANTINE_COUNTS) for query in (waiting, gone)]
    return pl.concat(counted).group_by("source", "reason").agg(pl.col("rows").sum()).sort("source", "reason")


def usual_levels(warehouse: Warehouse, night: dt.date, nights: int, scoring_hash: str, model_ids: Iterable[str]) -> pl.DataFrame:
    """The median share of each level over the published nights before ``night`` (``category, level, share``; empty under half of them).

    Only nights scored by the same rules and with the models named count: others are no measure for this one.
    """
    n, s = tables.nights.c, tables.scores.c
    wanted = set(model_ids)
    before = (
        n.district == warehouse.district,
        n.is_latest,
        n.scoring_hash == scoring_hash,
        n.night >= night - dt.timedelta(days=nights),
    )
    with reading(warehouse) as connection:
        rows = connection.execute(sa.select(n.night, n.revision, n.model_ids).where(*before, n.night < night)).all()
        same = [(row.night, row.revision) for row in rows if wanted <= set(row.model_ids)]
        if 2 * len(same) < nights:
            return LEVEL_SHARES.to_frame()
        key = sa.tuple_(s.night, s.revision).in_(same)
        query = sa.select(s.night, s.category, s.level, sa.func.count()).where(s.district == warehouse.district, s.level.is_not(None), key)
        counts = _frame(connection.execute(query.group_by(s.night, s.category, s.level)), _LEVEL_COUNTS)
    shares = counts.with_columns(share=pl.col("cells") / pl.col("cells").sum().over("night", "category"))
    # A level that no cell had in a night had the share zero in it.
    nights_of = counts.group_by("category").agg(nights=pl.col("night").n_unique())
    listed = shares.group_by("category", "level").agg(pl.col("share")).join(nights_of, on="category")
    padded = [
        (category, level, median([*found, *[0.0] * (count - len(found))])) for category, level, found, count in sorted(listed.iter_rows())
    ]
    return pl.DataFrame(padded, schema=LEVEL_SHARES, orient="row")


def latest_revision(connection: sa.Connection, district: str, night: dt.date) -> int | None:
    """The revision that readers see, or None for a night that was never published."""
    n = tables.nights.c
    revision: int | None = connection.scalar(sa.select(n.revision).where(n.district == district, n.night == night, n.is_latest))
    return revision


def hashes_in(connection: sa.Connection, district: str, night: dt.date, revision: int) -> pl.DataFrame:
    """``row_hashes_of`` within a transaction."""
    return of_night(connection, tables.scores, HASHES, district, night, revision)


def of_night(connection: sa.Connection, table: sa.Table, schema: pl.Schema, district: str, night: dt.date, revision: int) -> pl.DataFrame:
    """The rows of one revision as ``schema``, within a transaction, sorted by the table's own key."""
    c = table.c
    query = sa.select(*(c[tables.CONTRIBUTION_COLUMNS.get(name, name)] for name in schema)).where(
        c.district == district, c.night == night, c.revision == revision
    )
    return _frame(connection.execute(query), schema).sort(_ORDER[table.name])


def _of_night(warehouse: Warehouse, table: sa.Table, schema: pl.Schema, night: dt.date, revision: int | None) -> pl.DataFrame:
    with reading(warehouse) as connection:
        wanted = latest_revision(connection, warehouse.district, night) if revision is None else revision
        return schema.to_frame() if wanted is None else of_night(connection, table, schema, warehouse.district, night, wanted)


def _frame(rows: Iterable[sa.Row[Any]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
