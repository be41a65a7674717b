"""Sizes that grow with the mean, and levels that drift: what they were drawn with is found again, and intervals of sums hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from transforms.scoring.negbin import at_most, quantile
from transforms.scoring.sizes import SLOPE, Sizes, fit_sizes

Array = NDArray[np.float64]
CELLS, WINDOWS = 400, 26


def drawn(sizes: Sizes, seed: int = 0) -> tuple[Array, Array]:
    """Means and counts of cells in four subdistricts, each window with a level of its own."""
    rng = np.random.default_rng(seed)
    mean = np.repeat(rng.gamma(0.5, 2.0, CELLS)[:, None], WINDOWS, axis=1)
    level = rng.gamma(1 / sizes.drift, sizes.drift, WINDOWS) if sizes.drift else np.ones(WINDOWS)
    own = Sizes(sizes.one, sizes.slope).of(mean)
    return mean, rng.negative_binomial(own, own / (own + mean * level)).astype(float)


def test_without_slope_and_drift_it_is_one_size() -> None:
    mean = np.array([0.01, 1.0, 40.0])
    assert Sizes(3.7).of(mean).tolist() == [3.7] * 3
    grown = Sizes(2.0, 0.5).of(mean)
    assert grown == pytest.approx([0.2, 2.0, 2 * 40**0.5])
    assert (Sizes(2.0, 0.5, 0.01).of(mean) < grown).all()


@pytest.mark.parametrize("true", [Sizes(2.0, 0.6, 0.02), Sizes(5.0, 0.1, 0.001), Sizes(1.0, 0.9, 0.05)])
def test_what_it_was_drawn_with_is_found(true: Sizes) -> None:
    mean, count = drawn(true)
    parts = np.arange(CELLS) % 4
    found = fit_sizes(mean, count, np.ones(mean.shape, dtype=bool), parts)
    assert found.one == pytest.approx(true.one, rel=0.2)
    assert found.slope == pytest.approx(true.slope, abs=0.15)
    assert true.drift / 3 < found.drift < 3 * true.drift + 0.002
    assert found.drift / 4 < found.part_drift < 4 * found.drift + 0.002


def test_with_nothing_to_learn_from_it_is_the_prior() -> None:
    nothing = np.empty((0, 0))
    found = fit_sizes(nothing, nothing, nothing > 0)
    assert found.one == pytest.approx(2.0)
    assert found.slope == SLOPE
    quiet = fit_sizes(np.full((5, 3), 1e-9), np.zeros((5, 3)), np.ones((5, 3), dtype=bool))
    assert np.isfinite([quiet.one, quiet.slope, quiet.drift]).all()


def test_the_sum_of_cells_is_less_sure_than_they_are_alone() -> None:
    true = Sizes(3.0, 0.5, 0.01, 0.01)
    mean, count = drawn(true, seed=1)
    alone, together = Sizes(3.0, 0.5), true
    variances = [np.array([s.variance_of_sum(mean[:, w], is_part=False) for w in range(WINDOWS)]) for s in (alone, together)]
    off = (count.sum(axis=0) - mean.sum(axis=0)) ** 2
    assert off.mean() > 1.5 * variances[0].mean()
    assert 0.4 < off.mean() / variances[1].mean() < 2.0


def test_a_quantile_is_the_least_count_that_holds() -> None:
    mean, size = np.array([0.001, 0.3, 2.0, 40.0, 900.0]), np.array([0.1, 1.0, 3.0, 2.0, 1e6])
    for p in (0.025, 0.5, 0.9, 0.999):
        found = quantile(mean, size, p)
        assert (at_most(mean, size, found) >= p).all()
        assert (at_most(mean, size, found - 1) < p).all()
