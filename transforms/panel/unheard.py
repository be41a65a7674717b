"""Series that fell silent while others of their category speak: what one source keeps to itself shows in no map of the rest.

A category of which no source speaks is told as a whole (``transforms.alerts.types.source``); this is about a part of one.

Belongs here: which series, of which sources, since when. Does not: what a silence does to a score (``transforms.scoring.silence``), who is
told of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.district.declaration import District
from transforms.words import RESIDENTS, Category, Words

# So many days in a row without a word are no delay.
SILENT_DAYS: Final = 3


@dataclass(frozen=True)
class Unheard:
    """Series of one category of which the same sources tell, and the last day that was heard of any of those; None where that lies further
    back than days are kept."""

    category: Category
    series: tuple[str, ...]
    sources: tuple[str, ...]
    last_day: dt.date | None

    def said(self, district: District) -> Words:
        """In words: which they are, since when, and whose silence it is."""
        named, codes = [district.series[code].name for code in self.series], ", ".join(self.sources)
        since = Words(f"自 {self.last_day} 后", f"since {self.last_day}") if self.last_day else Words("长期", "for long")
        return Words(
            f"{'、'.join(n.zh for n in named)}：{since.zh}无数据（{codes}），不等于没有",
            f"{', '.join(n.en for n in named)}: nothing heard {since.en} from {codes}, which is not none",
        )


def unheard(district: District, days: pl.DataFrame, night: dt.date) -> list[Unheard]:
    """The series that nothing was heard of for ``SILENT_DAYS`` or more, of categories in which something was.

    Args:
        district: its declaration; sources that have ended, as declared, keep nothing to themselves.
        days: the source-days of the night, schema ``SOURCE_DAYS``.
        night: the night.
    """
    ended = {s.code for s in district.sources if s.coverage.until is not None and s.coverage.until < night}
    heard = days.filter(pl.col("share_arrived") > 0, pl.col("day") < night).group_by("source").agg(pl.col("day").max())
    last: dict[str, dt.date] = dict(heard.iter_rows())
    told_by, found = district.told_by, []
    for category in RESIDENTS:
        alike: dict[frozenset[str], list[str]] = {}
        for series in district.series_of(category):
            if not (sources := told_by.get(series.code, frozenset())) <= ended:
                alike.setdefault(sources, []).append(series.code)
        newest = {sources: max((last[s] for s in sources if s in last), default=None) for sources in alike}
        silent = [s for s, day in newest.items() if day is None or (night - day).days > SILENT_DAYS]
        if len(silent) < len(alike):
            found += [Unheard(category, tuple(alike[s]), tuple(sorted(s)), newest[s]) for s in silent]
    return found


def uncounted(district: District, shares: Mapping[str, float], category: Category) -> tuple[str, ...]:
    """The series that a scored category does not count yet, of its ``shares`` of a night: nothing was heard of them, or not for long."""
    told = district.told_by
    return tuple(s.code for s in district.series_of(category) if shares and s.code in told and s.code not in shares)
