from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from transforms.backtest.metrics import area, caught, crps, log_score, most, pit, standard_error
from transforms.scoring.negbin import at_most

Array = NDArray[np.float64]
MEANS, SIZES, COUNTS = np.array([0.001, 0.3, 2.0, 7.5, 40.0]), np.array([0.1, 1.0, 3.0, 50.0, 2.0]), np.array([0.0, 1.0, 0.0, 9.0, 130.0])


def reference() -> stats.nbinom:
    return stats.nbinom(SIZES, SIZES / (SIZES + MEANS))


def test_log_score_and_distribution_are_those_of_the_negative_binomial() -> None:
    assert log_score(MEANS, SIZES, COUNTS) == pytest.approx(reference().logpmf(COUNTS), rel=1e-9)
    assert at_most(MEANS, SIZES, COUNTS) == pytest.approx(reference().cdf(COUNTS), rel=1e-9)
    assert at_most(MEANS, SIZES, np.full(5, -1.0)).tolist() == [0.0] * 5


def test_crps_is_the_distance_between_distribution_functions() -> None:
    k = np.arange(20_000)[:, None]
    direct = ((reference().cdf(k) - (k >= COUNTS)) ** 2).sum(axis=0)
    assert crps(MEANS, SIZES, COUNTS) == pytest.approx(direct, rel=1e-6, abs=1e-9)


def test_crps_is_least_for_the_forecast_that_counts_are_drawn_from() -> None:
    rng = np.random.default_rng(1)
    mean, size = rng.gamma(1.0, 2.0, 20_000) + 0.01, np.full(20_000, 1.5)
    count = rng.negative_binomial(size, size / (size + mean)).astype(float)
    own = crps(mean, size, count).mean()
    assert all(own < crps(m, s, count).mean() for m, s in ((1.3 * mean, size), (0.7 * mean, size), (mean, size / 5), (mean, 20 * size)))


def test_pit_is_flat_for_the_truth_and_not_for_too_narrow_forecasts() -> None:
    rng = np.random.default_rng(2)
    mean, size = rng.gamma(0.5, 1.0, 100_000) + 0.001, np.full(100_000, 0.7)
    count = rng.negative_binomial(size, size / (size + mean)).astype(float)
    assert np.abs(pit(mean, size, count) - 0.1).max() < 0.003
    narrow = pit(mean, np.full(100_000, 1e6), count)
    assert narrow[-1] > 0.11
    assert narrow.sum() == pytest.approx(1)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=2, max_size=6), st.floats(0.01, 1.0))
def test_ties_share_the_last_places_as_all_orders_would_on_average(cells: list[tuple[int, int]], share: float) -> None:
    rank_by, count = (np.array(v, dtype=float) for v in zip(*cells, strict=True))
    places = round(area(len(cells), share) * len(cells))
    orders = [sorted(order, key=lambda k: -rank_by[k])[:places] for order in permutations(range(len(cells)))]
    expected = np.mean([count[chosen].sum() for chosen in orders])
    assert caught(rank_by, count, share) == pytest.approx(expected)
    assert caught(rank_by, count, share) <= most(count, share) + 1e-9
    assert most(count, share) == sorted(count, reverse=True)[:places] @ np.ones(places)


def test_the_standard_error_knows_that_neighbouring_origins_are_alike() -> None:
    rng = np.random.default_rng(3)
    alone = rng.normal(size=400)
    assert standard_error(alone, 7, 7) == pytest.approx(alone.std(ddof=1) / 20, rel=0.35)
    together = np.repeat(rng.normal(size=100), 4)
    plain = together.std(ddof=1) / 20
    found = standard_error(together, 7, 28)
    assert found is not None
    assert 1.4 * plain < found < 2.2 * plain
    # Never less than the plain one, also where neighbours are opposites.
    opposite = np.tile([1.0, -1.0], 50)
    assert standard_error(opposite, 7, 7) == pytest.approx(opposite.std(ddof=1) / 10)
    assert standard_error(alone[:1], 7, 7) is None
