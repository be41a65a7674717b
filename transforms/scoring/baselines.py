"""The four baselines that every forecast is measured against, fixed so that nobody can choose weak ones.

All are deseasonalised, exposure-weighted rates at the origin: *long-run* (the cell's mean), *shrunk EWMA* (the shrunk rate with a
half-life of 180 days; the headline), *KDE-365* (counts of the last 365 days smoothed at 300 m), *last period* (the last window of the
horizon's length). All but the shrunk one keep 3 % of the district's mean as a floor.

Belongs here: these four, and no parameter that could be tuned. Does not: the forecast (``forecast``), comparing them (``promotion``,
``transforms.backtest.metrics``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.decay import LONG_RUN, decayed_sums, window_sums
from transforms.scoring.features import NEAR_M, Past
from transforms.scoring.rate import PRIOR_SIGMA_M, shrink
from transforms.words import Baseline

Array = NDArray[np.float64]

FLOOR = 0.03
EWMA_HALF_LIFE = 180.0
KDE_DAYS = 365
BASELINES = tuple(b.value for b in (Baseline.LONG_RUN, Baseline.SHRUNK_EWMA, Baseline.KDE_365, Baseline.LAST_PERIOD))


def baseline_rates(past: Past, season: Array, origins: NDArray[np.int64], horizon: int, neighbours: Neighbours) -> dict[str, Array]:
    """Rates per day by baseline, each of shape (cells, origins); multiply by the window's season to get means."""
    pattern, observed = past.exposure.pattern, past.exposure.share * season
    long_y, ewma_y = decayed_sums(past.counts, origins, (LONG_RUN, EWMA_HALF_LIFE))
    long_e, ewma_e, ewma_e2 = (z[pattern] for z in decayed_sums(observed, origins, (LONG_RUN, EWMA_HALF_LIFE, EWMA_HALF_LIFE / 2)))
    with np.errstate(divide="ignore", invalid="ignore"):
        district = np.nan_to_num(long_y.sum(axis=0) / long_e.sum(axis=0))

        def floored(y: Array, e: Array) -> Array:
            return np.asarray((1 - FLOOR) * np.where(e > 0, y / e, district) + FLOOR * district)

        prior = neighbours.smooth(ewma_y, PRIOR_SIGMA_M) / neighbours.smooth(ewma_e, PRIOR_SIGMA_M)
        year, period = ([_last(v, origins, days) for v in (past.counts, observed)] for days in (KDE_DAYS, horizon))
        kde = floored(neighbours.smooth(year[0], NEAR_M), neighbours.smooth(year[1][pattern], NEAR_M))
        return {
            "long_run": floored(long_y, long_e),
            "shrunk_ewma": shrink(ewma_y, ewma_e, ewma_e2, prior),
            "kde_365": kde,
            "last_period": floored(period[0], period[1][pattern]),
        }


def _last(values: NDArray[np.float32 | np.float64], origins: NDArray[np.int64], days: int) -> Array:
    """Sums over the ``days`` columns before each origin, fewer where the panel is younger; shape (rows, origins)."""
    return np.column_stack([window_sums(values, np.array([max(0, o - days)]), min(days, int(o)))[:, 0] for o in origins])
