"""Exports open elsewhere as what they are: no formula runs, no code loses a digit, places lie where they lie."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import polars as pl
import pytest
import shapely

from infra.errors import WrongNameError
from infra.exports.maps import as_geojson, as_parquet, has_places
from infra.exports.systems import System
from infra.exports.tables import as_csv
from tests.helpers.exported import NAMES, SQUARE, sample
from transforms.grids.projected import to_degrees


def test_a_spreadsheet_runs_nothing_and_keeps_every_digit() -> None:
    text = as_csv(sample()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    names = [row["cell_name"] for row in rows]
    assert names[:6] == ["'" + str(name) for name in NAMES[:6]]
    assert names[6:] == [*NAMES[6:-1], ""]
    assert not [value for row in rows for name, value in row.items() if name != "score" and value[:1] in tuple("=+-@\t\r")]
    assert [row["cell_id"] for row in rows] == sample()["cell_id"].to_list()
    # A text stands in quotes and a number does not, so that a reader who guesses types can tell.
    assert '\r\n"410703001000000",' in text
    assert rows[0]["score"] == "-1.5"
    assert (rows[0]["night"], rows[0]["as_of"]) == ("2026-03-01", "2026-03-01T05:00:00Z")


def test_a_map_has_outlines_else_points_else_nothing_and_says_what_its_coordinates_are() -> None:
    told = json.loads(as_geojson(sample(), System()))
    kinds = [f["geometry"]["type"] if f["geometry"] else None for f in told["features"]]
    assert kinds == ["Polygon", *["Point"] * (len(NAMES) - 2), None]
    assert shapely.from_geojson(json.dumps(told["features"][0]["geometry"])).equals(shapely.from_geojson(SQUARE))
    assert told["features"][0]["properties"]["cell_id"] == "410703001000000"
    assert told["crs"]["properties"]["name"].endswith("CRS84")


def test_geoparquet_names_its_geometry_and_its_reference_system() -> None:
    written = as_parquet(sample(), System())
    back, said = pl.read_parquet(io.BytesIO(written)), json.loads(pl.read_parquet_metadata(io.BytesIO(written))["geo"])
    assert said["primary_column"] == "geometry"
    column = said["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"], column["crs"]["id"]) == (
        "WKB",
        ["Point", "Polygon"],
        {"authority": "OGC", "code": "CRS84"},
    )
    assert shapely.from_wkb(back["geometry"][0]).equals(shapely.from_geojson(SQUARE))
    assert back["cell_id"].dtype == pl.String


def test_what_lies_nowhere_is_parquet_without_a_map() -> None:
    plain = sample().drop("outline", "lon", "lat")
    assert not has_places(plain)
    assert pl.read_parquet(io.BytesIO(as_parquet(plain, System()))).equals(plain)


def test_a_map_goes_into_the_system_that_is_asked_for_and_says_so() -> None:
    # Two check values, and the way back from zone 50 of UTM.
    point = sample().head(1).drop("outline").with_columns(lon=pl.lit(113.8660), lat=pl.lit(35.3050))
    for name, x, y, said in (
        ("GCJ-02", 113.871967, 35.304428, "GCJ-02"),
        ("BD-09", 113.878389, 35.310745, "BD-09"),
        ("EPSG:32650", 113.866, 35.305, "urn:ogc:def:crs:EPSG::32650"),
    ):
        told = json.loads(as_geojson(point, System(name)))
        east, north = told["features"][0]["geometry"]["coordinates"]
        if name.startswith("EPSG"):
            assert east > 100_000
            east, north = (float(v[0]) for v in to_degrees(np.array([east]), np.array([north]), name))
        assert (round(east, 6), round(north, 6)) == (x, y)
        assert told["crs"]["properties"]["name"] == said
        written = io.BytesIO(as_parquet(point, System(name)))
        column = json.loads(pl.read_parquet_metadata(written)["geo"])["columns"]["geometry"]
        # What no library can undo has no name there.
        assert (column["crs"] or {}).get("id", {}).get("code") == (32650 if name.startswith("EPSG") else None)
    with pytest.raises(WrongNameError, match="Nothing is known"):
        System("EPSG:1")
