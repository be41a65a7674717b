from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers import worlds
from transforms.grids.neighbours import Neighbours
from transforms.scoring.rate import MAX_STRENGTH, shrink, shrink_each

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


# --- each cell held as firmly as its like are


SIDE = 40


def town(seed: int, rate: Array, days: float = 100.0) -> tuple[Array, Array, Array, list[tuple[Array, Array]]]:
    """What cells of 1 km in a square had at their rates, and what their neighbourhoods had; ``rate`` has shape (cells,)."""
    side = round(len(rate) ** 0.5)
    x_m, y_m = (1000.0 * v.ravel() for v in np.meshgrid(np.arange(side), np.arange(side)))
    near = Neighbours(x_m, y_m)
    y, exposed = np.random.default_rng(seed).poisson(rate * days).astype(float)[:, None], np.full((len(rate), 1), days)
    return y, exposed, exposed, [(near.smooth(y, sigma_m), near.smooth(exposed, sigma_m)) for sigma_m in (700.0, 2000.0)]


def county(seed: int) -> Array:
    """Rates of a county: quiet land, sixteen towns with their surroundings, and a centre in each that towers above them."""
    rng = np.random.default_rng(seed)
    x, y = (v.ravel() for v in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    at_x, at_y = rng.integers(0, SIDE, (2, 16))
    away = (x[:, None] - at_x) ** 2 + (y[:, None] - at_y) ** 2
    towns = rng.gamma(1.0, 1.0, 16)
    around = 0.002 + (0.009 * towns * np.exp(-away / 8)).sum(axis=1)
    return np.asarray(around * rng.gamma(4.0, 0.25, SIDE**2) + (0.09 * towns * (away == 0)).sum(axis=1))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), days=st.sampled_from([0.5, 20.0, 4000.0]), scale=st.sampled_from([0.2, 1.0, 5.0]))
