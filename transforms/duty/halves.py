"""How far a share is more than chance: the shares of two halves of the same clocks, over all lines that have clocks enough.

Reliability is 2r / (1 + r), with r the correlation of the halves (Spearman 1910, Brown 1910): near 1 where lines differ by more than their
clocks happen to, near 0 where another month would rank them otherwise. Where it is below ``LEAST_RELIABILITY`` no line is given a level:
their differences would be chance that hangs on a wall.

Belongs here: that number. Does not: the shares (``transforms.duty.share``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from transforms.duty.window import AHEAD_DAYS, WINDOW_DAYS

# A line of fewer has no level.
FEWEST_CLOCKS: Final = 30
# A correlation of fewer lines says nothing.
FEWEST_LINES: Final = 5
LEAST_RELIABILITY: Final = 0.7
# As many days as a share is of, back from a night, and how often in a year; one window alone would change its mind from night to night.
_WINDOW_DAYS: Final = WINDOW_DAYS + AHEAD_DAYS
_WINDOWS: Final = 10
LINE: Final = ("department", "subdistrict")


class Halves(NamedTuple):
    """How many lines have clocks enough, and the reliability of their shares; None where they are too few or all alike."""

    lines: int
    reliability: float | None


def halves(clocks: pl.DataFrame, by: Sequence[str]) -> Halves:
    """Split the clocks of each line in two, by their ids, which are as good as drawn.

    Args:
        clocks: schema ``CLOCKS`` with ``missed``, a number in [0, 1].
        by: what a line is.
    """
    enough = clocks.filter(pl.len().over(by) >= FEWEST_CLOCKS).sort("report_id", "missed")
    # All clocks of a case go into one half: who is late to finish is so to answer.
    odd = (pl.col("report_id").rank("dense").over(by) % 2).alias("odd")
    shares = enough.with_columns(odd).group_by(*by, "odd").agg(pl.col("missed").mean()).sort(*by, "odd")
    first, second = (shares.filter(pl.col("odd") == half)["missed"].to_numpy() for half in (0, 1))
    if len(first) < FEWEST_LINES or min(first.std(), second.std()) == 0:
        return Halves(len(first), None)
    r = float(np.corrcoef(first, second)[0, 1])
    return Halves(len(first), max(0.0, 2 * r / (1 + r)) if r > -1 else 0.0)


def over_a_year(clocks: pl.DataFrame) -> Halves:
    """The usual reliability of lines in the windows of the year before a night, of clocks as ``halves`` takes them that fell due."""
    back = ((pl.col("until") - pl.col("due")).dt.total_days() // _WINDOW_DAYS).alias("window")
    fell_due = clocks.filter(pl.col("due") <= pl.col("until"), pl.col("due") > pl.col("until") - dt.timedelta(days=_WINDOW_DAYS * _WINDOWS))
    return usual(halves(window, LINE) for window in fell_due.with_columns(back).partition_by("window", include_key=False))


def usual(found: Iterable[Halves]) -> Halves:
    """The medians of several; no lines where there are none."""
    every = list(found)
    known = [each.reliability for each in every if each.reliability is not None]
    return Halves(round(median(each.lines for each in every)) if every else 0, median(known) if known else None)


def tells_apart(found: Halves) -> bool:
    """Whether lines may be given levels: not where it is known that their halves disagree."""
    return found.reliability is None or found.reliability >= LEAST_RELIABILITY
