"""The panel: reports counted per series, cell and local day, beside the exposure that says which zeros are real.

Belongs here: counting and exposure. Does not: forecasting (``transforms.scoring``), what arrived (``transforms.arrivals``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.district import District
from transforms.grids.locator import covered
from transforms.grids.succession import PARTS, WHOLE, parts
from transforms.neighbours import Neighbours
from transforms.nights import earliest, local_day
from transforms.schema import FEED_OF, Feed

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Exposure:
    """Exposure e(cell, day) in [0, 1], stored by coverage pattern: cells covered by the same sources share one row.

    ``pattern``: (cells,) row of ``share``; ``share``: (patterns, days).
    """

    pattern: NDArray[np.int64]
    share: Array

    def weighted(self, weights: Array) -> Array:
        """Σ_d e(cell, d) · weights(d, k). Shape (cells, k) for weights (days, k)."""
        return np.asarray((self.share @ weights)[self.pattern])

    def by_pattern(self, values: Array) -> Array:
        """Sums over the cells of each pattern. Shape (patterns, k) for values (cells, k)."""
        return np.stack([values[self.pattern == p].sum(axis=0) for p in range(len(self.share))])

    def at(self, days: slice) -> Array:
        """Exposure of every cell on some days, shape (cells, days)."""
        return self.share[self.pattern, days]


@dataclass(frozen=True)
class Panel:
    """Counts and exposure of the days before one night.

    ``days[j]`` is the date of column j; ``counts[series]`` is (cells, days); ``exposure[feed]`` belongs to that feed's series;
    ``neighbours`` are those of the cells.
    """

    night: dt.date
    days: list[dt.date]
    cells: pl.DataFrame
    counts: dict[str, NDArray[np.float32]]
    exposure: dict[Feed, Exposure]
    neighbours: Neighbours

    def column(self, day: dt.date) -> int:
        """Column of a day; may lie before 0 or past the end."""
        return (day - self.days[0]).days if self.days else 0

    def silent_on_last_day(self, series: list[str]) -> Panel:
        """The same panel, had nothing of some series been reported on its last day."""
        counts = {code: self.counts[code].copy() for code in series}
        for table in counts.values():
            table[:, -1:] = 0
        return replace(self, counts={**self.counts, **counts})


def exposure_of(feed: Feed, source_days: pl.DataFrame, district: District, cells: pl.DataFrame, days: list[dt.date]) -> Exposure:
    """Exposure of one feed: the best of its sources per cell and day."""
    sources = [s for s in district.sources if s.feed == feed]
    masks = np.column_stack([covered(cells, s.coverage.area) for s in sources]) if sources else np.zeros((len(cells), 0), dtype=bool)
    shares = np.zeros((len(sources), len(days)))
    for row, source in enumerate(sources):
        own = (
            source_days.filter((pl.col("source") == source.code) & pl.col("day").is_between(days[0], days[-1])) if days else source_days[:0]
        )
        shares[row, [(d - days[0]).days for d in own["day"]]] = own["share_arrived"].to_numpy()
    patterns, pattern = np.unique(masks, axis=0, return_inverse=True)
    share = np.stack([shares[p].max(axis=0) if p.any() else np.zeros(len(days)) for p in patterns])
    return Exposure(pattern.reshape(-1).astype(np.int64), share)


def build(
    reports: pl.DataFrame,
    source_days: pl.DataFrame,
    district: District,
    cells: pl.DataFrame,
    night: dt.date,
    neighbours: Neighbours | None = None,
) -> Panel:
    """Count reports into the panel of ``night``: from the first known day, at most ``history_days`` back, to the day before.

    Args:
        reports: reports as of the night, schema ``REPORTS``, one row each, or apportioned (``transforms.grids.succession``).
        source_days: schema ``SOURCE_DAYS``.
        district: kinds and series.
        cells: schema ``CELLS``; its order is the order of every array here.
        night: the night.
        neighbours: those of ``cells``, when at hand.
    """
    oldest = night - dt.timedelta(days=district.history_days)
    known = source_days.filter(pl.col("share_arrived") > 0)["day"]
    first = max(earliest(known), oldest) if len(known) else night
    days = [first + dt.timedelta(days=k) for k in range((night - first).days)]
    series = list(district.series)
    series_of = {k.code: series.index(k.series) for k in district.kinds.values() if k.series}
    row_of = dict(zip(cells["cell_id"], range(len(cells)), strict=True))
    # Codes become numbers before anything is counted: a table of counts is then one pass, where grouping by texts is several.
    counted = (
        reports.lazy()
        .select(
            *parts(reports),
            series=pl.col("kind").replace_strict(series_of, default=None, return_dtype=pl.Int32),
            cell=pl.col("cell_id").replace_strict(row_of, default=None, return_dtype=pl.Int64),
            day=local_day("occurred_at", district.timezone),
        )
        .drop_nulls()
        .filter(pl.col("day").is_between(first, night, closed="left"))
        .select("series", "cell", *parts(reports), column=(pl.col("day") - first).dt.total_days())
        .collect()
    )
    exposure = {feed: exposure_of(feed, source_days, district, cells, days) for feed in Feed} if days else {}
    counts = {}
    of, cell, column = counted["series"].to_numpy(), counted["cell"].to_numpy(), counted["column"].to_numpy()
    share = counted[PARTS].to_numpy() if PARTS in counted.columns else None
    for number, code in enumerate(series):
        own = np.flatnonzero(of == number)
        own_cell, own_column = cell[own], column[own]
        if days:
            # An event without exposure has no denominator: a straggler on a missing day, a neighbour's call outside the covered area.
            observed = exposure[FEED_OF[district.series[code].category]]
            seen = observed.share[observed.pattern[own_cell], own_column] > 0
            own, own_cell, own_column = own[seen], own_cell[seen], own_column[seen]
        place, size = own_cell * len(days) + own_column, len(cells) * len(days)
        # Millionths are summed whole, so that the order of the reports cannot show.
        dense = np.bincount(place, minlength=size) if share is None else np.bincount(place, share[own], size) / WHOLE
        counts[code] = dense.astype(np.float32).reshape(len(cells), len(days))
    return Panel(night, days, cells, counts, exposure, neighbours or Neighbours(cells["x_m"].to_numpy(), cells["y_m"].to_numpy()))
