"""From a boundary to a grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.grids.datum import Datum, from_wgs84
from transforms.grids.locator import Locator
from transforms.grids.making import outline_of, picture, read_boundary
from transforms.grids.plane import Plane, polygons
from transforms.grids.square import SquareGrid

LON, LAT = 113.80, 35.30
PLANE = Plane(LON, LAT)


def star(seed: int, corners: int = 200) -> shapely.Polygon:
    """A ragged boundary of about 5 km, as surveys draw it."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = 2500 + 600 * np.sin(3 * angle + rng.uniform(0, 6)) + rng.normal(0, 15, corners)
    lon, lat = PLANE.to_degrees(3000 + radius * np.cos(angle), 3000 + radius * np.sin(angle))
    return shapely.Polygon(np.column_stack([lon, lat]))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 25.0, 200.0]))
def test_an_outline_has_few_corners_and_holds_the_whole_boundary(seed: int, tolerance_m: float) -> None:
    boundary = star(seed)
    outline = outline_of(boundary, tolerance_m)
    shape = polygons(outline)
    assert shape.covers(boundary)
    east, _ = PLANE.metres_per_degree
    assert shapely.hausdorff_distance(shape, boundary) * east < 3 * tolerance_m
    if tolerance_m > 20:
        assert sum(map(len, outline)) < 150
    grid = SquareGrid(kind="square", outline=outline)
    locator = Locator(grid, grid.cells([], [], "all"))
    corners = np.array(boundary.exterior.coords)
    assert (locator.positions(corners[:, 0], corners[:, 1]) >= 0).all()


def test_a_boundary_may_be_a_feature_several_or_a_bare_shape_with_holes_and_islands() -> None:
    one = shapely.box(LON, LAT, LON + 0.02, LAT + 0.02) - shapely.box(LON + 0.008, LAT + 0.008, LON + 0.012, LAT + 0.012)
    island = shapely.box(LON + 0.05, LAT, LON + 0.06, LAT + 0.01)
    bare = shapely.geometry.mapping(shapely.MultiPolygon([one, island]))
    parts = [{"type": "Feature", "geometry": shapely.geometry.mapping(p)} for p in (one, island)]
    for content in (bare, {"type": "Feature", "geometry": bare}, {"type": "FeatureCollection", "features": parts}):
        shape, faults = read_boundary(content, "WGS-84")
        assert faults == []
        assert shape is not None
        assert shape.equals(shapely.MultiPolygon([one, island]))
        outline = outline_of(shape, 25)
        assert len(outline) == 2
        assert polygons(outline).covers(shapely.box(*one.bounds))


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_a_boundary_of_another_datum_is_moved(datum: Datum) -> None:
    true = star(1)
    lon, lat = np.array(true.exterior.coords).T
    shifted = shapely.Polygon(np.column_stack(from_wgs84(lon, lat, datum)))
    shape, _ = read_boundary(shapely.geometry.mapping(shifted), datum)
    assert shape is not None
    assert shapely.hausdorff_distance(shape, true) < 1e-6


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "feature 0 has no polygon"),
        ({}, "feature 0 has no polygon"),
        ({"features": []}, "the file holds no features"),
        ({"type": "Point", "coordinates": [0, 0]}, "feature 0 has no polygon"),
        ({"type": "Polygon", "coordinates": [[[35, 113], [36, 113], [36, 114], [35, 113]]]}, "the axes are swapped"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "is no simple polygon"),
    ],
)
def test_what_is_no_boundary_is_named(content: object, says: str) -> None:
    shape, (fault,) = read_boundary(content, "WGS-84")
    assert shape is None
    assert says in str(fault)


def test_a_picture_shows_where_cells_are() -> None:
    east, north = PLANE.metres_per_degree
    ell = ((0, 0), (1990, 0), (1990, 490), (490, 490), (490, 990), (0, 990))
    outline = [[(LON + x / east, LAT + y / north) for x, y in ell]]
    grid = SquareGrid(kind="square", size_m=250, outline=outline)
    cells = grid.cells([], [], "all")
    rows = cells.group_by("y_m").len().sort("y_m", descending=True)["len"].to_list()
    assert rows == [2, 2, 8, 8]
    assert picture(grid, cells) == "\n".join("██" * n + "··" * (8 - n) for n in rows)
