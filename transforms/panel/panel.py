"""The panel: reports counted per series, cell and local day, beside the exposure that says which zeros are real.

Reports are counted once for all nights (``Tally``); the panel of a night is cut out of that.

Belongs here: counting and exposure. Does not: forecasting (``transforms.scoring``), what arrived (``transforms.panel.arrivals``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from transforms.clocks.nights import earliest
from transforms.district.declaration import District, Series
from transforms.grids.locator import covered
from transforms.grids.neighbours import Neighbours
from transforms.grids.succession import PARTS, WHOLE, parts
from transforms.words import RESIDENTS
from transforms.words.feeds import FEEDS

Array = NDArray[np.float64]
# By columns: most cells see nothing of a series on most days.
Counts: TypeAlias = sparse.csc_array
# Some days of a panel, by column.
Window: TypeAlias = "slice[int | None, int | None, None]"


@dataclass(frozen=True)
class Exposure:
    """Exposure e(cell, day) in [0, 1], stored by coverage pattern: cells covered by the same sources share one row.

    ``pattern``: (cells,) row of ``share``; ``share``: (patterns, days).
    """

    pattern: NDArray[np.int64]
    share: Array

    @classmethod
    def best(cls, several: Sequence[Exposure]) -> Exposure:
        """The best of several per cell and day, as where any of them observes; of one, itself."""
        return cls._each_where(several, lambda shares: np.max(shares, axis=0))

    @classmethod
    def least(cls, several: Sequence[Exposure]) -> Exposure:
        """The least of several per cell and day, as where all of them have to observe; of one, itself."""
        return cls._each_where(several, lambda shares: np.min(shares, axis=0))

    @classmethod
    def _each_where(cls, several: Sequence[Exposure], chosen: Callable[[list[Array]], Array]) -> Exposure:
        if len(several) == 1:
            return several[0]
        rows, pattern = np.unique(np.column_stack([e.pattern for e in several]), axis=0, return_inverse=True)
        return cls(pattern.reshape(-1).astype(np.int64), chosen([e.share[rows[:, k]] for k, e in enumerate(several)]))

    @property
    def is_heard(self) -> bool:
        """Whether anything was ever observed anywhere."""
        return bool((self.share > 0).any())

    def by_pattern(self, values: Array) -> Array:
        """Sums over the cells of each pattern. Shape (patterns, k) for values (cells, k)."""
        return np.stack([values[self.pattern == p].sum(axis=0) for p in range(len(self.share))])

    def at(self, days: Window) -> Array:
        """Exposure of every cell on some days, shape (cells, days)."""
        return self.share[self.pattern, days]


@dataclass(frozen=True)
class Panel:
    """Counts and exposure of the days before one night.

    ``days[j]`` is the date of column j; ``counts[series]`` is (cells, days), of the series that some source tells of, ``told_by[series]``
    those sources; ``exposure[feed]`` is that of all sources of a feed; ``of_sources`` is that of each alone, and of those together which
    tell of one series or of what stands open in one category; ``neighbours`` are those of the cells.
    """

    night: dt.date
    days: list[dt.date]
    cells: pl.DataFrame
    counts: dict[str, Counts]
    exposure: dict[str, Exposure]
    of_sources: dict[frozenset[str], Exposure]
    told_by: dict[str, frozenset[str]]
    neighbours: Neighbours

    def observed(self, series: str) -> Exposure:
        """The exposure of the sources that tell of a series: the others of its feed say nothing of it, whether they speak or not.

        Series of the same sources share one.
        """
        return self.of_sources[self.told_by[series]]

    def heard(self, sources: Iterable[frozenset[str]]) -> list[frozenset[str]]:
        """Of some sets of sources those of which any was ever heard of, each once, in their order."""
        every = dict.fromkeys(sources)
        return [some for some in every if some in self.of_sources and self.of_sources[some].is_heard]

    def told(self, series: Iterable[Series]) -> list[Series]:
        """Of some series those that a source tells of which was ever heard of."""
        heard = set(self.heard(self.told_by.values()))
        return [s for s in series if self.told_by.get(s.code) in heard]

    def column(self, day: dt.date) -> int:
        """Column of a day; may lie before 0 or past the end."""
        return (day - self.days[0]).days if self.days else 0

    def silent_on_last_day(self, series: list[str]) -> Panel:
        """The same panel, had nothing of some series been reported on its last day."""
        return replace(self, counts={**self.counts, **{code: _without_last_day(self.counts[code]) for code in series}})


class Coverage:
    """Which of some sources cover which cells: ``patterns`` (patterns, sources) and the ``pattern`` of each cell."""

    def __init__(self, sources: Collection[str], district: District, cells: pl.DataFrame) -> None:
        self.sources = [s.code for s in district.sources if s.code in sources]
        areas = [s.coverage.area for s in district.sources if s.code in sources]
        masks = np.column_stack([covered(cells, area) for area in areas]) if areas else np.zeros((len(cells), 0), dtype=bool)
        self.patterns, pattern = np.unique(masks, axis=0, return_inverse=True)
        self.pattern = pattern.reshape(-1).astype(np.int64)

    def exposure(self, source_days: pl.DataFrame, days: list[dt.date]) -> Exposure:
        """Exposure of the sources together: the best of them per cell and day."""
        shares = np.zeros((len(self.sources), len(days)))
        for row, code in enumerate(self.sources):
            own = source_days.filter((pl.col("source") == code) & pl.col("day").is_between(days[0], days[-1])) if days else source_days[:0]
            shares[row, (own["day"] - days[0]).dt.total_days().to_numpy() if len(own) else []] = own["share_arrived"].to_numpy()
        share = np.stack([shares[p].max(axis=0) if p.any() else np.zeros(len(days)) for p in self.patterns])
        return Exposure(self.pattern, share)


class Tally:
    """All reports counted per series, cell and local day, and who covers what: what the panels of many nights are cut from."""

    def __init__(self, reports: pl.DataFrame, district: District, cells: pl.DataFrame, neighbours: Neighbours | None = None) -> None:
        """Count.

        Args:
            reports: schema ``REPORTS``, one row each, or apportioned (``transforms.grids.succession``).
            district: kinds and series.
            cells: schema ``CELLS``; its order is the order of every array here.
            neighbours: those of ``cells``, when at hand.
        """
        self._district, self._cells = district, cells
        self._neighbours = neighbours or Neighbours(cells["x_m"].to_numpy(), cells["y_m"].to_numpy())
        self._told_by = district.told_by
        self._of_feed = {feed: frozenset(s.code for s in district.sources if s.feed == feed) for feed in FEEDS}
        standing = map(district.standing_by, RESIDENTS)
        alone = [frozenset({s.code}) for s in district.sources]
        every = dict.fromkeys([*self._of_feed.values(), *self._told_by.values(), *standing, *alone])
        self._coverage = {sources: Coverage(sources, district, cells) for sources in every}
        series = list(self._told_by)
        series_of = {k.code: series.index(k.series) for k in district.kinds.values() if k.series in self._told_by}
        row_of = dict(zip(cells["cell_id"], range(len(cells)), strict=True))
        # Codes become numbers before anything is counted: a table of counts is then one pass, where grouping by texts is several.
        counted = (
            reports.lazy()
            .select(
                *parts(reports),
                series=pl.col("kind").replace_strict(series_of, default=None, return_dtype=pl.Int32),
                cell=pl.col("cell_id").replace_strict(row_of, default=None, return_dtype=pl.Int32),
                day="occurred_on",
                count=pl.col("count").cast(pl.Int64),
            )
            .drop_nulls()
            .collect()
        )
        self._first: dt.date | None = earliest(counted["day"]) if len(counted) else None
        column = counted.select(pl.col("day").cast(pl.Int32) - pl.col("day").cast(pl.Int32).min()).to_series().to_numpy()
        of, cell = counted["series"].to_numpy(), counted["cell"].to_numpy()
        weight = counted["count"].to_numpy() * (counted[PARTS].to_numpy() if PARTS in counted.columns else 1)
        shape = len(cells), int(column.max(initial=-1)) + 1
        self._counts: dict[str, Counts] = {}
        for number, code in enumerate(series):
            own = of == number
            # Millionths are summed whole, so that the order of the reports cannot show.
            table = sparse.csc_array(sparse.coo_array((weight[own], (cell[own], column[own])), shape=shape)).astype(float)
            table.data /= WHOLE if PARTS in counted.columns else 1
            table.sort_indices()
            self._counts[code] = table

    def panel(self, source_days: pl.DataFrame, night: dt.date) -> Panel:
        """The panel of a night: from the first known day, at most ``history_days`` back, to the day before.

        Args:
            source_days: schema ``SOURCE_DAYS``, as judged on that night.
            night: the night.
        """
        oldest = night - dt.timedelta(days=self._district.history_days)
        known = source_days.filter(pl.col("share_arrived") > 0)["day"]
        first = max(earliest(known), oldest) if len(known) else night
        days = [first + dt.timedelta(days=k) for k in range((night - first).days)]
        seen = {sources: coverage.exposure(source_days, days) for sources, coverage in self._coverage.items()} if days else {}
        exposure = {feed: seen[sources] for feed, sources in self._of_feed.items()} if days else {}
        counts = {}
        for code, sources in self._told_by.items():
            table = self._cut(self._counts[code], first, len(days))
            counts[code] = _observed(table, seen[sources]) if days else table
        return Panel(night, days, self._cells, counts, exposure, seen, self._told_by, self._neighbours)

    def _cut(self, table: Counts, first: dt.date, days: int) -> Counts:
        """The columns of some days, without copying what they hold; days outside the table are empty."""
        skipped = (first - self._first).days if self._first else 0
        edges = table.indptr[np.clip(np.arange(skipped, skipped + days + 1), 0, table.shape[1])]
        held = slice(edges[0], edges[-1])
        return sparse.csc_array((table.data[held], table.indices[held], edges - edges[0]), shape=(table.shape[0], days))


def _observed(table: Counts, exposure: Exposure) -> Counts:
    """Counts without those that have no exposure, and so no denominator: a straggler on a missing day, a neighbour's call outside the
    covered area."""
    blind = exposure.share <= 0
    if not blind.any():
        return table
    column = np.repeat(np.arange(table.shape[1]), np.diff(table.indptr))
    unseen = blind[exposure.pattern[table.indices], column]
    if not unseen.any():
        return table
    seen = table.copy()
    seen.data[unseen] = 0
    seen.eliminate_zeros()
    return seen


def _without_last_day(table: Counts) -> Counts:
    """The same days, nothing on the last."""
    edges = np.append(table.indptr[:-1], table.indptr[-2:-1])
    return sparse.csc_array((table.data[: edges[-1]], table.indices[: edges[-1]], edges), shape=table.shape)
