"""Feedback, cut: what was found because the list sent somebody there says where the list sends, not where hazards are.

A hazard that inspection or patrol found in a place with a *listed* visit on its day or the day before keeps its clock and enters neither
counts, stock, fit nor grading. What random visits and those of somebody's own accord find counts: nobody's score chose their places.

Belongs here: which reports those are, and the reports without them. Does not: visits (``transforms.worklist.visits``), counting
(``transforms.panel``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.words import Category, Chosen, Discovery
from transforms.words.feeds import FEEDS

# Marks reports that do not count; where none is, the column is not there.
UNCOUNTED: Final = "~uncounted"
_FEEDS: Final = tuple(feed.code for feed in FEEDS.values() if feed.category is Category.SAFETY)
_SOUGHT: Final = (Discovery.INSPECTION.value, Discovery.PATROL.value)
_DAYS_AFTER: Final = (0, 1)


def marked(reports: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Reports (schema ``REPORTS``) in their order, those that listed visits (``VISITS``) found marked."""
    listed = visits.filter(pl.col("chosen") == Chosen.LISTED.value)
    if listed.is_empty():
        return reports
    days = pl.concat([listed.select("cell_id", occurred_on=pl.col("day") + pl.duration(days=k)) for k in _DAYS_AFTER]).unique()
    sought = pl.col("feed").is_in(_FEEDS) & pl.col("discovery").is_in(_SOUGHT)
    found = reports.join(days.with_columns(there=True), on=["cell_id", "occurred_on"], how="left", maintain_order="left")["there"]
    flags = reports.select(sought.fill_null(value=False) & found.fill_null(value=False)).to_series()
    return reports.with_columns(flags.alias(UNCOUNTED)) if flags.any() else reports


def counted(reports: pl.DataFrame) -> pl.DataFrame:
    """Reports without those that are marked."""
    return reports.filter(~pl.col(UNCOUNTED)).drop(UNCOUNTED) if UNCOUNTED in reports.columns else reports


def uncounted(reports: pl.DataFrame) -> pl.DataFrame:
    """Those that are marked, alone."""
    return reports.filter(UNCOUNTED) if UNCOUNTED in reports.columns else reports.clear()
