"""Levels: how much busier the last weeks were than the rates say, in the whole district and around each cell beside it.

District: L = (κ + Σ_d a^age y_d) / (κ + Σ_d a^age expected_d), 14-day half-life, κ = 50 events. In gaps it returns to 1.

Around a cell: the same ratio over its Gaussian neighbourhood of 2 km, 56-day half-life, κ = 100 events, against the district's own ratio
over the same days. Part of a city may rise while the rest falls; rates that are added up follow such a trend only as far as they give up
what they know of single cells, a factor follows it with every cell in its place.

Belongs here: the two factors of the last weeks. Does not: attention levels, which are cut from a reference (``reference``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.decay import decayed_sums
from transforms.scoring.features import FAR_M, Past

Array = NDArray[np.float64]

HALF_LIFE_DAYS = 14.0
EVENTS = 50.0
DAYS = 120
LOCAL_HALF_LIFE_DAYS = 56.0
LOCAL_EVENTS = 100.0


def district_level(totals: Array, observed: Array, rates: Array, origins: NDArray[np.int64]) -> Array:
    """Level at each origin, shape (origins,).

    Args:
        totals: events of the whole district per day, shape (days,).
        observed: season × exposure per coverage pattern, shape (patterns, days).
        rates: the model's rate summed over the cells of each pattern, shape (patterns, origins).
        origins: columns; an origin sees the columns before it.
    """
    level = np.ones(len(origins))
    for k, origin in enumerate(origins):
        first = max(0, int(origin) - DAYS)
        expected = rates[:, k] @ observed[:, first:origin]
        decay = 2.0 ** (-(origin - np.arange(first, origin)) / HALF_LIFE_DAYS) * (expected > 0)
        level[k] = (EVENTS + decay @ totals[first:origin]) / (EVENTS + decay @ expected)
    return level


class LocalLevels:
    """Levels around each cell at some origins, for any rates: what came there is the same for all of them."""

    def __init__(self, past: Past, season: Array, origins: NDArray[np.int64], neighbours: Neighbours, *, single: bool = False) -> None:
        """Sum up what came.

        Args:
            past: counts and exposure.
            season: factor per day, shape (days,).
            origins: columns; an origin sees the columns before it.
            neighbours: of the same cells.
            single: smooth in single precision, for the many origins of a fit.
        """
        half_life = (LOCAL_HALF_LIFE_DAYS,)
        came = decayed_sums(past.counts, origins, half_life)[0]
        self._exposed = decayed_sums(past.exposure.share * season, origins, half_life)[0][past.exposure.pattern]
        self._smooth = neighbours.smooth_many if single else neighbours.smooth
        self._total, self._around = came.sum(axis=0), self._smooth(came, FAR_M)

    def of(self, rate: Array) -> Array:
        """Level around each cell beside the district's, shape (cells, origins).

        Args:
            rate: the model's rate of each cell at the first so many origins, 0 where it has none, shape (cells, origins).
        """
        these = slice(rate.shape[1])
        expected = rate * self._exposed[:, these]
        total = expected.sum(axis=0)
        district = np.where(total > 0, self._total[these] / np.where(total > 0, total, 1.0), 1.0)
        due = self._smooth(expected * district, FAR_M)
        return np.asarray((LOCAL_EVENTS + self._around[:, these]) / (LOCAL_EVENTS + due))
