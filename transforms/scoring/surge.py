"""Surges: places where the last days hold more than slow rates explain, judged over all cells and series of a night at once.

The baseline sees slow features only (half-lives 90 and 730 days), as they stood 14 days ago, so that a surge does not hide itself; it is
raised by as much as the rest of the district rose. Windows of 1, 3, 7 and 14 days are tested with the mid-p upper tail of the negative
binomial, for the cell and for the cell with its ring: p = min(1, 2.5 · min over windows) for each, and twice the smaller of the two. One
Benjamini–Hochberg procedure (q = 0.2) over all tests of the night makes a surge *red*; p < 0.001 is a *watch*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from transforms.scoring.decay import window_sums
from transforms.scoring.features import DISTRICT, OWN, Feature, Past
from transforms.scoring.negbin import fit_size
from transforms.scoring.weights import fit_weights

Array = NDArray[np.float64]

SLOW: Final[tuple[Feature, ...]] = (*(f for f in OWN if f.half_life in {90.0, 730.0}), DISTRICT)
LAG_DAYS = 14
WINDOWS: Final = (1, 3, 7, 14)
# How much the smallest of the four tails understates a p-value: they overlap, so less than four.
OF_WINDOWS = 2.5
OF_SCOPES = 2.0
RING_SIZE = 0.55
REST_EVENTS = 20.0
WATCH = 1e-3
FALSE_DISCOVERIES = 0.2
MIN_INCIDENTS = 4
MIN_DAYS = 2
MIN_PAST_DAYS = 56
PRIOR = np.full(len(SLOW), 30.0 / len(SLOW))


class Surge(StrEnum):
    """What a test came to. A watch is shown and never notified."""

    WATCH = "watch"
    RED = "red"


@dataclass(frozen=True)
class SurgeModel:
    """Weights of the slow features, and a size per window: of a cell's count, and of the district's."""

    weights: tuple[float, ...]
    sizes: tuple[float, ...]
    district_sizes: tuple[float, ...]


@dataclass(frozen=True)
class SurgeTests:
    """One series of one night, per cell: ``p``, the window in days and the scope it came from, and what was observed and expected there.

    ``tested`` marks the cells with eight weeks of past; ``enough`` those with four incidents on two days. ``district_p`` is the same
    test of the whole district.
    """

    p: Array
    window_days: NDArray[np.int64]
    of_ring: NDArray[np.bool_]
    observed: Array
    expected: Array
    tested: NDArray[np.bool_]
    enough: NDArray[np.bool_]
    district_p: float


def upper_tail(mean: Array, size: Array | float, count: Array) -> Array:
    """Mid-p upper tail ½[P(Y ≥ y) + P(Y > y)] of NB(mean, size)."""
    share = mean / (size + mean)
    with np.errstate(invalid="ignore"):
        at_least = np.where(count > 0, special.betainc(np.maximum(count, 1), size, share), 1.0)
        return np.asarray(0.5 * (at_least + special.betainc(count + 1, size, share)))


def fit_surge(slow: NDArray[np.floating], past: Past, season: Array, origins: NDArray[np.int64], sized: int) -> SurgeModel:
    """Fit the baseline of surges.

    Args:
        slow: features ``SLOW`` at each origin, shape (features, cells, origins).
        past: counts and exposure.
        season: factor per day.
        origins: columns, newest first; the 14 days from each on are in the panel.
        sized: how many of the newest origins teach the sizes.
    """
    observed = past.exposure.share * season
    offset = window_sums(observed, origins, LAG_DAYS)[past.exposure.pattern]
    count = window_sums(past.counts, origins, LAG_DAYS)
    usable = (offset > 0) & (np.nan_to_num(slow[-1]) > 0)
    weights = fit_weights(slow[:, usable], offset[usable], count[usable], PRIOR)
    rate = np.einsum("f,fcw->cw", weights, np.nan_to_num(slow[:, :, :sized]), dtype=np.float64)
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


def run_tests(model: SurgeModel, slow: Array, past: Past, season: Array, ring: sparse.csr_matrix) -> SurgeTests:
    """Test every cell on the night after the last column of ``past``.

    Args:
        model: the fitted baseline.
        slow: features ``SLOW`` as of 14 days before the night, shape (features, cells).
        past: counts and exposure.
        season: factor per day of ``past``.
        ring: 1 for each cell and its direct neighbours, shape (cells, cells).
    """
    end = past.counts.shape[1]
    cells = past.counts.shape[0]
    rate = np.nan_to_num(np.array(model.weights) @ np.nan_to_num(slow))
    observed_share = past.exposure.share * season
    tested = ((past.exposure.share > 0).sum(axis=1) >= MIN_PAST_DAYS)[past.exposure.pattern] & (rate > 0)
    best = [np.full(cells, np.inf), np.full(cells, np.inf)]
    window = [np.zeros(cells, dtype=np.int64), np.zeros(cells, dtype=np.int64)]
    came_in, due_in = [np.zeros(cells), np.zeros(cells)], [np.zeros(cells), np.zeros(cells)]
    district_p = 1.0
    for days, size, district_size in zip(WINDOWS, model.sizes, model.district_sizes, strict=True):
        start = np.array([max(0, end - days)])
        count = window_sums(past.counts, start, days)[:, 0]
        mean = rate * window_sums(observed_share, start, days)[past.exposure.pattern, 0]
        total, expected = count.sum(), mean.sum()
        district_p = min(district_p, OF_WINDOWS * float(upper_tail(np.array([expected]), district_size, np.array([total]))[0]))
        around, due_around = ring @ count, ring @ mean
        for scope, (y, mu) in enumerate(((count, mean), (around, due_around))):
            raised = mu * _rise(total - y, expected - mu)
            with np.errstate(divide="ignore", invalid="ignore"):
                spread = RING_SIZE * size * due_around**2 / (ring @ mean**2) if scope else size
                p = np.where(raised > 0, upper_tail(raised, spread, y), 1.0)
            better = p < best[scope]
            best[scope] = np.where(better, p, best[scope])
            window[scope] = np.where(better, days, window[scope])
            came_in[scope], due_in[scope] = np.where(better, y, came_in[scope]), np.where(better, raised, due_in[scope])
    cell, wide = (np.minimum(1.0, OF_WINDOWS * p) for p in best)
    # A busy cell or block shows around each of its neighbours; it is one surge, where it is clearest.
    wide = np.where(wide <= _least_around(np.minimum(wide, cell), ring), wide, 1.0)
    of_ring = wide < cell
    fortnight = past.counts[:, max(0, end - WINDOWS[-1]) :]
    incidents, active = fortnight.sum(axis=1, dtype=float), (fortnight > 0).sum(axis=1).astype(float)
    incidents, active = (np.where(of_ring, ring @ v, v) for v in (incidents, active))
    return SurgeTests(
        np.where(tested, np.minimum(1.0, OF_SCOPES * np.where(of_ring, wide, cell)), 1.0),
        np.where(of_ring, window[1], window[0]),
        of_ring,
        np.where(of_ring, came_in[1], came_in[0]),
        np.where(of_ring, due_in[1], due_in[0]),
        tested,
        (incidents >= MIN_INCIDENTS) & (active >= MIN_DAYS),
        min(1.0, district_p),
    )


def _least_around(values: Array, ring: sparse.csr_matrix) -> Array:
    """The smallest value among each cell and its ring."""
    return np.asarray(np.minimum.reduceat(values[ring.indices], ring.indptr[:-1]))


def benjamini_hochberg(p: Array, q: float = FALSE_DISCOVERIES) -> float:
    """The largest p-value that is still a discovery when a share ``q`` of discoveries may be false; 0 when none is."""
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= q * np.arange(1, len(p) + 1) / max(len(p), 1))
    return float(ordered[passing[-1]]) if len(passing) else 0.0


def judge(tests: Mapping[str, SurgeTests]) -> dict[str, list[Surge | None]]:
    """What every test of a night came to, by series and cell: one Benjamini–Hochberg over all of them, and the evidence floor."""
    every = np.concatenate([t.p[t.tested] for t in tests.values()]) if tests else np.empty(0)
    limit = benjamini_hochberg(every)

    def word(p: float, enough: bool) -> Surge | None:
        return Surge.RED if enough and p <= limit else Surge.WATCH if enough and p < WATCH else None

    return {code: [word(float(p), bool(e)) for p, e in zip(t.p, t.enough, strict=True)] for code, t in tests.items()}
