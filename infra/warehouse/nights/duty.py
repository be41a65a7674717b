"""How departments stood with their duties on a night.

Belongs here: the tables ``duty`` and ``duty_measures``. Does not: computing it (``transforms.duty``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, may
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.nights.nightly_tables import NightlyRows, nightly_table
from transforms.schema import DUTY, DUTY_MEASURES

duty = nightly_table(
    "duty",
    key("department"),
    key("subdistrict"),
    may("clocks", sa.BigInteger),
    may("breached", sa.BigInteger),
    may("share", sa.Double),
    may("lower", sa.Double),
    may("upper", sa.Double),
    may("level"),
    *(may(part, sa.Double) for part in ("late", "overdue_now", "reopened", "unanswered", "passed_on", "likely_late", "borrowed")),
    may("overdue", sa.BigInteger),
    may("ghosts", sa.BigInteger),
    may("overdue_days", sa.Double),
    *(may(n, sa.BigInteger) for n in ("handed_on", "unconfirmed", "last_moment", "reopens", "moved", "far", "duplicates")),
)

duty_measures = nightly_table(
    "duty_measures",
    key("department"),
    key("measure"),
    key("tag"),
    key("side"),
    *(
        column
        for when in ("", "_before")
        for column in (may(f"n{when}", sa.BigInteger), *(may(f"{name}{when}", sa.Double) for name in ("value", "lower", "upper")))
    ),
)

DUTY_MEASURE_ROWS: Final = NightlyRows(duty_measures, DUTY_MEASURES, ("department", "measure", "tag", "side"))
DUTY_ROWS: Final = NightlyRows(duty, DUTY, ("department", "subdistrict"))


def duty_of(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
    """How departments stood with their duties (``DUTY``), sorted by department and subdistrict."""
    return DUTY_ROWS.of(warehouse, night, revision)
