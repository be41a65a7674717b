"""A candidate finds its cell, and those in none are set aside."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.helpers.candidates import columns, read
from transforms.grids.plane import Array
from transforms.reports.locating import in_cells, inside_and_outside

ASKED: list[dt.date] = []


def cells_of(lon: Array, lat: Array, days: pl.Series) -> pl.Series:
    """East of 114 degrees is nothing."""
    ASKED[:] = days.to_list()
    return pl.Series([None if x > 114 else f"C{int(y)}" for x, y in zip(lon, lat, strict=True)], dtype=pl.String)


def test_a_zone_that_is_given_comes_before_the_point_alone() -> None:
    rows: list[dict[str, str | None]] = [
        {"time": "2025-03-01 23:59:59"},
        {"time": "2025-03-02 00:00:01", "w": "Z1", "x": "115.0"},
        {"x": "115.0"},
    ]
    placed = in_cells(read(rows, columns=columns(zone="w")), cells_of, "Asia/Shanghai")
    assert placed.select("cell_id", "located_by").rows() == [("C35", "point"), ("Z1", "zone"), (None, "point")]
    # Zones may end: each point is looked for among those of its own local day.
    assert [dt.date(2025, 3, 1), dt.date(2025, 3, 2), dt.date(2025, 3, 1)] == ASKED
    located, lost = inside_and_outside(placed)
    assert (located["row"].to_list(), lost["row"].to_list()) == ([1, 2], [3])
