"""A night summed over subdistricts.

Belongs here: the frames. Does not: summing (``transforms.areas``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import frame

# The subdistrict of what is told of a whole district.
WHOLE: Final = ""

# One row per residents' category and subdistrict; ``subdistrict`` is ``WHOLE`` for the district, cells of none included. ``before`` and
# ``last_year`` are the nights to compare with, 28 and 364 days earlier. Sums of harm are null where no cell has any. ``reports`` and those
# ``by_residents`` occurred in the 28 days before the night, and before the two others; ``observed`` is the share of those days and cells of
# which reports have arrived.
SUBDISTRICTS: Final = frame(
    {
        "category": pl.String,
        "subdistrict": pl.String,
        "before": pl.Date,
        "last_year": pl.Date,
        "cells": pl.Int64,
        "scored": pl.Int64,
        "learning": pl.Int64,
        "not_scored": pl.Int64,
        "blue": pl.Int64,
        "yellow": pl.Int64,
        "orange": pl.Int64,
        "red": pl.Int64,
        "households": pl.Int64,
        "expected_harm": pl.Float64,
        "open_stock_harm": pl.Float64,
        "expected_events": pl.Float64,
        "expected_events_low": pl.Float64,
        "expected_events_high": pl.Float64,
        "reference_version": pl.String,
        "reports": pl.Int64,
        "reports_before": pl.Int64,
        "reports_last_year": pl.Int64,
        "by_residents": pl.Int64,
        "by_residents_before": pl.Int64,
        "by_residents_last_year": pl.Int64,
        "observed": pl.Float64,
        "observed_before": pl.Float64,
        "observed_last_year": pl.Float64,
    }
)

# Reports of the 28 days before a night, as they count; ``subdistrict`` is empty for those that lie in none.
REPORT_COUNTS: Final = frame(
    {"category": pl.String, "subdistrict": pl.String, "part_of_day": pl.String, "discovery": pl.String, "reports": pl.Int64}
)

# Visits of the 28 days before a night; ``outcome`` is empty while nobody has said what came of them.
VISIT_COUNTS: Final = frame({"subdistrict": pl.String, "chosen": pl.String, "outcome": pl.String, "visits": pl.Int64})
