"""Hexagons: H3's own rule, cells that cover their outline, and points beside them."""

from __future__ import annotations

import h3
import numpy as np
import polars as pl
import pytest
import shapely

from transforms.district.codes import Area
from transforms.grids.hexagons import COARSEST, FINEST, HexagonGrid
from transforms.grids.locator import Locator
from transforms.grids.neighbours import gaussian
from transforms.grids.plane import polygons
from transforms.schema import CELLS

LON, LAT = 113.80, 35.30
L_SHAPE: Area = [
    [(LON, LAT), (LON + 0.043, LAT), (LON + 0.043, LAT + 0.011), (LON + 0.017, LAT + 0.011), (LON + 0.017, LAT + 0.027), (LON, LAT + 0.027)]
]


def hexagons(resolution: int = 9, outline: Area = L_SHAPE) -> tuple[HexagonGrid, pl.DataFrame]:
    grid = HexagonGrid(kind="h3", resolution=resolution, outline=outline)
    return grid, grid.cells([], [], "all")


@pytest.mark.parametrize("resolution", range(COARSEST, FINEST + 1))
def test_every_point_of_the_outline_has_the_cell_that_h3_gives_it(resolution: int) -> None:
    locator = Locator(*hexagons(resolution))
    rng = np.random.default_rng(resolution)
    shape = polygons(L_SHAPE)
    lon, lat = rng.uniform(LON, LON + 0.043, 4000), rng.uniform(LAT, LAT + 0.027, 4000)
    inside = shapely.contains_xy(shape, lon, lat)
    ring = [shape.geoms[0].exterior.interpolate(f, normalized=True) for f in np.linspace(0, 1, 1001)]
    x, y = np.concatenate([lon[inside], [p.x for p in ring]]), np.concatenate([lat[inside], [p.y for p in ring]])
    expected = [h3.latlng_to_cell(b, a, resolution) for a, b in zip(x, y, strict=True)]
    assert locator.cell_ids(x, y).to_list() == expected


def test_cells_are_h3_indexes_with_their_own_measures() -> None:
    _, cells = hexagons()
    assert cells.schema == CELLS
    assert cells["cell_id"].is_sorted()
    assert cells["cell_id"].is_unique().all()
    assert all(h3.is_valid_cell(c) and h3.get_resolution(c) == 9 for c in cells["cell_id"])
    assert cells["area_km2"].mean() == pytest.approx(0.1, rel=0.2)
    shapes = shapely.from_geojson(cells["outline"].to_numpy())
    assert shapely.contains_xy(shapes, cells["lon"].to_numpy(), cells["lat"].to_numpy()).all()
    # Nothing of the outline is left uncovered but what rounding to six decimals takes.
    assert polygons(L_SHAPE).difference(shapely.union_all(shapes).buffer(2e-6)).area == 0


def test_a_hexagon_has_six_nearest_neighbours_by_its_centre() -> None:
    _, cells = hexagons()
    spacing_m = 2 * 1000 * np.sqrt(cells["area_km2"].mean() / (2 * np.sqrt(3)))
    weight = gaussian(cells["x_m"].to_numpy(), cells["y_m"].to_numpy(), spacing_m / 2)
    middle = int(np.argmin((cells["lon"] - LON - 0.008).to_numpy() ** 2 + (cells["lat"] - LAT - 0.008).to_numpy() ** 2))
    near = set(cells["cell_id"].gather(np.flatnonzero(weight[middle].toarray().ravel() > np.exp(-2.5))))
    assert near == set(h3.grid_disk(cells["cell_id"][middle], 1))


def test_outside_and_null_are_no_hexagon() -> None:
    locator = Locator(*hexagons())
    lon = np.array([LON - 0.05, LON + 0.04, 0.0, -180.0, 180.0, np.nan, LON])
    lat = np.array([LAT, LAT + 0.026, 0.0, -90.0, 90.0, LAT, np.nan])
    assert locator.cell_ids(lon, lat).to_list() == [None] * 7
    assert locator.cell_ids(np.array([]), np.array([])).to_list() == []


@pytest.mark.parametrize(
    ("outline", "says"),
    [
        ([[(0, 0), (1, 1), (1, 0), (0, 1)]], "ring 1: Self-intersection"),
        ([[(113.8, 35.3), (113.9, 3.53), (113.9, 35.4)]], "check its corners"),
    ],
)
def test_a_faulty_outline_is_named(outline: Area, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        hexagons(outline=outline)
