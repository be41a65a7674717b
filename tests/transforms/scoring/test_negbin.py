from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from transforms.scoring.negbin import fit_size, harm_interval, log_probability, p_any


def nb(rng: np.random.Generator, mean: object, size: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    m = np.asarray(mean, dtype=float)
    return rng.negative_binomial(size, size / (size + m)).astype(float)


@pytest.mark.parametrize("size", [0.3, 1.0, 4.0])
def test_fit_size_recovers_it(size: float) -> None:
    rng = np.random.default_rng(1)
    mean = rng.gamma(1.0, 2.0, (20, 1500))
    assert fit_size(mean, nb(rng, mean, size)) == pytest.approx(size, rel=0.08)


def test_fit_size_of_poisson_counts_is_large_and_bounded() -> None:
    rng = np.random.default_rng(2)
    mean = rng.gamma(1.0, 2.0, 20_000)
    assert 50 < fit_size(mean, rng.poisson(mean).astype(float)) < np.exp(7) + 1


def test_with_nothing_to_learn_from_the_prior_speaks() -> None:
    assert fit_size(np.empty((0, 0)), np.empty((0, 0))) == pytest.approx(2.0)
    assert fit_size(np.zeros(100), np.zeros(100)) == pytest.approx(2.0, rel=1e-2)
    few = fit_size(np.full(5, 0.1), np.array([0.0, 0, 0, 1, 0]))
    assert 1.0 < few < 4.0


@pytest.mark.parametrize("size", [0.05, 1.0, 300.0])
def test_log_probability_is_the_negative_binomial(size: float) -> None:
    mean = np.array([[1e-6], [0.01], [1.0], [40.0]])
    count = np.array([[0.0, 1, 2, 10, 100]])
    assert log_probability(mean, size, count) == pytest.approx(stats.nbinom.logpmf(count, size, size / (size + mean)), rel=1e-9, abs=1e-7)


def test_an_impossible_mean_stays_finite() -> None:
    assert np.isfinite(log_probability(np.zeros(2), 1.0, np.array([0.0, 3.0]))).all()


@pytest.mark.parametrize("size", [0.2, 3.0, 100.0])
def test_p_any(size: float) -> None:
    mean = np.array([0.0, 1e-12, 1e-3, 0.5, 20.0])
    assert p_any(mean, size) == pytest.approx(1 - stats.nbinom.pmf(0, size, size / (size + mean)), rel=1e-3, abs=1e-13)
    assert p_any(np.array([1e-12]), size)[0] == pytest.approx(1e-12, rel=1e-6)


def test_the_interval_of_a_gamma_holds_eighty_percent() -> None:
    mean, variance = np.array([0.3, 5.0, 80.0]), np.array([0.5, 10.0, 90.0])
    low, high = harm_interval(mean, variance)
    drawn = np.random.default_rng(3).gamma(mean**2 / variance, variance / mean, (40_000, 3))
    assert ((drawn >= low) & (drawn <= high)).mean(axis=0) == pytest.approx([0.8] * 3, abs=0.01)
    assert (drawn < low).mean(axis=0) == pytest.approx([0.1] * 3, abs=0.01)


@pytest.mark.parametrize(("mean", "least", "most"), [(0.02, 0.95, 1.0), (0.3, 0.8, 0.96), (2.0, 0.78, 0.93), (30.0, 0.77, 0.84)])
def test_the_interval_of_weighted_counts_holds_what_comes(mean: float, least: float, most: float) -> None:
    # Two series, weights 1 and 8, sizes 2 and 5: the sum is neither a gamma nor a negative binomial.
    rng = np.random.default_rng(4)
    weights, sizes, means = (1.0, 8.0), (2.0, 5.0), (mean, mean / 4)
    variance = sum(w**2 * (m + m**2 / r) for w, r, m in zip(weights, sizes, means, strict=True))
    none = float(np.prod([1 - p_any(np.array([m]), r)[0] for r, m in zip(sizes, means, strict=True)]))
    centre = sum(w * m for w, m in zip(weights, means, strict=True))
    low, high = harm_interval(np.array([centre]), np.array([variance]), np.array([none]))
    drawn = sum(w * nb(rng, np.full(40_000, m), r) for w, r, m in zip(weights, sizes, means, strict=True))
    assert least <= ((drawn >= low) & (drawn <= high)).mean() <= most


@pytest.mark.parametrize("scale", [0.02, 0.3, 1.0, 10.0])
@pytest.mark.parametrize("size", [0.3, 5.0])
def test_a_whole_category_has_the_variance_and_the_interval_of_its_draws(scale: float, size: float) -> None:
    # Eight series with the harm weights of public order: Var = Σ c²(μ + μ²/r), and an 80 % interval by its two moments.
    weights = np.array([10, 8, 4, 3, 1, 1.5, 2, 1])
    means, sizes = scale * np.array([0.1, 0.2, 0.5, 0.6, 3, 1, 0.4, 2]), size * np.array([1, 0.5, 2, 1, 3, 1, 1, 2])
    variance = float((weights**2 * (means + means**2 / sizes)).sum())
    none = float(np.prod([1 - p_any(np.array([m]), r)[0] for m, r in zip(means, sizes, strict=True)]))
    drawn = np.random.default_rng(5).negative_binomial(sizes, sizes / (sizes + means), (200_000, 8)) @ weights
    assert drawn.var() == pytest.approx(variance, rel=0.03)
    assert (drawn == 0).mean() == pytest.approx(none, abs=0.005)
    low, high = harm_interval(np.array([weights @ means]), np.array([variance]), none)
    assert (drawn < low).mean() <= 0.125
    # Where nothing is by far the likeliest, no number lies closer to a tail of 10 %.
    assert (drawn > high).mean() == pytest.approx(0.1, abs=0.05 if none > 0.8 else 0.015)


def test_where_nothing_is_likely_the_interval_begins_at_zero() -> None:
    low, high = harm_interval(np.full(3, 0.5), np.full(3, 0.6), np.array([0.61, 0.1, 0.09]))
    assert low[:2].tolist() == [0.0, 0.0]
    assert low[2] > 0
    assert (high > low).all()


def test_no_harm_has_no_width() -> None:
    low, high = harm_interval(np.zeros(2), np.zeros(2), np.ones(2))
    assert (low.tolist(), high.tolist()) == ([0, 0], [0, 0])
