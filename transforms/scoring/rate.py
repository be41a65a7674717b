"""The shrunk rate of each cell: what it had, pulled towards its neighbourhood as far as its own evidence is thin.

Gamma–Poisson models. With w_d the decay, s_d the season and e the exposure of a cell: E = Σ w s e, rate = Σ w y / E, and the effective
exposure n = E² / Σ w² s e, in which the cell counts as having had rate · n events.

``shrink``, the baseline's: prior m0 = rate smoothed over 700 m, between-cell variance v = max(mean((rate − m0)² − m0/n), 1e-6 · mean(m0²)),
a = max(mean(m0²)/v, 1e-3), and shrunk = (a + rate·n) / (a/m0 + n).

``shrink_each``, the forecast's: the prior is a mixture Σ π_jk Gamma(mean m_j, shape a_k) around the rates m_j of the cell's surroundings
at 700 m and 2 km *without the cell*, with strengths a_k of 1/16, 1 and 16 events. Its shares π are those that make what all cells had most
likely (empirical Bayes, by EM). Of each of its members, p_jk = NB(rate·n; mean n·m_j, size a_k) is how likely it made a cell, and
shrunk = Σ π_jk p_jk (a_k + rate·n) / (a_k/m_j + n) / Σ π_jk p_jk.

Why it differs: a cell in its own prior is counted twice, and cells of 1 km are a third of their 700 m. And with one strength for all, a
few cells that tower above their surroundings either are pulled down, or loosen what holds the many that had an event by chance; a mixture
of strengths has the heavy tail that leaves the first alone and holds the second, as Student's t does among normal distributions.

Belongs here: estimates of one rate per cell. Does not: decayed sums (``decay``), the other features (``features``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Rates = NDArray[np.float32 | np.float64]

PRIOR_SIGMA_M = 700.0
# How firmly cells can at most be held to their neighbourhood, in events: above it they are one.
MAX_STRENGTH = 1e6
# How loosely, in events: where a few hot cells make cells look unlike anything around them, the others must not fall to a rate of nothing.
MIN_STRENGTH = 1e-3
# A neighbourhood in which nothing ever happened is not a place where nothing can: the least prior, as a share of the district's rate.
LEAST_PRIOR = 0.01
# In events, from cells that have hardly anything to do with their surroundings to cells that hardly differ from them. Steps may be coarse:
# what lies between two strengths is much the same as a mixture of them.
STRENGTHS = (0.0625, 1.0, 16.0)
# Each member of the mixture is made by one cell more than it is, so that where little happened none dies out.
PSEUDO_CELLS = 1.0
# Of EM, from equal shares. A frequent series has said by then what it has to say; of a rare one, shares stay nearer to equal, as a stronger
# prior would hold them.
ROUNDS = 30
# So many cells times origins are worked on in one go.
_TOGETHER = 1 << 14
# The share of a neighbourhood's exposure under which what lies around a cell is rounding.
_NOTHING = 1e-6


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
    prior = np.maximum(prior, LEAST_PRIOR * district)
    observed = (n > 0) & np.isfinite(prior)
    spread = np.where(observed, (rate - prior) ** 2 - prior / np.where(n > 0, n, 1.0), 0.0).sum(axis=0)
    square = (np.where(observed, prior, 0.0) ** 2).sum(axis=0)
    # The least variance is relative to the rates, so that rare series are shrunk by the same rule as frequent ones.
    variance = np.maximum(spread, square / MAX_STRENGTH)
    with np.errstate(divide="ignore", invalid="ignore"):
        strength = np.where(square > 0, np.maximum(square / variance, MIN_STRENGTH), MAX_STRENGTH)
        return np.asarray((strength + rate * n) / (strength / prior + n))


def shrink_each(sums: Array, exposed: Array, squared: Array, around: Sequence[tuple[Rates, Array]], *, single: bool = False) -> Array:
    """Shrunk rates, each cell held as firmly as its like are; every array has shape (cells, origins), and so has the result.

    Args:
        sums: decayed counts Σ w y.
        exposed: decayed exposure E.
        squared: Σ w² s e.
        around: ``sums`` and ``exposed`` summed over the neighbourhoods, which hold the cell itself with weight 1, the nearest one first.
            A range at which nothing else was observed says what the next one says, and the last one what the district does.
        single: compute in single precision, for the many origins of a fit.

    Returns:
        NaN where the nearest neighbourhood was never observed.
    """
    number = np.float32 if single else np.float64
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(exposed > 0, exposed**2 / squared, 0.0)
        y = np.where(exposed > 0, sums / exposed, 0.0) * n
        district = sums.sum(axis=0) / exposed.sum(axis=0)
        priors = [np.broadcast_to(district, sums.shape)]
        for came, seen in reversed(around):
            others = seen - exposed
            rate = np.maximum((came - sums) / others, LEAST_PRIOR * district)
            priors.append(np.where(others > _NOTHING * seen, rate, priors[-1]))
    made: Array = np.full(sums.shape, np.nan)
    made[around[0][1] > 0] = 0.0
    by_origin = [np.ascontiguousarray(values.T, dtype=number) for values in (y, n, *priors[1:])]
    busy = np.flatnonzero(district > 0)
    # A few origins at a time stay in the processor's cache.
    few = max(1, _TOGETHER // len(sums))
    for first in range(0, len(busy), few):
        k = busy[first : first + few]
        had, seen, *m = (np.asarray(values[k]) for values in by_origin)
        made[:, k] += _posterior(had, seen, np.stack(m, axis=1)).T
    return made


def _posterior(y: Rates, n: Rates, priors: Rates) -> Rates:
    """Posterior means of the rates of cells under the mixture that they make most likely at each origin, shape (origins, cells).

    Args:
        y: events, not whole ones, shape (origins, cells).
        n: effective exposure, shape (origins, cells).
        priors: rates m_j, above 0, shape (origins, ranges, cells).
    """
    strength = np.array(STRENGTHS, dtype=y.dtype)[:, None]
    m, had, seen = priors[:, :, None], y[:, None, None], n[:, None, None]
    due = seen * m
    held = strength + due
    # Most cells had nothing, and need no gamma functions.
    some = y > 0
    ways = np.zeros((len(strength), *y.shape), dtype=y.dtype)
    ways[:, some] = special.gammaln(y[some] + strength) - special.gammaln(strength)
    # Log probability of each cell under each member; what all members share of it is left out.
    log = strength * np.log(strength) - (strength + had) * np.log(held) + ways.swapaxes(0, 1)[:, None]
    log += had * np.log(np.where(due > 0, due, 1))
    log -= log.max(axis=(1, 2), keepdims=True)
    members = len(y), log.shape[1] * log.shape[2], y.shape[1]
    likely = np.exp(log, out=log).reshape(members)
    share = np.full((len(y), 1, members[1]), 1 / members[1], dtype=y.dtype)
    # A cell that was never observed says nothing about the shares.
    votes = (n > 0).astype(y.dtype)[:, None]
    for _ in range(ROUNDS):
        share = share * (likely @ (votes / (share @ likely)).swapaxes(1, 2)).swapaxes(1, 2) + y.dtype.type(PSEUDO_CELLS)
        share /= share.sum(axis=2, keepdims=True)
    means = ((strength + had) * m / held).reshape(members)
    return np.asarray((share @ (likely * means) / (share @ likely))[:, 0])
