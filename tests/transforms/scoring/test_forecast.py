from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tests.helpers import worlds
from tests.helpers.features import NAMES
from tests.helpers.made import DAYS, FIRST, SIDE, N, around, full, span
from tests.helpers.pasts import missing, seen_through, truth, world
from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.scoring.features import Part, Past
from transforms.scoring.fitting import fit_model
from transforms.scoring.forecast import Forecast, Setting, forecast
from transforms.scoring.level import LocalLevels, district_level
from transforms.scoring.model import SeriesModel
from transforms.scoring.negbin import log_probability
from transforms.scoring.season import FLAT
from transforms.scoring.structure import FORMER

Counts = NDArray[np.float32]

MIXED = dict.fromkeys(NAMES, 0.01) | {"shrunk": 0.4, "own_14d_cell": 0.15, "own_90d_300m": 0.2, "other_90d_cell": 0.05, "district": 0.04}


@cache
def mixture(**weights: float) -> SeriesModel:
    """A model with weights of our choice and no season."""
    empty = np.zeros((1, 0), dtype=np.float32)
    fitted = fit_model(Past(empty, empty, full(1, 0)), [], {}, 7, Neighbours(np.zeros(1), np.zeros(1)), FORMER)
    return replace(fitted, season=FLAT, weights=tuple((weights or MIXED).get(n, 0.0) for n in NAMES), structure="mixture")


def run(
    past: Past,
    *origins: int,
    model: SeriesModel | None = None,
    horizon: int = 7,
    near: Neighbours | None = None,
    single: bool = False,
) -> Forecast:
    """From a model of our choice, or else of ``MIXED`` weights."""
    days = past.counts.shape[1]
    at = np.array(origins or [days])
    return forecast(model or mixture(), past, Setting(span(days), {}, near or around()), at, horizon, single=single)


def fitted(past: Past, *origins: int) -> Forecast:
    """From a model fitted on all of it."""
    return run(past, *origins, model=fit_model(past, span(past.counts.shape[1]), {}, 7, around()))


def content(f: Forecast) -> bytes:
    return b"".join(np.asarray(getattr(f, field.name)).tobytes() for field in fields(f) if field.name != "sizes") + f.size.tobytes()


@pytest.mark.parametrize("seed", range(3))
def test_the_mean_is_its_formula(seed: int) -> None:
    some = worlds.world(seed)
    # Every source was heard of on the day before both origins; what silence does is another test's.
    some.past.exposure.share[:2, [59, 119]] = 1.0
    flat = replace(some, season=np.ones(120))
    f = run(some.past, 60, 120, near=some.neighbours)
    rates = np.column_stack([sum(MIXED[n] * np.array(v) for n, v in worlds.features(flat, o).items()) for o in (60, 120)])
    by_pattern = np.stack([np.nan_to_num(rates)[some.past.exposure.pattern == p].sum(axis=0) for p in range(3)])
    level = district_level(some.past.counts.sum(axis=0, dtype=float), some.past.exposure.share, by_pattern, np.array([60, 120]))
    assert f.offset.tolist() == [7.0, 7.0]
    local = LocalLevels(some.past, np.ones(120), np.array([60, 120]), some.neighbours).of(np.nan_to_num(rates))
    assert f.level == pytest.approx(level * local, rel=1e-9)
    assert f.mean == pytest.approx(rates * level * local * 7, rel=1e-9, nan_ok=True)


def test_contributions_add_up_to_the_mean() -> None:
    for f in (fitted(world(exposure=missing(300, 330)), 60, 200, DAYS), run(world(), 60, DAYS)):
        assert f.parts.sum(axis=0) == pytest.approx(f.mean, rel=1e-9)
        assert (f.parts >= 0).all()
        assert f.mean.min() > 0
    assert all(f.part(part).max() > 0 for part in Part)
    assert (f.part(Part.OTHER_SERIES) == f.parts[list(Part).index(Part.OTHER_SERIES)]).all()


@pytest.mark.parametrize(("name", "part"), [("own_14d_cell", Part.RECENT), ("own_730d_2km", Part.NEIGHBOURS), ("shrunk", Part.LONG_RUN)])
def test_a_feature_adds_to_its_own_contribution_alone(name: str, part: Part) -> None:
    f = run(world(), model=mixture(**{name: 1.0}))
    assert {p for p in Part if f.part(p).any()} == {part}
    assert (f.part(part) == f.mean).all()


