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
# The same of premises, by their codes in the register.
CellsOfPremises = Callable[[pl.Series, pl.Series], pl.Series]


def in_cells(candidates: pl.DataFrame, cells_of: CellsOf, zone: str, at_premises: CellsOfPremises) -> pl.DataFrame:
    """Candidates with ``cell_id`` (null outside) and ``located_by``; row by row.

    Args:
        candidates: schema ``CANDIDATES``.
        cells_of: finds the cells.
        zone: the district's time zone, which says on which day something occurred.
        at_premises: finds the cells of premises, in which those lie of which nothing else says where.
    """
    lon, lat = (candidates[c].to_numpy().astype(np.float64) for c in ("lon", "lat"))
    days = candidates.select(local_day("occurred_at", zone)).to_series()
    cells, given = cells_of(lon, lat, days), candidates["zone"].is_not_null()
    placed = candidates.with_columns(
        cell_id=pl.when(given).then("zone").otherwise(cells),
        located_by=pl.when(given).then(pl.lit(LocatedBy.ZONE.value)).otherwise(pl.lit(LocatedBy.POINT.value)),
    )
    told = pl.col("zone").is_null() & pl.any_horizontal(pl.col("lon", "lat").is_null()) & pl.col("premises").is_not_null()
    registered = candidates.select(told).to_series()
    if not registered.any():
        return placed
    return placed.with_columns(
        cell_id=pl.when(registered).then(at_premises(candidates["premises"], days)).otherwise("cell_id"),
        located_by=pl.when(registered).then(pl.lit(LocatedBy.PREMISES.value)).otherwise("located_by"),
    )


def inside_and_outside(placed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Those with a cell, and those without."""
    lost = placed["cell_id"].is_null()
    return (placed.filter(~lost), placed.filter(lost)) if lost.any() else (placed, placed.clear())
