from __future__ import annotations

import datetime as dt
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.transforms.scoring.made import cells, full
from transforms.panel import Exposure
from transforms.scoring.forecast import LEVEL_EVENTS, Forecast, forecast
from transforms.scoring.negbin import log_probability
from transforms.scoring.rate import gaussian

Array = NDArray[np.float64]
Counts = NDArray[np.float32]

FIRST = dt.date(2024, 1, 1)
SIDE = 8
N = SIDE * SIDE
DAYS = 420
_PLACE = cells(SIDE)
SMOOTHER = gaussian(_PLACE["x_m"].to_numpy(), _PLACE["y_m"].to_numpy(), 700)
WEEKDAY = np.array([1.0, 1.0, 1.0, 1.0, 1.3, 1.2, 0.5])


def run(counts: Counts, exposure: Exposure | None = None, origins: tuple[int, ...] | None = None, *, learn_size: bool = True) -> Forecast:
    days = [FIRST + dt.timedelta(days=k) for k in range(counts.shape[1])]
    at = np.array([len(days)] if origins is None else origins)
    return forecast(counts, exposure or full(*counts.shape), days, {}, at, 7, SMOOTHER, learn_size=learn_size)


def truth(seed: int = 0, days: int = DAYS, rate: float = 0.1) -> Array:
    """Means of cells and days: unequal cells, a week."""
    cell = np.random.default_rng(seed).gamma(0.8, rate / 0.8, N)
    return np.asarray(cell[:, None] * np.array([WEEKDAY[(FIRST + dt.timedelta(days=k)).weekday()] for k in range(days)]))


def world(seed: int = 0, days: int = DAYS, rate: float = 0.1) -> Counts:
    return np.random.default_rng(seed + 100).poisson(truth(seed, days, rate)).astype(np.float32)


def content(f: Forecast) -> bytes:
    return b"".join(np.asarray(getattr(f, field.name)).tobytes() for field in fields(f))


def missing(first: int, last: int, days: int = DAYS) -> Exposure:
    share = np.ones((1, days))
    share[:, first:last] = 0
    return Exposure(np.zeros(N, dtype=np.int64), share)


def test_contributions_add_up_to_the_mean() -> None:
    f = run(world(), missing(300, 330), origins=(60, 200, DAYS))
    assert np.abs(f.recent + f.long_run + f.neighbours + f.district - f.mean).max() < 1e-9
    assert np.abs(f.district).max() > 0
    assert f.mean.min() > 0


@pytest.mark.parametrize(("first", "last"), [(100, 130), (360, 390), (390, 420)])
def test_a_month_that_never_came_leaves_a_steady_forecast_where_it_was(first: int, last: int) -> None:
    # Without noise: the same mean every week, so what is left says the same as the whole.
    steady = truth().astype(np.float32)
    exposure = missing(first, last)
    whole, holed = run(steady, learn_size=False), run(steady * exposure.at(slice(None)).astype(np.float32), exposure, learn_size=False)
    assert holed.mean == pytest.approx(whole.mean, rel=0.08)
    assert holed.mean.sum() == pytest.approx(whole.mean.sum(), rel=0.005)


def test_no_data_is_not_less_risk() -> None:
    change = []
    for seed in range(12):
        counts, exposure = world(seed), missing(390, 420)
        whole, holed = run(counts, learn_size=False), run(counts * exposure.at(slice(None)).astype(np.float32), exposure, learn_size=False)
        change.append(holed.mean.sum() / whole.mean.sum() - 1)
    # The lost month was as random as any: up as often as down, and never far. Read as zeros, it would cost 8 % at the least.
    assert abs(np.mean(change)) < 0.02
    assert min(change) > -0.06


def test_the_same_days_read_as_quiet_would_be_less() -> None:
    quiet = world()
    quiet[:, 390:] = 0
    assert run(quiet).mean.sum() < 0.8 * run(quiet, missing(390, 420)).mean.sum()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(origin=st.integers(20, DAYS), seed=st.integers(0, 10_000), learn_size=st.booleans())
def test_the_future_changes_nothing(origin: int, seed: int, learn_size: bool) -> None:
    counts = world()
    rng = np.random.default_rng(seed)
    other = counts.copy()
    other[:, origin:] = rng.poisson(5, (N, DAYS - origin))
    share = np.ones((1, DAYS))
    later = share.copy()
    later[:, origin:] = rng.choice([0.0, 0.5], DAYS - origin)
    ours, theirs = (
        content(run(c, Exposure(np.zeros(N, dtype=np.int64), e), origins=(origin,), learn_size=learn_size))
        for c, e in ((counts, share), (other, later))
    )
    assert ours == theirs


def test_the_day_before_the_origin_counts() -> None:
    counts = world()
    other = counts.copy()
    other[5, 199] += 3
    assert run(other, origins=(200,)).mean[5, 0] > run(counts, origins=(200,)).mean[5, 0]


def test_a_repeat_is_the_same_to_the_byte() -> None:
    assert content(run(world(), missing(50, 60), (100, DAYS))) == content(run(world(), missing(50, 60), (100, DAYS)))


