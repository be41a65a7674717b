"""The cell of a point, and which cells an area covers, whatever the kind of grid.

Belongs here: what all kinds share. Does not: how a kind finds its cells (the file of the kind).
"""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from transforms.district.codes import Area
from transforms.grids.kinds import Grid
from transforms.grids.plane import Array, polygons


class Locator:
    """Finds the cell of points in WGS-84. Build it once per district and reuse it."""

    def __init__(self, grid: Grid, cells: pl.DataFrame) -> None:
        self._ids = cells["cell_id"]
        self._finder = grid.finder(cells)

    def positions(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        """Row of ``cells`` for each point, -1 where it lies in none or is null."""
        found = np.full(len(lon), -1, dtype=np.int64)
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        found[known] = self._finder.positions(lon[known], lat[known])
        return found

    def cell_ids(self, lon: Array, lat: Array) -> pl.Series:
        """``cell_id`` of each point, null where it lies in none."""
        found = pl.Series(self.positions(lon, lat))
        return self._ids.gather(found.set(found < 0, None)).alias("cell_id")


def covered(cells: pl.DataFrame, area: Area | None) -> NDArray[np.bool_]:
    """Which cells a coverage area holds, by their centre; every cell when no area is declared."""
    if area is None:
        return np.ones(len(cells), dtype=bool)
    inside: NDArray[np.bool_] = shapely.contains_xy(polygons(area), cells["lon"].to_numpy(), cells["lat"].to_numpy())
    return inside
