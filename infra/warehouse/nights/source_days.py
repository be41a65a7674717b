"""What was known of each source and day when a night was published.

Belongs here: the table ``source_days``. Does not: telling late from missing (``transforms.panel.arrivals``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, must
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.frames import as_frame
from infra.warehouse.nights.nightly_tables import NightlyRows, nightly_table
from infra.warehouse.nights.nights import nightly_revisions, of_revisions
from transforms.schema import SEEN_DAYS, SOURCE_DAYS

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


def young_days_seen(warehouse: Warehouse, night: dt.date, nights_back: int, age_days: int) -> pl.DataFrame:
    """What nightlies before a night had of days that were young then (``SEEN_DAYS``), each night by its last revision of one."""
    d, age = source_days.c, dt.timedelta(days=age_days)
    looked = nightly_revisions(warehouse, night - dt.timedelta(days=nights_back), night - dt.timedelta(days=1))
    if not looked:
        return SEEN_DAYS.to_frame()
    these = (d.district == warehouse.district, of_revisions(source_days, list(looked.items())), d.day >= min(looked) - age)
    with reading(warehouse) as connection:
        found = as_frame(connection.execute(sa.select(d.night, d.source, d.day, d.reports).where(*these)), SEEN_DAYS)
    return found.filter(pl.col("day") >= pl.col("night") - age).sort("night", "source", "day")
