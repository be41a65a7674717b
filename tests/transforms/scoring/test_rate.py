from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.transforms.scoring import worlds
from transforms.scoring.rate import MAX_STRENGTH, shrink

Array = NDArray[np.float64]
CELLS = 30


def sums(seed: int = 0, cells: int = CELLS, days: float = 400.0, between: float = 1.0) -> tuple[Array, Array, Array, Array]:
    """Events, exposure, Σ w² s e and prior of cells, one origin; ``between``: shape of the gamma of their rates."""
    rng = np.random.default_rng(seed)
    exposed = rng.uniform(0.3, 1, cells) * days
    y = rng.poisson(rng.gamma(between, 0.1 / between, cells) * exposed).astype(float)
    return y[:, None], exposed[:, None], exposed[:, None] * 0.8, np.full((cells, 1), y.sum() / exposed.sum())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), days=st.sampled_from([2.0, 40.0, 4000.0]), between=st.sampled_from([0.2, 2.0, 50.0]))
def test_it_is_the_formula(seed: int, days: float, between: float) -> None:
    y, exposed, squared, prior = sums(seed, 12, days, between)
    prior = prior * np.random.default_rng(seed).uniform(0.3, 3, prior.shape)
    y[3], exposed[3], squared[3] = 0, 0, 0
    expected = worlds.shrink(y[:, 0].tolist(), exposed[:, 0].tolist(), squared[:, 0].tolist(), prior[:, 0].tolist())
    if y.sum():
        assert shrink(y, exposed, squared, prior)[:, 0] == pytest.approx(expected, rel=1e-9)


def test_origins_do_not_touch_each_other() -> None:
    one, two = sums(1), sums(2, days=3)
    together = shrink(*(np.column_stack([a, b]) for a, b in zip(one, two, strict=True)))
    assert together == pytest.approx(np.column_stack([shrink(*one), shrink(*two)]), rel=1e-12)


def test_much_evidence_is_the_cells_own_rate() -> None:
    y, exposed, squared, prior = sums(days=1e7)
    assert shrink(y, exposed, squared, prior) == pytest.approx(y / exposed, rel=1e-4)


def test_without_evidence_it_is_the_neighbourhoods_rate() -> None:
    y, exposed, squared, prior = sums()
    y[4] = exposed[4] = squared[4] = 0
    prior[4] = 0.07
    assert shrink(y, exposed, squared, prior)[4, 0] == pytest.approx(0.07)
    little = exposed * 1e-6
    assert shrink(np.zeros_like(y), little, little, prior)[5] == pytest.approx(prior[5], rel=1e-3)


def test_equal_cells_are_held_together_and_unequal_ones_are_not() -> None:
    def scatter(between: float) -> float:
        y, exposed, squared, prior = sums(3, 400, between=between)
        return float(np.std(shrink(y, exposed, squared, prior)) / np.std(y / exposed))

    assert scatter(1e6) < 0.35
    assert scatter(0.5) > 0.8


def test_it_lies_between_the_cell_and_its_neighbourhood() -> None:
    y, exposed, squared, prior = sums(4)
    found, own = shrink(y, exposed, squared, prior), y / exposed
    assert (found >= np.minimum(own, prior) - 1e-15).all()
    assert (found <= np.maximum(own, prior) + 1e-15).all()


def test_more_events_in_a_cell_mean_a_higher_rate() -> None:
    found = []
    for k in (0, 1, 2, 4, 8, 16):
        y, exposed, squared, prior = sums(6)
        y[12] = 40.0 * k
        found.append(shrink(y, exposed, squared, prior)[12, 0])
    assert (np.diff(found) > 0).all()
    assert found[-1] / found[1] == pytest.approx(16, rel=0.1)


def test_rare_series_are_shrunk_by_the_same_rule() -> None:
    # Measured in another unit of exposure, the answer is the same in that unit, also where the variance between cells is at its least.
    y, exposed, squared, prior = sums(8, between=1e6)
    for own in (y, np.round(prior * exposed)):
        ours, theirs = shrink(own, exposed, squared, prior), shrink(own, exposed * 1e5, squared * 1e5, prior / 1e5)
        assert theirs * 1e5 == pytest.approx(ours, rel=1e-9)


def test_cells_without_variance_are_one() -> None:
    even, exposed, prior = np.full((CELLS, 1), 2.0), np.full((CELLS, 1), 20.0), np.full((CELLS, 1), 0.1001)
    expected = (MAX_STRENGTH + 2) / (MAX_STRENGTH / 0.1001 + 20)
    assert shrink(even, exposed, exposed, prior) == pytest.approx(np.full((CELLS, 1), expected), rel=1e-9)


def test_a_quiet_neighbourhood_is_not_impossible() -> None:
    y, exposed = np.array([[50.0], [0.0]]), np.full((2, 1), 50.0)
    found = shrink(y, exposed, exposed, np.array([[1.0], [0.0]]))[:, 0]
    assert 0 < found[1] < 0.01


def test_where_nothing_happened_the_rate_is_nought_and_where_nothing_was_seen_unknown() -> None:
    exposed = np.full((4, 1), 30.0)
    prior = np.array([[0.0], [0.0], [0.0], [np.nan]])
    found = shrink(np.zeros((4, 1)), exposed * [[1], [1], [0], [0]], exposed * [[1], [1], [0], [0]], prior)[:, 0]
    assert found[:3].tolist() == [0, 0, 0]
    assert np.isnan(found[3])


def test_before_any_exposure_nothing_is_known() -> None:
    none = np.zeros((3, 2))
    assert np.isnan(shrink(none, none, none, none * np.nan)).all()
