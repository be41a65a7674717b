from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers import worlds
from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.scoring.features import Past
from transforms.scoring.level import DAYS, EVENTS, LocalLevels, district_level

Array = NDArray[np.float64]


def level(totals: Array, observed: Array, rates: float | Array, *origins: int) -> Array:
    at = np.array(origins or [len(totals)])
    return district_level(totals, np.atleast_2d(observed), np.broadcast_to(rates, (np.atleast_2d(observed).shape[0], len(at))), at)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), origins=st.lists(st.integers(0, 200), min_size=1, max_size=5))
def test_it_is_its_formula(seed: int, origins: list[int]) -> None:
    rng = np.random.default_rng(seed)
    observed = rng.choice([0.0, 0.5, 1.2], (3, 200))
    totals = np.where((observed > 0).any(axis=0), rng.poisson(3.0, 200).astype(float), 0.0)
    rates = rng.gamma(2, 0.5, (3, len(origins)))
    found = district_level(totals, observed, rates, np.array(origins))
    for k, origin in enumerate(origins):
        came = due = 50.0
        for day in range(max(0, origin - 120), origin):
            weight = 0.5 ** ((origin - day) / 14)
            came += weight * totals[day]
            due += weight * sum(rates[p, k] * observed[p, day] for p in range(3))
        assert found[k] == pytest.approx(came / due, rel=1e-12)


def test_as_many_as_expected_is_one_and_more_is_more() -> None:
    steady = np.full(300, 20.0)
    assert level(steady, np.ones(300), 20.0)[0] == pytest.approx(1)
    doubled = steady.copy()
    doubled[-14:] *= 2
    thrice = steady.copy()
    thrice[-14:] *= 3
    levels = [level(t, np.ones(300), 20.0)[0] for t in (steady, doubled, thrice)]
    assert (np.diff(levels) > 0.2).all()
    assert levels[1] == pytest.approx(1 + 0.5 * (1 - EVENTS / (EVENTS + 20 / (2 ** (1 / 14) - 1))), rel=0.01)


def test_few_events_say_little() -> None:
    busy = level(np.full(100, 0.2), np.ones(100), 0.1)[0]
    assert 1 < busy < 1.05
    assert level(np.full(100, 200.0), np.ones(100), 100.0)[0] == pytest.approx(2, rel=0.05)


def test_it_returns_to_one_in_a_gap() -> None:
    levels = []
    for gap in (0, 20, 60, DAYS):
        totals, observed = np.full(200 + gap, 20.0), np.ones(200 + gap)
        totals[186:200] = 60
        totals[200:], observed[200:] = 0, 0
        levels.append(level(totals, observed, 20.0)[0])
    assert levels[0] > 1.5
    assert (np.diff(levels) < 0).all()
    assert levels[-1] == 1


def test_a_missing_source_is_not_a_calm_district() -> None:
    # Half of the district, by its rates 3 : 1, was not observed for the last month, and its events did not come.
    observed = np.ones((2, 200))
    observed[0, 170:] = 0
    totals = np.where(np.arange(200) < 170, 40.0, 10.0)
    assert district_level(totals, observed, np.array([[30.0], [10.0]]), np.array([200]))[0] == pytest.approx(1)
    assert level(totals, np.ones(200), 40.0)[0] < 0.6


def test_an_origin_sees_only_the_days_before_it() -> None:
    totals = np.full(200, 5.0)
    later = totals.copy()
    later[100:] = 1e6
    assert level(later, np.ones(200), 5.0, 100) == level(totals, np.ones(200), 5.0, 100)
    totals[99] = 50
    assert level(totals, np.ones(200), 5.0, 100)[0] > 1.05


def test_without_a_past_it_is_one() -> None:
    assert level(np.zeros(0), np.zeros((1, 0)), 3.0, 0).tolist() == [1.0]
    assert level(np.zeros(50), np.ones(50), 0.0).tolist() == [1.0]


def test_events_of_days_without_exposure_do_not_count() -> None:
    totals, observed = np.full(100, 10.0), np.ones(100)
    observed[90:] = 0
    stray = totals.copy()
    stray[90:] = 1000
    assert level(stray, observed, 10.0)[0] == level(totals, observed, 10.0)[0] == pytest.approx(1)


# --- around each cell


def line(counts: Array, exposure: Exposure | None = None, rate: float | Array = 1.0) -> Array:
    """Local levels of cells 500 m apart in a row, after the last day."""
    cells, days = counts.shape
    whole = exposure or Exposure(np.zeros(cells, dtype=np.int64), np.ones((1, days)))
    rates = np.broadcast_to(rate, (cells,))[:, None].astype(float)
    past = Past(counts.astype(np.float32), np.zeros_like(counts, dtype=np.float32), whole)
    near = Neighbours(np.linspace(0.0, 500.0 * (cells - 1), cells), np.zeros(cells))
    return LocalLevels(past, np.ones(days), np.array([days]), near).of(rates)[:, 0]


def test_around_a_cell_it_is_its_formula() -> None:
    some = worlds.world(4)
    cells, days, half = 9, 120, 56
    rate = np.random.default_rng(4).gamma(1.0, 0.1, (cells, 2))
    levels = LocalLevels(some.past, some.season, np.array([60, days]), some.neighbours)
    found = levels.of(rate)
    # The same sums in another shape are added in another order on some processors.
    assert levels.of(rate[:, :1]) == pytest.approx(found[:, :1], rel=1e-12)
    distance = np.hypot(some.x_m[:, None] - some.x_m, some.y_m[:, None] - some.y_m)
    near = np.where(distance < 6000, np.exp(-0.5 * (distance / 2000) ** 2), 0.0)
    for k, origin in enumerate((60, days)):
        weight = 0.5 ** ((origin - 1 - np.arange(origin)) / half)
        came = some.past.counts[:, :origin] @ weight
        due = rate[:, k] * (some.observed[:, :origin] @ weight)
        expected = (100 + near @ came) / (100 + near @ due * came.sum() / due.sum())
        assert found[:, k] == pytest.approx(expected, rel=1e-9)


def test_a_part_that_rises_while_the_rest_falls_is_seen_and_a_district_that_rises_as_a_whole_is_not() -> None:
    steady = np.full((40, 300), 1.0)
    assert line(steady) == pytest.approx(1)
    assert line(3 * steady) == pytest.approx(1)
    tilted = steady.copy()
    tilted[:20, -56:], tilted[20:, -56:] = 1.4, 0.6
    found = line(tilted)
    assert found[5] > 1.15
    assert found[34] < 0.85


def test_few_events_and_gaps_leave_it_near_one() -> None:
    tilted = np.full((40, 300), 0.001)
    tilted[:20, -56:] = 0.002
    assert line(tilted, rate=0.001) == pytest.approx(1, abs=0.02)
    share = np.ones((1, 700))
    share[0, 300:] = 0
    counts = np.zeros((40, 700))
    counts[:20, :300], counts[20:, :300] = 2.0, 1.0
    assert line(counts, Exposure(np.zeros(40, dtype=np.int64), share)) == pytest.approx(1, abs=0.04)
    assert line(np.zeros((40, 50)), rate=0.0).tolist() == [1.0] * 40
