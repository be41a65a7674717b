"""Finding the cell of a million points on each kind of grid, beside the least that NumPy needs to look at them."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import polars as pl
import pytest
import shapely
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.spatial import Voronoi

from transforms.district.codes import Area
from transforms.grids.hexagons import HexagonGrid
from transforms.grids.kinds import Grid
from transforms.grids.locator import Locator
from transforms.grids.square import SquareGrid
from transforms.grids.zones import ZoneGrid, read_collection

Array = NDArray[np.float64]
POINTS = 1_000_000
ZONES = 2_000
ROUNDS = 5
WEST, SOUTH, EAST, NORTH = 113.6, 35.1, 114.0, 35.5
OUTLINE: Area = [[(WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (WEST, NORTH)]]


def _square() -> tuple[Grid, pl.DataFrame]:
    grid = SquareGrid(kind="square", outline=OUTLINE)
    return grid, grid.cells([], [], "all")


def _hexagons() -> tuple[Grid, pl.DataFrame]:
    grid = HexagonGrid(kind="h3", outline=OUTLINE)
    return grid, grid.cells([], [], "all")


def _zones() -> tuple[Grid, pl.DataFrame]:
    """Voronoi zones whose borders have as many corners as real ones, about sixty a zone."""
    rng = np.random.default_rng(1)
    sites = rng.uniform((WEST, SOUTH), (EAST, NORTH), (ZONES, 2))
    around = [(113.8, 30.0), (113.8, 40.0), (108.0, 35.3), (119.0, 35.3)]
    diagram = Voronoi(np.vstack([sites, around]))
    shapes = [shapely.Polygon(diagram.vertices[diagram.regions[diagram.point_region[n]]]) for n in range(ZONES)]
    dense = [shapely.segmentize(shape, shape.length / 60) for shape in shapes]
    features = [{"properties": {"cell_id": f"z{n:04d}"}, "geometry": shapely.geometry.mapping(s)} for n, s in enumerate(dense)]
    grid = ZoneGrid(kind="zones", file="cells.geojson")
    return grid, grid.cells(read_collection({"features": features})[0], [], "all")


def _bare(lon: Array, lat: Array) -> NDArray[np.int64]:
    """Counting off squares that need no outline, no check and no names."""
    return np.floor((lon - WEST) * 200).astype(np.int64) * 1000 + np.floor((lat - SOUTH) * 200).astype(np.int64)


@pytest.mark.parametrize(("kind", "limit_s"), [(_square, 0.2), (_hexagons, 1.5), (_zones, 5.0)], ids=["square", "h3", "zones"])
def test_a_million_points_find_their_cell(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], kind: Callable[[], tuple[Grid, pl.DataFrame]], limit_s: float
) -> None:
    locator = Locator(*kind())
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(WEST, EAST, POINTS), rng.uniform(SOUTH, NORTH, POINTS)
    assert (locator.positions(lon, lat) >= 0).mean() > 0.99
    bare: list[float] = []
    own: list[float] = []
    for _ in range(ROUNDS):
        # In turns, so that whatever else the machine does burdens both alike.
        for work, times in ((_bare, bare), (locator.positions, own)):
            begin = time.perf_counter()
            work(lon, lat)
            times.append(time.perf_counter() - begin)
    ratio = median(own) / median(bare)
    benchmark.extra_info.update(points=POINTS, seconds=round(median(own), 3), bare_s=round(median(bare), 4), ratio=round(ratio, 1))
    benchmark.pedantic(locator.positions, args=(lon, lat), rounds=1)  # type: ignore[no-untyped-call]
    best = f"{min(own):.3f} s (median {median(own):.3f}) for {POINTS:,} points"
    with capsys.disabled():
        print(f"\n{best}, {ratio:.1f} times the bare arithmetic (at most {limit_s:g} s)")
    # The round that the rest of the machine disturbed least.
    assert min(own) <= limit_s
