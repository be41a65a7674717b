"""Whether the newest days of a source hold less than is usual at this hour: what other nights had of days as young, when they looked.

Belongs here: that comparison. Does not: the state of a day, which is its share of reports
(``transforms.panel.arrivals``): a source whose reports take a week has no complete day, and nothing is wrong with it.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from scipy import special

from transforms.panel.arrivals import IMPROBABLE, MOST_DEVIATIONS
from transforms.words import DayState

# Days this young are compared; of older ones their state says enough.
AGES: Final = 3
# As many nights back, of which so many at least must have looked.
NIGHTS: Final = 28
LEAST_NIGHTS: Final = 7
# From so many nights on of one weekday it is compared with those alone.
LEAST_OF_WEEKDAY: Final = 3
# Less than half of what is usual, and as improbable as a run of empty days that is taken for missing.
SHARE: Final = 0.5


class Short(NamedTuple):
    """A source of which a day holds less than is usual, and how much that is; None where nothing came and too few nights looked to tell."""

    source: str
    day: dt.date
    reports: int
    usual: float | None


def short_days(days: pl.DataFrame, seen: pl.DataFrame, night: dt.date) -> list[Short]:
    """The days of a night's sources that hold less than is usual at this hour, by source and day.

    Args:
        days: the source-days of the night, schema ``SOURCE_DAYS``.
        seen: those that nightlies before it had, schema ``SEEN_DAYS``; only nights that looked as a nightly does are comparable.
        night: the local date.
    """
    young = days.filter(pl.col("day") >= night - dt.timedelta(days=AGES), pl.col("day") < night)
    age = (pl.col("night") - pl.col("day")).dt.total_days()
    found = []
    for source, day, state, reports in young.select("source", "day", "state", "reports").sort("source", "day").iter_rows():
        others = seen.filter(pl.col("source") == source, age == (night - day).days, pl.col("night") < night)
        had, count = others.with_columns(pl.col("reports").fill_null(0)), reports or 0
        if had["night"].n_unique() < LEAST_NIGHTS:
            found += [Short(source, day, count, None)] if state == DayState.LATE.value else []
            continue
        weekday = pl.col("day").dt.weekday()
        overall = float(had.select(pl.col("reports").median()).item())
        own = pl.when(pl.len().over(weekday) >= LEAST_OF_WEEKDAY).then(pl.col("reports").median().over(weekday)).otherwise(overall)
        had = had.with_columns(usual=own)
        # On a day on which an office rests little is usual; what other days then had more is no measure of it.
        usual = min([overall, *had.filter(weekday == day.isoweekday())["usual"]])
        if count < SHARE * usual and _probability(count, usual, had) < IMPROBABLE:
            found.append(Short(source, day, count, usual))
    return found


def _probability(count: int, usual: float, had: pl.DataFrame) -> float:
    """Of so few or fewer, by a negative binomial as wide as the days of the source are; one odd day widens it only so far."""
    off = (had["reports"] - had["usual"]).abs() / had["usual"].clip(1.0).sqrt()
    wider = float(np.mean(np.minimum(off.to_numpy(), MOST_DEVIATIONS) ** 2)) - 1.0
    if wider <= 0:
        return float(special.pdtr(count, usual))
    size = usual / wider
    return float(special.betainc(size, count + 1.0, size / (size + usual)))
