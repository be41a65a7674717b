"""Zones that have only names get codes, and sources read them by name; a zone round one farmhouse is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from infra.districts import folder as district_folder
from infra.errors import SifangError
from tests.helpers.command import Sifang
from tests.helpers.district_folders import source, write_district
from tests.helpers.town import Town

ZONES = {"kind": "zones", "file": "cells.geojson"}


def zone(name: str, west: float, width: float = 0.01, **more: Any) -> dict[str, Any]:
    ring = [[west, 35.3], [west + width, 35.3], [west + width, 35.3 + width], [west, 35.3 + width], [west, 35.3]]
    return {"type": "Feature", "properties": {"village": name, **more}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def coded(code: str, west: float, width: float = 0.01) -> dict[str, Any]:
    return {**zone("", west, width), "properties": {"cell_id": code}}


def write(file: Path, *features: dict[str, Any]) -> Path:
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


def make(*arguments: str | Path) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["grid", "make", *map(str, arguments), "--kind", "zones", "--names-in", "village", "--json"])
    if isinstance(result.exception, SifangError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_zones_get_codes_and_what_names_them_is_read(tmp_path: Path) -> None:
    by_name = source(columns={"occurred_at": "time", "kind": "kind", "zone": "village"})
    town = Town(tmp_path / "town", f"sqlite:///{tmp_path / 'town.db'}", by_name)
    town.context.stores.close()
    made = make(write(tmp_path / "v.geojson", zone("赵庄", 113.80, owner="Ada Winterbourne"), zone("李庄", 113.81)), "--into", town.folder)
    assert (made["coded"], made["kept"], made["words"], made["mapped"]) == (2, 0, 2, ["police"])
    assert "Winterbourne" not in "".join(f.read_text("utf-8") for f in town.folder.glob("*.*"))
    loaded = district_folder.load(town.folder)
    assert loaded.cells.select("cell_id", "name").rows() == [("Z001", "赵庄"), ("Z002", "李庄")]
    assert loaded.district.source("police").zones == {"赵庄": "Z001", "李庄": "Z002"}
    assert loaded.district.source("police").columns.zone == "village"


def test_reports_lie_in_the_zone_that_their_source_names(tmp_path: Path) -> None:
    by_name = source(columns={"occurred_at": "time", "kind": "kind", "zone": "village"}, zones={"赵庄*": "Z001", "李庄": "Z002"})
    (tmp_path / "town").mkdir()
    write(tmp_path / "town" / "cells.geojson", coded("Z001", 113.80), coded("Z002", 113.81))
    town = Town(tmp_path, f"sqlite:///{tmp_path / 'town.db'}", by_name, grid=ZONES)
    try:
        named = ["赵庄 村口", "李庄", "李 庄", "Z002", "王庄"]
        rows = "\n".join(f"{n},2025-03-0{n + 1} 12:00:00,theft,{village}" for n, village in enumerate(named))
        record = town.take(f"id,time,kind,village\n{rows}\n")
        assert town.lake()["cell_id"].sort().to_list() == ["Z001", "Z002", "Z002"]
        assert [reason for _, reason, _ in town.set_aside()] == ["zone_unknown"] * 2
        assert record.accepted == 3
    finally:
        town.context.stores.close()


def test_a_name_that_means_no_zone_is_named_by_its_code(tmp_path: Path) -> None:
    folder = write_district(
        tmp_path, "town", source(columns={"occurred_at": "t", "kind": "k", "zone": "v"}, zones={"赵庄": "Z009"}), grid=ZONES
    )
    write(folder / "cells.geojson", coded("Z001", 113.8))
    with pytest.raises(SifangError, match="source 'police' maps words to Z009, which are no zones of the grid") as raised:
        district_folder.load(folder)
    assert "赵庄" not in str(raised.value)


def test_a_zone_round_one_farmhouse_is_one_plain_paragraph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sifang: Sifang) -> None:
    """Of a district that loads it, of a grid that is checked, of a grid that is made; and no name is repeated that might be somebody's."""
    farm = zone("Winterbourne Farm", 113.83, 0.0005)
    folder = write_district(tmp_path, "town", grid=ZONES)
    write(folder / "cells.geojson", coded("Z001", 113.8), coded("F1", 113.83, 0.0005))
    monkeypatch.setenv("SIFANG_DISTRICTS", str(tmp_path))
    for verb in (["status", "--district", "town"], ["doctor", "--district", "town"], ["grid", "check", "--district", str(folder)]):
        said = sifang(*verb)
        assert (said.code, "Traceback" in said.err + said.out) == (1, False), verb
        assert "F1 covers" in said.err + said.out
    with pytest.raises(SifangError, match=r"Z002 covers 2,5\d\d m², and what is smaller than 10,000 m² shows single homes"):
        make(write(tmp_path / "v.geojson", zone("赵庄", 113.80), farm), "--into", folder)
    write(folder / "cells.geojson", coded("Winterbourne Farm", 113.8))
    with pytest.raises(SifangError, match="feature 0 has a cell_id that is no code") as raised:
        district_folder.load(folder)
    assert "Winterbourne" not in str(raised.value)
