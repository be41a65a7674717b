"""Decayed sums over days: what every feature of the forecast is made of.

S(o) = Σ_{d < o} λ^(o − 1 − d) · x_d with λ = 2^(−1 / half-life), by the recursion S ← λ^b · S + (sum of the next b days).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A half-life that never halves: the plain sum of everything in the panel.
LONG_RUN = float("inf")


def decayed_sums(values: NDArray[np.floating], origins: NDArray[np.int64], half_lives: tuple[float, ...]) -> Array:
    """Sums of the days before each origin, younger days counting more.

    Args:
        values: per day, shape (rows, days).
        origins: columns, in any order; an origin sees the columns before it.
        half_lives: in days; ``LONG_RUN`` for no decay.

    Returns:
        Shape (half-lives, rows, origins).
    """
    keep = 2.0 ** (-1.0 / np.array(half_lives))
    sums = np.zeros((len(half_lives), values.shape[0], len(origins)))
    state, position = np.zeros((len(half_lives), values.shape[0])), 0
    for at in np.argsort(origins, kind="stable"):
        block = np.asarray(values[:, position : origins[at]], dtype=float)
        days = block.shape[1]
        state = state * (keep**days)[:, None] + (block @ (keep[None, :] ** np.arange(days - 1, -1, -1)[:, None])).T
        sums[:, :, at] = state
        position = int(origins[at])
    return sums


def window_sums(values: NDArray[np.floating], starts: NDArray[np.int64], days: int) -> Array:
    """Sums over the ``days`` columns from each start on; shape (rows, starts). Columns past the end count as nothing."""
    if not len(starts):
        return np.zeros((values.shape[0], 0))
    return np.column_stack([values[:, s : s + days].sum(axis=1, dtype=float) for s in starts])
