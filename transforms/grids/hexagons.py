"""Hexagons: cells of H3 (https://h3geo.org), whose index is the same in every system that uses it.

Belongs here: the declaration, the cells, finding the cell of a point. Does not: other kinds of grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import h3ronpy
import numpy as np
import polars as pl
import shapely
from h3ronpy import vector
from numpy.typing import NDArray
from pydantic import Field

from transforms.district.codes import Area, Strict, Subdistrict
from transforms.grids.plane import Array, Drawn, nearest_subdistrict
from transforms.schema import CELLS

# A hexagon of resolution 9 is 0.1 km²; finer ones hold single buildings. Resolution 5 is 250 km², a whole district.
COARSEST, FINEST = 5, 9
# The edges of a hexagon are arcs, those of its polygon straight in degrees: they part by less than this share of an edge, and a metre.
_ARC_SHARE, _ARC_M = 0.001, 1.0


def _area_km2(resolution: int) -> float:
    """Mean area of a hexagon: the globe holds 2 + 120 · 7^resolution of them."""
    return 510_065_622 / (2 + 120 * 7.0**resolution)


class HexagonGrid(Strict):
    """Hexagons of one H3 resolution of which any part lies in the outline, so that every point in it has a cell."""

    kind: Literal["h3"]
    resolution: int = Field(9, ge=COARSEST, le=FINEST)
    outline: Area
    file: ClassVar[None] = None

    def cells(self, _: object, subdistricts: Sequence[Subdistrict], default_subdistrict: str) -> pl.DataFrame:
        """The hexagons in schema ``CELLS``; ``cell_id`` is the H3 index in hexadecimal.

        Raises:
            ValueError: the outline is faulty, or so large that a corner of it must be wrong; a subdistrict would get no cell.
        """
        drawn = Drawn.of(self.outline)
        plane = drawn.plane
        drawn.require_few(drawn.width_m * drawn.height_m / 1e6 / _area_km2(self.resolution), f"hexagons of resolution {self.resolution}")
        edge_m = 1000 * np.sqrt(2 * _area_km2(self.resolution) / (3 * np.sqrt(3)))
        wider = drawn.shape.buffer((_ARC_SHARE * edge_m + _ARC_M) / min(plane.metres_per_degree))
        index = np.sort(np.asarray(vector.geometry_to_cells(wider, self.resolution, h3ronpy.ContainmentMode.Covers)))
        centre = pl.DataFrame(vector.cells_to_coordinates(index))
        lon, lat = centre["lng"].to_numpy(), centre["lat"].to_numpy()
        x, y = plane.to_metres(lon, lat)
        names = pl.Series(h3ronpy.cells_to_string(index))
        shapes = shapely.from_wkb(pl.Series(vector.cells_to_wkb_polygons(index)).to_numpy())
        frame = pl.DataFrame(
            {
                "cell_id": names,
                "name": names,
                "subdistrict": nearest_subdistrict(plane, x, y, subdistricts, default_subdistrict),
                "lon": lon,
                "lat": lat,
                "x_m": x,
                "y_m": y,
                "area_km2": pl.Series(h3ronpy.cells_area_km2(index)),
                "households": None,
                "tags": "",
                "outline": shapely.to_geojson(shapely.transform(shapes, lambda corners: np.round(corners, 6))),
            },
            schema=CELLS,
        )
        return frame.sort("cell_id")

    def finder(self, cells: pl.DataFrame) -> HexagonFinder:
        """What finds the hexagon of a point."""
        return HexagonFinder(self.resolution, cells)


class HexagonFinder:
    """Finds hexagons by their index."""

    def __init__(self, resolution: int, cells: pl.DataFrame) -> None:
        self._resolution = resolution
        index = np.array([int(c, 16) for c in cells["cell_id"]], dtype=np.uint64)
        self._order = np.argsort(index)
        self._sorted = index[self._order]
        self._bounds = shapely.total_bounds(shapely.from_geojson(cells["outline"].to_numpy())) + np.array([-0.01, -0.01, 0.01, 0.01])

    def positions(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        """Row of the cells for each point, -1 where it lies in none; every coordinate is finite."""
        west, south, east, north = self._bounds
        found = np.full(len(lon), -1, dtype=np.int64)
        # H3 is asked only about points that can lie in a cell: each one costs half a microsecond.
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        index = np.asarray(vector.coordinates_to_cells(lat[near], lon[near], self._resolution))
        slot = np.minimum(np.searchsorted(self._sorted, index), len(self._sorted) - 1)
        found[near] = np.where(self._sorted[slot] == index, self._order[slot], -1)
        return found