@pytest.mark.parametrize("size", [None, 1.5])
def test_it_is_calibrated_and_beats_the_district_mean(size: float | None) -> None:
    """Twenty weekly origins. ``size``: of a cell and week's common factor; none for Poisson counts."""
    origins = tuple(range(DAYS - 7 * 20, DAYS, 7))
    rng = np.random.default_rng(3)
    mean = truth(3, rate=0.3)
    if size is not None:
        mean = mean * rng.gamma(size, 1 / size, (N, DAYS // 7)).repeat(7, axis=1)
    counts = rng.poisson(mean).astype(np.float32)
    f = run(counts, origins=origins, learn_size=False)
    came = np.stack([counts[:, o : o + 7].sum(axis=1, dtype=float) for o in origins], axis=1)
    learned = run(counts).size
    error = np.sqrt((f.mean + (f.mean**2 / size if size else 0)).sum())
    assert abs(f.mean.sum() - came.sum()) < 3 * error
    # In the busiest tenth as well as over all.
    top = f.mean > np.quantile(f.mean, 0.9)
    error = np.sqrt((f.mean[top] + (f.mean[top] ** 2 / size if size else 0)).sum())
    assert abs(f.mean[top].sum() - came[top].sum()) < 3 * error
    flat = np.broadcast_to(f.mean.mean(axis=0), f.mean.shape)
    gain = (log_probability(f.mean, learned, came) - log_probability(flat, learned, came)).sum() / came.sum()
    assert gain > 0.1


def test_the_size_is_learned_from_past_windows() -> None:
    rng = np.random.default_rng(4)
    mean = truth(4, rate=0.5) * rng.gamma(1.5, 1 / 1.5, (N, DAYS // 7)).repeat(7, axis=1)
    f = run(rng.poisson(mean).astype(np.float32))
    assert f.size_windows == 26
    assert 1.0 < f.size < 2.2
    assert run(world(rate=0.5)).size > 6


@pytest.mark.parametrize("left", [0.0, 0.5])
def test_cells_that_are_not_observed_teach_no_size(left: float) -> None:
    # Half the district lost its source, or most of it, for the last half year; read as zeros, those windows would look wildly scattered.
    counts = world(5, rate=0.5)
    pattern = (np.arange(N) % 2).astype(np.int64)
    share = np.ones((2, DAYS))
    share[1, DAYS - 190 :] = left
    exposure = Exposure(pattern, share)
    seen = counts * (exposure.at(slice(None)) == 1)
    f = run(seen, exposure)
    assert f.size_windows == 26
    assert f.size > 6


def test_windows_that_were_not_observed_whole_teach_nothing() -> None:
    # One day in fourteen never came: every second of the last 51 windows has 6 of 7 days, under 90 %.
    share = np.ones((1, DAYS))
    share[:, DAYS - 3 :: -14] = 0
    exposure = Exposure(np.zeros(N, dtype=np.int64), share)
    assert run(world(6)).size_windows == 26
    assert run(world(6) * share[0].astype(np.float32), exposure).size_windows == 25
    # Two thirds of each day: no window teaches, and the prior speaks.
    thin = run(world(6), Exposure(np.zeros(N, dtype=np.int64), np.full((1, DAYS), 0.66)))
    assert thin.size == pytest.approx(2.0)
    assert thin.size_windows == 0


def test_a_short_history_has_the_prior_size() -> None:
    f = run(world()[:, :50])
    assert f.size == pytest.approx(2.0)
    assert f.size_windows == 0
    assert np.isfinite(f.mean).all()


def test_the_level_is_its_formula() -> None:
    steady = np.full((N, 200), 0.2, dtype=np.float32)
    burst = steady.copy()
    burst[:, -14:] *= 2
    f = run(burst, learn_size=False)
    # Rates that know of the burst, times what the season says: the test recomputes only the ratio.
    decay = 2.0 ** (-(200 - np.arange(80, 200)) / 14)
    before = f.mean[:, 0].sum() / f.level[0] / 7
    expected = (LEVEL_EVENTS + decay @ burst[:, 80:].sum(axis=0)) / (LEVEL_EVENTS + decay.sum() * before)
    assert f.level[0] == pytest.approx(expected, rel=1e-3)
    assert 1.2 < f.level[0] < 2
    assert run(steady, learn_size=False).level[0] == pytest.approx(1, abs=0.01)


def test_the_level_returns_to_one_in_a_gap() -> None:
    burst = np.full((N, 300), 0.2, dtype=np.float32)
    burst[:, 186:200] = 0.6
    levels = []
    for gap in (0, 20, 60, 100):
        share = np.ones((1, 300))
        share[:, 200 : 200 + gap] = 0
        exposure = Exposure(np.zeros(N, dtype=np.int64), share)
        levels.append(
            run(burst[:, : 200 + gap] * share[:, : 200 + gap].astype(np.float32), Exposure(exposure.pattern, share[:, : 200 + gap])).level[
                0
            ]
        )
    assert levels[0] > 1.5
    assert (np.diff(levels) < 0).all()
    assert levels[-1] == pytest.approx(1, abs=0.1)


def test_one_day_no_events_and_nothing_at_all() -> None:
    assert np.isfinite(run(np.ones((N, 1), dtype=np.float32)).mean).all()
    silent = run(np.zeros((N, 200), dtype=np.float32))
    assert (silent.mean == 0).all()
    assert silent.level.tolist() == [1.0]
    assert np.isfinite(silent.size)
    unseen = run(np.zeros((N, 30), dtype=np.float32), Exposure(np.zeros(N, dtype=np.int64), np.zeros((1, 30))))
    assert np.isnan(unseen.mean).all()
    assert unseen.size == pytest.approx(2.0)
