"""Hexagons: cells of H3 (https://h3geo.org), whose index is the same in every system that uses it.

Belongs here: the declaration, the cells, finding the cell of a point. Does not: other kinds of grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any, ClassVar, Literal

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from pydantic import Field

from transforms.declared import Area, Strict, Subdistrict
from transforms.grids.plane import MAX_CELLS, Array, Plane, nearest_subdistrict, polygons
from transforms.schema import CELLS

# A hexagon of resolution 9 is 0.1 km²; finer ones hold single buildings. Resolution 5 is 250 km², a whole district.
COARSEST, FINEST = 5, 9
# The edges of a hexagon are arcs, those of its polygon straight in degrees: they part by less than this share of an edge, and a metre.
_ARC_SHARE, _ARC_M = 0.001, 1.0


class HexagonGrid(Strict):
    """Hexagons of one H3 resolution of which any part lies in the outline, so that every point in it has a cell."""

    kind: Literal["h3"]
    resolution: int = Field(9, ge=COARSEST, le=FINEST)
    outline: Area
    file: ClassVar[None] = None

    def cells(self, _: Any, subdistricts: Sequence[Subdistrict], default_subdistrict: str) -> pl.DataFrame:
        """The hexagons in schema ``CELLS``; ``cell_id`` is the H3 index in hexadecimal.

        Raises:
            ValueError: the outline is faulty, or so large that a corner of it must be wrong; a subdistrict would get no cell.
        """
        outline = polygons(self.outline)
        plane = Plane.at(outline.bounds)
        (width,), (height,) = plane.to_metres(np.array([outline.bounds[2]]), np.array([outline.bounds[3]]))
        number = width * height / 1e6 / h3.average_hexagon_area(self.resolution, unit="km^2")
        if number > MAX_CELLS:
            raise ValueError(
                f"the outline spans {width / 1000:.0f} by {height / 1000:.0f} km, which is about {number:,.0f} hexagons of resolution "
                f"{self.resolution}; check its corners, each [longitude, latitude]"
            )
        margin = (_ARC_SHARE * h3.average_hexagon_edge_length(self.resolution, unit="m") + _ARC_M) / min(plane.metres_per_degree)
        wider = shapely.union_all(outline.buffer(margin))
        index = sorted(h3.polygon_to_cells_experimental(h3.geo_to_h3shape(shapely.geometry.mapping(wider)), self.resolution, "overlap"))
        centre = np.array([h3.cell_to_latlng(c) for c in index])
        lat, lon = centre[:, 0], centre[:, 1]
        x, y = plane.to_metres(lon, lat)
        names = [h3.int_to_str(c) for c in index]
        rings = [[(corner[1], corner[0]) for corner in h3.cell_to_boundary(c)] for c in index]
        frame = pl.DataFrame(
            {
                "cell_id": names,
                "name": names,
                "subdistrict": nearest_subdistrict(plane, x, y, subdistricts, default_subdistrict),
                "lon": lon,
                "lat": lat,
                "x_m": x,
                "y_m": y,
                "area_km2": [h3.cell_area(c, unit="km^2") for c in index],
                "households": None,
                "tags": "",
                "outline": [shapely.to_geojson(shapely.Polygon(np.round(ring, 6))) for ring in rings],
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
        self._index = np.array([h3.str_to_int(c) for c in cells["cell_id"]], dtype=np.uint64)
        self._order = np.argsort(self._index)
        self._bounds = shapely.total_bounds(shapely.from_geojson(cells["outline"].to_numpy())) + np.array([-0.01, -0.01, 0.01, 0.01])

    def positions(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        """Row of the cells for each point, -1 where it lies in none; every coordinate is finite."""
        west, south, east, north = self._bounds
        found = np.full(len(lon), -1, dtype=np.int64)
        # H3 is asked only about points that can lie in a cell: each one costs most of a microsecond.
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        asked = map(h3.latlng_to_cell, lat[near].tolist(), lon[near].tolist(), repeat(self._resolution))
        index = np.fromiter(asked, dtype=np.uint64, count=len(near))
        slot = np.minimum(np.searchsorted(self._index, index, sorter=self._order), len(self._order) - 1)
        position = self._order[slot]
        found[near] = np.where(self._index[position] == index, position, -1)
        return found
