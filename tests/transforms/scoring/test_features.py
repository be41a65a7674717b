from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tests.helpers import worlds
from tests.helpers.features import NAMES, make_features
from tests.helpers.worlds import World, world
from transforms.panel.panel import Exposure
from transforms.scoring.features import FEATURES, OTHER, OWN, Part, Past

Array = NDArray[np.float64]
DAYS = 120


def make(some: World, *origins: int, single: bool = False) -> Array:
    at = np.array(origins or [some.past.counts.shape[1]])
    return np.asarray(make_features(some.past, some.season, at, some.neighbours, single=single), dtype=float)


def named(some: World) -> dict[str, Array]:
    """Features of the last origin by name, shape (cells,)."""
    return dict(zip(NAMES, make(some)[:, :, 0], strict=True))


def patch(rate: Array, share: Array, pattern: Array | None = None, others: float = 2.0) -> World:
    """Cells 500 m apart in a row whose counts are their rates exactly: what differs between features is then not noise."""
    n, days = len(rate), share.shape[1]
    exposure = Exposure(np.zeros(n, dtype=np.int64) if pattern is None else pattern.astype(np.int64), share)
    counts = (rate[:, None] * exposure.at(slice(None))).astype(np.float32)
    return World(Past(counts, counts * np.float32(others), exposure), np.ones(days), np.linspace(0, 500.0 * (n - 1), n), np.zeros(n))


@pytest.mark.parametrize("seed", range(5))
def test_they_are_their_formulas(seed: int) -> None:
    some = world(seed)
    origins = (DAYS, 13, 70)
    found, single = make(some, *origins), make(some, *origins, single=True)
    assert found.shape == (20, 9, 3)
    for k, origin in enumerate(origins):
        expected = worlds.features(some, origin)
        assert set(expected) == set(NAMES)
        for name, row in zip(NAMES, range(len(NAMES)), strict=True):
            assert found[row, :, k] == pytest.approx(expected[name], rel=1e-9, abs=1e-15, nan_ok=True), name
            assert single[row, :, k] == pytest.approx(expected[name], rel=1e-4, abs=1e-9, nan_ok=True), name


def test_there_are_twenty_and_each_belongs_to_one_contribution() -> None:
    assert len(OWN) == 12
    assert len(OTHER) == 6
    assert len(set(NAMES)) == len(FEATURES) == 20
    assert {p: [f.name for f in FEATURES if f.part is p] for p in (Part.LONG_RUN, Part.RECENT, Part.DISTRICT)} == {
        Part.LONG_RUN: ["own_730d_cell", "own_long_run_cell", "shrunk"],
        Part.RECENT: ["own_14d_cell", "own_90d_cell"],
        Part.DISTRICT: ["district"],
    }
    assert all(f.sigma_m > 0 for f in FEATURES if f.part is Part.NEIGHBOURS)
    assert [f for f in FEATURES if f.part is Part.OTHER_SERIES] == list(OTHER)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(origin=st.integers(0, DAYS - 1), seed=st.integers(0, 10_000))
def test_nothing_on_or_after_the_origin_is_seen(origin: int, seed: int) -> None:
    some, rng = world(1), np.random.default_rng(seed)
    counts, others, share = some.past.counts.copy(), some.past.others.copy(), some.past.exposure.share.copy()
    counts[:, origin:], others[:, origin:] = rng.poisson(9, (2, 9, DAYS - origin))
    share[:, origin:] = rng.uniform(size=(3, DAYS - origin))
    changed = some.with_past(counts, others, Exposure(some.past.exposure.pattern, share))
    cut = World(some.past.before(origin), some.season[:origin], some.x_m, some.y_m)
    with threadpool_limits(limits=1, user_api="blas"):
        ours = make(some, origin).tobytes()
        assert make(changed, origin).tobytes() == ours
        assert make(cut, origin).tobytes() == ours


def test_the_day_before_the_origin_is_seen() -> None:
    some = world(2)
    for which in ("counts", "others"):
        more = getattr(some.past, which).copy()
        more[0, 59] += 5
        changed = np.abs(make(some.with_past(**{which: more}), 60) - make(some, 60))[:, 0, 0] > 0
        expected = [f in OTHER if which == "others" else True for f in FEATURES]
        assert changed.tolist() == expected


def test_twice_the_events_everywhere_are_twice_the_rates() -> None:
    # Much evidence, so that nothing is filled up or shrunk but by the same share.
    some = world(3, days=400)
    counts = np.random.default_rng(3).poisson(50 * some.past.counts + 20 * (some.exposure > 0)).astype(np.float32)
    one, two = some.with_past(counts, counts * 3), some.with_past(counts * 2, counts * 6)
    ratio = make(two) / make(one)
    seen = np.isfinite(ratio[0, :, 0])
    assert seen.sum() >= 7
    assert ratio[:, seen] == pytest.approx(np.full((20, seen.sum(), 1), 2.0), rel=0.01)


def test_the_season_is_divided_out() -> None:
    rng = np.random.default_rng(4)
    season = np.exp(rng.normal(0, 0.4, 200))
    rate = np.array([0.5, 1.0, 2.0])
    calm = patch(rate, np.ones((1, 200)))
    busy = World(
        Past(calm.past.counts * season.astype(np.float32), calm.past.others * season.astype(np.float32), calm.past.exposure),
        season,
        calm.x_m,
        calm.y_m,
    )
    cell_rates = [f.sigma_m == 0 and f in OWN for f in FEATURES]
    assert make(busy)[cell_rates] == pytest.approx(np.broadcast_to(rate[None, :, None], (4, 3, 1)), rel=0.01)


