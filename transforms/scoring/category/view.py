"""What is seen of one category: its series and their past, exposure, open stock and overdue disputes, as of any day of a panel.

Belongs here: looking, and handing out work series by series. Does not: what models make of it (``expected`` and those after it).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Protocol, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from transforms.clocks.nights import day_start
from transforms.district.declaration import CategorySettings, District, Series
from transforms.panel.panel import Exposure, Panel
from transforms.scoring.escalation import DISPUTES, overdue_disputes
from transforms.scoring.features import Past, Together
from transforms.scoring.silence import Heard, LastHeard
from transforms.scoring.stock import open_stock
from transforms.words import RESIDENTS, Category
from transforms.words.feeds import FEEDS
from transforms.words.reasons import NotScored
from transforms.worklist.feedback import counted

Array = NDArray[np.float64]
Item = TypeVar("Item")
Made = TypeVar("Made")
# So many series times origins are worked on in one go: more of them take more room and no less time.
TOGETHER = 32


class Each(Protocol):
    """What works on all of some items and gives the results in their order: ``map``, or that of a pool of threads."""

    def __call__(self, work: Callable[[Item], Made], items: Iterable[Item], /) -> Iterable[Made]:
        """The result of every item."""


def unviewed(district: District, category: Category) -> NotScored:
    """Why there is no view of a category: nothing that it is made of is declared, or told of by any source, or was ever heard of."""
    if district.scored_feeds(category):
        return NotScored.NOT_COVERED
    declared = any(k.standing and FEEDS[k.feed].category == category for k in district.kinds.values()) or district.series_of(category)
    return NotScored.NO_SOURCE if declared else NotScored.NO_SERIES


def scorable(panel: Panel, district: District) -> dict[Category, Heard]:
    """The categories that can be scored, each with the days that any of its sources was heard of: another's past says nothing here."""
    possible = {category: parts for category in RESIDENTS if (parts := exposures(panel, district, category))}
    return {c: heard for c, parts in possible.items() if (heard := Heard.of(Exposure.best(parts), panel.days))}


def exposures(panel: Panel, district: District, category: Category) -> list[Exposure]:
    """What is observed of each part of a category that was ever heard of, once where the same sources tell of several: of its series, and
    of what stands open."""
    series = [panel.told_by[s.code] for s in district.series_of(category) if s.code in panel.told_by]
    return [panel.of_sources[sources] for sources in panel.heard([*series, district.standing_by(category)])]


def going_on(panel: Panel, district: District, series: Iterable[Series]) -> list[Exposure]:
    """What is observed of some series by sources that have not ended, as declared; once where the same tell of several."""
    ended = {s.code for s in district.sources if s.coverage.until is not None and s.coverage.until < panel.night}
    told_by = [sources for s in panel.told(series) if not (sources := panel.told_by[s.code]) <= ended]
    return [panel.of_sources[sources] for sources in dict.fromkeys(told_by)]


