"""Open clocks at a past origin, each with the chance that it is missed, by us and by simpler ways, and what came.

Belongs here: the rows of one origin. Does not: which clocks there are (``transforms.duty.clocks``), grades (``grades``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

import polars as pl

from transforms.backtest.duty import hazard
from transforms.duty.share import lives_of
from transforms.duty.survival import Survival
from transforms.schema.frames import frame
from transforms.words.backtests import Chance

YEAR_DAYS: Final = 365
# What few clocks of a department or kind are drawn to the share of all with.
_SHRINKAGE: Final = 10.0

# ``lived`` is the share of the clock that had passed; ``missed`` what came; then the chance of it, one column for each way of telling it.
CASES: Final = frame({"origin": pl.Date, "lived": pl.Float64, "missed": pl.Boolean, **{way.value: pl.Float64 for way in Chance}})


def case_rows(
    origin: dt.date, clocks: pl.DataFrame, came: pl.DataFrame, holidays: Collection[dt.date], zone: str, *, restated: bool
) -> pl.DataFrame:
    """The clocks that were open at an origin and whose end is known since, schema ``CASES``.

    Args:
        origin: the day.
        clocks: as known at the origin, schema ``CLOCKS``, all of one kind of clock.
        came: ``report_id``, ``clock`` and ``missed`` of those that have fallen due since.
        holidays: days off beside Saturdays and Sundays.
        zone: by whose clock days begin.
        restated: what is known now is looked at; that a case was reopened or passed on has no day, and may be of later.
    """
    if restated:
        clocks = clocks.with_columns(reopened=pl.lit(value=False), passed_on=pl.lit(value=False))
    if clocks.is_empty():
        return CASES.to_frame()
    lives = lives_of(clocks, holidays, zone)
    rows = clocks.select("report_id", "clock", "ended", "due", "until").with_row_index("row")
    still = rows.filter(pl.col("ended").is_null() & (pl.col("due") > pl.col("until")))
    asked = still.join(came, on=["report_id", "clock"], how="inner", maintain_order="left")
    if asked.is_empty():
        return CASES.to_frame()
    own = lives[asked["row"].to_numpy()]
    year = clocks.filter((pl.col("due") <= pl.col("until")) & (pl.col("due") > pl.col("until") - dt.timedelta(days=YEAR_DAYS)))
    return pl.DataFrame(
        {
            "origin": pl.Series([origin] * len(own), dtype=pl.Date),
            "lived": own["lived"],
            "missed": asked["missed"],
            Chance.FORECAST.value: Survival.fitted(lives).missed(own),
            Chance.DEPARTMENT.value: _share(year, own, "department"),
            Chance.KIND.value: _share(year, own, "kind"),
            Chance.HAZARD.value: hazard.missed(lives, own),
        },
        schema=CASES,
    )


def _share(past: pl.DataFrame, asked: pl.DataFrame, by: str) -> pl.Series:
    """The share that was missed of the clocks of a department or kind that fell due in the last year, drawn to that of all."""
    was = pl.col("ended").is_null() | (pl.col("ended") > pl.col("due"))
    total = past.select(((was.sum() + 1) / (pl.len() + 10)).alias("all"))["all"].item()
    shares = past.group_by(by).agg(share=(was.sum() + _SHRINKAGE * total) / (pl.len() + _SHRINKAGE))
    return asked.select(by).join(shares, on=by, how="left", maintain_order="left")["share"].fill_null(total)


def what_came(clocks: pl.DataFrame) -> pl.DataFrame:
    """``report_id``, ``clock`` and ``missed`` of clocks, schema ``CLOCKS``, that have fallen due: later nobody knows."""
    over = clocks.filter(pl.col("due") <= pl.col("until"))
    missed = pl.col("ended").is_null() | (pl.col("ended") > pl.col("due"))
    return over.select("report_id", "clock", missed=missed).unique(["report_id", "clock"], keep="first")