def test_each_is_the_formula(seed: int, days: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    y, exposed, _, _ = town(seed, rng.gamma(scale, 0.1 / scale, 9), days)
    y[3] = exposed[3] = 0
    reach = [rng.uniform(0, 1, (9, 9)) * (rng.uniform(size=(9, 9)) < 0.5) for _ in range(2)]
    for weights in reach:
        np.fill_diagonal(weights, 1)
    reach[0][5] = reach[1][5] = np.eye(9)[5]
    squared, around = 0.8 * exposed, [(w @ y, w @ exposed) for w in reach]
    flat = [(came[:, 0].tolist(), seen[:, 0].tolist()) for came, seen in around]
    expected = worlds.shrink_each(y[:, 0].tolist(), exposed[:, 0].tolist(), squared[:, 0].tolist(), flat)
    assert shrink_each(y, exposed, squared, around)[:, 0] == pytest.approx(expected, rel=1e-8, nan_ok=True)
    assert shrink_each(y, exposed, squared, around, single=True)[:, 0] == pytest.approx(expected, rel=1e-3, nan_ok=True)


def test_what_is_expected_of_the_hot_and_of_the_many_is_what_is_there() -> None:
    """By rank of the shrunk rate, rates add up to the true ones, also where cells are hot by chance; one strength for all fails there."""
    ends, ratios, errors = [SIDE**2 // 100, SIDE**2 // 20, SIDE**2 // 5], [], []
    for seed in range(8):
        rate = county(seed)
        y, exposed, squared, around = town(seed, rate)
        pair = (shrink_each(y, exposed, squared, around)[:, 0], shrink(y, exposed, squared, around[0][0] / around[0][1])[:, 0])
        groups = [np.split(np.argsort(-found, kind="stable"), ends) for found in pair]
        ratios.append([[found[g].sum() / rate[g].sum() for g in split] for found, split in zip(pair, groups, strict=True)])
        errors.append([np.mean((found - rate) ** 2) for found in pair])
    each, alike = np.mean(ratios, axis=0)
    assert each == pytest.approx(np.ones(4), abs=0.15)
    assert (alike[1:3] > 1.35).all()
    assert alike[3] < 0.85
    error, theirs = np.mean(errors, axis=0)
    assert error < 0.8 * theirs


def test_cells_that_differ_by_chance_alone_are_held_to_the_districts_rate() -> None:
    y, exposed, squared, around = town(1, np.full(SIDE**2, 0.01))
    found = shrink_each(y, exposed, squared, around)[:, 0] * 100
    assert np.std(y) == pytest.approx(1.0, abs=0.05)
    assert np.std(found) < 0.35
    assert found.max() < 3


def test_what_a_cell_had_is_no_part_of_its_own_prior() -> None:
    # With hardly any evidence of its own, a cell is what lies around it, and what is counted in it moves that of others only.
    y, exposed, squared, around = town(2, np.full(49, 0.05))
    more = y.copy()
    more[24] = y[24] + 1000
    lifted = [(came + more - y, seen) for came, seen in around]
    nothing = np.full_like(squared, 1e12)
    district = float(y.sum() / exposed.sum())
    before, after = (shrink_each(own, exposed, nothing, near)[24, 0] for own, near in ((y, around), (more, lifted)))
    assert before == pytest.approx(after, rel=1e-3)
    assert before == pytest.approx(district, rel=0.5)


def test_each_lies_between_the_cell_and_its_surroundings_and_rises_with_what_it_had() -> None:
    y, exposed, squared, around = town(4, county(4))
    found = shrink_each(y, exposed, squared, around)
    district = y.sum() / exposed.sum()
    said = [y / exposed, *(np.maximum((came - y) / (seen - exposed), 0.01 * district) for came, seen in around)]
    assert (found >= np.min(said, axis=0) * (1 - 1e-12)).all()
    assert (found <= np.max(said, axis=0) * (1 + 1e-12)).all()
    risen = []
    for k in (0, 1, 2, 4, 8, 16, 64):
        own, near = y.copy(), [(came.copy(), seen) for came, seen in around]
        own[70] = k
        for came, _ in near:
            came[70] += k - y[70]
        risen.append(float(shrink_each(own, exposed, squared, near)[70, 0]))
    assert (np.diff(risen) > 0).all()
    # A tower three hundred times as busy as what lies around it keeps most of its height, and what a single event says is little.
    assert risen[-1] > 0.75 * 64 / 100
    assert risen[1] < 0.5 / 100


def test_each_is_the_same_in_any_unit_of_exposure() -> None:
    y, exposed, squared, around = town(5, county(5))
    ours = shrink_each(y, exposed, squared, around)
    theirs = shrink_each(y, exposed * 1e5, squared * 1e5, [(came, seen * 1e5) for came, seen in around])
    assert theirs * 1e5 == pytest.approx(ours, rel=1e-9)


def test_cells_that_were_never_seen_change_nothing() -> None:
    y, exposed, squared, around = town(8, county(8))
    more = [np.vstack([v, np.zeros((3000, 1))]) for v in (y, exposed, squared)]
    near = [tuple(np.vstack([v, np.zeros((3000, 1))]) for v in pair) for pair in around]
    found = shrink_each(more[0], more[1], more[2], [(came, seen) for came, seen in near])
    assert found[: len(y)] == pytest.approx(shrink_each(y, exposed, squared, around), rel=1e-9)
    assert np.isnan(found[len(y) :]).all()


def test_each_origin_is_its_own() -> None:
    one, two = town(6, county(6)), town(7, county(7), 30.0)
    both = [np.column_stack([a, b]) for a, b in zip(one[:3], two[:3], strict=True)]
    near = [(np.column_stack([a, c]), np.column_stack([b, d])) for (a, b), (c, d) in zip(one[3], two[3], strict=True)]
    together = shrink_each(both[0], both[1], both[2], near)
    assert together.tobytes() == np.column_stack([shrink_each(*one), shrink_each(*two)]).tobytes()


def test_each_knows_nought_from_unknown() -> None:
    exposed, nothing = np.array([[30.0], [30.0], [0.0], [0.0]]), np.zeros((4, 1))
    seen = np.array([[60.0], [60.0], [30.0], [0.0]])
    assert shrink_each(nothing, exposed, exposed, [(nothing, seen)] * 2)[:3, 0].tolist() == [0, 0, 0]
    y = np.array([[3.0], [0.0], [0.0], [0.0]])
    found = shrink_each(y, exposed, exposed, [(np.array([[3.0], [3.0], [1.0], [0.0]]), seen)] * 2)[:, 0]
    assert (found[:3] > 0).all()
    assert np.isnan(found[3])
    assert np.isnan(shrink_each(nothing, nothing, nothing, [(nothing, nothing)] * 2)).all()