@dataclass(frozen=True, eq=False)
class CategoryView:
    """One category as seen by one panel. ``reports`` are those of the panel's night, one row each, for stock and clocks; ``left_out`` are
    series that do not count in what is asked (``counting``)."""

    panel: Panel
    reports: pl.DataFrame
    district: District
    category: Category
    holidays: Mapping[dt.date, str]
    each: Each = map
    left_out: frozenset[str] = frozenset()

    @cached_property
    def series(self) -> list[Series]:
        """The category's series that were ever heard of and are not left out, in the order in which they are declared."""
        return [s for s in self.panel.told(self.district.series_of(self.category)) if s.code not in self.left_out]

    @cached_property
    def counted(self) -> pl.DataFrame:
        """The reports that count: those that the work list found by itself have clocks and nothing else."""
        return counted(self.reports)

    @cached_property
    def pasts(self) -> Mapping[str, Past]:
        """What was observed of each series, by its code."""
        counts, told_by = self.panel.counts, {s.code: self.panel.told_by[s.code] for s in self.series}
        # What other sources tell of fades where those fall silent, so only series that are heard of together look at one another.
        together = {sources: Together({s: counts[s] for s, of in told_by.items() if of == sources}) for sources in told_by.values()}
        return {s: Past(counts[s], together[sources], self.panel.observed(s), s) for s, sources in told_by.items()}

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """The number of each cell's subdistrict, shape (cells,)."""
        return self.panel.cells["subdistrict"].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()

    @cached_property
    def subdistricts(self) -> list[str]:
        """The codes of those that have cells, in the order of their numbers."""
        return self.panel.cells["subdistrict"].drop_nulls().unique().sort().to_list()

    @cached_property
    def areas(self) -> sparse.csr_matrix:
        """1 for each cell of a subdistrict, shape (subdistricts, cells)."""
        placed = np.flatnonzero(self.parts)
        return sparse.csr_matrix(
            (np.ones(len(placed)), (self.parts[placed] - 1, placed)), shape=(len(self.subdistricts), len(self.panel.cells))
        )

    @cached_property
    def exposure(self) -> Exposure:
        """Exposure of the category: the best of its parts per cell and day."""
        return Exposure.best(exposures(self.panel, self.district, self.category))

    @cached_property
    def parts_seen(self) -> list[Exposure]:
        """Exposure of its series by their sources, each of which has to be heard of for a cell to have a score; of those whose sources have
        ended, as declared, nothing is waited for. That of the category, where no series goes on."""
        return going_on(self.panel, self.district, self.series) or [self.exposure]

    @cached_property
    def heard(self) -> Heard:
        """The days that any of the category's sources was heard of."""
        return scorable(self.panel, self.district)[self.category]

    @property
    def stale_after_days(self) -> int:
        """After so many days of silence a cell is no longer scored."""
        return self.district.categories.get(self.category, CategorySettings()).stale_after_days

    def chosen(self, only: Collection[str] | None) -> list[str]:
        """Codes of every series, or of those asked for, in the order of all."""
        return [code for code in self.pasts if only is None or code in only]

    def together(self, work: Callable[[list[str]], list[Made]], codes: list[str], origins: int) -> dict[str, Made]:
        """What ``work`` makes of each series; it is handed several of the same sources at once where there are few origins, each alone
        where many.

        Those that are worked on at once share an exposure.
        """
        size = max(1, TOGETHER // origins)
        told_by = {c: self.panel.told_by[c] for c in codes}
        alike = [[c for c in codes if told_by[c] == sources] for sources in dict.fromkeys(told_by.values())]
        groups = [own[k : k + size] for own in alike for k in range(0, len(own), size)]
        made = dict(zip(chain.from_iterable(groups), chain.from_iterable(self.each(work, groups)), strict=True))
        return {code: made[code] for code in codes}

    def columns(self, origins: list[dt.date]) -> NDArray[np.int64]:
        """The panel's columns of some days."""
        return np.array([self.panel.column(d) for d in origins], dtype=np.int64)

    def last_heard(self, of: Exposure) -> LastHeard:
        """When each cell was last heard of before the night."""
        return LastHeard.before(of, np.array([len(self.panel.days)]))

    def past_days(self, origins: list[dt.date]) -> NDArray[np.int64]:
        """Days with exposure to any part of the category before each origin, shape (cells, origins)."""
        return self._days_seen(self.exposure, origins)

    def is_covered(self, origins: list[dt.date]) -> NDArray[np.bool_]:
        """Where each part of the category was heard of before each origin, shape (cells, origins)."""
        return np.asarray(np.all([self._days_seen(part, origins) > 0 for part in self.parts_seen], axis=0))

    def _days_seen(self, of: Exposure, origins: list[dt.date]) -> NDArray[np.int64]:
        exposed = np.pad(np.cumsum(of.share > 0, axis=1), ((0, 0), (1, 0)))
        columns = np.clip(self.columns(origins), 0, exposed.shape[1] - 1)
        return np.asarray(exposed[of.pattern][:, columns])

    def stock(self, origins: list[dt.date]) -> Array:
        """Harm of the open stock at the beginning of each origin, shape (cells, origins)."""
        moments = [day_start(d, self.district.zone) for d in origins]
        return open_stock(self.counted, self.district, self.category, self.panel.cells, moments)

    def overdue(self, origins: list[dt.date]) -> Array:
        """Disputes overdue as they stood when both this category and they were last heard of: an unheard dispute is not settled."""
        panel, columns = self.panel, self.columns(origins)
        for exposure in (self.exposure, self._disputes_seen):
            columns = LastHeard.before(exposure, columns).feed
        moments = [day_start(panel.days[0] + dt.timedelta(days=c), self.district.zone) for c in columns.tolist()]
        return overdue_disputes(self.reports, self.district, panel.cells, moments)

    @property
    def _disputes_seen(self) -> Exposure:
        series = dict.fromkeys(k.series for k in self.district.kinds.values() if k.feed == DISPUTES and k.standing)
        told = self.panel.heard(self.panel.told_by[s] for s in series if s in self.panel.told_by)
        return Exposure.best([self.panel.of_sources[sources] for sources in told]) if told else self.panel.exposure[DISPUTES]

    @property
    def covered_by_stability(self) -> NDArray[np.bool_]:
        """Cells that a source of disputes covers: elsewhere no overdue dispute is none."""
        exposure = self._disputes_seen
        any_day: NDArray[np.bool_] = np.asarray((exposure.share > 0).any(axis=1))
        return any_day[exposure.pattern]
