"""A night summed over subdistricts and departments, written with it: what views read where a figure spans nights.

Belongs here: the tables ``subdistricts``, ``report_counts`` and ``visit_counts``. Does not: summing (``transforms.areas``).

They follow from what a night saw, so they make no night another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, must
from infra.warehouse.nights.duty import DUTY_MEASURE_ROWS
from infra.warehouse.nights.nightly_tables import NightlyRows, nightly_table
from transforms.schema import DUTY_MEASURES
from transforms.schema.areas import REPORT_COUNTS, SUBDISTRICTS, VISIT_COUNTS

_CELLS: Final = ("cells", "scored", "learning", "not_scored", "blue", "yellow", "orange", "red")
_HARM: Final = ("expected_harm", "open_stock_harm", "expected_events", "expected_events_low", "expected_events_high")
_REPORTS: Final = (
    *("reports", "reports_before", "reports_last_year"),
    *("by_residents", "by_residents_before", "by_residents_last_year"),
)

subdistricts = nightly_table(
    "subdistricts",
    key("category"),
    key("subdistrict"),
    must("before", sa.Date),
    must("last_year", sa.Date),
    *(must(name, sa.BigInteger) for name in _CELLS),
    may("households", sa.BigInteger),
    *(may(name, sa.Double) for name in _HARM),
    may("reference_version"),
    *(must(name, sa.BigInteger) for name in _REPORTS),
    *(may(name, sa.Double) for name in ("observed", "observed_before", "observed_last_year")),
)

report_counts = nightly_table(
    "report_counts",
    key("category"),
    key("subdistrict"),
    key("part_of_day"),
    key("discovery"),
    must("reports", sa.BigInteger),
)

visit_counts = nightly_table("visit_counts", key("subdistrict"), key("chosen"), key("outcome"), must("visits", sa.BigInteger))

SUBDISTRICT_ROWS: Final = NightlyRows(subdistricts, SUBDISTRICTS, ("category", "subdistrict"))
REPORT_COUNT_ROWS: Final = NightlyRows(report_counts, REPORT_COUNTS, ("category", "subdistrict", "part_of_day", "discovery"))
VISIT_COUNT_ROWS: Final = NightlyRows(visit_counts, VISIT_COUNTS, ("subdistrict", "chosen", "outcome"))


@dataclass(frozen=True)
class Areas:
    """The frames of a night, each of the schema of its name: ``SUBDISTRICTS``, ``REPORT_COUNTS``, ``VISIT_COUNTS``, ``DUTY_MEASURES``."""

    subdistricts: pl.DataFrame = field(default_factory=SUBDISTRICTS.to_frame)
    report_counts: pl.DataFrame = field(default_factory=REPORT_COUNTS.to_frame)
    visit_counts: pl.DataFrame = field(default_factory=VISIT_COUNTS.to_frame)
    duty_measures: pl.DataFrame = field(default_factory=DUTY_MEASURES.to_frame)

    def checked(self) -> list[tuple[NightlyRows, pl.DataFrame]]:
        """Each with how it is stored.

        Raises:
            ValueError: one has another schema.
        """
        frames = (
            (SUBDISTRICT_ROWS, self.subdistricts),
            (REPORT_COUNT_ROWS, self.report_counts),
            (VISIT_COUNT_ROWS, self.visit_counts),
            (DUTY_MEASURE_ROWS, self.duty_measures),
        )
        return [(rows, rows.checked(frame)) for rows, frame in frames]
