"""Scores of count forecasts: log score, CRPS, hit rate, PAI, PEI, PIT, and paired gains with their standard errors.

Sources: log score and CRPS as in Gneiting and Raftery (2007), non-randomised PIT as in Czado, Gneiting and Held (2009), PAI as in Chainey,
Tompson and Uhlig (2008), PEI as in Hunt (2016), standard errors as in Newey and West (1987).

Belongs here: formulas on arrays of forecasts and counts. Does not: which cells and windows are graded (``rows``), what stands on a page
(``grade``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.negbin import at_most, log_probability

Array = NDArray[np.float64]

# The least mean of a baseline: none may lose infinitely much by a single event where it expected nothing.
LEAST_MEAN = 1e-6
PIT_BINS = 10
_TAIL = 1e-10
_MOST_TERMS = 5000


def log_score(mean: Array, size: Array, count: Array) -> Array:
    """Log probability of counts in nats, each with its own size; higher is better."""
    return np.asarray(log_probability(mean, size, count))


def crps(mean: Array, size: Array, count: Array) -> Array:
    """Continuous ranked probability score Σ_k (F(k) − 1[k ≥ y])², in events; lower is better."""
    total = np.zeros_like(mean)
    open_ = np.arange(len(mean))
    p = np.exp(-size * np.log1p(mean / size))
    below = p.copy()
    ratio = mean / (size + mean)
    for k in range(_MOST_TERMS):
        total[open_] += (below[open_] - (k >= count[open_])) ** 2
        open_ = open_[(1.0 - below[open_] > _TAIL) | (k < count[open_])]
        if not len(open_):
            break
        p[open_] *= ratio[open_] * (k + size[open_]) / (k + 1)
        below[open_] = np.minimum(1.0, below[open_] + p[open_])
    return total


def caught(rank_by: Array, count: Array, share: float) -> float:
    """Events in the ``share`` of cells ranked highest; equal cells share the last places evenly."""
    places = _places(len(rank_by), share)
    last = np.partition(rank_by, -places)[-places]
    above, equal = rank_by > last, rank_by == last
    return float(count[above].sum() + count[equal].mean() * (places - above.sum()))


def most(count: Array, share: float) -> float:
    """The most events that any choice of so many cells could have caught."""
    places = _places(len(count), share)
    return float(np.partition(count, -places)[-places:].sum())


def _places(cells: int, share: float) -> int:
    return max(1, round(share * cells))


def area(cells: int, share: float) -> float:
    """The share of cells that ``caught`` truly looks at."""
    return _places(cells, share) / cells


def pit(mean: Array, size: Array, count: Array) -> Array:
    """Histogram of the probability integral transform, shape (10,): shares that add up to 1, all 0.1 where forecasts are calibrated."""
    upper = at_most(mean, size, count)
    lower = np.where(count > 0, at_most(mean, size, count - 1), 0.0)
    width = np.maximum(upper - lower, 1e-12)
    edges = np.linspace(0, 1, PIT_BINS + 1)
    reached = np.array([np.clip((edge - lower) / width, 0, 1).mean() for edge in edges])
    # A count so far out that its probability is rounded away lies in the last bin.
    reached[-1] = 1.0
    return np.asarray(np.diff(reached))


def standard_error(values: Array, every_days: int, horizon_days: int) -> float | None:
    """Standard error of the mean of a value per origin; None with fewer than two.

    The larger of the plain one and that of Newey and West with Bartlett weights over max(overlapping windows, 4 (n / 100)^(2/9)) lags:
    neighbouring origins see nearly the same past, and with a horizon longer than the step also the same events.
    """
    n = len(values)
    if n < 2:
        return None
    centred = values - values.mean()
    plain = float(centred @ centred) / (n - 1)
    overlapping = -(-horizon_days // every_days) - 1
    lags = min(n - 1, max(overlapping, int(4 * (n / 100) ** (2 / 9))))
    together = plain
    for lag in range(1, lags + 1):
        together += 2 * (1 - lag / (lags + 1)) * float(centred[lag:] @ centred[:-lag]) / n
    return float(np.sqrt(max(plain, together) / n))
