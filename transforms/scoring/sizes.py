"""How far counts spread about their means: a negative-binomial size that grows with the mean, and levels that drift over the horizon.

1 / r(μ) = 1 / (one · μ^slope) + drift, so that Var = μ + μ^(2 − slope) / one + drift · μ². Where little is expected it is little known why,
and counts pile up more than where much is: over 38 series of four cities the slope is .1 to 1. A slope of 0 is one size for all.

Drift is the variance of the whole district's level over the horizon, a factor common to its cells: next to nothing in a cell, and most
of what there is in a sum, where what cells do alone averages out:
Var Σ = Σ μ + Σ μ^(2 − slope) / one + drift · (Σ μ)². ``part_drift`` stands in its place for a subdistrict, which has the district's drift
and its own.

Fitted on forecasts already made, by maximum likelihood with priors: log one as a single size has it (``negbin``), slope .4 ± .25. A drift
is the mean of its posterior, the few windows held out say little of a level. Its prior has a root of .05 at seven days, give or take a
factor of two, and grows with the root of the horizon. The season was fitted on the windows held out as well and has taken a part of what
moved them for its own; what it takes averages out over longer horizons, and is given back to both drifts (``ABSORBED``).

Belongs here: those formulas. Does not: the negative binomial itself (``negbin``), which forecasts teach it (``fitting``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from transforms.scoring.negbin import PRIOR_LOG_SIZE, PRIOR_SD, fit_size, log_probability

Array = NDArray[np.float64]

SLOPE: Final = 0.4
SLOPE_SD: Final = 0.25
_SLOPES: Final = (0.0, 1.0)
DRIFT: Final = 0.05**2
# Of the log of a drift; twice that of its root.
DRIFT_SD: Final = 2 * np.log(2.0)
# Of a week's level, chosen on Chicago and San Francisco 2013-15: without it 75 to 79 % of the district's counts lie in 80 % intervals.
ABSORBED: Final = 0.04**2
# In standard deviations of the prior.
_GRID: Final = np.linspace(-4, 4, 65)
_LOG_SIZES: Final = (-7.0, 12.0)
_LEAST_MEAN: Final = 1e-6
# Means within so small a part of their log are taken as one.
_ALIKE: Final = 32.0


@dataclass(frozen=True)
class Sizes:
    """The spread of one series: size ``one`` at a mean of one event, its ``slope``, and the drift of the district and of its parts."""

    one: float
    slope: float = 0.0
    drift: float = 0.0
    part_drift: float = 0.0

    def of(self, mean: Array) -> Array:
        """The size r of each mean, same shape."""
        own = self._own(mean)
        return np.asarray(own / (1 + self.drift * own)) if self.drift else own

    def variance_of_sum(self, mean: Array, *, is_part: bool) -> float:
        """Variance of the sum of the counts of some cells: of a subdistrict (``is_part``), or of the whole district."""
        drift = self.part_drift if is_part else self.drift
        return float(mean.sum() + (mean**2 / self._own(mean)).sum() + drift * mean.sum() ** 2)

    def _own(self, mean: Array) -> Array:
        """The size of a count about a level that is known."""
        if not self.slope:
            return np.full(np.shape(mean), self.one)
        log = np.log(self.one) + self.slope * np.log(np.maximum(mean, _LEAST_MEAN))
        return np.asarray(np.exp(np.clip(log, *_LOG_SIZES)))


def fit_sizes(mean: Array, count: Array, seen: NDArray[np.bool_], parts: NDArray[np.int64] | None = None, overlap: float = 1.0) -> Sizes:
    """Learn the spread of forecasts already made.

    Args:
        mean: of each cell and window, shape (cells, windows).
        count: what came, same shape.
        seen: which of them were observed, same shape.
        parts: the number of each cell's subdistrict, shape (cells,); None for none.
        overlap: windows that share a day with each; together they say as much as one.
    """
    if not seen.any():
        return Sizes(float(np.exp(PRIOR_LOG_SIZE)), SLOPE, DRIFT + ABSORBED, DRIFT + ABSORBED)
    asked, came = mean[seen], count[seen]
    first = Sizes(fit_size(asked, came))
    shown, counted = np.where(seen, mean, 0.0), np.where(seen, count, 0.0)
    known = Sizes(*_curve(asked, came, _drift(shown, counted, np.zeros(len(mean), dtype=np.int64), first, overlap)))
    drift = _drift(shown, counted, np.zeros(len(mean), dtype=np.int64), known, overlap)
    part_drift = drift if parts is None else _drift(shown, counted, parts, known, overlap)
    absorbed = ABSORBED / overlap
    return Sizes(*_curve(asked, came, drift), drift + absorbed, part_drift + absorbed)


def _curve(mean: Array, count: Array, drift: float) -> tuple[float, float]:
    """Size at one event and slope, given the drift."""
    alike = np.floor(np.log(np.maximum(mean, _LEAST_MEAN)) * _ALIKE).astype(np.int64)
    alike -= alike.min()
    windows = np.bincount(alike)
    m = np.bincount(alike, mean) / np.maximum(windows, 1)
    busy = count > 0
    pairs, times = np.unique(np.stack([alike[busy].astype(float), count[busy]]), axis=1, return_counts=True)
    place, y = pairs[0].astype(np.int64), pairs[1]
    filled = windows > 0
    number, log_mean, mu, of = windows[filled], np.log(np.maximum(m[filled], _LEAST_MEAN)), m[filled], (np.cumsum(filled) - 1)[place]

    # Only fitting pays for it.
    from scipy import optimize

    def loss(values: Array) -> float:
        own = np.exp(np.clip(values[0] + values[1] * log_mean, *_LOG_SIZES))
        r = own / (1 + drift * own)
        ways = special.gammaln(y + r[of]) - special.gammaln(r[of]) - y * np.log(r[of] + mu[of])
        likely = -number @ (r * np.log1p(mu / r)) + times @ ways
        prior = ((values[0] - PRIOR_LOG_SIZE) / PRIOR_SD) ** 2 + ((values[1] - SLOPE) / SLOPE_SD) ** 2
        return float(0.5 * prior - likely)

    found = optimize.minimize(
        loss, [PRIOR_LOG_SIZE, SLOPE], method="L-BFGS-B", bounds=[(-4.0, 7.0), _SLOPES], options={"ftol": 1e-12, "gtol": 1e-6}
    )
    return float(np.exp(found.x[0])), float(found.x[1])


def _drift(mean: Array, count: Array, parts: NDArray[np.int64], known: Sizes, overlap: float) -> float:
    """Variance of the level of each part, beyond what its cells do alone."""
    number = int(parts.max()) + 1

    def summed(values: Array) -> Array:
        return np.stack([np.bincount(parts, of_window, number) for of_window in values.T])

    expected, came, alone = summed(mean), summed(count), summed(mean**2 / known.of(mean))
    some = expected > 0
    m, y, own = expected[some], came[some], alone[some] / expected[some] ** 2

    usual = np.log(DRIFT) + 0.5 * np.log(overlap)
    # The mean over all drifts that it may be, not the likeliest: half a year of windows leaves it open, and an interval must hold.
    logs = usual + DRIFT_SD * _GRID
    likely = np.array([log_probability(m, 1 / (own + drift), y).sum() for drift in np.exp(logs)]) / overlap
    weight = np.exp(likely - likely.max() - 0.5 * _GRID**2)
    return float(weight @ np.exp(logs) / weight.sum())