def test_the_season_of_the_days_ahead_counts() -> None:
    past = world(rate=1.0)
    model = fit_model(past, span(DAYS), {}, 7, around())
    # The night is a Monday; the next days are Monday to …
    one, two, week = (run(past, model=model, horizon=h) for h in (1, 7, 14))
    assert FIRST.weekday() == span(DAYS + 1)[-1].weekday() == 0
    assert one.offset[0] == pytest.approx(1.0, abs=0.03)
    assert two.offset[0] == pytest.approx(7.0, rel=1e-3)
    assert week.mean == pytest.approx(two.mean * 2, rel=1e-3)
    sunday = run(past, DAYS - 1, model=model, horizon=1)
    assert sunday.offset[0] == pytest.approx(0.5, abs=0.03)
    feast = {FIRST + dt.timedelta(days=DAYS): "holiday"}
    calm = replace(model, season=replace(model.season, holidays={**model.season.holidays, "holiday": -1.0}))
    ahead = forecast(calm, past, Setting(span(DAYS), feast, around()), np.array([DAYS]), 1)
    assert ahead.offset[0] == pytest.approx(one.offset[0] * np.exp(-1))


@pytest.mark.parametrize(("first", "last"), [(100, 130), (360, 390), (390, 420)])
def test_a_month_that_never_came_leaves_a_steady_forecast_where_it_was(first: int, last: int) -> None:
    # Without noise: the same mean every week, so what is left says the same as the whole.
    mean = truth().astype(np.float32)
    steady = Past(mean, 2 * mean, full(N, DAYS))
    whole, holed = fitted(steady), fitted(seen_through(missing(first, last), steady))
    assert holed.mean.sum() == pytest.approx(whole.mean.sum(), rel=0.01)
    assert holed.mean == pytest.approx(whole.mean, rel=0.1, abs=0.05 * float(whole.mean.mean()))


def test_no_data_is_not_less_risk() -> None:
    change = []
    for seed in range(10):
        past = world(seed)
        whole, holed = fitted(past), fitted(seen_through(missing(390, 420), past))
        change.append(holed.mean.sum() / whole.mean.sum() - 1)
    # The lost month was as random as any: up as often as down, and never far. Read as zeros, it would cost 8 % at the least.
    assert abs(np.mean(change)) < 0.02
    assert min(change) > -0.08


def test_the_same_days_read_as_quiet_would_be_less() -> None:
    past = world()
    quiet = past.counts.copy()
    quiet[:, 390:] = 0
    assert fitted(replace(past, counts=quiet)).mean.sum() < 0.8 * fitted(seen_through(missing(390, 420), past)).mean.sum()


def test_half_the_coverage_with_half_the_counts_is_the_same_forecast() -> None:
    mean = truth(rate=5.0).astype(np.float32)
    less = (mean / 2).astype(np.float32)
    half = Exposure(np.zeros(N, dtype=np.int64), np.full((1, DAYS), 0.5))
    whole = run(Past(mean, mean, full(N, DAYS)))
    assert run(Past(less, less, half)).mean == pytest.approx(whole.mean, rel=0.02, abs=0.01)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(origin=st.integers(20, DAYS - 1), seed=st.integers(0, 10_000), single=st.booleans())
def test_the_future_changes_nothing(origin: int, seed: int, single: bool) -> None:
    past, rng = world(), np.random.default_rng(seed)
    counts, others, share = past.counts.copy(), past.others.copy(), past.exposure.share.copy()
    counts[:, origin:], others[:, origin:] = rng.poisson(5, (2, N, DAYS - origin))
    share[:, origin:] = rng.choice([0.0, 0.5], DAYS - origin)
    other = Past(counts, others, Exposure(past.exposure.pattern, share))
    with threadpool_limits(limits=1, user_api="blas"):
        ours = content(run(past, origin, single=single))
        assert content(run(other, origin, single=single)) == ours
        assert content(run(past.before(origin), origin, single=single)) == ours


def test_the_day_before_the_origin_counts() -> None:
    past = world()
    more = past.counts.copy()
    more[5, 199] += 3
    other = replace(past, counts=more)
    assert run(other, 200).mean[5, 0] > run(past, 200).mean[5, 0]
    assert run(other, 199).mean[5, 0] == run(past, 199).mean[5, 0]


def test_a_repeat_is_the_same_to_the_byte() -> None:
    with threadpool_limits(limits=1, user_api="blas"):
        ours, theirs = (content(fitted(world(exposure=missing(50, 60)), 100, DAYS)) for _ in range(2))
    assert ours == theirs


def test_many_origins_are_many_times_one() -> None:
    past, origins = world(1), (DAYS, 100, 31)
    together, single = run(past, *origins), run(past, *origins, single=True)
    for k, origin in enumerate(origins):
        assert together.mean[:, k] == pytest.approx(run(past, origin).mean[:, 0], rel=1e-12)
    assert single.mean == pytest.approx(together.mean, rel=1e-5)


