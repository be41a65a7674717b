"""What a cell looks like.

Belongs here: the frame of a grid. Does not: making and finding cells (``transforms.grids``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import frame

# One row per cell. `outline` is a GeoJSON geometry in WGS-84 as text, null for codes without geometry.
# `x_m`, `y_m` are metres east and north of the grid's origin.
CELLS: Final = frame(
    {
        "cell_id": pl.String,
        "name": pl.String,
        "subdistrict": pl.String,
        "lon": pl.Float64,
        "lat": pl.Float64,
        "x_m": pl.Float64,
        "y_m": pl.Float64,
        "area_km2": pl.Float64,
        "households": pl.Int32,
        "tags": pl.String,
        "outline": pl.String,
    }
)
