"""Neighbourhoods: Gaussian weights between cell centres, the one neighbour structure of every grid kind.

Weights are not normalised: numerator and denominator of a rate are smoothed alike, so edges, gaps and uncovered cells need no special
case. A cell without geometry has no neighbour but itself.

Belongs here: weights between centres, and sums under them. Does not: which cells there are (the kinds of grid beside this file), what is
smoothed (``transforms.scoring``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from threading import RLock

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

Array = NDArray[np.float64]

TRUNCATION_SIGMAS = 3.0
# Reaches the corners of squares and all six sides of hexagons, and no second ring.
RING_REACH = 1.5
TILE_CELLS = 128
# So many rows of weights are worked out at a time.
_ROWS = 512
# A dense product does so much more in a second that two of three weights may be nought.
LEAST_FILLED = 1 / 3


def gaussian(x_m: Array, y_m: Array, sigma_m: float) -> sparse.csr_matrix:
    """Gaussian weights between cell centres, truncated at three sigmas; shape (cells, cells), 1 on the diagonal."""
    # The tree takes no NaN.
    is_placed, n, reach = np.isfinite(x_m) & np.isfinite(y_m), len(x_m), TRUNCATION_SIGMAS * sigma_m
    placed = np.flatnonzero(is_placed)
    points = np.column_stack([x_m[placed], y_m[placed]])
    tree = cKDTree(points)
    # Tens of millions of pairs are held once and not four times: the room is known, and a few rows at a time are put into it.
    number = int(tree.count_neighbors(tree, reach)) + n - len(placed)
    weights, columns = np.empty(number), np.empty(number, dtype=np.int32)
    # A cell that the tree has not seen has no neighbour but itself.
    length, end = np.ones(n, dtype=np.int64), 0
    for first in range(0, n, _ROWS):
        rows = np.arange(first, min(first + _ROWS, n))
        seen = rows[is_placed[rows]]
        distance = cKDTree(np.column_stack([x_m[seen], y_m[seen]])).sparse_distance_matrix(tree, reach, output_type="coo_matrix")
        away = distance.data / sigma_m
        alone = rows[~is_placed[rows]]
        row, column = np.concatenate([seen[distance.row], alone]), np.concatenate([placed[distance.col], alone])
        weight = np.concatenate([np.exp(-0.5 * away**2), np.ones(len(alone))])
        few = sparse.csr_matrix((weight, (row - first, column)), shape=(len(rows), n))
        few.sort_indices()
        begin, end = end, end + few.nnz
        weights[begin:end], columns[begin:end], length[rows] = few.data, few.indices, np.diff(few.indptr)
    starts = np.concatenate([[0], np.cumsum(length)]).astype(np.int32 if number < 2**31 else np.int64)
    return sparse.csr_matrix((weights[:end], columns[:end], starts), shape=(n, n))


class Tiles:
    """Weights in single precision, as dense blocks: cells that lie together have much the same neighbours and share one product."""

    def __init__(self, weights: sparse.csr_matrix, x_m: Array, y_m: Array) -> None:
        """Cut ``weights``, shape (cells, cells), into blocks of cells that lie together."""
        self._blocks = []
        for rows in _together(np.arange(len(x_m)), x_m, y_m):
            of_rows = weights[rows]
            columns = np.unique(of_rows.indices)
            self._blocks.append((rows, columns, of_rows[:, columns].toarray().astype(np.float32)))
        self.filled = weights.nnz / sum(block.size for _, _, block in self._blocks)

    def __matmul__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        made = np.empty_like(values)
        for rows, columns, block in self._blocks:
            made[rows] = block @ values[columns]
        return made


def _together(cells: NDArray[np.intp], x_m: Array, y_m: Array) -> Iterator[NDArray[np.intp]]:
    """Groups of cells that lie together: halved across their longer side until they are small, those without a place coming last."""
    if len(cells) <= TILE_CELLS:
        yield cells
        return
    x, y = x_m[cells], y_m[cells]
    ordered = cells[np.argsort(x if _width(x) > _width(y) else y, kind="stable")]
    for half in np.array_split(ordered, 2):
        yield from _together(half, x_m, y_m)


def _width(places: Array) -> float:
    known = places[np.isfinite(places)]
    return float(known.max(initial=-np.inf) - known.min(initial=np.inf))


def _single(weights: sparse.csr_matrix, x_m: Array, y_m: Array) -> sparse.csr_matrix | Tiles:
    """Weights in single precision, as tiles where neighbourhoods are so wide that these are faster."""
    tiles = Tiles(weights, x_m, y_m)
    return tiles if tiles.filled >= LEAST_FILLED else weights.astype(np.float32)


class Neighbours:
    """The neighbourhoods of one set of cells at several ranges, each made when first asked for, and once, whoever asks at the same time."""

    def __init__(self, x_m: Array, y_m: Array) -> None:
        self._x_m, self._y_m = x_m, y_m
        self._sparse: dict[float, sparse.csr_matrix] = {}
        self._single: dict[float, sparse.csr_matrix | Tiles] = {}
        self._patterns: dict[tuple[float, int, bytes], Array] = {}
        self._making = RLock()

    def at(self, sigma_m: float) -> sparse.csr_matrix:
        """Weights at a range; the identity at 0."""
        with self._making:
            if sigma_m not in self._sparse:
                n = len(self._x_m)
                self._sparse[sigma_m] = gaussian(self._x_m, self._y_m, sigma_m) if sigma_m else sparse.identity(n, format="csr")
            return self._sparse[sigma_m]

    def _in_single(self, sigma_m: float) -> sparse.csr_matrix | Tiles:
        with self._making:
            if sigma_m not in self._single:
                self._single[sigma_m] = _single(self.at(sigma_m), self._x_m, self._y_m)
            return self._single[sigma_m]

    @cached_property
    def ring(self) -> sparse.csr_matrix:
        """1 for each cell and its direct neighbours: centres within 1.5 times the usual distance to the nearest one."""
        placed = np.flatnonzero(np.isfinite(self._x_m) & np.isfinite(self._y_m))
        n = len(self._x_m)
        if len(placed) < 2:
            return sparse.identity(n, format="csr")
        points = np.column_stack([self._x_m[placed], self._y_m[placed]])
        tree = cKDTree(points)
        nearest = tree.query(points, k=2)[0][:, 1]
        pairs = tree.query_pairs(RING_REACH * float(np.median(nearest)), output_type="ndarray")
        row, column = placed[pairs[:, 0]], placed[pairs[:, 1]]
        joined = sparse.coo_matrix((np.ones(len(row)), (row, column)), shape=(n, n))
        ring = sparse.csr_matrix(joined + joined.T + sparse.identity(n))
        ring.sort_indices()
        return ring

    def smooth(self, values: Array, sigma_m: float) -> Array:
        """Weighted sums over each cell's neighbourhood, exact to the last bit of a double; shape as ``values``, (cells, …)."""
        if not sigma_m:
            return values
        return np.asarray(self.at(sigma_m) @ values.reshape(len(values), -1)).reshape(values.shape)

    def smooth_many(self, values: NDArray[np.float32 | np.float64], sigma_m: float) -> NDArray[np.float32]:
        """The same in single precision, for the many columns of a fit."""
        flat = values.reshape(len(values), -1).astype(np.float32)
        if sigma_m:
            flat = self._in_single(sigma_m) @ flat
        return np.asarray(flat).reshape(values.shape)

    def of_patterns(self, pattern: NDArray[np.int64], patterns: int, sigma_m: float) -> Array:
        """Weight of each coverage pattern around each cell, shape (cells, patterns), for the ``pattern`` of each cell."""
        key = sigma_m, patterns, pattern.tobytes()
        with self._making:
            if key not in self._patterns:
                members = np.eye(patterns)[pattern]
                self._patterns[key] = np.asarray(self.at(sigma_m) @ members)
            return self._patterns[key]
