"""Decayed sums over days: what every feature of the forecast is made of.

S(o) = Σ_{d < o} λ^(o − 1 − d) · x_d with λ = 2^(−1 / half-life), by the recursion S ← λ^b · S + (sum of the next b days). Counts come as
sparse tables (cells, days), of which most is nothing; exposure as dense ones with a row per coverage pattern.

Belongs here: sums over days. Does not: rates that are made of them (``features``), sums over places (``transforms.grids.neighbours``).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
# Values per day, shape (rows, days): an array, or a sparse table by columns (SciPy's have no types).
Table: TypeAlias = sparse.csc_array

# A half-life that never halves: the plain sum of everything in the panel.
LONG_RUN = float("inf")


def decayed_sums(values: Table, origins: NDArray[np.int64], half_lives: tuple[float, ...]) -> Array:
    """Sums of the days before each origin, younger days counting more.

    Args:
        values: per day, shape (rows, days).
        origins: columns, in any order; an origin sees the columns before it.
        half_lives: in days; ``LONG_RUN`` for no decay.

    Returns:
        Shape (half-lives, rows, origins).
    """
    order = np.argsort(origins, kind="stable")
    ends = np.asarray(origins)[order]
    # What each day counts in the block that ends with the next origin.
    block = np.searchsorted(ends, np.arange(ends[-1] if len(ends) else 0), side="right")
    age = ends[block] - 1 - np.arange(len(block))
    days = np.diff(ends, prepend=0)
    rates = 1.0 / np.array(half_lives)
    sums = _block_sums(values, block, np.exp2(-age[:, None] * rates), len(ends))
    for k in range(1, len(ends)):
        sums[k] += np.exp2(-days[k] * rates) * sums[k - 1]
    made = np.empty((len(half_lives), values.shape[0], len(ends)))
    made[:, :, order] = sums.transpose(2, 1, 0)
    return made


def _block_sums(values: Table, block: NDArray[np.int64], weights: Array, blocks: int) -> Array:
    """Sums of the days of each block under each column of ``weights``, shape (blocks, rows, columns)."""
    rows, (days, columns) = values.shape[0], weights.shape
    if sparse.issparse(values):
        # The same entries in a table with a row for each block and row: one product sums them up under every weight.
        edges = values.indptr[: days + 1]
        held = slice(0, edges[-1])
        place = np.repeat((block * rows).astype(values.indices.dtype), np.diff(edges)) + values.indices[held]
        placed = sparse.csc_array((values.data[held], place, edges), shape=(blocks * rows, days))
        return np.asarray(placed @ weights, dtype=float).reshape(blocks, rows, columns)
    sums = np.empty((blocks, rows, columns))
    for column in range(columns):
        spread = np.zeros((days, blocks))
        spread[np.arange(days), block] = weights[:, column]
        sums[:, :, column] = (values[:, :days] @ spread).T
    return sums


def window_sums(values: Table, starts: NDArray[np.int64], days: int) -> Array:
    """Sums over the ``days`` columns from each start on; shape (rows, starts). Columns past the end count as nothing."""
    if not len(starts):
        return np.zeros((values.shape[0], 0))
    if not sparse.issparse(values):
        return np.column_stack([values[:, s : s + days].sum(axis=1, dtype=float) for s in starts])
    rows, columns = values.shape
    edges = values.indptr[np.minimum([(s, s + days) for s in starts], columns)]
    return np.column_stack([np.bincount(values.indices[a:b], values.data[a:b], rows) for a, b in edges]).astype(float, copy=False)


def dense(values: Table) -> NDArray[np.float32 | np.float64]:
    """A table as an array, for a few days of it."""
    return np.asarray(values.toarray() if sparse.issparse(values) else values)
