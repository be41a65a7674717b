"""Pasts of one series drawn from means that are known: unequal cells, a week, days that are missing.

Belongs here: drawing them. Does not: forecasting them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.helpers.made import DAYS, N, full, span
from transforms.panel.panel import Exposure
from transforms.scoring.features import Past

Array = NDArray[np.float64]
WEEKDAY = np.array([1.0, 1.0, 1.0, 1.0, 1.3, 1.2, 0.5])


def truth(seed: int = 0, days: int = DAYS, rate: float = 0.1) -> Array:
    """Means of cells and days: unequal cells, a week."""
    cell = np.random.default_rng(seed).gamma(0.8, rate / 0.8, N)
    return np.asarray(cell[:, None] * np.array([WEEKDAY[d.weekday()] for d in span(days)]))


def world(seed: int = 0, days: int = DAYS, rate: float = 0.1, exposure: Exposure | None = None) -> Past:
    rng = np.random.default_rng(seed + 100)
    mean, exposure = truth(seed, days, rate), exposure or full(N, days)
    share = exposure.at(slice(None))
    own, other = (np.asarray(rng.poisson(m) * share, dtype=np.float32) for m in (mean, 2 * mean))
    return Past(own, other, exposure)


def missing(first: int, last: int, days: int = DAYS) -> Exposure:
    share = np.ones((1, days))
    share[:, first:last] = 0
    return Exposure(np.zeros(N, dtype=np.int64), share)


def seen_through(exposure: Exposure, past: Past) -> Past:
    share = exposure.at(slice(None)).astype(np.float32)
    return Past(past.counts * share, past.others * share, exposure)
