"""What was known of each source and day when a night was published.

Belongs here: the table ``source_days``. Does not: telling late from missing (``transforms.panel.arrivals``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, must
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.nights.nightly_tables import NightlyRows, nightly_table
from transforms.schema import SOURCE_DAYS

source_days = nightly_table(
    "source_days",
    key("source"),
    key("day", sa.Date),
    must("state"),
    may("reports", sa.BigInteger),
    may("share_arrived", sa.Double),
)

SOURCE_DAY_ROWS: Final = NightlyRows(source_days, SOURCE_DAYS, ("source", "day"))


def source_days_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """What was known about each source and day (``SOURCE_DAYS``), sorted by both."""
    return SOURCE_DAY_ROWS.of(warehouse, night, revision)
