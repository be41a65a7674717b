from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from transforms.neighbours import Neighbours
from transforms.panel import Exposure
from transforms.scoring.features import Past, make_features
from transforms.scoring.model import fit_model
from transforms.scoring.surge import LAG_DAYS, SLOW, WATCH, Surge, SurgeTests, benjamini_hochberg, judge, run_tests, upper_tail

SIDE, DAYS = 8, 420
FIRST = dt.date(2025, 1, 6)
CALENDAR = [FIRST + dt.timedelta(days=k) for k in range(DAYS)]
NEIGHBOURS = Neighbours(*(500.0 * v.ravel().astype(float) for v in np.meshgrid(np.arange(SIDE), np.arange(SIDE))))
HOT = 3 * SIDE + 4


@pytest.fixture(scope="module")
def quiet() -> NDArray[np.float32]:
    """A year and more without surges: every cell at a rate of its own."""
    rng = np.random.default_rng(11)
    return rng.poisson(rng.gamma(2, 0.03, (SIDE * SIDE, 1)), (SIDE * SIDE, DAYS)).astype(np.float32)


def night_after(counts: NDArray[np.float32], share: NDArray[np.float64] | None = None, fitted_to: int = DAYS - 21) -> SurgeTests:
    """The tests of the night after the last day, with a model fitted three weeks before."""
    exposure = Exposure(np.zeros(len(counts), dtype=np.int64), np.ones((1, DAYS)) if share is None else share)
    past = Past(counts, np.zeros_like(counts), exposure)
    model = fit_model(past.before(fitted_to), CALENDAR[:fitted_to], {}, 7, NEIGHBOURS)
    assert model.surge is not None
    season = model.season.factor(CALENDAR, {})
    slow = make_features(past, season, np.array([DAYS - LAG_DAYS]), NEIGHBOURS, SLOW)[:, :, 0].astype(float)
    return run_tests(model.surge, slow, past, season, NEIGHBOURS.ring)


@settings(deadline=None)
@given(st.floats(0.01, 30), st.floats(0.05, 50), st.integers(0, 60))
def test_the_tail_is_the_mid_p_of_the_negative_binomial(mean: float, size: float, count: int) -> None:
    share = size / (size + mean)
    expected = 0.5 * (stats.nbinom.sf(count - 1, size, share) + stats.nbinom.sf(count, size, share))
    assert upper_tail(np.array([mean]), size, np.array([float(count)]))[0] == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.lists(st.floats(0, 1), max_size=40), st.floats(0.01, 0.5))
def test_discoveries_are_those_of_the_procedure_written_out(p: list[float], q: float) -> None:
    ordered = sorted(p)
    passing = [value for rank, value in enumerate(ordered, start=1) if value <= q * rank / len(p)]
    assert benjamini_hochberg(np.array(p), q) == (max(passing) if passing else 0.0)


def test_quiet_nights_hold_no_red_surge_and_hardly_a_watch(quiet: NDArray[np.float32]) -> None:
    result = night_after(quiet)
    assert result.tested.all()
    assert (result.p < WATCH).sum() <= 1
    assert Surge.RED not in judge({"theft": result})["theft"]


def test_ten_events_in_ten_days_in_one_cell_are_a_red_surge_there_and_nowhere_else(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    counts[HOT, -10:] += 1
    result = night_after(counts)
    words = judge({"theft": result})["theft"]
    assert [k for k, word in enumerate(words) if word is Surge.RED] == [HOT]
    assert result.observed[HOT] >= 10 > 3 * result.expected[HOT]


def test_a_surge_of_two_weeks_does_not_hide_itself(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    counts[HOT, -LAG_DAYS:] += 1
    assert night_after(counts).p[HOT] < 1e-4


def test_a_block_shows_once(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    block = NEIGHBOURS.ring[[HOT]].indices
    counts[block, -6:-4] += 1
    result = night_after(counts)
    ringed = np.flatnonzero(result.of_ring & (result.p < WATCH))
    assert len(ringed) == 1
    assert ringed[0] in block


def test_when_all_of_the_district_rises_no_cell_stands_out_and_the_district_does(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    rng = np.random.default_rng(2)
    rate = quiet.mean(axis=1, keepdims=True)
    counts[:, -7:] = rng.poisson(3 * rate, (len(quiet), 7))
    result = night_after(counts)
    assert result.district_p < WATCH
    # One in five such nights may hold one false discovery, and no more.
    assert judge({"theft": result})["theft"].count(Surge.RED) <= 1


def test_one_bad_day_is_no_surge_whatever_it_held(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    counts[HOT, -LAG_DAYS:] = 0
    counts[HOT, -1] = 12
    result = night_after(counts)
    assert result.p[HOT] < WATCH
    assert judge({"theft": result})["theft"][HOT] is None


def test_nothing_is_tested_with_less_than_eight_weeks_of_past(quiet: NDArray[np.float32]) -> None:
    share = np.zeros((1, DAYS))
    share[:, -200:-21] = 1
    assert night_after(quiet * share.astype(np.float32), share).tested.all()
    young = np.zeros((1, DAYS))
    young[:, -50:] = 1
    past = Past(quiet * young.astype(np.float32), np.zeros_like(quiet), Exposure(np.zeros(len(quiet), dtype=np.int64), young))
    model = fit_model(Past(quiet, np.zeros_like(quiet), Exposure(past.exposure.pattern, np.ones((1, DAYS)))), CALENDAR, {}, 7, NEIGHBOURS)
    assert model.surge is not None
    season = np.ones(DAYS)
    slow = make_features(past, season, np.array([DAYS - LAG_DAYS]), NEIGHBOURS, SLOW)[:, :, 0].astype(float)
    assert not run_tests(model.surge, slow, past, season, NEIGHBOURS.ring).tested.any()
