"""The district's level: how much busier the last weeks were than the rates say.

L = (κ + Σ_d a^age y_d) / (κ + Σ_d a^age expected_d) over the district, 14-day half-life, κ = 50 events. In gaps it returns to 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALF_LIFE_DAYS = 14.0
EVENTS = 50.0
DAYS = 120


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
