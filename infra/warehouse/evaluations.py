"""How published forecasts did: what was graded, and the newest weeks of it.

Belongs here: storing and reading grades. Does not: grading (``transforms.backtest.evaluation``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.bulk import insert_frame
from infra.warehouse.engine import Warehouse, reading
from transforms.schema import EVALUATIONS, require_schema

RECORD_WEEKS = 4
# Grades older than this are no record of the present.
_RECENT = dt.timedelta(weeks=10)


def nightly_revisions(warehouse: Warehouse, first: dt.date, last: dt.date) -> dict[dt.date, int]:
    """For each night from ``first`` to ``last`` that a nightly published, its last revision by one; restated revisions do not count."""
    n = tables.nights.c
    published = (n.district == warehouse.district, n.mode == "nightly", n.night.between(first, last))
    query = sa.select(n.night, sa.func.max(n.revision).label("newest")).where(*published)
    with reading(warehouse) as connection:
        return {row.night: row.newest for row in connection.execute(query.group_by(n.night))}


def evaluated_nights(warehouse: Warehouse, nights: Iterable[dt.date]) -> set[dt.date]:
    """Those of some nights that are graded."""
    e = tables.evaluations.c
    with reading(warehouse) as connection:
        return set(connection.scalars(sa.select(e.night).distinct().where(e.district == warehouse.district, e.night.in_(list(nights)))))


def evaluations_of(warehouse: Warehouse, night: dt.date, weeks: int = RECORD_WEEKS) -> pl.DataFrame:
    """The newest ``weeks`` grades that stood by ``night`` (``EVALUATIONS``), oldest first; empty where the newest is long past."""
    e = tables.evaluations.c
    standing = (e.district == warehouse.district, e.evaluated_night <= night, e.night > night - _RECENT)
    newest = sa.select(e.night).distinct().where(*standing).order_by(e.night.desc()).limit(weeks)
    with reading(warehouse) as connection:
        nights = list(connection.scalars(newest))
        query = sa.select(*(e[c] for c in EVALUATIONS)).where(e.district == warehouse.district, e.night.in_(nights))
        frame = pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=EVALUATIONS, orient="row")
    return frame.sort("night", "category", "level")


def store_evaluations(connection: sa.Connection, district: str, evaluations: pl.DataFrame) -> None:
    """Store grades, schema ``EVALUATIONS``, in the caller's transaction."""
    frame = require_schema(evaluations, EVALUATIONS, "evaluations")
    insert_frame(connection, tables.evaluations, frame.with_columns(district=pl.lit(district)))
