"""The shipped synthetic district, and simulated deliveries as files."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import json
import os
import tomllib
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from infra.districts.folder import DistrictFolder, load
from infra.districts.simulated import write_deliveries
from tests.helpers.weibin_zones import SUBDISTRICTS, zones_geojson
from transforms.grids.square import SquareGrid
from transforms.reports.mapping import KEY_HASH, ROW, to_candidates
from transforms.reports.privacy import personal_column
from transforms.workshop.simulator.simulate import Simulation, simulate
from transforms.workshop.simulator.world import KINDS

WEIBIN = Path(__file__).parents[3] / "infra" / "districts" / "weibin"
LANDED_AT = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


@cache
def weibin() -> DistrictFolder:
    return load(WEIBIN)


@cache
def simulated() -> Simulation:
    register = weibin().register
    return simulate(weibin().cells, first_day=dt.date(2025, 3, 1), days=40, seed=5, history_days=31, register=register)


def test_the_committed_zones_are_exactly_those_of_the_generator() -> None:
    if os.environ.get("SIFANG_GOLDEN") == "write":
        (WEIBIN / "cells.geojson").write_text(zones_geojson(), "utf-8")
        pytest.skip("wrote cells.geojson; review the diff")
    assert (WEIBIN / "cells.geojson").read_text("utf-8") == zones_geojson()


def test_the_district_is_plainly_synthetic_and_complete() -> None:
    raw = tomllib.loads((WEIBIN / "district.toml").read_text("utf-8"))
    assert "kinds" not in raw
    assert "series" not in raw
    district = weibin().district
    assert district.synthetic
    assert [s.code for s in district.subdistricts] == [code for code, *_ in SUBDISTRICTS]
    assert set(weibin().cells["subdistrict"]) == {s.code for s in district.subdistricts}
    # Its zones name their subdistrict; the anchors serve whoever gives a copy another kind of grid.
    squares = SquareGrid(kind="square", outline=[[(113.82, 35.23), (113.91, 35.23), (113.91, 35.34), (113.82, 35.34)]])
    assert set(squares.cells([], district.subdistricts, "none")["subdistrict"]) == {s.code for s in district.subdistricts}
    for source in district.sources:
        assert source.kinds == {k.text: k.code for k in KINDS if k.source == source.code}
    assert {k.code: k.series for k in KINDS} == {k.code: district.kinds[k.code].series or "" for k in KINDS}


def test_files_are_named_by_source_and_day_and_repeat_byte_for_byte(tmp_path: Path) -> None:
    one = write_deliveries(simulated().deliveries, tmp_path / "one")
    two = write_deliveries(simulated().deliveries, tmp_path / "two")
    again = write_deliveries(simulated().deliveries, tmp_path / "one")
    assert one == again
    assert [p.name for p in one] == [p.name for p in two]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, two, strict=True))
    assert {p.name for p in one} >= {"fire_20250331.csv", "order_20250331.csv", "stability_20250401.jsonl"}
    assert sorted(p.name for p in (tmp_path / "one").iterdir()) == sorted(p.name for p in one)


def test_each_source_has_its_own_format(tmp_path: Path) -> None:
    paths = write_deliveries(simulated().deliveries[:3], tmp_path)
    by_source = {d.source: (d, p.read_bytes()) for d, p in zip(simulated().deliveries[:3], paths, strict=True)}
    fire, content = by_source["fire"]
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    records = list(csv.DictReader(io.StringIO(content.decode("gb18030"))))
    assert [r["事件编号"] for r in records] == fire.rows["事件编号"].fill_null("").to_list()
    order, content = by_source["order"]
    assert content.startswith(codecs.BOM_UTF8)
    records = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [r["longitude"] for r in records] == order.rows["longitude"].fill_null("").to_list()
    stability, content = by_source["stability"]
    lines = [json.loads(line) for line in content.decode("utf-8").splitlines()]
    assert lines == stability.rows.to_dicts()


@pytest.mark.parametrize("code", ["fire", "order", "stability"])
def test_the_district_declares_every_column_and_reads_every_sound_row(code: str) -> None:
    folder = weibin()
    source = folder.district.source(code)
    columns = simulated().deliveries[[d.source for d in simulated().deliveries].index(code)].rows.columns
    assert sorted(source.needed_columns) == sorted(columns)
    assert not any(personal_column(c) for c in columns)
    without = simulate(weibin().cells, first_day=dt.date(2025, 3, 1), days=2, seed=5)
    assert {*source.optional} == {*columns} - {c for d in without.deliveries if d.source == code for c in d.rows.columns}
    dirt = simulated().truth.dirt.filter(pl.col("source") == code)
    for delivery in (d for d in simulated().deliveries if d.source == code):
        spoilt = dirt.filter(pl.col("day") == delivery.day)["row"]
        landed = delivery.rows.with_row_index(ROW).with_columns(pl.col(source.key[0]).alias(KEY_HASH))
        read = to_candidates(landed, source, folder.district, LANDED_AT).filter(~pl.col("row").is_in(spoilt.implode()))
        needed = ["key_hash", "occurred_at", "reported_at", "known_at", "kind", "severity", "status"]
        assert read.select(pl.col(needed).null_count()).sum_horizontal().item() == 0
        assert (read["known_at"] >= read["reported_at"]).all()
        assert (read["reported_at"] >= read["occurred_at"]).all()
        assert (read["closed_at"] >= read["reported_at"]).all()
        assert (read["first_contact_at"] >= read["reported_at"]).all()
        if code == "stability":
            assert read["zone"].is_in(folder.cells["cell_id"].implode()).all()
        else:
            assert (folder.locator.positions(read["lon"].to_numpy(), read["lat"].to_numpy()) >= 0).all()
