from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms.grids import neighbours
from transforms.grids.neighbours import LEAST_FILLED, Neighbours, Tiles, gaussian

Array = NDArray[np.float64]


def strewn(cells: int, seed: int, width_m: float = 6000.0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, width_m, cells), rng.uniform(0, width_m, cells)


def test_weights_by_distance() -> None:
    x = np.array([0.0, 0.0, 700.0, 2099.0, 2101.0, np.nan])
    weight = gaussian(x, np.where(np.isnan(x), np.nan, 0.0), 700).toarray()
    assert weight[0] == pytest.approx([1, 1, math.exp(-0.5), math.exp(-0.5 * (2099 / 700) ** 2), 0, 0])


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), cells=st.integers(1, 40), sigma=st.sampled_from([50.0, 300.0, 700.0, 2000.0]), lost=st.integers(0, 3))
def test_weights_are_those_of_all_pairs(seed: int, cells: int, sigma: float, lost: int) -> None:
    x, y = strewn(cells, seed)
    x[:lost], y[-1 if lost else 0 :] = np.nan, np.nan if lost else y
    weight = gaussian(x, y, sigma).toarray()
    assert (weight == weight.T).all()
    assert (np.diag(weight) == 1).all()
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    expected = np.where(distance <= 3 * sigma, np.exp(-0.5 * (distance / sigma) ** 2), 0)
    np.fill_diagonal(expected, 1)
    assert weight == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_a_cell_without_a_place_is_alone() -> None:
    assert (gaussian(np.full(3, np.nan), np.full(3, np.nan), 700).toarray() == np.eye(3)).all()
    half = gaussian(np.array([0.0, 0.0]), np.array([0.0, np.nan]), 700).toarray()
    assert (half == np.eye(2)).all()


@pytest.mark.parametrize("sigma", [0.0, 300.0, 2000.0])
@pytest.mark.parametrize("width_m", [6000.0, 60_000.0])
@pytest.mark.parametrize("lost", [0, 30, 400])
def test_both_precisions_agree(sigma: float, width_m: float, lost: int) -> None:
    x, y = strewn(400, 1, width_m)
    x[:lost] = np.nan
    around = Neighbours(x, y)
    values = np.random.default_rng(2).gamma(0.5, 2, (400, 3, 7))
    exact = around.smooth(values, sigma)
    expected = np.einsum("ij,jab->iab", around.at(sigma).toarray(), values)
    assert exact == pytest.approx(expected, rel=1e-12)
    assert around.smooth_many(values, sigma) == pytest.approx(exact, rel=1e-5)
    assert around.smooth_many(values[:, 0, 0], sigma) == pytest.approx(exact[:, 0, 0], rel=1e-5)


def test_tiles_are_for_neighbourhoods_that_are_wide() -> None:
    x, y = (np.asarray(500.0 * v.ravel(), dtype=np.float64) for v in np.meshgrid(np.arange(40), np.arange(40)))
    shares = {sigma: Tiles(gaussian(x, y, sigma), x, y).filled for sigma in (300.0, 2000.0)}
    assert shares[300.0] < LEAST_FILLED < shares[2000.0]


def test_a_column_does_not_depend_on_those_beside_it() -> None:
    values = np.random.default_rng(3).gamma(0.5, 2, (300, 50))
    around = Neighbours(*strewn(300, 4))
    alone = [around.smooth_many(values[:, k], 500.0) for k in range(50)]
    assert (around.smooth_many(values, 500.0) == np.column_stack(alone)).all()


def test_weight_of_coverage_patterns() -> None:
    around, pattern = Neighbours(*strewn(60, 6)), np.random.default_rng(7).integers(0, 3, 60)
    expected = np.column_stack([around.at(400.0).toarray()[:, pattern == p].sum(axis=1) for p in range(4)])
    assert around.of_patterns(pattern, 4, 400.0) == pytest.approx(expected, rel=1e-12)


def test_at_range_nought_nothing_moves() -> None:
    around = Neighbours(*strewn(10, 5))
    values = np.arange(20.0).reshape(10, 2)
    assert (around.at(0.0).toarray() == np.eye(10)).all()
    assert (around.smooth(values, 0.0) == values).all()


def test_smoothing_a_rate_needs_no_edges() -> None:
    # The same rate everywhere stays it, in the middle, at the edge and where half of the surroundings are not covered.
    x, y = strewn(200, 6)
    exposed = np.where(x < 3000, 100.0, np.random.default_rng(7).choice([0.0, 5.0], 200))
    around = Neighbours(x, y)
    assert around.smooth(0.3 * exposed, 700) / around.smooth(exposed, 700) == pytest.approx(np.full(200, 0.3))


def test_the_ring_of_squares_and_hexagons() -> None:
    column, row = (v.ravel().astype(float) for v in np.meshgrid(np.arange(5), np.arange(5)))
    square = Neighbours(500 * column, 500 * row).ring.toarray()
    assert square.reshape(5, 5, 5, 5)[2, 2].tolist() == np.pad(np.ones((3, 3)), 1).tolist()
    assert square.reshape(5, 5, 5, 5)[0, 0].sum() == 4
    hexagon = Neighbours(500 * (column + row % 2 / 2), 500 * np.sqrt(0.75) * row).ring.toarray()
    assert hexagon.reshape(5, 5, 25)[1:4, 1:4].sum(axis=2).tolist() == np.full((3, 3), 7).tolist()
    for ring in (square, hexagon):
        assert (ring == ring.T).all()
        assert (np.diag(ring) == 1).all()


def test_the_ring_of_a_cell_without_a_place_is_itself() -> None:
    x = np.array([0.0, 500.0, np.nan, 1000.0])
    assert Neighbours(x, np.zeros(4)).ring.toarray().tolist() == [[1, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0], [0, 1, 0, 1]]
    for lone in (x[:1], x[2:3], x[2:]):
        assert (Neighbours(lone, np.zeros(len(lone))).ring.toarray() == np.eye(len(lone))).all()


def test_rows_worked_out_in_parts_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = strewn(300, 4, 8000.0)
    x[5], y[200], x[7], y[7] = np.nan, np.nan, x[8], y[8]
    whole = gaussian(x, y, 700.0)
    monkeypatch.setattr(neighbours, "_ROWS", 7)
    parts = gaussian(x, y, 700.0)
    assert (parts.indptr == whole.indptr).all()
    assert (parts.indices == whole.indices).all()
    assert (parts.data == whole.data).all()
    assert parts.has_sorted_indices


def test_neighbourhoods_are_made_once_whoever_asks_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []

    def slowly(x: Array, y: Array, sigma: float) -> object:
        made.append(sigma)
        time.sleep(0.05)
        return gaussian(x, y, sigma)

    monkeypatch.setattr(neighbours, "gaussian", slowly)
    around = Neighbours(*strewn(50, 1))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: around.at(300.0), range(8)))
    assert made == [300.0]
    assert all(f is found[0] for f in found)
