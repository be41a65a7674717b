"""How published forecasts did: what was graded, and the newest weeks of it.

Belongs here: storing and reading grades. Does not: grading (``transforms.backtest.evaluation``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.frames import as_frame
from infra.warehouse.nights.nightly_tables import of_published_night
from transforms.schema import EVALUATIONS, require_schema

# How published forecasts did; `night` and `revision` name the forecast, `evaluated_night` whose knowledge it was graded with.
evaluations = sa.Table(
    "evaluations",
    metadata,
    key("district"),
    key("night", sa.Date),
    key("category"),
    key("level"),
    must("revision", sa.Integer),
    must("evaluated_night", sa.Date),
    must("cells", sa.Integer),
    must("left_out", sa.Integer),
    must("expected", sa.Double),
    must("observed", sa.Double),
    must("spread", sa.Double),
    may("log_score", sa.Double),
    may("hit_rate", sa.Double),
    may("pai", sa.Double),
    of_published_night(),
)

RECORD_WEEKS = 4
# Grades older than this are no record of the present.
_RECENT = dt.timedelta(weeks=10)


def evaluated_nights(warehouse: Warehouse, nights: Iterable[dt.date]) -> set[dt.date]:
    """Those of some nights that are graded."""
    e = evaluations.c
    with reading(warehouse) as connection:
        return set(connection.scalars(sa.select(e.night).distinct().where(e.district == warehouse.district, e.night.in_(list(nights)))))


def evaluations_of(warehouse: Warehouse, night: dt.date, weeks: int = RECORD_WEEKS) -> pl.DataFrame:
    """The newest ``weeks`` grades that stood by ``night`` (``EVALUATIONS``), oldest first; empty where the newest is long past."""
    e = evaluations.c
    standing = (e.district == warehouse.district, e.evaluated_night <= night, e.night > night - _RECENT)
    newest = sa.select(e.night).distinct().where(*standing).order_by(e.night.desc()).limit(weeks)
    with reading(warehouse) as connection:
        nights = list(connection.scalars(newest))
        query = sa.select(*(e[c] for c in EVALUATIONS)).where(e.district == warehouse.district, e.night.in_(nights))
        frame = as_frame(connection.execute(query), EVALUATIONS)
    return frame.sort("night", "category", "level")


def store_evaluations(connection: sa.Connection, district: str, grades: pl.DataFrame) -> None:
    """Store grades, schema ``EVALUATIONS``, in the caller's transaction."""
    frame = require_schema(grades, EVALUATIONS, "evaluations")
    insert_frame(connection, evaluations, frame.with_columns(district=pl.lit(district)))
