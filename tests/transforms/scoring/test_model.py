"""The first structure, which nights published long ago are replayed and fitted again by: what is asked here of its numbers stays so.

What is asked of today's stands in ``test_structure``.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.helpers.features import NAMES, make_features
from tests.helpers.made import DAYS, N, around, full, span
from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.scoring.baselines import BASELINES, baseline_rates
from transforms.scoring.decay import window_sums
from transforms.scoring.features import FEATURES, OTHER, SHRUNK, Past
from transforms.scoring.fitting import fit_model
from transforms.scoring.level import LocalLevels, district_level
from transforms.scoring.model import FALLBACK, SeriesModel, closed_windows
from transforms.scoring.negbin import fit_size, log_probability
from transforms.scoring.promotion import ENOUGH_ORIGINS
from transforms.scoring.structure import FORMER
from transforms.scoring.weights import Evidence, prior_events
from transforms.words import Standing

Array = NDArray[np.float64]
Counts = NDArray[np.float32]

WEEK = 7
SHRUNK_ALONE = FORMER.shrunk_alone(())
MIN_WINDOWS = FORMER.min_windows


def fit(counts: Counts, exposure: Exposure | None = None, others: Counts | None = None, horizon: int = WEEK) -> SeriesModel:
    past = Past(counts, np.zeros_like(counts) if others is None else others, exposure or full(*counts.shape))
    return fit_model(past, span(counts.shape[1]), {}, horizon, around(), FORMER)


@cache
def steady(seed: int = 0, days: int = DAYS, rate: float = 0.15) -> Counts:
    """Unequal cells whose rates never change: there is nothing to know but how much happened where."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.poisson(rng.gamma(0.8, rate / 0.8, N)[:, None] * np.ones(days)), dtype=np.float32)


