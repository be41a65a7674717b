"""The negative-binomial output: size by maximum likelihood, intervals, probability of any event.

Parametrised by mean μ and size r: variance = μ + μ²/r.

Belongs here: one distribution and what is read off it. Does not: the mean (``forecast``), tests of surges (``surge``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

PRIOR_LOG_SIZE = np.log(2.0)
PRIOR_SD = 1.5
_FLOOR = 1e-9
_LOG_SIZES = (-7.0, 12.0)
_ALIKE = 128.0


def log_probability(mean: Array, size: Array | float, count: Array) -> Array:
    """Log probability of counts under NB(mean, size), in nats."""
    mean, sizes, count = np.broadcast_arrays(np.maximum(mean, _FLOOR), size, count)
    logs = np.asarray(-sizes * np.log1p(mean / sizes))
    # Most windows are empty, and an empty one needs no gamma functions.
    busy = count > 0
    y, mu, r = count[busy], mean[busy], sizes[busy]
    ways = special.gammaln(y + r) - special.gammaln(r) - special.gammaln(y + 1)
    logs[busy] += ways + y * (np.log(mu) - np.log(r + mu))
    return logs


def fit_size(mean: Array, count: Array) -> float:
    """Size r by maximum likelihood over forecasts already made, with a weak normal prior on log r (mean log 2, sd 1.5).

    Means within a percent of each other are summed as one, which moves log r by far less than the 1e-4 it is sought to.

    Args:
        mean: forecast means, any shape.
        count: what came, same shape. With nothing to learn from, the prior's mean is returned.
    """
    if not mean.size:
        return float(np.exp(PRIOR_LOG_SIZE))
    mean, count = np.maximum(mean.ravel(), _FLOOR), count.ravel()
    alike = np.floor(np.log(mean) * _ALIKE).astype(np.int64)
    alike -= alike.min()
    windows, came = np.bincount(alike), np.bincount(alike, count)
    mean_of = np.bincount(alike, mean) / np.maximum(windows, 1)
    mean_busy = np.bincount(alike, mean * count) / np.where(came > 0, came, 1.0)
    filled, busy = windows > 0, came > 0
    n, m, y, mu = windows[filled], mean_of[filled], came[busy], mean_busy[busy]
    values, times = np.unique(count[count > 0], return_counts=True)

    # Only a fit asks for the optimiser, which takes a fifth of a second to import.
    from scipy import optimize

    def loss(log_size: float) -> float:
        size = np.exp(log_size)
        ways = times @ (special.gammaln(values + size) - special.gammaln(size))
        return float(size * (n @ np.log1p(m / size)) + y @ np.log(size + mu) - ways + 0.5 * ((log_size - PRIOR_LOG_SIZE) / PRIOR_SD) ** 2)

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-4.0, 7.0), method="bounded", options={"xatol": 1e-4}).x))


def p_any(mean: Array, size: Array | float) -> Array:
    """Probability of at least one event: 1 − (r / (r + μ))^r."""
    return np.asarray(-np.expm1(-size * np.log1p(mean / size)))


def size_of(mean: Array, any_event: Array) -> Array:
    """The size at which NB(mean, size) has this probability of any event; the largest there is where a Poisson count would have more.

    By bisection on log size: 1 − (1 + μ/r)^−r rises with r. Of a sum of negative-binomial counts this is the negative-binomial count with
    its mean and its probability of nothing, and exact where the sum has one term.
    """
    low, high = np.full(mean.shape, _LOG_SIZES[0]), np.full(mean.shape, _LOG_SIZES[1])
    for _ in range(50):
        middle = (low + high) / 2
        above = p_any(mean, np.exp(middle)) > any_event
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(np.exp((low + high) / 2))


def at_most(mean: Array, size: Array, count: Array) -> Array:
    """P(Y ≤ count) under NB(mean, size); 0 for negative counts."""
    share = size / (size + np.maximum(mean, 1e-12))
    return np.where(count >= 0, special.betainc(size, np.maximum(count, 0) + 1.0, share), 0.0)


def quantile(mean: Array, size: Array, probability: float) -> Array:
    """The least count that NB(mean, size) does not exceed with this probability, same shape; whole numbers, by bisection."""
    # Chebyshev: so many deviations above its mean no quantile lies.
    reach = np.ceil(mean + np.sqrt((mean + mean**2 / size) / (1 - probability))) + 1
    low, high = np.full(np.shape(mean), -1.0), reach
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = at_most(mean, size, middle) >= probability
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high)


def harm_interval(mean: Array, variance: Array, p_none: Array | float = 0.0) -> tuple[Array, Array]:
    """80 % interval of a weighted sum of counts, from a gamma distribution with its mean and variance.

    Args:
        mean: of the sum.
        variance: of the sum.
        p_none: probability that nothing happens. Where it is 10 % or more, the lower end is 0: a gamma distribution never reaches the 0
            that most cells see in most weeks.
    """
    variance = np.maximum(variance, _FLOOR)
    shape, scale = np.maximum(mean, _FLOOR) ** 2 / variance, variance / np.maximum(mean, _FLOOR)
    low, high = special.gammaincinv(shape, 0.1) * scale, special.gammaincinv(shape, 0.9) * scale
    return np.where(np.asarray(p_none) >= 0.1, 0.0, low), high
