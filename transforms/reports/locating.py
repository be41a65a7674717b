"""The cell of each candidate, and which of them lie in none.

Belongs here: what finding its cell makes of a report. Does not: finding the cell of a point (``transforms.grids.locator``), whether
coordinates are of the declared datum (``transforms.grids.datum_check``), how many may lie in none (``outlook``), what is left of a place
and of an hour (``coarsening``).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from transforms.clocks.nights import local_day
from transforms.grids.plane import Array
from transforms.words import LocatedBy

# The cell of points (longitudes, latitudes), each among the zones in force on its local day; null where it lies in none.
CellsOf = Callable[[Array, Array, pl.Series], pl.Series]


def in_cells(candidates: pl.DataFrame, cells_of: CellsOf, zone: str) -> pl.DataFrame:
    """Candidates with ``cell_id`` (null outside) and ``located_by``; row by row.

    Args:
        candidates: schema ``CANDIDATES``.
        cells_of: finds the cells.
        zone: the district's time zone, which says on which day something occurred.
    """
    lon, lat = (candidates[c].to_numpy().astype(np.float64) for c in ("lon", "lat"))
    by_point = cells_of(lon, lat, candidates.select(local_day("occurred_at", zone)).to_series())
    given = candidates["zone"].is_not_null()
    return candidates.with_columns(
        cell_id=pl.when(given).then("zone").otherwise(by_point),
        located_by=pl.when(given).then(pl.lit(LocatedBy.ZONE.value)).otherwise(pl.lit(LocatedBy.POINT.value)),
    )


def inside_and_outside(placed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Those with a cell, and those without."""
    lost = placed["cell_id"].is_null()
    return (placed.filter(~lost), placed.filter(lost)) if lost.any() else (placed, placed.clear())
