"""Spots: which reports of one cell and month speak of one place, without saying which.

Belongs here: the hash. Does not: counting voices (``transforms.panel.voices``). A spot has 16 bits and a secret of its own for every cell
and month, so that no place is found from it and none is followed from one month, or one cell, to the next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.reports.hashes import stirred, word_of

METRES: Final = 50.0
_METRES_PER_DEGREE: Final = 111_320.0
_BITS_DROPPED: Final = np.uint64(64 - 16)


def spots(lon: pl.Series, lat: pl.Series, cell: pl.Series, day: pl.Series, key: bytes) -> pl.Series:
    """The spot of each place; null where there is none.

    Args:
        lon: WGS-84 degrees, null where a report has no point.
        lat: likewise.
        cell: the cell that each lies in.
        day: its local day, of which the month counts.
        key: the secret for spots of one district.
    """
    known = (lon.is_not_null() & lat.is_not_null() & cell.is_not_null() & day.is_not_null()).to_numpy()
    found = pl.Series("spot", [None], dtype=pl.Int32).new_from_index(0, len(lon))
    if not known.any():
        return found
    groups = pl.DataFrame({"cell": cell, "month": day.dt.month_start()}).filter(known)
    pairs = groups.unique()
    secrets = pl.Series([int(word_of(f"{in_cell}/{month}", key)) for in_cell, month in pairs.iter_rows()], dtype=pl.UInt64)
    of_pairs = groups.join(pairs.with_columns(secret=secrets), on=["cell", "month"], how="left", maintain_order="left")
    hashed = stirred(of_pairs["secret"].to_numpy(), *_squares(lon.filter(known).to_numpy(), lat.filter(known).to_numpy())) >> _BITS_DROPPED
    return found.scatter(np.flatnonzero(known), pl.Series(hashed.astype(np.int32)))


def _squares(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The square of 50 m that each point lies in: counted along its parallel, and along the meridian."""
    row = np.floor(lat * _METRES_PER_DEGREE / METRES)
    # Of the whole row alike, or one square would be cut in two.
    width = np.cos(np.radians((row + 0.5) * METRES / _METRES_PER_DEGREE))
    column = np.floor(lon * _METRES_PER_DEGREE * width / METRES)
    return column.astype(np.int64), row.astype(np.int64)
