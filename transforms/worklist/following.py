"""How the lists of days follow one another, and how far they are ahead of the city's own order.

Belongs here: the two measures. Does not: whether going there helped (``transforms.worklist.precision``), visits
(``transforms.worklist.visits``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Final

import polars as pl

from transforms.words import Chosen, Status

_SENT: Final = (Chosen.LISTED.value, Chosen.RANDOM.value)


@dataclass(frozen=True)
class Lead:
    """So many ``cases`` stood open in a place when a list named it, nobody said that they went, and the city closed them in its own order:
    half of them ``median_days`` or more after the list; None where there are none."""

    cases: int
    median_days: float | None


def likeness(visits: pl.DataFrame) -> float | None:
    """The mean share of places that lists of two days in a row have in common, of all places of both (Jaccard); None without such days.

    Args:
        visits: schema ``VISITS``.
    """
    sent = visits.filter(pl.col("chosen").is_in(_SENT))
    lists = {day: set(cells) for day, cells in sent.group_by("day").agg("cell_id").sort("day").iter_rows()}
    alike = [len(lists[a] & lists[b]) / len(lists[a] | lists[b]) for a, b in pairwise(lists) if (b - a).days == 1]
    return fmean(alike) if alike else None


def lead(visits: pl.DataFrame, reports: pl.DataFrame, timezone: str) -> Lead:
    """How many days a list was ahead of the city's own order.

    Args:
        visits: schema ``VISITS``.
        reports: schema ``REPORTS``, each as it stands now.
        timezone: the district's.
    """
    closed = pl.col("closed_at").dt.convert_time_zone(timezone).dt.date()
    cases = (
        reports.lazy()
        .filter(pl.col("status") == Status.CLOSED.value, pl.col("closed_at").is_not_null())
        .select("report_id", "cell_id", "reported_on", closed_on=closed)
    )
    listed = visits.lazy().filter(pl.col("chosen") == Chosen.LISTED.value).select("cell_id", listed_on="day")
    went = visits.lazy().filter(pl.col("outcome").is_not_null()).select("cell_id", went_on="day")
    open_then = (pl.col("reported_on") < pl.col("listed_on")) & (pl.col("listed_on") <= pl.col("closed_on"))
    named = cases.join(listed, on="cell_id").filter(open_then).group_by("report_id").agg(pl.col("listed_on").min())
    found = cases.join(named, on="report_id")
    visited = found.join(went, on="cell_id").filter(pl.col("went_on").is_between("listed_on", "closed_on")).select("report_id")
    days = (pl.col("closed_on") - pl.col("listed_on")).dt.total_days()
    left = found.join(visited, on="report_id", how="anti").select(days=days).collect()["days"]
    return Lead(len(left), float(left.median()) if len(left) else None)  # type: ignore[arg-type]
