from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.worlds import decayed
from transforms.scoring.decay import LONG_RUN, decayed_sums, window_sums

DAYS = 60
HALF_LIVES = (1.0, 14.0, 730.0, LONG_RUN)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(origins=st.lists(st.integers(0, DAYS), min_size=1, max_size=8), seed=st.integers(0, 10_000))
def test_the_recursion_is_the_sum_for_origins_in_any_order(origins: list[int], seed: int) -> None:
    values = np.random.default_rng(seed).poisson(0.4, (3, DAYS)).astype(np.float32)
    found = decayed_sums(values, np.array(origins), HALF_LIVES)
    assert found.shape == (4, 3, len(origins))
    expected = [[[decayed(row.astype(float), o, h) for o in origins] for row in values] for h in HALF_LIVES]
    assert found == pytest.approx(np.array(expected), rel=1e-9, abs=1e-12)


def test_yesterday_counts_whole_and_a_half_life_earlier_half() -> None:
    values = np.zeros((2, 30))
    values[0, 29], values[1, 15] = 1, 1
    assert decayed_sums(values, np.array([30]), (14.0, LONG_RUN))[:, :, 0] == pytest.approx(np.array([[1, 0.5], [1, 1]]))


def test_an_origin_sees_nothing_from_its_own_day_on() -> None:
    values = np.random.default_rng(1).uniform(size=(4, DAYS))
    later = values.copy()
    later[:, 20:] = 1e9
    origins = np.array([20, 0, 7])
    assert decayed_sums(later, origins, HALF_LIVES).tobytes() == decayed_sums(values, origins, HALF_LIVES).tobytes()
    assert (decayed_sums(values, np.array([0]), HALF_LIVES) == 0).all()


def test_single_precision_counts_are_summed_in_double() -> None:
    # 2²⁴ + 1 has no single-precision number.
    values = np.ones((1, 2), dtype=np.float32)
    values[0, 0] = 2.0**24
    assert decayed_sums(values, np.array([2]), (LONG_RUN,))[0, 0, 0] == 2**24 + 1
    assert window_sums(values, np.array([0]), 2)[0, 0] == 2**24 + 1


def test_without_origins_there_is_nothing() -> None:
    none = np.array([], dtype=np.int64)
    assert decayed_sums(np.ones((3, 5)), none, HALF_LIVES).shape == (4, 3, 0)
    assert window_sums(np.ones((3, 5)), none, 7).shape == (3, 0)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(starts=st.lists(st.integers(0, DAYS + 5), min_size=1, max_size=6), days=st.integers(0, 20), seed=st.integers(0, 10_000))
def test_window_sums(starts: list[int], days: int, seed: int) -> None:
    values = np.random.default_rng(seed).poisson(0.4, (3, DAYS)).astype(np.float32)
    expected = [[sum(row[d] for d in range(s, s + days) if d < DAYS) for s in starts] for row in values.tolist()]
    assert window_sums(values, np.array(starts), days).tolist() == expected
