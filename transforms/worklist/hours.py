"""At which part of the day to go: when most of it happens there.

Belongs here: the part of the day of a place. Does not: which place (``transforms.worklist.choosing``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import polars as pl

from transforms.words import PartOfDay

_A_YEAR: Final = dt.timedelta(days=365)
# The district's own day counts as so many reports of a place: one or two of them say nothing yet.
_PRIOR: Final = 5.0
_PARTS: Final = tuple(part.value for part in PartOfDay if part is not PartOfDay.UNKNOWN)


def parts_of_day(reports: pl.DataFrame, feeds_of: Mapping[str, frozenset[str]], night: dt.date) -> dict[str, str]:
    """The part of the day in which most was reported of each place over a year, as far as that is known.

    Args:
        reports: schema ``REPORTS``, as the night sees them.
        feeds_of: for each place the feeds that matter there.
        night: the night.
    """
    told = reports.lazy().filter(pl.col("occurred_on") >= night - _A_YEAR, pl.col("part_of_day").is_in(_PARTS))
    counted = told.group_by("feed", "cell_id", "part_of_day").len().collect()
    whole: dict[str, dict[str, float]] = {}
    for feed, part, number in counted.group_by("feed", "part_of_day").agg(pl.col("len").sum()).iter_rows():
        whole.setdefault(feed, {})[part] = float(number)
    own: dict[tuple[str, str], dict[str, float]] = {}
    for feed, cell, part, number in counted.filter(pl.col("cell_id").is_in(list(feeds_of))).iter_rows():
        own.setdefault((feed, cell), {})[part] = float(number)
    found = {}
    for cell, feeds in feeds_of.items():
        known = [feed for feed in sorted(feeds) if feed in whole]
        if known:
            weight = {part: sum(own.get((f, cell), {}).get(part, 0.0) + _share(whole[f], part) * _PRIOR for f in known) for part in _PARTS}
            found[cell] = max(_PARTS, key=lambda part: weight[part])
    return found


def _share(counts: Mapping[str, float], part: str) -> float:
    return counts.get(part, 0.0) / sum(counts.values())
