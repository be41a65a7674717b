from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.transforms.scoring.made import cells, full
from transforms.panel import Exposure
from transforms.scoring.rate import MAX_STRENGTH, Rates, gaussian, shrunk_rates

Array = NDArray[np.float64]


def literal(counts: Array, season: Array, exposure: Array, origin: int, x: Array, y: Array) -> list[float]:
    """The formula of METHOD, one number at a time. ``exposure`` has shape (cells, days)."""
    n_cells = len(x)
    events, seen, effective = [], [], []
    for i in range(n_cells):
        wy = ws = w2 = 0.0
        for d in range(origin):
            w = 2 ** (-(origin - d) / 365)
            wy += w * counts[i, d]
            ws += w * season[d] * exposure[i, d]
            w2 += w * w * season[d] * exposure[i, d]
        events.append(wy)
        seen.append(ws)
        effective.append(ws * ws / w2 if w2 else 0.0)
    district = sum(events) / sum(seen)
    prior = []
    for i in range(n_cells):
        above = below = 0.0
        for j in range(n_cells):
            distance = math.hypot(x[i] - x[j], y[i] - y[j])
            if distance <= 3 * 700:
                above += math.exp(-0.5 * (distance / 700) ** 2) * events[j]
                below += math.exp(-0.5 * (distance / 700) ** 2) * seen[j]
        prior.append(max(above / below, 0.01 * district) if below else math.nan)
    own = [i for i in range(n_cells) if effective[i] > 0]
    square = sum(prior[i] ** 2 for i in own) / len(own)
    between = sum((events[i] / seen[i] - prior[i]) ** 2 - prior[i] / effective[i] for i in own) / len(own)
    a = square / max(between, square / MAX_STRENGTH)
    found = []
    for i in range(n_cells):
        rate = events[i] / seen[i] if seen[i] else 0.0
        found.append((a + rate * effective[i]) / (a / prior[i] + effective[i]))
    return found


def world(seed: int = 0, days: int = 200, side: int = 5) -> tuple[NDArray[np.float32], Array, Exposure, Array, Array]:
    rng = np.random.default_rng(seed)
    place = cells(side)
    n = side * side
    share = np.stack([rng.choice([0.0, 0.5, 1.0], days, p=[0.2, 0.1, 0.7]), np.ones(days), np.zeros(days)])
    exposure = Exposure(rng.choice(3, n, p=[0.5, 0.4, 0.1]), share)
    season = np.exp(0.3 * np.sin(np.arange(days)))
    counts = rng.poisson(rng.gamma(0.7, 0.1, n)[:, None] * season * exposure.at(slice(None))).astype(np.float32)
    return counts, season, exposure, place["x_m"].to_numpy(), place["y_m"].to_numpy()


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_formula(seed: int) -> None:
    counts, season, exposure, x, y = world(seed)
    rates = shrunk_rates(counts, season, exposure, np.array([40, 200]), gaussian(x, y, 700))
    for k, origin in enumerate((40, 200)):
        expected = literal(counts.astype(float), season, exposure.at(slice(None)), origin, x, y)
        assert rates.shrunk[:, k] == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_the_parts_add_up() -> None:
    counts, season, exposure, x, y = world(5)
    r = shrunk_rates(counts, season, exposure, np.array([10, 100, 200]), gaussian(x, y, 700))
    assert np.abs(r.recent + r.long_run + r.neighbours - r.shrunk).max() < 1e-12
    assert min(r.recent.min(), r.long_run.min(), r.neighbours.min()) >= 0
    assert r.recent.max() > 0
    assert r.long_run[:, 2].max() > 0


def test_recent_is_the_last_28_days() -> None:
    counts = np.zeros((4, 100), dtype=np.float32)
    counts[0, 71], counts[1, 72] = 1, 1
    x = np.array([0.0, 1e5, 2e5, 3e5])
    r = shrunk_rates(counts, np.ones(100), full(4, 100), np.array([100]), gaussian(x, x, 700))
    assert r.recent[0, 0] == 0 < r.long_run[0, 0]
    assert r.long_run[1, 0] == 0 < r.recent[1, 0]


def test_a_cell_without_exposure_takes_its_neighbourhood_and_far_away_nothing() -> None:
    share = np.stack([np.ones(60), np.zeros(60)])
    exposure = Exposure(np.array([0, 1, 1]), share)
    counts = np.zeros((3, 60), dtype=np.float32)
    counts[0] = 1
    x = np.array([0.0, 500.0, 50_000.0])
    r = shrunk_rates(counts, np.ones(60), exposure, np.array([60]), gaussian(x, np.zeros(3), 700))
    assert r.shrunk[1, 0] == pytest.approx(1.0)
    assert r.neighbours[1, 0] == r.shrunk[1, 0]
    assert np.isnan(r.shrunk[2, 0])
    assert np.isnan(r.neighbours[2, 0])


