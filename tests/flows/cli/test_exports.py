"""`sifang export`: any view into a file, whose ending says the format. `sifang site`: pages in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from tests.helpers.command import Said, Sifang
from tests.helpers.tiny import CELLS, CODE, Tiny


def test_views_are_exported_and_what_cannot_be_is_refused_in_a_sentence(published: Tiny, sifang: Sifang) -> None:
    table, on_map, parquet = (published.root / name for name in ("cells.csv", "cells.geojson", "cells.parquet"))

    def export(view: str, out: Path, *more: str) -> Said:
        return sifang("export", view, "--district", CODE, "--out", out, *more)

    assert export("dash_map_v1", table).code == 0
    assert pl.read_csv(table).height == 4 * CELLS
    assert json.loads(export("dash_map_v1", on_map, "--json").out)["rows"] == 4 * CELLS
    assert len(json.loads(on_map.read_text("utf-8"))["features"]) == 4 * CELLS
    beside = json.loads((published.root / "cells.csv.datapackage.json").read_text("utf-8"))["resources"][0]
    assert [field["name"] for field in beside["schema"]["fields"]] == pl.read_csv(table).columns
    assert export("dash_runs_v1", parquet).code == 0
    assert pl.read_parquet(parquet)["status"].to_list() == ["ok"]
    for view, file, said in (
        ("scores", "a.csv", "There is no view 'scores'"),
        ("dash_runs_v1", "a.geojson", "lie nowhere"),
        ("dash_runs_v1", "a.xls", "no ending that says a format"),
    ):
        refused = export(view, published.root / file)
        assert refused.code == 2
        assert said in refused.err
        assert not (published.root / file).exists()


def test_a_site_is_written_for_each_tier(published: Tiny, sifang: Sifang) -> None:
    staff = json.loads(sifang("site", "--district", CODE, "--json").out)
    assert Path(staff["first"]) == published.home / "site" / CODE / "staff" / "index.html"
    assert staff["pages"] == len(list(Path(staff["first"]).parent.iterdir()))
    shared = sifang("site", "--district", CODE, "--tier", "shared", "--out", published.root / "open")
    assert shared.code == 0
    assert sorted(file.name for file in (published.root / "open").iterdir()) == ["index.html", "reports.html"]
