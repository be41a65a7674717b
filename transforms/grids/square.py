"""Squares: cells of one size in metres, counted from the south-west corner of the district's outline.

Belongs here: the declaration, the cells, finding the cell of a point. Does not: other kinds of grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from pydantic import Field

from transforms.district.codes import Area, Strict, Subdistrict
from transforms.grids.plane import Array, Drawn, Plane, nearest_subdistrict, polygons
from transforms.schema import CELLS

MIN_SQUARE_M = 250.0
# A tenth of a millimetre: two ways of computing a cell's edge differ by less, and a point on it must not fall between them.
_EDGE_DEGREES = 1e-9


class SquareGrid(Strict):
    """Squares of ``size_m`` of which any part lies in the outline, so that every point in it has a cell."""

    kind: Literal["square"]
    size_m: float = Field(500.0, ge=MIN_SQUARE_M)
    outline: Area
    file: ClassVar[None] = None

    def cells(self, _: object, subdistricts: Sequence[Subdistrict], default_subdistrict: str) -> pl.DataFrame:
        """The squares in schema ``CELLS``.

        Raises:
            ValueError: the outline is faulty, or so large that a corner of it must be wrong; a subdistrict would get no cell.
        """
        drawn = Drawn.of(self.outline)
        plane = drawn.plane
        # One more than fits: a cell does not own its east and north edges, and the outline's may lie exactly there.
        across, up = np.floor(drawn.width_m / self.size_m) + 1, np.floor(drawn.height_m / self.size_m) + 1
        drawn.require_few(across * up, f"squares of {self.size_m:.0f} m")
        columns, rows = np.meshgrid(np.arange(across), np.arange(up))
        column, row = columns.ravel().astype(int), rows.ravel().astype(int)
        west, south = plane.to_degrees(column * self.size_m, row * self.size_m)
        east, north = plane.to_degrees((column + 1) * self.size_m, (row + 1) * self.size_m)
        boxes = shapely.box(west, south, east, north)
        touching = shapely.intersects(
            drawn.shape, shapely.box(west - _EDGE_DEGREES, south - _EDGE_DEGREES, east + _EDGE_DEGREES, north + _EDGE_DEGREES)
        )
        boxes, column, row = boxes[touching], column[touching], row[touching]
        x, y = (column + 0.5) * self.size_m, (row + 0.5) * self.size_m
        lon, lat = plane.to_degrees(x, y)
        names = [f"E{c:03d}N{r:03d}" for c, r in zip(column, row, strict=True)]
        frame = pl.DataFrame(
            {
                "cell_id": names,
                "name": names,
                "subdistrict": nearest_subdistrict(plane, x, y, subdistricts, default_subdistrict),
                "lon": lon,
                "lat": lat,
                "x_m": x,
                "y_m": y,
                "area_km2": np.full(len(x), self.size_m**2 / 1e6),
                "households": None,
                "tags": "",
                "outline": [shapely.to_geojson(b) for b in shapely.set_precision(boxes, 1e-6)],
            },
            schema=CELLS,
        )
        return frame.sort("cell_id")

    def finder(self, cells: pl.DataFrame) -> SquareFinder:
        """What finds the square of a point."""
        return SquareFinder(self, cells)


class SquareFinder:
    """Finds squares by counting them off from the corner."""

    def __init__(self, grid: SquareGrid, cells: pl.DataFrame) -> None:
        self._size_m = grid.size_m
        self._plane = Plane.at(polygons(grid.outline).bounds)
        column = np.floor(cells["x_m"].to_numpy() / grid.size_m).astype(np.int64)
        row = np.floor(cells["y_m"].to_numpy() / grid.size_m).astype(np.int64)
        self._index = np.full((column.max() + 1, row.max() + 1), -1, dtype=np.int64)
        self._index[column, row] = np.arange(len(column))

    def positions(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        """Row of the cells for each point, -1 where it lies in none; every coordinate is finite."""
        found = np.full(len(lon), -1, dtype=np.int64)
        x, y = self._plane.to_metres(lon, lat)
        column, row = np.floor(x / self._size_m), np.floor(y / self._size_m)
        ok = (column >= 0) & (row >= 0) & (column < self._index.shape[0]) & (row < self._index.shape[1])
        found[ok] = self._index[column[ok].astype(np.int64), row[ok].astype(np.int64)]
        return found