def test_before_any_exposure_nothing_is_known() -> None:
    r = shrunk_rates(
        np.ones((4, 30), dtype=np.float32), np.ones(30), full(4, 30), np.array([0]), gaussian(np.arange(4.0), np.zeros(4), 700)
    )
    assert np.isnan(r.shrunk).all()


def test_more_events_in_a_well_observed_cell_mean_a_higher_rate() -> None:
    counts, season, _, x, y = world(6, days=365)
    found = []
    for k in (0, 1, 2, 4, 8, 16):
        scaled = counts.copy()
        scaled[12] = k * (1 + (np.arange(365) % 3 == 0))
        found.append(shrunk_rates(scaled, season, full(25, 365), np.array([365]), gaussian(x, y, 700)).shrunk[12, 0])
    assert (np.diff(found) > 0).all()
    assert found[-1] / found[1] == pytest.approx(16, rel=0.05)


def test_half_the_exposure_with_half_the_counts_is_the_same_rate() -> None:
    counts = np.random.default_rng(7).poisson(np.linspace(20, 200, 25)[:, None] * np.ones(300)).astype(np.float32)
    x, y = cells(5)["x_m"].to_numpy(), cells(5)["y_m"].to_numpy()
    half = Exposure(np.zeros(25, dtype=np.int64), np.full((1, 300), 0.5))

    def rate(c: NDArray[np.float32], e: Exposure) -> Array:
        return shrunk_rates(c, np.ones(300), e, np.array([300]), gaussian(x, y, 700)).shrunk[:, 0]

    assert rate((counts / 2).astype(np.float32), half) == pytest.approx(rate(counts, full(25, 300)), rel=5e-3)


def test_a_series_without_events_has_the_rate_zero() -> None:
    x, y = cells()["x_m"].to_numpy(), cells()["y_m"].to_numpy()
    r = shrunk_rates(np.zeros((16, 50), dtype=np.float32), np.ones(50), full(16, 50), np.array([1, 50]), gaussian(x, y, 700))
    assert (r.shrunk == 0).all()


def test_a_quiet_neighbourhood_is_not_impossible() -> None:
    counts = np.zeros((2, 50), dtype=np.float32)
    counts[0] = 1
    x = np.array([0.0, 1e5])
    r = shrunk_rates(counts, np.ones(50), full(2, 50), np.array([50]), gaussian(x, x, 700))
    assert 0 < r.shrunk[1, 0] < 0.01


def test_rare_series_are_shrunk_by_the_same_rule() -> None:
    # Equal cells: no variance between them. Measured in another unit of exposure, the answer is the same in that unit.
    rng = np.random.default_rng(8)
    counts = rng.poisson(0.01, (25, 400)).astype(np.float32)
    x, y = cells(5)["x_m"].to_numpy(), cells(5)["y_m"].to_numpy()

    def rate(unit: float) -> Rates:
        return shrunk_rates(counts, np.full(400, unit), full(25, 400), np.array([400]), gaussian(x, y, 700))

    assert rate(1e5).shrunk * 1e5 == pytest.approx(rate(1.0).shrunk, rel=1e-9)


def test_an_origin_sees_only_the_days_before_it() -> None:
    counts, season, exposure, x, y = world(9)
    other = counts.copy()
    other[:, 100:] = 99
    ours, theirs = (shrunk_rates(c, season, exposure, np.array([100]), gaussian(x, y, 700)).shrunk.tobytes() for c in (counts, other))
    assert ours == theirs
    changed = counts.copy()
    changed[:, 99] += 1
    assert shrunk_rates(changed, season, exposure, np.array([100]), gaussian(x, y, 700)).shrunk.tobytes() != ours


def test_gaussian_weights() -> None:
    x = np.array([0.0, 0.0, 700.0, 2099.0, 2101.0, np.nan])
    weight = gaussian(x, np.where(np.isnan(x), np.nan, 0.0), 700).toarray()
    assert weight[0] == pytest.approx([1, 1, math.exp(-0.5), math.exp(-0.5 * (2099 / 700) ** 2), 0, 0])
    assert (weight == weight.T).all()
    assert weight[5].tolist() == [0, 0, 0, 0, 0, 1]
    assert (gaussian(np.full(3, np.nan), np.full(3, np.nan), 700).toarray() == np.eye(3)).all()
