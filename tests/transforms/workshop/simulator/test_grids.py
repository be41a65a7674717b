"""The simulator on every kind of grid: points in their cell, codes where there are no points, the same truth."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import polars as pl
import pytest

from transforms.district.codes import Area
from transforms.grids.datum import Datum, to_wgs84
from transforms.grids.hexagons import HexagonGrid
from transforms.grids.kinds import Grid
from transforms.grids.locator import Locator
from transforms.grids.square import SquareGrid
from transforms.grids.zones import ZoneGrid, read_rows
from transforms.workshop.simulator.dirt import columns_of
from transforms.workshop.simulator.events import stream, survey
from transforms.workshop.simulator.simulate import Simulation, simulate

FIRST_DAY = dt.date(2025, 3, 1)
WEST, SOUTH = 113.80, 35.30
OUTLINE: Area = [[(WEST, SOUTH), (WEST + 0.04, SOUTH), (WEST + 0.04, SOUTH + 0.03), (WEST + 0.01, SOUTH + 0.03), (WEST, SOUTH + 0.01)]]
KINDS = ("square", "h3", "codes")


@cache
def grid(kind: str) -> tuple[Grid, pl.DataFrame]:
    made: Grid
    if kind == "codes":
        made = ZoneGrid(kind="zones", file="cells.csv")
        zones, _ = read_rows({"cell_id": f"K{n:02d}", "subdistrict": f"s{n // 17}"} for n in range(51))
        return made, made.cells(zones, [], "all")
    made = SquareGrid(kind="square", outline=OUTLINE) if kind == "square" else HexagonGrid(kind="h3", outline=OUTLINE)
    return made, made.cells([], [], "all")


@cache
def simulated(kind: str, seed: int = 5, scale: float = 1.0) -> Simulation:
    return simulate(grid(kind)[1], first_day=FIRST_DAY, days=20, seed=seed, scale=scale, datums={"order": "BD-09"})


def rows(kind: str, source: str) -> pl.DataFrame:
    """All sound rows of one source."""
    dirt = simulated(kind).truth.dirt.filter(pl.col("source") == source)
    parts = [d.rows.with_row_index("row").with_columns(day=pl.lit(d.day)) for d in simulated(kind).deliveries if d.source == source]
    return pl.concat(parts).cast({"row": pl.Int64}).join(dirt, on=["day", "row"], how="anti")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_files_and_another_one_others(kind: str) -> None:
    again = simulate(grid(kind)[1], first_day=FIRST_DAY, days=20, seed=5, datums={"order": "BD-09"})
    assert [d.rows.write_csv() for d in again.deliveries] == [d.rows.write_csv() for d in simulated(kind).deliveries]
    assert [d.rows.write_csv() for d in simulated(kind, 6).deliveries] != [d.rows.write_csv() for d in again.deliveries]
    total, many = (sum(s.truth.totals["cases"].to_list()) for s in (again, simulated(kind, scale=3.0)))
    assert 2.7 < many / total < 3.3


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_adds_up(kind: str) -> None:
    truth, deliveries = simulated(kind).truth, simulated(kind).deliveries
    for row in truth.totals.iter_rows(named=True):
        assert row["delivered"] == sum(len(d.rows) for d in deliveries if d.source == row["source"])
        assert row["delivered"] == row["accepted"] + row["merged"] + row["duplicates"] + row["dirty"]
    assert set(truth.surges["cell_id"]) <= set(grid(kind)[1]["cell_id"])
    assert len(truth.surges) > 0


@pytest.mark.parametrize(("source", "datum"), [("fire", "GCJ-02"), ("order", "BD-09")])
@pytest.mark.parametrize("kind", ["square", "h3"])
def test_points_lie_in_cells_also_after_their_datum_is_undone(kind: str, source: str, datum: Datum) -> None:
    made, cells = grid(kind)
    column = columns_of(source, placed=True)
    lon, lat = (rows(kind, source)[column[c]].cast(pl.Float64).to_numpy() for c in ("lon", "lat"))
    found = Locator(made, cells).positions(*to_wgs84(lon, lat, datum))
    assert len(found) > 50
    assert (found >= 0).all()
    assert len(np.unique(found)) > len(cells) / 4


@pytest.mark.parametrize("source", ["fire", "order", "stability"])
def test_codes_without_places_are_named_by_every_source(source: str) -> None:
    codes = set(grid("codes")[1]["cell_id"])
    column = columns_of(source, placed=False)
    assert "lon" not in column
    assert set(rows("codes", source)[column["zone"]]) <= codes
    unknown = simulated("codes").truth.dirt.filter(reason="zone_unknown", source=source)
    files = {(d.source, d.day): d.rows[column["zone"]] for d in simulated("codes").deliveries if column["zone"] in d.rows.columns}
    said = [files[s, day][row] for s, day, row, _ in unknown.iter_rows()]
    assert said
    assert not set(said) & codes


def test_cells_beside_a_code_are_five_others() -> None:
    near = survey(grid("codes")[1], stream(1, "ground")).near
    assert near.shape == (51, 5)
    for cell, others in enumerate(near.tolist()):
        assert len({*others, cell}) == 6
