from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse, stats

from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.schema import SURGE_COLUMNS
from transforms.scoring.features import Past
from transforms.scoring.fitting import fit_model
from transforms.scoring.surge import LAG_DAYS, SurgeTests, surge_tests, upper_tail
from transforms.scoring.surges import WATCH, benjamini_hochberg, night_surges
from transforms.words import Category, Surge

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
    return surge_tests([model.surge], [past], [season], NEIGHBOURS)[0]


# The west half and the east half.
HALVES = sparse.csr_matrix(np.stack([np.arange(SIDE * SIDE) % SIDE < SIDE // 2, np.arange(SIDE * SIDE) % SIDE >= SIDE // 2]).astype(float))


def halves_after(counts: NDArray[np.float32], voices: NDArray[np.int64] | None = None) -> SurgeTests:
    """The tests of both halves, as ``night_after``."""
    past = Past(counts, np.zeros_like(counts), Exposure(np.zeros(len(counts), dtype=np.int64), np.ones((1, DAYS))))
    model = fit_model(past.before(DAYS - 21), CALENDAR[: DAYS - 21], {}, 7, NEIGHBOURS)
    assert model.surge is not None
    heard = None if voices is None else [voices]
    return surge_tests([model.surge], [past], [model.season.factor(CALENDAR, {})], NEIGHBOURS, heard, HALVES)[0]


def words(**tests: SurgeTests) -> list[str | None]:
    """What a night says of each cell, with these series tested together."""
    frame = night_surges({Category.PUBLIC_ORDER: tests}).cells[Category.PUBLIC_ORDER]
    assert frame.schema == SURGE_COLUMNS
    return frame["surge"].to_list()


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
    assert Surge.RED not in words(theft=result)


def test_ten_events_in_ten_days_in_one_cell_are_a_red_surge_there_and_nowhere_else(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    counts[HOT, -10:] += 1
    result = night_after(counts)
    assert [k for k, word in enumerate(words(theft=result)) if word == Surge.RED] == [HOT]
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
    # One in seven such nights may hold one false discovery, and no more.
    assert words(theft=result).count(Surge.RED) <= 1
    whole = night_surges({Category.PUBLIC_ORDER: {"theft": result}, Category.SAFETY: {"fire": night_after(quiet)}}).district
    assert whole.select("series", "category", "surge").rows() == [("fire", "safety", "none"), ("theft", "public_order", "red")]
    assert whole["observed"][1] > 2 * whole["expected"][1]


def test_one_bad_day_is_no_surge_whatever_it_held(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    counts[HOT, -LAG_DAYS:] = 0
    counts[HOT, -1] = 12
    result = night_after(counts)
    assert result.p[HOT] == 1
    assert words(theft=result)[HOT] == Surge.NONE
    counts[HOT, -2:] = (1, 11)
    assert words(theft=night_after(counts))[HOT] == Surge.RED


def test_nothing_is_tested_with_less_than_eight_weeks_of_past(quiet: NDArray[np.float32]) -> None:
    share = np.zeros((1, DAYS))
    share[:, -200:-7] = 1
    assert night_after(quiet * share.astype(np.float32), share).tested.all()
    young = np.zeros((1, DAYS))
    young[:, -50:] = 1
    past = Past(quiet * young.astype(np.float32), np.zeros_like(quiet), Exposure(np.zeros(len(quiet), dtype=np.int64), young))
    model = fit_model(Past(quiet, np.zeros_like(quiet), Exposure(past.exposure.pattern, np.ones((1, DAYS)))), CALENDAR, {}, 7, NEIGHBOURS)
    assert model.surge is not None
    season = np.ones(DAYS)
    (untested,) = surge_tests([model.surge], [past], [season], NEIGHBOURS)
    assert not untested.tested.any()
    assert words(theft=untested) == [None] * len(quiet)
    assert night_surges({Category.SAFETY: {"theft": untested}}).district.is_empty()


def test_what_was_not_seen_for_two_weeks_is_not_tested(quiet: NDArray[np.float32]) -> None:
    share = np.ones((1, DAYS))
    share[:, -LAG_DAYS:] = 0
    silent = night_after(quiet * share.astype(np.float32), share)
    assert not silent.tested.any()
    share[:, -LAG_DAYS] = 1
    assert night_after(quiet * share.astype(np.float32), share).tested.all()


def test_the_series_that_stands_out_speaks_for_the_cell(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    counts[HOT, -10:] += 1
    calm, up = night_after(quiet), night_after(counts)
    frame = night_surges({Category.PUBLIC_ORDER: {"noise": calm, "fights": up}}).cells[Category.PUBLIC_ORDER]
    hot = frame.row(HOT, named=True)
    assert (hot["surge"], hot["surge_series"], hot["surge_area"]) == ("red", "fights", "cell")
    assert (hot["surge_p"], hot["surge_observed"]) == (up.p[HOT], up.observed[HOT])
    told = frame.filter(frame["surge"] != "none")
    assert len(told) == 1 + (calm.p < WATCH).sum()
    assert frame.filter(frame["surge"] == "none").select("surge_series", "surge_days", "surge_area").null_count().row(0) == (
        *[len(frame) - len(told)] * 3,
    )


def test_no_red_surge_is_less_than_a_watch_however_few_are_tested(quiet: NDArray[np.float32]) -> None:
    one = replace(night_after(quiet), p=np.full(len(quiet), 0.1))
    assert benjamini_hochberg(one.p) == 0.1
    assert set(words(theft=one)) == {"none"}


# --- areas that are tested as a whole


def test_a_half_that_rises_is_red_and_the_other_is_not(quiet: NDArray[np.float32]) -> None:
    counts = quiet.copy()
    west = np.flatnonzero(HALVES.toarray()[0])
    # One more in a cell each day, each day in another: no cell alone would say so.
    for day in range(14):
        counts[west[2 * day : 2 * day + 2], DAYS - 14 + day] += 2
    tests = halves_after(counts)
    told = night_surges({Category.STABILITY: {"noise": tests}}, ["west", "east"])
    assert told.cells == {}
    parts = {name: (surge, days) for name, surge, days in told.district.select("subdistrict", "surge", "days").iter_rows()}
    assert [parts[name][0] for name in ("west", "east")] == ["red", "none"]
    assert tests.observed[0] >= 56 > 1.5 * tests.expected[0]


def test_quiet_halves_are_quiet_and_the_same_household_is_no_evidence(quiet: NDArray[np.float32]) -> None:
    told = night_surges({Category.STABILITY: {"noise": halves_after(quiet)}}, ["west", "east"]).district
    assert told.select("subdistrict", "surge").rows() == [("", "none"), ("east", "none"), ("west", "none")]
    counts = quiet.copy()
    counts[:, -14:] = 0
    counts[0, -14:] = 9
    one_voice = np.zeros((SIDE * SIDE, 2), dtype=np.int64)
    one_voice[0, 0] = 1
    assert halves_after(counts).p[0] < WATCH
    assert (halves_after(counts, one_voice).p == 1.0).all()


@pytest.mark.slow
def test_halves_seldom_surge_by_chance() -> None:
    """Counts that scatter more than chance, all of the district together: p-values are as they say, or larger."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        together = rng.gamma(6, 1 / 6, (1, DAYS))
        rate = rng.gamma(2, 0.03, (SIDE * SIDE, 1))
        counts = rng.poisson(rate * together * rng.gamma(8, 1 / 8, (SIDE * SIDE, DAYS))).astype(np.float32)
        found += halves_after(counts).p.tolist()
    p = np.array(found)
    assert (p < 0.05).mean() <= 0.08
    assert (p < WATCH).sum() <= 1
