"""From a boundary to a grid: its outline in few corners, and a picture in letters.

Belongs here: what `sifang grid make` computes. Does not: the cells (the file of each kind), files (``infra.districts.grid_files``).
"""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from transforms.district.codes import Area
from transforms.grids.datum import Datum, to_wgs84
from transforms.grids.faults import Fault, read_shape
from transforms.grids.hexagons import HexagonGrid
from transforms.grids.locator import Locator
from transforms.grids.plane import Plane, polygons
from transforms.grids.square import SquareGrid

# Two letters make a square in most terminals.
_WIDTH = 40


def read_boundary(content: object, datum: Datum) -> tuple[shapely.Geometry | None, list[Fault]]:
    """The ground of every polygon of a GeoJSON file, in WGS-84, and what is wrong with each."""
    found = content if isinstance(content, dict) else {}
    features = found.get("features") if isinstance(found.get("features"), list) else [found]
    shapes, faults = [], []
    for number, feature in enumerate(features or []):
        geometry = feature.get("geometry", feature) if isinstance(feature, dict) else None
        shape, wrong = read_shape(geometry, f"feature {number}")
        faults += wrong
        shapes += [] if wrong else [shape]
    if faults or not shapes:
        return None, faults or [Fault("file", "the file", "holds no features", "export the boundary as one polygon")]
    whole = shapely.union_all(shapes)
    return shapely.transform(whole, lambda c: np.column_stack(to_wgs84(c[:, 0], c[:, 1], datum))), []


def outline_of(boundary: shapely.Geometry, tolerance_m: float) -> Area:
    """Polygons with few corners that hold the whole boundary and reach at most about twice the tolerance past it. Holes are filled."""
    plane = Plane.at(boundary.bounds)
    ground = shapely.transform(boundary, lambda c: np.column_stack(plane.to_metres(c[:, 0], c[:, 1])))
    wider = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(ground.buffer(tolerance_m))])
    area: Area = []
    # Simplifying may cut a corner by more than it was told, so what it leaves is looked at.
    for kept in (0.8, 0.7, 0.6, 0.5, 0.4, 0.2, 0.0):
        area = [
            [
                (round(float(x), 6), round(float(y), 6))
                for x, y in zip(*plane.to_degrees(*np.array(part.exterior.coords[:-1]).T), strict=True)
            ]
            for part in shapely.get_parts(wider.simplify(kept * tolerance_m))
        ]
        if polygons(area).covers(boundary):
            break
    return area


def picture(grid: SquareGrid | HexagonGrid, cells: pl.DataFrame) -> str:
    """The cells as letters, north at the top: a block where the middle of a letter lies in a cell, dots where it does not."""
    west, south, east, north = shapely.total_bounds(shapely.from_geojson(cells["outline"].to_numpy()))
    plane = Plane(west, south)
    (width,), (height,) = plane.to_metres(np.array([east]), np.array([north]))
    # No finer than the cells.
    step = max(width / _WIDTH, 1000 * float(np.sqrt(cells["area_km2"].to_numpy().mean())))
    columns, rows = round(width / step), round(height / step)
    x, y = np.meshgrid((np.arange(columns) + 0.5) * step, (np.arange(rows)[::-1] + 0.5) * step)
    lon, lat = plane.to_degrees(x.ravel(), y.ravel())
    there = Locator(grid, cells).positions(lon, lat).reshape(rows, columns) >= 0
    return "\n".join("".join("██" if c else "··" for c in line) for line in there)
