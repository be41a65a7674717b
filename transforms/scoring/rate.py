"""The shrunk rate of each cell: what it had, pulled towards its neighbourhood as far as its own evidence is thin.

Two-level Gamma–Poisson model with a half-life of 365 days. With w_d = 2^(−age/365), s_d the season and e the exposure of a cell:
E = Σ w s e, rate = Σ w y / E, prior m0 = rate smoothed over 700 m, effective exposure n = E² / Σ w² s e, between-cell variance
v = max(mean((rate − m0)² − m0/n), 1e-6 · mean(m0²)), a = mean(m0²)/v, and shrunk = (a + rate·n) / (a/m0 + n).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from transforms.panel import Exposure

Array = NDArray[np.float64]

HALF_LIFE_DAYS = 365.0
RECENT_DAYS = 28
PRIOR_SIGMA_M = 700.0
TRUNCATION_SIGMAS = 3.0
# How firmly cells can at most be held to their neighbourhood, in events: above it they are one.
MAX_STRENGTH = 1e6


def gaussian(x_m: Array, y_m: Array, sigma_m: float) -> sparse.csr_matrix:
    """Gaussian weights between cell centres, truncated at three sigmas; shape (cells, cells), not normalised.

    Numerator and denominator of a rate are smoothed with the same weights, so edges and gaps need no special case.
    """
    # A cell without geometry has no neighbours; the tree takes no NaN.
    placed = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
    tree = cKDTree(np.column_stack([x_m[placed], y_m[placed]]))
    distance = tree.sparse_distance_matrix(tree, TRUNCATION_SIGMAS * sigma_m, output_type="coo_matrix")
    weight = np.exp(-0.5 * (distance.data / sigma_m) ** 2)
    # Every cell is its own nearest neighbour, also one that the tree has not seen.
    off = distance.row != distance.col
    n = len(x_m)
    pairs = placed[distance.row[off]], placed[distance.col[off]]
    return sparse.csr_matrix(sparse.coo_matrix((weight[off], pairs), shape=(n, n)) + sparse.identity(n))


@dataclass(frozen=True)
class Rates:
    """Deseasonalised events per day and cell at several origins; each array has shape (cells, origins).

    ``shrunk = recent + long_run + neighbours``: the cell's own last 28 days, its own older past, and its neighbourhood.
    ``exposure`` is E; where it and its surroundings are 0, nothing is known and all rates are NaN.
    """

    shrunk: Array
    recent: Array
    long_run: Array
    neighbours: Array
    exposure: Array


def shrunk_rates(
    counts: NDArray[np.float32], season: Array, exposure: Exposure, origins: NDArray[np.int64], smoother: sparse.csr_matrix
) -> Rates:
    """Shrunk rates from the days before each origin.

    Args:
        counts: events, shape (cells, days).
        season: factor per day, shape (days,).
        exposure: of the same cells and days.
        origins: columns; an origin sees the columns before it.
        smoother: weights of the prior's neighbourhood.
    """
    age = origins[None, :] - np.arange(counts.shape[1])[:, None]
    weight = np.where(age > 0, 2.0 ** (-np.maximum(age, 0) / HALF_LIFE_DAYS), 0.0)
    recent_weight = np.where(age <= RECENT_DAYS, weight, 0.0)
    dense = counts.astype(float)
    y, y_recent = dense @ weight, dense @ recent_weight
    e = exposure.weighted(weight * season[:, None])
    e2 = exposure.weighted(weight**2 * season[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(e > 0, y / e, 0.0)
        n = np.where(e > 0, e**2 / e2, 0.0)
        prior = (smoother @ y) / (smoother @ e)
        district = y.sum(axis=0) / e.sum(axis=0)
    # A neighbourhood in which nothing ever happened is not a place where nothing can.
    prior = np.maximum(prior, 0.01 * district)
    observed = (n > 0) & np.isfinite(prior)
    spread = np.where(observed, (rate - prior) ** 2 - prior / np.where(n > 0, n, 1.0), 0.0).sum(axis=0)
    square = (np.where(observed, prior, 0.0) ** 2).sum(axis=0)
    # The least variance is relative to the rates, so that rare series are shrunk by the same rule as frequent ones.
    variance = np.maximum(spread, square / MAX_STRENGTH)
    with np.errstate(divide="ignore", invalid="ignore"):
        strength = np.where(square > 0, np.maximum(square / variance, 1e-3), MAX_STRENGTH)
        denominator = strength / prior + n
        own = np.where(e > 0, n / denominator, 0.0)
        neighbours = strength / denominator
        share_recent = np.where(y > 0, y_recent / y, 0.0)
    recent, long_run = own * rate * share_recent, own * rate * (1 - share_recent)
    return Rates(recent + long_run + neighbours, recent, long_run, neighbours, e)
