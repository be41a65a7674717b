"""The shrunk rate of each cell: what it had, pulled towards its neighbourhood as far as its own evidence is thin.

Two-level Gamma–Poisson model. With w_d the decay (half-life 365 days), s_d the season and e the exposure of a cell: E = Σ w s e,
rate = Σ w y / E, prior m0 = rate smoothed over 700 m, effective exposure n = E² / Σ w² s e, between-cell variance
v = max(mean((rate − m0)² − m0/n), 1e-6 · mean(m0²)), a = max(mean(m0²)/v, 1e-3), and shrunk = (a + rate·n) / (a/m0 + n).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PRIOR_SIGMA_M = 700.0
# How firmly cells can at most be held to their neighbourhood, in events: above it they are one.
MAX_STRENGTH = 1e6
# How loosely, in events: where a few hot cells make cells look unlike anything around them, the others must not fall to a rate of nothing.
MIN_STRENGTH = 1e-3


def shrink(sums: Array, exposed: Array, squared: Array, prior: Array) -> Array:
    """Shrunk rates; every array has shape (cells, origins), and so has the result.

    Args:
        sums: decayed counts Σ w y.
        exposed: decayed exposure E.
        squared: Σ w² s e.
        prior: rate of the cell's neighbourhood, m0; NaN where that was never observed, and so is the result.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(exposed > 0, sums / exposed, 0.0)
        n = np.where(exposed > 0, exposed**2 / squared, 0.0)
        district = sums.sum(axis=0) / exposed.sum(axis=0)
    # A neighbourhood in which nothing ever happened is not a place where nothing can.
    prior = np.maximum(prior, 0.01 * district)
    observed = (n > 0) & np.isfinite(prior)
    spread = np.where(observed, (rate - prior) ** 2 - prior / np.where(n > 0, n, 1.0), 0.0).sum(axis=0)
    square = (np.where(observed, prior, 0.0) ** 2).sum(axis=0)
    # The least variance is relative to the rates, so that rare series are shrunk by the same rule as frequent ones.
    variance = np.maximum(spread, square / MAX_STRENGTH)
    with np.errstate(divide="ignore", invalid="ignore"):
        strength = np.where(square > 0, np.maximum(square / variance, MIN_STRENGTH), MAX_STRENGTH)
        return np.asarray((strength + rate * n) / (strength / prior + n))
