"""Every kind of grid against a slow reference that shares nothing with it: random points, and points exactly on corners and borders.

Squares: the stated rule in floats, point by point. Hexagons: Uber's own H3, point by point. Zones: a crossing number in exact fractions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise

import h3
import numpy as np
import shapely
from numpy.typing import NDArray

from infra.districts.folder import DistrictFolder, load
from infra.settings import SHIPPED_DISTRICTS
from transforms.grids.hexagons import HexagonGrid
from transforms.grids.locator import Locator
from transforms.grids.plane import Plane, polygons
from transforms.grids.square import SquareGrid

Points = NDArray[np.float64]
BORDER = 1_000
RANDOM = 20_000


@cache
def weibin() -> DistrictFolder:
    return load(SHIPPED_DISTRICTS / "weibin")


@cache
def san_francisco() -> DistrictFolder:
    return load(SHIPPED_DISTRICTS / "san_francisco")


def scattered(bounds: Sequence[float], number: int) -> Points:
    """Points over the bounds and a little past them."""
    west, south, east, north = bounds
    rng = np.random.default_rng(number)
    more = 0.05 * max(east - west, north - south)
    return rng.uniform((west - more, south - more), (east + more, north + more), (number, 2))


def found(locator: Locator, points: Points) -> list[str | None]:
    return locator.cell_ids(points[:, 0].copy(), points[:, 1].copy()).to_list()


def test_squares() -> None:
    grid, cells = san_francisco().district.grid, san_francisco().cells
    assert isinstance(grid, SquareGrid)
    bounds = polygons(grid.outline).bounds
    plane = Plane.at(bounds)
    east, north = plane.metres_per_degree
    rng = np.random.default_rng(1)
    lon, lat = plane.to_degrees(*(rng.integers(-2, 35, (2, BORDER)) * grid.size_m))
    points = np.vstack([scattered(bounds, RANDOM), np.column_stack([lon, lat])])
    there = set(cells["cell_id"])

    def slow(x: float, y: float) -> str | None:
        column, row = math.floor((x - plane.lon) * east / grid.size_m), math.floor((y - plane.lat) * north / grid.size_m)
        name = f"E{column:03d}N{row:03d}"
        return name if column >= 0 and row >= 0 and name in there else None

    expected = [slow(x, y) for x, y in points.tolist()]
    assert found(san_francisco().locator, points) == expected
    assert 0 < expected.count(None) < len(expected)


def test_hexagons() -> None:
    outline = [[(113.80, 35.24), (113.92, 35.22), (113.91, 35.34), (113.84, 35.33)]]
    grid = HexagonGrid(kind="h3", outline=outline)
    cells = grid.cells([], [], "all")
    rings = [h3.cell_to_boundary(c) for c in cells["cell_id"]]
    corners = np.array([(lon, lat) for ring in rings for lat, lon in ring])
    middles = np.array([((a[1] + b[1]) / 2, (a[0] + b[0]) / 2) for ring in rings for a, b in pairwise(ring)])
    rng = np.random.default_rng(1)
    border = rng.permutation(np.vstack([corners, middles]))[:BORDER]
    # A tenth of a millimetre beside the border: the nearest that two implementations in floats can be asked to agree on.
    beside = border + rng.choice([-1e-9, 1e-9], border.shape)
    points = np.vstack([scattered(polygons(outline).bounds, RANDOM), beside])
    there = set(cells["cell_id"])
    own = [h3.latlng_to_cell(lat, lon, 9) for lon, lat in points.tolist()]
    expected = [c if c in there else None for c in own]
    locator = Locator(grid, cells)
    assert found(locator, points) == expected
    assert 0 < expected.count(None) < len(expected)
    # On the border itself it is one of the cells that meet there.
    for (lon, lat), cell in zip(border.tolist(), found(locator, border), strict=True):
        theirs = h3.latlng_to_cell(lat, lon, 9)
        assert cell == theirs or cell is None or cell in h3.grid_ring(theirs, 1)
        assert cell is not None or theirs not in there or any(c not in there for c in h3.grid_ring(theirs, 1))


def _holds(ring: list[tuple[Fraction, Fraction]], x: Fraction, y: Fraction) -> bool | None:
    """Whether a ring holds a point by the number of edges east of it, in exact fractions; None on the ring itself."""
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        if min(ay, by) <= y <= max(ay, by) and min(ax, bx) <= x <= max(ax, bx) and (bx - ax) * (y - ay) == (by - ay) * (x - ax):
            return None
        if (ay > y) != (by > y) and x < ax + (bx - ax) * (y - ay) / (by - ay):
            inside = not inside
    return inside


def test_zones() -> None:
    cells = weibin().cells
    shapes = shapely.from_geojson(cells["outline"].to_numpy())
    rings = [[(Fraction(x), Fraction(y)) for x, y in shapely.get_coordinates(s).tolist()] for s in shapes]
    boxes = shapely.bounds(shapes)
    corners = np.unique(shapely.get_coordinates(shapes), axis=0)
    points = np.vstack([scattered(shapely.total_bounds(shapes), RANDOM), np.random.default_rng(1).permutation(corners)[:BORDER]])
    names = cells["cell_id"].to_list()

    def slow(x: float, y: float) -> str | None:
        # Comparing floats is exact, so looking at the boxes first loses nothing.
        near = np.flatnonzero((boxes[:, 0] <= x) & (boxes[:, 1] <= y) & (x <= boxes[:, 2]) & (y <= boxes[:, 3]))
        return next((names[k] for k in near if _holds(rings[k], Fraction(x), Fraction(y)) is not False), None)

    expected = [slow(x, y) for x, y in points.tolist()]
    assert found(weibin().locator, points) == expected
    assert 0 < expected.count(None) < len(expected)
    # Nearly all corners are shared by three zones, and each has its answer.
    assert None not in expected[RANDOM:]
