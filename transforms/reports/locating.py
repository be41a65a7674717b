"""The cell of each candidate, and which of them lie in none. Coordinates and seconds end here.

Belongs here: what finding its cell makes of a report, and how many may have none. Does not: finding the cell of a point
(``transforms.grids.locator``), whether coordinates are of the declared datum (``transforms.grids.datum_check``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from transforms.clocks.nights import local_day
from transforms.district.source import Source
from transforms.grids.plane import Array
from transforms.schema import REPORTS, UTC
from transforms.words import LocatedBy

# Fewer rows than this that lie outside the district are those rows' fault, not the source's declaration.
FEW_OUTSIDE: Final = 10

# The cell of points (longitudes, latitudes), each among the zones in force on its local day; null where it lies in none.
CellsOf = Callable[[Array, Array, pl.Series], pl.Series]


def in_cells(candidates: pl.DataFrame, cells_of: CellsOf, zone: str) -> pl.DataFrame:
    """Candidates with ``cell_id`` (null outside) and ``located_by``, their times cut to minutes; row by row.

    Args:
        candidates: schema ``CANDIDATES``.
        cells_of: finds the cells.
        zone: the district's time zone, which says on which day something occurred.
    """
    lon, lat = (candidates[c].to_numpy().astype(np.float64) for c in ("lon", "lat"))
    by_point = cells_of(lon, lat, candidates.select(local_day("occurred_at", zone)).to_series())
    given = candidates["zone"].is_not_null()
    times = [c for c, t in REPORTS.items() if t == UTC and c in candidates.columns and c != "known_at"]
    return candidates.with_columns(
        cell_id=pl.when(given).then("zone").otherwise(by_point),
        located_by=pl.when(given).then(pl.lit(LocatedBy.ZONE.value)).otherwise(pl.lit(LocatedBy.POINT.value)),
        **{c: pl.col(c).dt.truncate("1m") for c in times},
    )


def inside_and_outside(placed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Those with a cell, and the rows of the others as they are set aside (``QUARANTINED``)."""
    lost = placed["cell_id"].is_null()
    outside = placed.filter(lost).select(row="row", reason=pl.lit("outside_district"), column=pl.lit("lon"))
    return placed.filter(~lost) if lost.any() else placed, outside


def too_many_outside(source: Source, located: int, rejected: int, outside: int) -> bool:
    """Whether so many rows lie in no cell that the place must be declared wrongly.

    Taken in, such a file would cover its days with hardly a report, and they would pass for quiet ones.

    Args:
        source: says which share may be set aside.
        located: reports with a cell.
        rejected: rows that the checks set aside.
        outside: reports without one.
    """
    set_aside = rejected + outside
    return outside >= FEW_OUTSIDE and set_aside > source.max_quarantined * (located + set_aside)
