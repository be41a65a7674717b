"""What stands beside an export is true of it, in the eyes of readers that are not ours."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pyogrio  # type: ignore[import-untyped]
import pytest
from frictionless import validate
from frictionless.resources import TableResource

from infra.exports.maps import as_geojson, as_parquet
from infra.exports.packages import ENDING, File, as_package
from infra.exports.systems import System
from infra.exports.tables import as_csv
from infra.views.columns import schema_of
from infra.views.described import described
from infra.views.files import names
from tests.helpers.exported import NAMES, sample

WORDS = {name: f"what {name} is" for name in sample().columns}


def written(folder: Path, name: str, content: bytes, reference: System) -> Path:
    (folder / name).write_bytes(content)
    beside = folder / f"{name}{ENDING}"
    beside.write_bytes(as_package(File(name, content), sample(), "where?", WORDS, reference))
    return beside


def test_a_stranger_reads_a_table_by_what_stands_beside_it(tmp_path: Path) -> None:
    beside = written(tmp_path, "cells.csv", as_csv(sample()), System())
    assert validate(str(beside)).valid
    rows = TableResource.from_descriptor(json.loads(beside.read_text("utf-8"))["resources"][0], basepath=str(tmp_path)).read_rows()
    assert [row["cell_id"] for row in rows] == sample()["cell_id"].to_list()
    assert [float(row["score"]) for row in rows] == sample()["score"].to_list()
    assert [row["night"] for row in rows] == sample()["night"].to_list()
    assert [row["as_of"] for row in rows] == sample()["as_of"].to_list()


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("-1.5", "many"), lambda text: text + "\r\n"], ids=["another type", "another file"]
)
def test_a_table_that_is_not_the_one_described_is_told(tmp_path: Path, change: object) -> None:
    assert callable(change)
    beside = written(tmp_path, "cells.csv", as_csv(sample()), System())
    table = tmp_path / "cells.csv"
    table.write_bytes(change(table.read_bytes().decode("utf-8")).encode("utf-8"))
    assert not validate(str(beside)).valid


@pytest.mark.parametrize(("name", "epsg"), [("WGS-84", "EPSG:4326"), ("CGCS2000", "EPSG:4490"), ("EPSG:32650", "EPSG:32650")])
def test_a_desk_opens_a_map_where_it_lies(tmp_path: Path, name: str, epsg: str) -> None:
    beside = written(tmp_path, "cells.geojson", as_geojson(sample(), System(name)), System(name))
    found = pyogrio.read_info(tmp_path / "cells.geojson")
    assert (found["crs"], found["features"], found["geometry_type"]) == (epsg, len(NAMES), "Unknown")
    fields = json.loads(beside.read_text("utf-8"))["resources"][0]["schema"]["fields"]
    assert [f["name"] for f in fields] == [*found["fields"], "geometry"]
    assert fields[-1] == {"name": "geometry", "type": "geojson", "description": f"where the row lies, in {name}"}


def test_what_stands_beside_parquet_names_its_columns(tmp_path: Path) -> None:
    beside = written(tmp_path, "cells.parquet", as_parquet(sample(), System()), System())
    fields = json.loads(beside.read_text("utf-8"))["resources"][0]["schema"]["fields"]
    assert [f["name"] for f in fields] == pl.read_parquet(tmp_path / "cells.parquet").columns


@pytest.mark.parametrize("view", names())
def test_every_column_of_every_view_is_described(view: str) -> None:
    found = described(view)
    assert found.question.endswith("?")
    assert found.columns
    rows = pl.DataFrame(schema=schema_of(found.columns))
    assert as_package(File(f"{view}.csv", b""), rows, found.question, found.columns, System())