def wandering(seed: int, days: int = DAYS, until: int | None = None, rate: float = 0.15) -> Counts:
    """Every six weeks other cells are busy, up to day ``until``; from then on, the busy ones fall quiet each week and others rise."""
    rng = np.random.default_rng(seed)
    means = np.empty((N, days))
    until = days if until is None else until
    for first in range(0, until, 42):
        means[:, first : first + 42] = rng.permutation(np.where(np.arange(N) < N // 6, 4 * rate, rate / 3))[:, None]
    busy = rng.permutation(N) < N // 2
    for first in range(until, days, 7):
        means[:, first : first + 7] = np.where(busy, 2 * rate, 0.0)[:, None]
        busy = ~busy
    return rng.poisson(means).astype(np.float32)


def gone(first: int, last: int, days: int = DAYS) -> Exposure:
    share = np.ones((1, days))
    share[:, first:last] = 0
    return Exposure(np.zeros(N, dtype=np.int64), share)


@pytest.mark.parametrize(
    ("days", "horizon", "windows"), [(420, 7, 52), (119, 7, 9), (118, 7, 8), (63, 7, 1), (62, 7, 0), (2000, 7, 104), (90, 28, 1)]
)
def test_windows_are_weekly_closed_and_have_eight_weeks_behind_them(days: int, horizon: int, windows: int) -> None:
    starts = closed_windows(days, horizon)
    assert len(starts) == windows
    assert (np.diff(starts) == -7).all()
    assert (starts >= 56).all()
    assert starts[:1].tolist() == ([days - horizon] if windows else [])


def test_a_model_survives_its_store() -> None:
    for model in (fit(wandering(1)), fit(steady()), fit(steady()[:, :70])):
        payload = json.loads(json.dumps(model.payload()))
        assert SeriesModel.from_payload(payload) == model
        assert set(payload["weights"]) == set(NAMES)


def test_a_repeat_is_the_same() -> None:
    assert fit(wandering(2)) == fit(wandering(2))


def test_where_the_busy_places_move_the_mixture_wins_by_its_recent_rates() -> None:
    model = fit(wandering(3), others=wandering(103, rate=0.3))
    assert model.structure == "mixture"
    assert set(model.gains) == {*BASELINES, FALLBACK}
    assert model.standing is Standing.PROMOTED
    assert model.gains["shrunk_ewma"].mean > 3 * model.gains["shrunk_ewma"].se
    assert not model.keeps_incumbent
    weights = dict(zip(NAMES, model.weights, strict=True))
    assert weights["own_14d_cell"] > 0.3
    assert min(model.weights) > 0
    assert sum(w for w, f in zip(model.weights, FEATURES, strict=True) if f in OTHER) < 0.1
    assert sum(model.weights) == pytest.approx(1, abs=0.15)


def test_a_mixture_that_has_become_wrong_is_refused() -> None:
    # The older windows teach to look where it was busy last week, which is just where it is quiet in those held out.
    model = fit(wandering(4, until=DAYS - 7 * 17))
    assert min(g.mean for g in model.gains.values()) < -0.005
    assert (model.structure, model.standing) == ("shrunk", Standing.REFUSED)
    assert model.weights == tuple(SHRUNK_ALONE.tolist())
    assert model.windows == 52


def test_where_there_is_nothing_to_gain_little_is_lost() -> None:
    for seed in range(8):
        model = fit(steady(seed))
        # Losing to the last period, which nobody does, buys nothing: where the shrunk EWMA is better, it is the mixture that goes.
        gains = {name: gain.mean for name, gain in model.gains.items()}
        better = gains["shrunk_ewma"] > 0 and gains[FALLBACK] > 0 and min(gains.values()) > -0.005
        assert model.structure == ("mixture" if better else "shrunk")
        assert model.gains["last_period"].mean > 0.1
        assert model.gains["shrunk_ewma"].mean > -0.01
        assert model.weights[NAMES.index("shrunk")] > 0.7


def test_a_refused_mixture_leaves_its_size_behind() -> None:
    """The size is that of the forecast in use: the shrunk rate's own, on the same windows held out."""
    counts = wandering(4, until=DAYS - 7 * 17)
    model = fit(counts)
    past, newer = Past(counts, np.zeros_like(counts), full(N, DAYS)), closed_windows(DAYS, WEEK)[: model.size_windows]
    factor = model.season.factor(span(DAYS), {})
    rate = make_features(past, factor, newer, around(), wanted=(SHRUNK,), single=True)[0].astype(float)
    level = district_level(counts.sum(axis=0, dtype=float), factor[None, :], rate.sum(axis=0)[None, :], newer)
    level = level * LocalLevels(past, factor, newer, around()).of(rate)
    mean, came = rate * level * window_sums(factor[None, :], newer, WEEK)[0], window_sums(counts, newer, WEEK)
    assert model.structure == "shrunk"
    assert model.size == pytest.approx(fit_size(mean, came), rel=1e-4)


def test_with_fewer_than_26_origins_a_mixture_is_provisional_at_most() -> None:
    for days in (140, 250, 400, 420):
        model = fit(wandering(3)[:, :days], others=wandering(103, rate=0.3)[:, :days])
        assert model.size_windows == min(ENOUGH_ORIGINS, model.windows // 2)
        if model.structure == "mixture":
            assert model.standing is (Standing.PROMOTED if model.size_windows == ENOUGH_ORIGINS else Standing.PROVISIONAL)
            assert model.gains["shrunk_ewma"].mean > (0 if model.standing is Standing.PROMOTED else model.gains["shrunk_ewma"].se)


@pytest.mark.parametrize("horizon", [7, 14])
def test_the_windows_held_out_teach_the_size_and_nothing_else_of_the_trial(horizon: int) -> None:
    """The size and the gains are those of weights fitted on windows that had closed before the first of those held out began."""
    counts, days = wandering(5), span(DAYS)
    model = fit(counts, horizon=horizon)
    past, starts = Past(counts, np.zeros_like(counts), full(N, DAYS)), closed_windows(DAYS, horizon)
    factor = model.season.factor(days, {})
    held = model.size_windows
    assert held == min(ENOUGH_ORIGINS, len(starts) // 2)
    newer, older = starts[:held], starts[starts + horizon <= starts[held - 1]]
    offset, count = (window_sums(v, older, horizon) for v in (np.ones((N, DAYS)) * factor, counts))
    features = make_features(past, factor, older, around(), single=True)
    trial = Evidence(features, offset, count, np.ones(count.shape, dtype=bool)).weights(prior_events())
    rate = np.einsum("f,fco->co", trial, make_features(past, factor, newer, around(), single=True))
    level = district_level(counts.sum(axis=0, dtype=float), factor[None, :], rate.sum(axis=0)[None, :], newer)
    due, came = window_sums(factor[None, :], newer, horizon)[0], window_sums(counts, newer, horizon)
    mean = rate * level * LocalLevels(past, factor, newer, around()).of(rate) * due
    size = fit_size(mean, came)
    assert model.structure == "mixture"
    assert model.size == pytest.approx(size, rel=1e-6)
    own = log_probability(mean, size, came).sum()
    for name, rates in baseline_rates(past, factor, newer, horizon, around()).items():
        # The baseline gets the size that suits it best.
        other = log_probability(rates * due, fit_size(rates * due, came), came).sum()
        assert model.gains[name].mean == pytest.approx((own - other) / came.sum(), abs=1e-6)


def test_a_series_alone_in_its_feed_has_no_weight_on_others() -> None:
    # After a gap the rate of the others is filled up from the shrunk one; that says nothing, and must not be taken for a signal.
    exposure = gone(DAYS - 45, DAYS - 20)
    model = fit(wandering(3, rate=0.5) * exposure.share[0].astype(np.float32), exposure)
    assert model.structure == "mixture"
    assert all(w == 0 for w, f in zip(model.weights, FEATURES, strict=True) if f in OTHER)


def test_the_size_is_that_of_the_scatter() -> None:
    rng = np.random.default_rng(6)
    cell = rng.gamma(0.8, 0.5 / 0.8, N)[:, None]
    scattered = rng.poisson(cell * rng.gamma(1.5, 1 / 1.5, (N, DAYS // 7)).repeat(7, axis=1)).astype(np.float32)
    model = fit(scattered)
    assert model.size_windows == 26
    assert 0.9 < model.size < 2.4
    assert fit(steady(6, rate=0.5)).size > 6


def test_less_than_nine_windows_are_no_mixture() -> None:
    busy = wandering(7, rate=1.0)
    short = fit(busy[:, :118])
    assert short.windows == MIN_WINDOWS - 1
    assert short.structure == "shrunk"
    assert short.weights == tuple(SHRUNK_ALONE.tolist())
    assert (short.gains, short.size_windows, short.standing) == ({}, 0, Standing.LEARNING)
    assert short.size == pytest.approx(2.0)
    just = fit(busy[:, :119])
    assert just.windows == MIN_WINDOWS
    assert just.size_windows == 4
    assert set(just.gains) == {*BASELINES, FALLBACK}
    assert just.standing in {Standing.PROVISIONAL, Standing.REFUSED}


def test_cells_and_windows_that_were_not_observed_teach_nothing() -> None:
    # Half of the district lost its source, or most of it, for the last half year; read as zeros, those windows would look wildly scattered.
    counts = steady(8, rate=0.5)
    for left in (0.0, 0.5):
        share = np.ones((2, DAYS))
        share[1, DAYS - 190 :] = left
        exposure = Exposure((np.arange(N) % 2).astype(np.int64), share)
        model = fit(np.asarray(counts * (exposure.at(slice(None)) == 1), dtype=np.float32), exposure)
        assert model.size > 6
        assert np.isfinite(model.weights).all()


@pytest.mark.parametrize("gap", [(200, 230), (DAYS - 60, DAYS), (DAYS - 45, DAYS - 20)])
def test_a_gap_teaches_nothing(gap: tuple[int, int]) -> None:
    exposure = gone(*gap)
    counts = steady(9, rate=0.5)
    model = fit(counts * exposure.share[0].astype(np.float32), exposure)
    assert model.size > 6
    assert sum(model.weights) == pytest.approx(1, abs=0.1)


def test_only_thin_days_teach_nothing_at_all() -> None:
    # Every window is two thirds observed in its season's own terms only: the season knows of the exposure, so nothing reaches 90 %.
    model = fit(steady(10), Exposure(np.zeros(N, dtype=np.int64), np.full((1, DAYS), 0.66)))
    assert model.structure == "shrunk"
    assert model.size == pytest.approx(2.0)


@pytest.mark.parametrize("events", [0, 1, 20])
def test_a_handful_of_events_is_no_mixture_gone_astray(events: int) -> None:
    counts = np.zeros((N, DAYS), dtype=np.float32)
    rng = np.random.default_rng(11)
    np.add.at(counts, (rng.integers(0, 6, events), rng.integers(0, DAYS, events)), 1)
    model = fit(counts)
    weights = np.array(model.weights)
    assert np.isfinite([*weights, model.size, *(v for g in model.gains.values() for v in (g.mean, g.se))]).all()
    assert (weights >= 0).all()
    past = Past(counts, np.zeros_like(counts), full(N, DAYS))
    made = make_features(past, np.ones(DAYS), np.array([DAYS]), around())[:, :, 0]
    shrunk = made[NAMES.index("shrunk")]
    assert (weights @ made).sum() == pytest.approx(shrunk.sum(), rel=0.6)
    if model.structure == "mixture":
        assert weights[NAMES.index("shrunk")] > 0.3


def test_a_single_cell() -> None:
    counts = np.random.default_rng(12).poisson(2.0, (1, DAYS)).astype(np.float32)
    model = fit_model(Past(counts, counts, full(1, DAYS)), span(DAYS), {}, WEEK, Neighbours(np.zeros(1), np.zeros(1)), FORMER)
    assert len(model.weights) == len(FEATURES)
    assert np.isfinite([*model.weights, model.size]).all()
    # One cell is its own neighbourhood and district: whatever the weights, together they are one rate.
    assert sum(w for w, f in zip(model.weights, FEATURES, strict=True)) == pytest.approx(1, abs=0.1)


def test_days_to_come_are_not_known() -> None:
    counts = wandering(13)
    assert fit(counts[:, :300].copy()) == fit(counts[:, :300])
    past = Past(counts, counts, full(N, DAYS)).before(300)
    assert fit_model(past, span(300), {}, WEEK, around(), FORMER) == fit(counts[:, :300], others=counts[:, :300])


def test_a_hundred_series_are_a_hundred_times_one() -> None:
    counts = np.random.default_rng(14).poisson(0.1, (100, N, 140)).astype(np.float32)
    models = [fit(c) for c in counts]
    assert models[57] == fit(counts[57])
    assert all(np.isfinite(m.weights).all() and m.windows == 12 for m in models)
    assert len({m.weights for m in models if m.structure == "mixture"}) == sum(m.structure == "mixture" for m in models)


def test_weeks_that_nobody_observed_count_for_no_gate() -> None:
    model = fit(steady() * (np.arange(DAYS) >= DAYS - 5 * WEEK), gone(0, DAYS - 5 * WEEK))
    assert (model.windows, model.standing) == (5, Standing.LEARNING)
