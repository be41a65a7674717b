"""`sifang grid make` and `grid check`, from files to what people read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import tomlkit
from typer.testing import CliRunner

from flows.cli.app import app
from infra.districts import drafting, zone_files
from infra.districts import folder as district_folder
from infra.errors import SifangError
from tests.helpers.district_folders import write_district
from transforms.reports.mapping import KEY_HASH, ROW, to_candidates
from transforms.workshop.simulator.simulate import simulate

RING = [[113.80, 35.30], [113.84, 35.30], [113.84, 35.32], [113.82, 35.33], [113.80, 35.32], [113.80, 35.30]]


def boundary(folder: Path, ring: list[list[float]] | None = None) -> Path:
    file = folder / "boundary.geojson"
    file.write_text(json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring or RING]}}), "utf-8")
    return file


def zone(code: str, west: float, **more: Any) -> dict[str, Any]:
    ring = [[west, 35.3], [west + 0.01, 35.3], [west + 0.01, 35.31], [west, 35.31], [west, 35.3]]
    return {"type": "Feature", "properties": {"cell_id": code, **more}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def run(*arguments: str | Path) -> tuple[int, Any]:
    """Exit code and what was printed as JSON."""
    result = CliRunner().invoke(app, ["grid", *map(str, arguments), "--json"])
    if isinstance(result.exception, SifangError):
        raise result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize(("kind", "size"), [("square", ["--size-m", "250"]), ("h3", ["--resolution", "8"])])
def test_a_grid_made_of_a_boundary_loads_as_the_district_it_is_put_into(tmp_path: Path, kind: str, size: list[str]) -> None:
    folder = write_district(tmp_path, "town")
    file = folder / "district.toml"
    file.write_text(f"# Kept as it is.\n{file.read_text('utf-8')}", "utf-8")
    code, made = run("make", boundary(tmp_path), "--kind", kind, *size, "--into", folder, "--cells", tmp_path / "out" / "cells.geojson")
    assert code == 0
    loaded = district_folder.load(folder)
    assert loaded.district.grid.kind == kind
    assert len(loaded.cells) == made["cells"] > 10
    assert file.read_text("utf-8").startswith("# Kept as it is.\n")
    assert tomlkit.parse(made["toml"])["grid"]["kind"] == kind
    assert made["picture"].count("██") > 5
    # The same cells again, as zones of their own.
    zones, faults = zone_files.examine_zones(tmp_path / "out" / "cells.geojson")
    assert [z.cell_id for z in zones] == loaded.cells["cell_id"].to_list()
    assert faults == []
    assert run("check", "--district", folder)[1]["faults"] == []


@pytest.mark.parametrize(
    ("ring", "options", "says"),
    [
        ([[35.3, 113.8], [35.4, 113.8], [35.4, 113.9], [35.3, 113.8]], [], "the axes are swapped: write longitude first"),
        ([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [], "is no simple polygon: Self-intersection"),
        (None, ["--size-m", "100"], "greater than or equal to 250"),
        (None, ["--kind", "h3", "--resolution", "10"], "less than or equal to 9"),
        ([[100.0, 30.0], [120.0, 30.0], [120.0, 40.0], [100.0, 30.0]], [], "check its corners"),
    ],
)
def test_what_no_grid_can_be_made_of_is_said_and_changes_nothing(
    tmp_path: Path, ring: list[list[float]] | None, options: list[str], says: str
) -> None:
    folder = write_district(tmp_path, "town")
    before = (folder / "district.toml").read_text("utf-8")
    with pytest.raises(SifangError, match=says):
        run("make", boundary(tmp_path, ring), *options, "--into", folder)
    assert (folder / "district.toml").read_text("utf-8") == before


def test_a_missing_or_broken_boundary_is_said(tmp_path: Path) -> None:
    with pytest.raises(SifangError, match=r"There is no file .*nowhere\.geojson"):
        run("make", tmp_path / "nowhere.geojson")
    (tmp_path / "x.geojson").write_text("{", "utf-8")
    with pytest.raises(SifangError, match=r"x\.geojson is not GeoJSON"):
        run("make", tmp_path / "x.geojson")


def test_every_problem_of_a_grid_comes_at_once_and_by_hand_it_reads_well(tmp_path: Path) -> None:
    folder = write_district(tmp_path, "town", grid={"kind": "zones", "file": "cells.geojson"})
    crossed = zone("bow0", 113.9)
    crossed["geometry"]["coordinates"] = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    features = [zone("a0", 113.80, households=900), zone("b0", 113.804), zone("c0", 113.82, households=20), crossed, zone("a0", 113.83)]
    content = {"features": features, "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4527"}}}
    (folder / "cells.geojson").write_text(json.dumps(content), "utf-8")
    code, found = run("check", "--district", folder)
    assert code == 1
    assert {(f["check"], f["stops"]) for f in found["faults"]} == {
        ("households", True),
        ("households", False),
        ("polygon", True),
        ("code", True),
        ("overlap", True),
        ("units", False),
    }
    assert run("check", folder / "cells.geojson")[1]["faults"] == found["faults"]
    said = CliRunner().invoke(app, ["grid", "check", "--district", str(folder)]).stdout
    assert "bad  overlap: a0 and b0 overlap on 0.61 km², 60.0% of the smaller one; redraw their border so that they only touch" in said
    assert said.splitlines()[-1] == "2 cells, 4 to mend, 2 to look at"


@pytest.mark.parametrize(
    ("ring", "check"),
    [
        ([[35.3, 113.8], [35.4, 113.8], [35.4, 113.9]], "axes"),
        ([[500000, 3900000], [501000, 3900000], [501000, 3901000]], "units"),
        ([[0, 0], [1, 1], [1, 0], [0, 1]], "polygon"),
    ],
)
def test_an_outline_that_keeps_a_district_from_loading_is_explained(tmp_path: Path, ring: list[list[float]], check: str) -> None:
    folder = write_district(tmp_path, "town", grid={"kind": "square", "outline": [ring]})
    code, found = run("check", "--district", folder)
    assert code == 1
    assert found["faults"][0]["check"] == check
    assert found["faults"][0]["where"] == "ring 1 of the outline"


def test_subdistricts_and_places_that_do_not_fit_are_noted(tmp_path: Path) -> None:
    named = [{"code": c, "name_zh": "某", "name_en": c} for c in ("s1", "s2")]
    folder = write_district(
        tmp_path, "town", grid={"kind": "zones", "file": "cells.geojson"}, subdistricts=named, timezone="America/New_York"
    )
    features = [zone("a0", 40.0, households=90, subdistrict="s1"), zone("b0", 40.01, households=90, subdistrict="s3")]
    for feature in features:
        feature["geometry"]["coordinates"][0] = [[x, y - 110] for x, y in feature["geometry"]["coordinates"][0]]
    (folder / "cells.geojson").write_text(json.dumps({"features": features}), "utf-8")
    code, found = run("check", "--district", folder)
    assert code == 0
    assert [(f["check"], f["where"]) for f in found["faults"]] == [("axes", "the grid"), ("subdistrict", "s3"), ("subdistrict", "s2")]


# What the zones of a district without geometry change in weibin's declaration.
_TO_CODES = (
    ('lon = "经度"\nlat = "纬度"', 'zone = "网格编码"'),
    ('lon = "longitude"\nlat = "latitude"', 'zone = "grid_code"'),
    ('file = "cells.geojson"', 'file = "cells.csv"'),
)


@pytest.mark.parametrize("kind", ["square", "h3", "codes"])
def test_what_is_simulated_for_a_grid_is_what_its_district_takes_in(tmp_path: Path, kind: str) -> None:
    folder = drafting.copy("weibin", tmp_path / "town").parent
    file = folder / "district.toml"
    text = file.read_text("utf-8")
    if kind == "codes":
        for old, new in _TO_CODES:
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
        codes = "".join(f"K{n:02d},410703001\n" for n in range(40))
        (folder / "cells.csv").write_text(f"cell_id,subdistrict\n{codes}", "utf-8")
    else:
        ring = [[113.82, 35.23], [113.91, 35.23], [113.91, 35.34], [113.82, 35.34], [113.82, 35.23]]
        run("make", boundary(tmp_path, ring), "--kind", kind, "--into", folder)
    arguments = ["simulate", "--district", str(folder), "--days", "12", "--out", str(tmp_path / "in"), "--json"]
    made = json.loads(CliRunner().invoke(app, arguments, catch_exceptions=False).stdout)
    assert made["unread"] == []
    assert made["files"] == len(list((tmp_path / "in").glob("*_2025*")))
    # As ingest reads it: mapped and located, all but the faults that were planted.
    loaded = district_folder.load(folder)
    datums = {s.code: s.datum for s in loaded.district.sources}
    for delivery in simulate(loaded.cells, first_day=dt.date(2025, 1, 1), days=12, seed=703, datums=datums).deliveries[:6]:
        source = loaded.district.source(delivery.source)
        rows = delivery.rows.with_row_index(ROW).with_columns(pl.col(source.key[0]).alias(KEY_HASH))
        found = to_candidates(rows, source, loaded.district, dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        by_point = loaded.locator.cell_ids(*(found[c].to_numpy().astype(float) for c in ("lon", "lat")))
        named = found["zone"].is_in(loaded.cells["cell_id"].implode()).fill_null(value=False)
        assert len(found) > 10
        assert int((by_point.is_not_null() | named).sum()) >= 0.8 * len(found)


def test_a_district_that_would_not_take_the_files_in_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["simulate", "--district", "san_francisco", "--days", "2", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "san_francisco would not take them in: no source 'order' is declared" in result.stderr
    assert "sifang init DIR --from weibin" in result.stderr
