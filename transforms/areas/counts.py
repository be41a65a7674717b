"""Reports and visits of the last 28 days, counted per subdistrict.

Belongs here: counting. Does not: which reports count (``transforms.worklist.feedback``), small counts, which views suppress.

Sensitive kinds lie in a subdistrict and in no cell; they are counted here and nowhere finer. Formal requests are clocks alone, and are not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.grids.succession import share
from transforms.reports.coarsening import SUBDISTRICT
from transforms.schema.areas import REPORT_COUNTS, VISIT_COUNTS
from transforms.words import Discovery
from transforms.words.feeds import FEEDS
from transforms.words.refusals import CLOCKS_ONLY
from transforms.worklist.feedback import counted

DAYS: Final = 28
YEAR_DAYS: Final = 364
# By suffix: how many days before the night a window of ``DAYS`` ends. A year back are the same weekdays.
WINDOWS: Final[Mapping[str, int]] = {"": 0, "_before": DAYS, "_last_year": YEAR_DAYS}
_KEY: Final = ("category", "subdistrict", "part_of_day", "discovery")


def placed(reports: pl.DataFrame, night: dt.date, subdistricts: Mapping[str, str | None]) -> pl.DataFrame:
    """The reports of the ``WINDOWS`` that are counted, with ``category``, ``subdistrict`` ("" for none) and how many incidents each stands
    for (``n``).

    Args:
        reports: reports as of a night, one row each, or apportioned (``transforms.grids.succession``).
        night: the night; many years before the windows cost nothing.
        subdistricts: of each cell.
    """
    categories = {feed.code: feed.category.value for feed in FEEDS.values()}
    within = pl.col("cell_id").replace_strict(dict(subdistricts), default=None, return_dtype=pl.String)
    whole = pl.when(pl.col("cell_id").str.starts_with(SUBDISTRICT)).then(pl.col("cell_id").str.strip_prefix(SUBDISTRICT)).otherwise(within)
    first = night - dt.timedelta(days=max(WINDOWS.values()) + DAYS)
    those = counted(reports.filter(pl.col("occurred_on") >= first)).filter(pl.col("kind") != CLOCKS_ONLY)
    return those.select(
        "occurred_on",
        "part_of_day",
        "discovery",
        category=pl.col("feed").replace_strict(categories, return_dtype=pl.String),
        subdistrict=whole.fill_null(""),
        n=pl.col("count") * share(those),
    )


def occurred_in(reports: pl.DataFrame, night: dt.date, back: int) -> pl.DataFrame:
    """Those of the ``DAYS`` that end so many days before a night."""
    end = night - dt.timedelta(days=back)
    return reports.filter(pl.col("occurred_on") >= end - dt.timedelta(days=DAYS), pl.col("occurred_on") < end)


def report_counts(reports: pl.DataFrame, night: dt.date) -> pl.DataFrame:
    """The placed reports of the last days by part of the day and who noticed (``REPORT_COUNTS``)."""
    recent = occurred_in(reports, night, 0).with_columns(pl.col("part_of_day", "discovery").fill_null(Discovery.UNKNOWN.value))
    return _whole(recent.group_by(_KEY).agg(reports=pl.col("n").sum()), REPORT_COUNTS)


def visit_counts(visits: pl.DataFrame, night: dt.date, subdistricts: Mapping[str, str | None]) -> pl.DataFrame:
    """The visits (``VISITS``) of the last days by how they came about and what came of them (``VISIT_COUNTS``)."""
    recent = visits.filter(pl.col("day") >= night - dt.timedelta(days=DAYS), pl.col("day") < night)
    within = pl.col("cell_id").replace_strict(dict(subdistricts), default=None, return_dtype=pl.String).fill_null("")
    said = recent.with_columns(pl.col("outcome").fill_null(""), subdistrict=within)
    return _whole(said.group_by("subdistrict", "chosen", "outcome").agg(visits=pl.len()), VISIT_COUNTS)


def _whole(counts: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Counts as whole numbers, sorted; parts of apportioned reports are rounded once they are summed."""
    told = counts.select(pl.col(name).round(0).cast(kind) if kind == pl.Int64 else pl.col(name).cast(kind) for name, kind in schema.items())
    return told.sort([name for name, kind in schema.items() if kind == pl.String])