@pytest.mark.parametrize("size", [None, 1.5])
def test_it_is_calibrated_and_beats_the_district_mean(size: float | None) -> None:
    """Twenty weekly origins. ``size``: of a cell and week's common factor; none for Poisson counts."""
    origins = tuple(range(DAYS - 7 * 20, DAYS, 7))
    rng = np.random.default_rng(3)
    mean = truth(3, rate=0.3)
    if size is not None:
        mean = mean * rng.gamma(size, 1 / size, (N, DAYS // 7)).repeat(7, axis=1)
    counts = rng.poisson(mean).astype(np.float32)
    past = Past(counts, np.zeros_like(counts), full(N, DAYS))
    model = fit_model(past.before(origins[0]), span(origins[0]), {}, 7, around())
    f = run(past, *origins, model=model)
    came = np.stack([counts[:, o : o + 7].sum(axis=1, dtype=float) for o in origins], axis=1)
    for which in (f.mean > 0, f.mean > np.quantile(f.mean, 0.9), f.mean < np.quantile(f.mean, 0.5)):
        error = np.sqrt((f.mean[which] + (f.mean[which] ** 2 / size if size else 0)).sum())
        assert abs(f.mean[which].sum() - came[which].sum()) < 3 * error
    flat = np.broadcast_to(f.mean.mean(axis=0), f.mean.shape)
    gain = (log_probability(f.mean, f.size, came) - log_probability(flat, f.size, came)).sum() / came.sum()
    assert gain > 0.1


def test_what_the_model_itself_makes_comes_as_forecast() -> None:
    """Sixty weeks drawn from the forecasts of known weights; then a fit, and twenty weeks forecast."""
    side, start, known, end = 12, 210, 490, 630
    n = side * side
    rng = np.random.default_rng(5)
    counts = np.zeros((n, end), dtype=np.float32)
    counts[:, :start] = rng.poisson(rng.gamma(0.8, 0.25, n)[:, None], (n, start))
    exposure = full(n, end)
    weights = {"shrunk": 0.5, "own_14d_cell": 0.3, "own_90d_300m": 0.2}
    for origin in range(start, end, 7):
        f = run(Past(counts, counts, exposure).before(origin), model=mixture(**weights), near=around(side))
        counts[:, origin : origin + 7] = rng.poisson(f.mean / f.level / 7, (n, 7))
    past = Past(counts, np.zeros_like(counts), exposure)
    model = fit_model(past.before(known), span(known), {}, 7, around(side))
    assert model.structure == "mixture"
    # Weights of features that are nearly the same are not told apart; together, they are.
    learned = {f.name: w for f, w in zip(model.features, model.weights, strict=True)}
    # Curves of the shrunk rate take a part of what recent rates of the cell would say.
    assert 0.12 < learned["own_14d_cell"] < 0.4
    origins = np.arange(known, end, 7)
    f = run(past, *origins, model=model, near=around(side))
    came = np.stack([counts[:, o : o + 7].sum(axis=1, dtype=float) for o in origins], axis=1)
    assert f.mean.sum() / came.sum() == pytest.approx(1, abs=0.05)
    # By tenths of what was forecast, as far as chance allows.
    tenths = np.array_split(np.argsort(f.mean.ravel()), 10)
    for tenth in tenths:
        mean = f.mean.ravel()[tenth].sum()
        assert abs(came.ravel()[tenth].sum() - mean) < 4 * np.sqrt(mean)


def test_unknown_is_only_what_was_never_observed() -> None:
    # Every second column of cells is covered from the first day, from the last week on, or never; all lie within 1 km of the first.
    near = np.tile(np.arange(SIDE) % 3, SIDE).astype(np.int64)
    share = np.stack([np.ones(200), np.where(np.arange(200) >= 193, 1.0, 0.0), np.zeros(200)])
    assert np.isfinite(run(world(days=200, exposure=Exposure(near, share))).mean).all()
    # One half of the plane never was: unknown from three sigmas of 700 m on.
    west = (np.arange(N) // SIDE >= 1).astype(np.int64) * 2
    f = run(world(days=200, exposure=Exposure(west, share)))
    assert np.isfinite(f.mean).reshape(SIDE, SIDE).all(axis=1).tolist() == [True] * 5 + [False] * 3
    assert np.isnan(f.parts).any(axis=(0, 2)).tolist() == np.isnan(f.mean[:, 0]).tolist()
    # Also for a model that looks no nearer than 2 km, which reach to 6.
    far = run(world(days=200, exposure=Exposure(west, share)), model=mixture(own_long_run_2km=1.0))
    assert (np.isnan(far.mean) == np.isnan(f.mean)).all()
    assert (np.isnan(far.parts) == np.isnan(far.mean)).all()
    assert np.isfinite(f.level).all()


def test_one_day_no_events_and_nothing_at_all() -> None:
    for days in (1, 20, 70):
        short = fitted(world(days=days))
        assert np.isfinite(short.mean).all()
        assert (short.size > 0).all()
        assert days == 70 or short.sizes.one == pytest.approx(2.0)
    nothing = np.zeros((N, 200), dtype=np.float32)
    silent = fitted(Past(nothing, nothing, full(N, 200)))
    assert (silent.mean == 0).all()
    assert (silent.level == 1.0).all()
    assert np.isfinite(silent.size).all()
    unseen = fitted(Past(nothing, nothing, missing(0, 200, 200)))
    assert np.isnan(unseen.mean).all()
    assert (unseen.level == 1.0).all()
    assert unseen.sizes.one == pytest.approx(2.0)
