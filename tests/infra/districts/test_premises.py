"""The register of premises: what it may say, and a plain refusal with a line number for everything else."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from infra.districts import folder as district_folder
from infra.errors import SifangError
from tests.helpers.district_folders import COLUMNS, EAST, NORTH, SOUTH, WEST, source, write_district
from transforms.district.premises import Premises
from transforms.district.reading import reading_hash
from transforms.reports.privacy import personal_values
from transforms.words import PremisesCategory
from transforms.words.premises import CATEGORY_OF, is_dwelling

HAZARDS: dict[str, Any] = {"feed": "fire_hazard", "kinds": {"wiring": "hazard_wiring"}, "columns": {**COLUMNS, "premises": "unit"}}


def folder(root: Path, register: str | bytes, **of_source: Any) -> Path:
    made = write_district(root, "town", source(**{**HAZARDS, **of_source}))
    (made / "premises.csv").write_bytes(register.encode() if isinstance(register, str) else register)
    return made


def faults(folder: Path) -> list[str]:
    with pytest.raises(SifangError) as caught:
        district_folder.load(folder)
    return [line.removeprefix("  - ") for line in caught.value.message.splitlines()[1:]]


def cell(folder: Path) -> str:
    (folder / "premises.csv").unlink(missing_ok=True)
    without = folder / "district.toml"
    text = without.read_text("utf-8")
    without.write_text(text.replace('premises = "unit"', ""), "utf-8")
    found = str(district_folder.load(folder).cells["cell_id"][0])
    without.write_text(text, "utf-8")
    return found


def test_a_register_gives_each_of_its_codes_a_category_and_a_cell(tmp_path: Path) -> None:
    first = cell(folder(tmp_path, ""))
    lines = [f"P1,mall,{first},,,", "A-2,school,,113.8005,35.3005,", "B-3,chemical works,,113.8066,35.2997,GCJ-02"]
    written = "\n".join(["code,category,cell,lon,lat,datum", *lines, ""])
    loaded = district_folder.load(folder(tmp_path, written))
    assert {code: one.category.value for code, one in loaded.district.premises.items()} == {
        "A-2": "school",
        "B-3": "chemical_works",
        "P1": "mall",
    }
    cells = {code: one.cell for code, one in loaded.district.premises.items()}
    # A point of another datum lies half a kilometre from where its numbers seem to say.
    assert cells == {"P1": first, "A-2": first, "B-3": first}
    chinese = folder(tmp_path, f"\ufeff编码,类别,网格\nP1,商场,{first}\n")
    assert district_folder.load(chinese).district.premises == {"P1": Premises(category=PremisesCategory.MALL, cell=first)}


def test_it_is_a_part_of_the_version_and_changes_no_number(tmp_path: Path) -> None:
    first = cell(folder(tmp_path, ""))
    one = district_folder.load(folder(tmp_path, f"code,category,cell\nP1,mall,{first}\n"))
    two = district_folder.load(folder(tmp_path, f"code,category,cell\nP1,mall,{first}\nP2,mall,{first}\n"))
    assert one.version != two.version
    assert one.scoring_hash == two.scoring_hash
    assert district_folder.stored("town", two.canonical, two.cells).district.premises == two.district.premises
    # What a report may say of premises changed, so its files read differently; of a source that tells none they do not.
    assert reading_hash(one.canonical, "police") != reading_hash(two.canonical, "police")
    none = [district_folder.load(folder(tmp_path, f"code,category,cell\n{p}", columns=COLUMNS)) for p in ("", f"P1,mall,{first}\n")]
    assert reading_hash(none[0].canonical, "police") == reading_hash(none[1].canonical, "police")


HEADER = "code,category,lon,lat\n"
GOOD = "P1,mall,113.805,35.305\n"
WRONG = {
    "a dwelling": ("P2,住宅小区,113.805,35.305", "line 3: is a dwelling, and no dwelling is on a register; take the line out"),
    "a dwelling in English": ("P2,apartment building,113.805,35.305", "line 3: is a dwelling"),
    "a home for the old": ("P2,养老院,113.805,35.305", "line 3: is a dwelling"),
    "a category outside the list": ("P2,temple,113.805,35.305", "line 3: the category is none of the list; there are: chemical_works"),
    "a telephone": ("P13800001111,mall,113.805,35.305", "line 3: the code is none"),
    "a resident number": ("410703198001011234,mall,113.805,35.305", "line 3: the code is none"),
    "a name": ("zhangsan,mall,113.805,35.305", "line 3: the code is none"),
    "a name and a year": ("ZhangSan-1975,mall,113.805,35.305", "line 3: the code is none"),
    "a telephone with hyphens": ("T138-0013-8000,mall,113.805,35.305", "line 3: the code is none"),
    "a place and a date of birth": ("W4107-0319-80-0101,mall,113.805,35.305", "line 3: the code is none"),
    "a dwelling for a code": ("Dorm-3,mall,113.805,35.305", "line 3: the code is none"),
    "small letters": ("p2,mall,113.805,35.305", "line 3: the code is none"),
    "of full width": ("Ｐ2,mall,113.805,35.305", "line 3: the code is none"),
    "a Chinese name": ("张三1,mall,113.805,35.305", "line 3: the code is none"),
    "the same twice": ("P1,mall,113.805,35.305", "line 3: the code stands on line 2 already"),
    "a place outside": ("P2,mall,114.805,35.305", "line 3: it lies in no cell of this district"),
    "no place": ("P2,mall,,", "line 3: say where it lies: by its cell, or by lon and lat"),
    "half a place": ("P2,mall,113.805,", "line 3: lon and lat are no numbers"),
    "an impossible place": ("P2,mall,nan,inf", "line 3: it lies in no cell of this district"),
    "too many values": ("P2,mall,113.805,35.305,张三", "has more or fewer values than columns on line 3"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_a_line_that_is_wrong_is_refused_by_its_number_and_never_repeated(tmp_path: Path, what: str) -> None:
    line, said = WRONG[what]
    (fault,) = faults(folder(tmp_path, HEADER + GOOD + line + "\n"))
    assert fault.startswith(f"premises.csv: {said}")
    assert not any(part in fault for part in ("张三", "zhangsan", "13800001111", "19800101", "ZhangSan", "138-0013"))


@pytest.mark.parametrize(
    ("register", "said"),
    [
        ("code,category,cell\nP1,mall,no_such_1\n", "line 2: its cell is none of this district"),
        ("code,category,lon,lat,datum\nP1,mall,113.805,35.305,GPS\n", "line 2: the datum is none; there are: WGS-84"),
        ("P1,mall,113.805,35.305\n", "its first line must name the columns"),
        ("code,category,lon\nP1,mall,113.805\n", "its first line must name the columns"),
        ("code,category,lon,lat,企业名称,联系电话\nP1,mall,113.805,35.305,张三超市,13800001111\n", "column 5, 6: a register holds"),
        ("code,code,category,cell\n", "a column stands twice"),
        ("编码,类别,网格\n".encode("gb18030"), "is not UTF-8; save it as UTF-8"),
        ("code,category,cell\n" + "P1,mall,c1\n" * 300_000, "is larger than 2 MiB"),
    ],
)
def test_a_register_of_another_form_is_refused(tmp_path: Path, register: str | bytes, said: str) -> None:
    (fault,) = faults(folder(tmp_path, register, columns=COLUMNS))
    assert fault.startswith(f"premises.csv: {said}")
    assert "张三" not in fault


def test_of_many_wrong_lines_twenty_are_named(tmp_path: Path) -> None:
    found = faults(folder(tmp_path, HEADER + "P2,temple,1,2\n" * 25))
    assert len(found) == 21
    assert found[-1] == "premises.csv: and 5 further lines"


@pytest.mark.parametrize(
    ("changes", "register", "said"),
    [
        ({}, None, "source 'police' tells premises, and there is no register; write premises.csv"),
        (
            {"feed": "public_order", "kinds": {"theft": "theft"}},
            HEADER + GOOD,
            "source 'police' of feed public_order tells premises; only fire_hazard may, the others are told by cell",
        ),
        ({"premises": {"阳光小区*": "P1"}}, HEADER + GOOD, "sources.0.premises"),
    ],
)
def test_a_source_tells_hazards_alone_of_premises_that_are_registered(
    tmp_path: Path, changes: dict[str, Any], register: str | None, said: str
) -> None:
    made = folder(tmp_path, register or "", **changes)
    if register is None:
        (made / "premises.csv").unlink()
    (fault,) = faults(made)
    assert fault.startswith(f"district.toml: {said}")


def test_a_register_in_the_declaration_is_sent_to_its_file(tmp_path: Path) -> None:
    made = write_district(tmp_path, "town", premises={"P1": {"category": "mall", "cell": "c1"}})
    assert faults(made) == ["district.toml: premises: the register stands in premises.csv; write it there"]


def test_no_category_is_a_dwelling() -> None:
    assert [word for word in CATEGORY_OF if is_dwelling(word)] == []
    assert [w for w in ("home", "dormitory", "居民楼", "职工宿舍", "farm house", "residential", "敬老院") if not is_dwelling(w)] == []


def test_no_code_of_a_register_looks_like_personal_data() -> None:
    numbers = ("1", "0101", "13800", "138001", "410703", "800101", "199999")
    codes = [f"{letters}{hyphen}{number}" for letters in ("A", "E", "GA", "ID", "TEL", "WXI") for hyphen in ("", "-") for number in numbers]
    assert not personal_values(pl.Series(codes)).any()


def test_what_is_wrong_is_told_of_all_lines_together_in_their_order(tmp_path: Path) -> None:
    lines = ["P1,mall,nowhere_1,,", "P2,temple,c,,", "P3,mall,,114.805,35.305", "p4,mall,,113.805,35.305"]
    found = faults(folder(tmp_path, "code,category,cell,lon,lat\n" + "\n".join(lines) + "\n"))
    assert [fault.partition(":")[2].split(":")[0].strip() for fault in found] == ["line 2", "line 3", "line 4", "line 5"]
    # What is wrong with the rest of the folder keeps none of it back but the places, which nobody can look at then.
    made = folder(tmp_path, HEADER + "P2,temple,113.805,35.305\n", datum="Mars")
    assert [fault.split(": ")[0] for fault in faults(made)] == ["district.toml", "premises.csv"]


def test_a_quotation_mark_that_is_never_closed_is_named(tmp_path: Path) -> None:
    (fault,) = faults(folder(tmp_path, HEADER + GOOD + f'P2,"{"mall " * 40_000}\n', columns=COLUMNS))
    assert fault == "premises.csv: is no CSV: look for a quotation mark that is never closed"


def zone(code: str, west: float, east: float, **properties: Any) -> dict[str, Any]:
    ring = [[west, SOUTH], [east, SOUTH], [east, NORTH], [west, NORTH], [west, SOUTH]]
    return {
        "type": "Feature",
        "properties": {"cell_id": code, "households": 500, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_premises_lie_in_the_zone_of_each_night(tmp_path: Path) -> None:
    middle, quarter = (WEST + EAST) / 2, (3 * WEST + EAST) / 4
    zones = [
        zone("west00", WEST, middle, valid_to="2026-05-31"),
        zone("east00", middle, EAST),
        zone("west01", WEST, quarter, valid_from="2026-06-01", predecessors={"west00": 0.3}),
        zone("west02", quarter, middle, valid_from="2026-06-01", predecessors={"west00": 0.7}),
    ]
    made = write_district(tmp_path, "town", source(**HAZARDS), grid={"kind": "zones", "file": "cells.geojson"})
    (made / "cells.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": zones}), "utf-8")
    points = [f"P1,mall,,{WEST + 0.001},35.305", f"P2,mall,,{middle - 0.001},35.305", f"P3,mall,,{EAST - 0.001},35.305"]
    given = ["P4,mall,west00,,", "P5,mall,west01,,", "P6,mall,east00,,"]
    (made / "premises.csv").write_text("\n".join(["code,category,cell,lon,lat", *points, *given, ""]), "utf-8")
    loaded = district_folder.load(made)
    before, after = dt.date(2026, 5, 31), dt.date(2026, 6, 1)
    then = {"P1": "west00", "P2": "west00", "P3": "east00", "P4": "west00", "P5": "west00", "P6": "east00"}
    # Of a zone that has ended, the one that most of it counts for.
    now = {"P1": "west01", "P2": "west02", "P3": "east00", "P4": "west02", "P5": "west01", "P6": "east00"}
    for night, where in ((before, then), (after, now)):
        assert {code: one.cell for code, one in loaded.at(night).district.premises.items()} == where
        days = pl.Series([night] * len(where))
        assert loaded.cells_of_premises(pl.Series(list(where)), days).to_list() == list(where.values())
    assert loaded.cells_of_premises(pl.Series(["P9", None]), pl.Series([before, before])).to_list() == [None, None]
    (made / "premises.csv").write_text("code,category,cell\nP1,mall,west09\n", "utf-8")
    assert faults(made) == ["premises.csv: line 2: its cell is none of this district"]