@pytest.mark.parametrize("gap", [slice(50, 80), slice(170, 200), slice(140, 200)])
def test_a_gap_does_not_lower_a_rate(gap: slice) -> None:
    rate = np.random.default_rng(5).gamma(1, 0.5, 12)
    share = np.ones((1, 200))
    share[:, gap] = 0
    whole, holed = make(patch(rate, np.ones((1, 200)))), make(patch(rate, share))
    assert holed.sum(axis=1) == pytest.approx(whole.sum(axis=1), rel=0.1)
    # A rate of what was seen, or between it and the shrunk rate where too little of the half-life was seen.
    shrunk = holed[NAMES.index("shrunk")]
    assert (holed[:-1] > 0.99 * np.minimum(whole[:-1], shrunk)).all()
    assert (holed[:-1] < 1.01 * np.maximum(whole[:-1], shrunk)).all()
    assert shrunk == pytest.approx(whole[NAMES.index("shrunk")], abs=0.1 * rate.mean())
    long_run = [f.name in ("own_long_run_cell", "own_730d_2km", "district") for f in FEATURES]
    assert holed[long_run] == pytest.approx(whole[long_run], rel=0.02)
    zeros = make(patch(rate, share).with_past(exposure=Exposure(np.zeros(12, dtype=np.int64), np.ones((1, 200)))))
    row = NAMES.index("own_14d_cell")
    if gap.stop == 200:
        assert zeros[row].sum() < 0.4 * holed[row].sum()


def test_half_covered_with_half_the_counts_is_the_same_rate() -> None:
    rate = np.random.default_rng(6).gamma(1, 20, 12)
    whole, half = make(patch(rate, np.ones((1, 300)))), make(patch(rate, np.full((1, 300), 0.5)))
    assert half == pytest.approx(whole, rel=0.02, abs=0.02 * rate.mean())


def test_a_district_half_of_which_is_covered_knows_the_half_and_its_surroundings() -> None:
    # Cells 0 to 9 are covered; 10 and 11 lie within 2.1 km of them, from 14 on nothing is known.
    rate, pattern = np.full(20, 0.3), (np.arange(20) >= 10).astype(float)
    found = make(patch(rate, np.stack([np.ones(200), np.zeros(200)]), pattern))[:, :, 0]
    own = [f not in OTHER for f in FEATURES]
    assert found[own][:, :14] == pytest.approx(np.full((14, 14), 0.3), rel=1e-5)
    assert np.isnan(found[-1, 14:]).all()
    assert np.isnan(found[-2, 14:]).all()
    assert not np.isnan(found[:, :14]).any()


@pytest.mark.parametrize("events", [0.0, 3.0])
def test_a_cell_seen_for_three_days_leans_on_its_surroundings(events: float) -> None:
    share = np.ones((2, 200))
    share[1, :197] = 0
    pattern = np.zeros(12)
    pattern[5] = 1
    some = patch(np.random.default_rng(7).gamma(2, 0.1, 12), share, pattern)
    counts = some.past.counts.copy()
    counts[5, 197:] = events / 3
    found = named(some.with_past(counts))
    around = found["own_long_run_2km"][5]
    for name in NAMES:
        assert 0.1 * around < found[name][5] < 8 * around
    assert (found["own_14d_cell"][5] > around) == (events > 0)


def test_other_series_are_brought_to_the_own_total() -> None:
    rate = np.array([0.2, 0.4, 0.9])
    for many in (2.0, 50.0):
        found = named(patch(rate, np.ones((1, 200)), others=many))
        assert found["other_long_run_cell"] == pytest.approx(found["own_long_run_cell"], rel=1e-5)
        assert found["other_14d_300m"] == pytest.approx(found["own_14d_300m"], rel=1e-5)
    # A tenth of the events elsewhere is not blown up tenfold.
    found = named(patch(rate, np.ones((1, 200)), others=0.1))
    assert found["other_long_run_cell"] == pytest.approx(0.1 * found["own_long_run_cell"], rel=1e-5)
    assert (named(patch(rate, np.ones((1, 200)), others=0.0))["other_long_run_cell"] == 0).all()


def test_some_features_are_the_same_as_among_all() -> None:
    some, wanted = world(6), (FEATURES[-1], FEATURES[4], OTHER[1])
    found = make_features(some.past, some.season, np.array([40, DAYS]), some.neighbours, wanted)
    everything = make(some, 40, DAYS)[[FEATURES.index(f) for f in wanted]]
    assert found == pytest.approx(everything, rel=1e-12, nan_ok=True)


def test_without_events_every_rate_is_nought_and_without_exposure_unknown() -> None:
    silent = patch(np.zeros(5), np.ones((1, 60)))
    assert (make(silent, 1, 60) == 0).all()
    assert np.isnan(make(silent, 0)[[-1, -2]]).all()
    assert np.isnan(make(patch(np.zeros(5), np.zeros((1, 60))))).all()


def test_a_cell_without_a_place_has_its_own_rates() -> None:
    some = patch(np.array([0.2, 0.4, 0.9]), np.ones((1, 200)))
    lost = World(some.past, some.season, np.array([np.nan, 500.0, 1000.0]), some.y_m)
    found = make(lost)[:, 0, 0]
    own = [f not in OTHER and f.name not in {"shrunk", "district"} for f in FEATURES]
    assert found[own] == pytest.approx(np.full(12, 0.2), rel=1e-5)
    # With nothing around it, it is held to the district's rate of 0.5.
    assert 0.2 < found[NAMES.index("shrunk")] < 0.21
