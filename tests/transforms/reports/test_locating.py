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
    return pl.Series([f"C{int(y)}" if x <= 114 else None for x, y in zip(lon, lat, strict=True)], dtype=pl.String)


def nowhere(codes: pl.Series, days: pl.Series) -> pl.Series:
    return pl.Series([None] * len(codes), dtype=pl.String)


def test_a_zone_that_is_given_comes_before_the_point_alone() -> None:
    rows: list[dict[str, str | None]] = [
        {"time": "2025-03-01 23:59:59"},
        {"time": "2025-03-02 00:00:01", "w": "Z1", "x": "115.0"},
        {"x": "115.0"},
    ]
    placed = in_cells(read(rows, columns=columns(zone="w")), cells_of, "Asia/Shanghai", nowhere)
    assert placed.select("cell_id", "located_by").rows() == [("C35", "point"), ("Z1", "zone"), (None, "point")]
    # Zones may end: each point is looked for among those of its own local day.
    assert [dt.date(2025, 3, 1), dt.date(2025, 3, 2), dt.date(2025, 3, 1)] == ASKED
    located, lost = inside_and_outside(placed)
    assert (located["row"].to_list(), lost["row"].to_list()) == ([1, 2], [3])


def test_premises_of_the_register_say_where_a_row_is_that_says_nothing_else_of_it() -> None:
    asked: list[tuple[str | None, dt.date]] = []

    def of_premises(codes: pl.Series, days: pl.Series) -> pl.Series:
        asked[:] = list(zip(codes, days, strict=True))
        return pl.Series([{"P1": "C9"}.get(code) for code in codes], dtype=pl.String)

    candidates = read([{"w": "Z1"}, {}, {"x": None, "y": None}, {"x": None, "y": None}], columns=columns(zone="w"))
    candidates = candidates.with_columns(premises=pl.Series(["P1", "P1", "P1", None]))
    placed = in_cells(candidates, cells_of, "Asia/Shanghai", of_premises)
    assert placed.select("cell_id", "located_by").rows()[:3] == [("Z1", "zone"), ("C35", "point"), ("C9", "premises")]
    assert placed["located_by"][3] == "point"
    assert asked[2] == ("P1", dt.date(2025, 3, 1))
