"""The surge tests of one series: places where the last days hold more than slow rates explain.

The baseline sees slow features only (half-lives 90 and 730 days), as they stood 14 days ago, so that a surge does not hide itself; it is
raised by as much as the rest of the district rose. Windows of 1, 3, 7 and 14 days are tested with the mid-p upper tail of the negative
binomial, for the cell and for the cell with its ring: p = min(1, 2.5 · min over windows) for each, and twice the smaller of the two. Of an
area that is tested as a whole the counts scatter as those of its cells do alone, and as those of the district do together.

Belongs here: baseline and p-values. Does not: what they come to when all series of a night are judged together (``surges``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from transforms.grids.neighbours import Neighbours
from transforms.panel.voices import Voices
from transforms.scoring.decay import dense, window_sums
from transforms.scoring.features import DISTRICT, OWN, Feature, Past, make_features_of
from transforms.scoring.negbin import fit_size
from transforms.scoring.weights import Evidence

Array = NDArray[np.float64]

SLOW: Final[tuple[Feature, ...]] = (*(f for f in OWN if f.half_life in {90.0, 730.0}), DISTRICT)
LAG_DAYS = 14
WINDOWS: Final = (1, 3, 7, 14)
# How much the smallest of the four tails understates a p-value: they overlap, so less than four.
OF_WINDOWS = 2.5
OF_SCOPES = 2.0
RING_SIZE = 0.55
REST_EVENTS = 20.0
MIN_VOICES = 4
MIN_DAYS = 2
MIN_PAST_DAYS = 56
PRIOR = np.full(len(SLOW), 30.0 / len(SLOW))


@dataclass(frozen=True)
class SurgeModel:
    """Weights of the slow features, and a size per window: of a cell's count, and of the district's."""

    weights: tuple[float, ...]
    sizes: tuple[float, ...]
    district_sizes: tuple[float, ...]


@dataclass(frozen=True)
class DistrictTest:
    """The same test of the district as a whole: ``p``, and the window in days it came from with what was observed and expected there."""

    p: float
    days: int
    observed: float
    expected: float


@dataclass(frozen=True)
class SurgeTests:
    """One series of one night, per cell, or per area where areas are tested: ``p``, the window in days and the scope it came from, and what
    was observed and expected there.

    ``tested`` marks the cells with eight weeks of past that were seen in the last two; elsewhere, and where there is too little evidence
    (under four voices, or all on one day), ``p`` is 1 and the rest is nought.
    """

    p: Array
    days: NDArray[np.int64]
    of_ring: NDArray[np.bool_]
    observed: Array
    expected: Array
    tested: NDArray[np.bool_]
    district: DistrictTest


def upper_tail(mean: Array, size: Array | float, count: Array) -> Array:
    """Mid-p upper tail ½[P(Y ≥ y) + P(Y > y)] of NB(mean, size)."""
    share = mean / (size + mean)
    with np.errstate(invalid="ignore"):
        at_least = np.where(count > 0, special.betainc(np.maximum(count, 1), size, share), 1.0)
        return np.asarray(0.5 * (at_least + special.betainc(count + 1, size, share)))


def fit_surge(slow: NDArray[np.float32 | np.float64], past: Past, season: Array, origins: NDArray[np.int64], sized: int) -> SurgeModel:
    """Fit the baseline of surges.

    Args:
        slow: features ``SLOW`` at each origin, 0 where unknown, shape (features, cells, origins).
        past: counts and exposure.
        season: factor per day.
        origins: columns, newest first; the 14 days from each on are in the panel.
        sized: how many of the newest origins teach the sizes.
    """
    observed = past.exposure.share * season
    offset = window_sums(observed, origins, LAG_DAYS)[past.exposure.pattern]
    count = window_sums(past.counts, origins, LAG_DAYS)
    weights = Evidence(slow, offset, count, (offset > 0) & (slow[-1] > 0)).weights(PRIOR)
    rate = np.einsum("f,fcw->cw", weights, slow[:, :, :sized], dtype=np.float64)
    sizes, district_sizes = [], []
    for days in WINDOWS:
        starts = origins[:sized] + LAG_DAYS - days
        mean = rate * window_sums(observed, starts, days)[past.exposure.pattern]
        came = window_sums(past.counts, starts, days)
        district_sizes.append(fit_size(mean.sum(axis=0), came.sum(axis=0)))
        raised = mean * _rise(came.sum(axis=0), mean.sum(axis=0))
        sizes.append(fit_size(raised[raised > 0], came[raised > 0]))
    return SurgeModel(tuple(weights.tolist()), tuple(sizes), tuple(district_sizes))


def _rise(observed: Array, expected: Array) -> Array:
    """How much more than expected came, never less than 1; with 20 events on both sides, so that a rare series does not jump."""
    return np.maximum(1.0, (REST_EVENTS + observed) / (REST_EVENTS + expected))


def surge_tests(
    models: Sequence[SurgeModel],
    pasts: Sequence[Past],
    seasons: Sequence[Array],
    neighbours: Neighbours,
    heard: Sequence[Voices] | None = None,
    areas: sparse.csr_matrix | None = None,
) -> list[SurgeTests]:
    """Test every cell in several series of one feed on the night after the last column of ``pasts``; slow features are made here.

    Args:
        models: the fitted baselines.
        pasts: counts and exposure of each, of two weeks at least, all of the same days.
        seasons: factor per day.
        neighbours: of the same cells.
        heard: voices of each series in the last two weeks; None where every incident is one.
        areas: tested instead of cells where they are given; 1 for each cell of an area, shape (areas, cells).
    """
    lagged = np.array([pasts[0].counts.shape[1] - LAG_DAYS])
    slow = make_features_of(pasts, seasons, lagged, neighbours, SLOW)
    each: Sequence[Voices | None] = heard or [None] * len(models)
    return [
        run_tests(m, f[:, :, 0], p, s, neighbours.ring, v) if areas is None else _test_areas(_Lately(m, f[:, :, 0], p, s, v), areas)
        for m, f, p, s, v in zip(models, slow, pasts, seasons, each, strict=True)
    ]


def run_tests(
    model: SurgeModel,
    slow: NDArray[np.float32 | np.float64],
    past: Past,
    season: Array,
    ring: sparse.csr_matrix,
    voices: Voices | None = None,
) -> SurgeTests:
    """Test every cell on the night after the last column of ``past``.

    Args:
        model: the fitted baseline.
        slow: features ``SLOW`` as of 14 days before the night, shape (features, cells).
        past: counts and exposure.
        season: factor per day of ``past``.
        ring: 1 for each cell and its direct neighbours, shape (cells, cells).
        voices: in the last two weeks of ``past``, per cell and calendar month; None where every incident is one.
    """
    return _test_cells(_Lately(model, slow, past, season, voices), ring)


class _Lately:
    """What came in the last two weeks, and what slow rates make expected of them; arrays are per cell."""

    def __init__(self, model: SurgeModel, slow: NDArray[np.float32 | np.float64], past: Past, season: Array, voices: Voices | None) -> None:
        self.model = model
        self._end, self._pattern = past.counts.shape[1], past.exposure.pattern
        self._rate = np.nan_to_num(np.array(model.weights) @ np.nan_to_num(slow))
        self._observed = past.exposure.share * season
        self.fortnight = dense(past.counts[:, max(0, self._end - WINDOWS[-1]) :])
        self.told = self.fortnight.sum(axis=1, keepdims=True) if voices is None else voices
        self.is_seen = ((past.exposure.share > 0).sum(axis=1) >= MIN_PAST_DAYS)[self._pattern]

    @property
    def tested(self) -> NDArray[np.bool_]:
        """The cells that have a past and were seen in the last two weeks."""
        return np.asarray(self.is_seen & (self.expected(WINDOWS[-1]) > 0))

    def came(self, days: int) -> Array:
        """How many came in the last days."""
        return np.asarray(self.fortnight[:, -days:].sum(axis=1))

    def expected(self, days: int) -> Array:
        """How many were to be expected."""
        start = np.array([max(0, self._end - days)])
        return np.asarray(self._rate * window_sums(self._observed, start, days)[self._pattern, 0])


def _test_cells(lately: _Lately, ring: sparse.csr_matrix) -> SurgeTests:
    """Each cell, alone and with its ring; of the district, something is always told."""
    model, fortnight, told = lately.model, lately.fortnight, lately.told
    # Where there is too little evidence nothing is asked, and that is nearly everywhere.
    district = _Smallest(np.ones(1, dtype=bool))
    cell, wide = _Smallest(_enough(fortnight, told)), _Smallest(_enough(ring @ fortnight, ring @ told))
    for days, size, district_size in zip(WINDOWS, model.sizes, model.district_sizes, strict=True):
        count, mean = lately.came(days), lately.expected(days)
        total, expected = count.sum(), mean.sum()
        district.offer(days, np.array([total]), np.array([expected]), district_size)
        cell.offer(days, count, mean * _rise(total - count, expected - mean), size)
        around, due, squared = (ring @ np.column_stack([count, mean, mean**2])).T
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = RING_SIZE * size * due**2 / squared
        wide.offer(days, around, due * _rise(total - around, expected - due), spread)
    return _judged(lately, district, cell, wide, ring)


def _test_areas(lately: _Lately, areas: sparse.csr_matrix) -> SurgeTests:
    """Each area as a whole; of every one something is told, as of the district."""
    model, tested = lately.model, np.asarray(areas @ lately.tested > 0)
    district, area = _Smallest(np.ones(1, dtype=bool)), _Smallest(np.ones(areas.shape[0], dtype=bool))
    for days, size, district_size in zip(WINDOWS, model.sizes, model.district_sizes, strict=True):
        count, mean = lately.came(days), lately.expected(days)
        total, expected = count.sum(), mean.sum()
        district.offer(days, np.array([total]), np.array([expected]), district_size)
        within, due, squared = (areas @ np.column_stack([count, mean, mean**2])).T
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = 1.0 / (squared / (RING_SIZE * size * due**2) + 1.0 / district_size)
        area.offer(days, within, due * _rise(total - within, expected - due), spread)
    enough = _enough(areas @ lately.fortnight, areas @ lately.told)
    p = np.where(tested & enough, area.p_value(), 1.0)
    none = np.zeros(len(p), dtype=bool)
    return SurgeTests(p, area.days, none, area.observed, area.expected, tested, _of_district(lately, district))


def _judged(lately: _Lately, district: _Smallest, cell: _Smallest, wide: _Smallest, ring: sparse.csr_matrix) -> SurgeTests:
    """What the smallest tails come to."""
    tested = lately.tested
    cell_p, wide_p = np.where(tested, cell.p_value(), 1.0), np.where(tested, wide.p_value(), 1.0)
    # A busy cell or block shows around each of its neighbours; it is one surge, where it is clearest.
    wide_p = np.where(wide_p <= _least_around(np.minimum(wide_p, cell_p), ring), wide_p, 1.0)
    of_ring = wide_p < cell_p
    return SurgeTests(
        np.minimum(1.0, OF_SCOPES * np.minimum(wide_p, cell_p)),
        np.where(of_ring, wide.days, cell.days),
        of_ring,
        np.where(of_ring, wide.observed, cell.observed),
        np.where(of_ring, wide.expected, cell.expected),
        tested,
        _of_district(lately, district),
    )


def _of_district(lately: _Lately, smallest: _Smallest) -> DistrictTest:
    """What its smallest tail comes to, where as a whole it holds enough evidence."""
    enough = lately.tested.any() and bool(_enough(_whole(lately.fortnight), _whole(lately.told))[0])
    p = float(smallest.p_value()[0]) if enough else 1.0
    return DistrictTest(p, int(smallest.days[0]), float(smallest.observed[0]), float(smallest.expected[0]))


class _Smallest:
    """The smallest tail over the windows offered, with the window it came from, of the places with ``enough`` evidence."""

    def __init__(self, enough: NDArray[np.bool_]) -> None:
        self._asked = np.flatnonzero(enough)
        self._tail = np.full(len(enough), np.inf)
        self.days = np.zeros(len(enough), dtype=np.int64)
        self.observed, self.expected = np.zeros(len(enough)), np.zeros(len(enough))

    def offer(self, days: int, observed: Array, expected: Array, size: Array | float) -> None:
        """Take this window wherever its tail is smaller than those before it."""
        asked, tail = self._asked, np.ones(len(self._asked))
        # Nothing is never too much.
        seen = (observed[asked] > 0) & (expected[asked] > 0)
        some = asked[seen]
        tail[seen] = upper_tail(expected[some], np.broadcast_to(size, observed.shape)[some], observed[some])
        smaller = tail < self._tail[asked]
        better = asked[smaller]
        self._tail[better], self.days[better] = tail[smaller], days
        self.observed[better], self.expected[better] = observed[better], expected[better]

    def p_value(self) -> Array:
        """The p-value of the smallest of the tails; 1 where nothing was asked."""
        return np.asarray(np.minimum(1.0, OF_WINDOWS * self._tail))


def _enough(
    fortnight: NDArray[np.float32 | np.float64 | np.int64], voices: NDArray[np.float32 | np.float64 | np.int64]
) -> NDArray[np.bool_]:
    """Whether the last two weeks hold four voices in one month, and incidents on two days: of shapes (places, days), (places, months)."""
    return np.asarray((voices.max(axis=1) >= MIN_VOICES) & ((fortnight > 0).sum(axis=1) >= MIN_DAYS))


def _whole(values: NDArray[np.float32 | np.float64 | np.int64]) -> NDArray[np.float32 | np.float64 | np.int64]:
    """All places as one."""
    return np.asarray(values.sum(axis=0, keepdims=True))


def _least_around(values: Array, ring: sparse.csr_matrix) -> Array:
    """The smallest value among each cell and its ring."""
    return np.asarray(np.minimum.reduceat(values[ring.indices], ring.indptr[:-1]))
