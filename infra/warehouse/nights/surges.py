"""Surges of the district as a whole, and of its subdistricts: one row per night, revision, series and subdistrict, empty for the whole.

Belongs here: the table ``district_surges``. Does not: surges of cells (``scores``), testing for them (``transforms.scoring.surge``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, must
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.nights.nightly_tables import NightlyRows, nightly_table
from transforms.schema import DISTRICT_SURGES

district_surges = nightly_table(
    "district_surges",
    key("series"),
    key("subdistrict"),
    must("category"),
    must("surge"),
    must("p", sa.Double),
    must("days", sa.Integer),
    must("observed", sa.Double),
    must("expected", sa.Double),
)

DISTRICT_SURGE_ROWS: Final = NightlyRows(district_surges, DISTRICT_SURGES, ("series", "subdistrict"))


def district_surges_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """The surges of the district as a whole and of subdistricts (``DISTRICT_SURGES``), sorted by series and subdistrict."""
    return DISTRICT_SURGE_ROWS.of(warehouse, night, revision)
