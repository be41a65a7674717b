from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from infra.districts import drafting
from infra.districts import folder as district_folder
from infra.errors import SifangError
from infra.settings import SHIPPED_DISTRICTS
from tests.helpers.district_folders import COLUMNS, source, write_district
from transforms.grids.locator import Locator
from transforms.words.feeds import FEEDS

ZONES = {"kind": "zones", "file": "cells.geojson"}


def zone(code: str, west: float = 113.8, **more: Any) -> dict[str, Any]:
    ring = [[west, 35.3], [west + 0.01, 35.3], [west + 0.01, 35.31], [west, 35.31], [west, 35.3]]
    return {"type": "Feature", "properties": {"cell_id": code, **more}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def swapped(feature: dict[str, Any]) -> dict[str, Any]:
    """A feature whose corners are written latitude first."""
    feature["geometry"]["coordinates"] = [[corner[::-1] for corner in ring] for ring in feature["geometry"]["coordinates"]]
    return feature


def faults(folder: Path) -> list[str]:
    """The lines of the one message about a folder that must not load."""
    with pytest.raises(SifangError) as caught:
        district_folder.load(folder)
    head, *lines = caught.value.message.splitlines()
    plural = "problem" if len(lines) == 1 else "problems"
    assert head == f"{len(lines)} {plural} in the district folder {folder}:"
    return [line.removeprefix("  - ") for line in lines]


def fault(folder: Path) -> str:
    lines = faults(folder)
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize("name", sorted(p.parent.name for p in SHIPPED_DISTRICTS.glob("*/district.toml")))
def test_a_shipped_folder_loads(name: str) -> None:
    loaded = district_folder.load(SHIPPED_DISTRICTS / name)
    assert loaded.district.code == name
    assert len(loaded.cells) > 100
    assert len({loaded.version, loaded.scoring_hash, loaded.cells_digest}) == 3
    assert json.loads(loaded.canonical)["code"] == name
    assert isinstance(loaded.locator, Locator)


def test_the_shipped_kinds_stand_behind_a_folder(tmp_path: Path) -> None:
    loaded = district_folder.load(write_district(tmp_path, "small"))
    assert loaded.district.kinds["theft"].series == "theft"
    assert loaded.district.kinds["hazard_wiring"].standing
    assert not loaded.district.kinds["theft"].standing
    assert loaded.district.kinds["drugs"].officer_initiated
    assert list(loaded.district.kinds) == sorted(kind.code for feed in FEEDS.values() for kind in feed.kinds)
    assert len(loaded.cells) == 20


def test_a_folder_changes_weights_and_nothing_else(tmp_path: Path) -> None:
    plain = district_folder.load(write_district(tmp_path / "plain", "small")).district
    folder = write_district(tmp_path, "small", series={"theft": {"weight": 2.5}})
    district = district_folder.load(folder).district
    assert (district.series["theft"].weight, district.series["theft"].name_en) == (2.5, "Theft")
    assert district.kinds == plain.kinds
    assert {c: s for c, s in district.series.items() if c != "theft"} == {c: s for c, s in plain.series.items() if c != "theft"}
    assert list(district.series) == sorted(district.series)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"kinds": {"pranks": {"feed": "public_order", "name_zh": "恶作剧", "name_en": "Pranks"}}},
            "kinds.pranks: kinds and series are a closed",
        ),
        (
            {"kinds": {"theft": {"severity": 4}}},
            "kinds.theft: kinds and series are a closed list that ships with the product; map the words",
        ),
        ({"kinds": {"domestic": {"sensitive": False}}}, "kinds.domestic: kinds and series are a closed list"),
        ({"kinds": ["theft"]}, "kinds: kinds and series are a closed list"),
        (
            {"series": {"pranks": {"weight": 1}}},
            "series.pranks: kinds and series are a closed list that ships with the product, and this is",
        ),
        ({"series": {"thefts": {"weight": 1}}}, "there are: theft"),
        ({"series": {"theft": {"name_en": "Larceny"}}}, "series.theft.name_en: a district sets the weight of a series and nothing else"),
        ({"series": {"theft": {"weight": 1, "category": "safety"}}}, "series.theft.category: a district sets the weight"),
        ({"series": {"theft": {"weight": "much"}}}, "series.theft.weight: Input should be a valid number"),
        ({"series": {"theft": {"weight": 99}}}, "series weights span 1 : 99; at most 1 : 30 is allowed"),
        ({"series": {"theft": 4}}, "series.theft: write [series.theft] with a weight"),
        ({"series": 3}, "series: write [series.CODE] with a weight"),
        ({"standard_codelists": False}, "standard_codelists: this key is unknown"),
    ],
)
def test_kinds_and_series_are_closed(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    assert says in fault(write_district(tmp_path, "small", **changes))


@pytest.mark.parametrize("name", ["kinds.csv", "series.csv"])
def test_a_file_of_kinds_or_series_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_district(tmp_path, "small")
    (folder / name).write_text("code\ntheft\n", "utf-8")
    assert fault(folder).startswith(f"{name}: kinds and series are a closed list that ships with the product; ")


def test_a_refused_phrase_is_named_with_its_file_line_and_reason(tmp_path: Path) -> None:
    given = source("visits_desk", kinds_file="words.csv", kinds={"Ｐrotest": "disorder"}, where=[{"column": "c", "one_of": ["集會"]}])
    folder = write_district(tmp_path, "small", given)
    (folder / "words.csv").write_text("text,kind\nfight,fight\n上\u200b訪登記,disorder\n信访件,disorder\n", "utf-8")
    toml = (folder / "district.toml").read_text("utf-8").splitlines()
    lines = faults(folder)
    stands = {word: next(n for n, line in enumerate(toml, 1) if word in line) for word in ("集會", "Ｐrotest")}
    end = "and this system scores areas and departments, never what people say or believe or are"
    assert [line.split(": it means")[0] for line in lines] == [
        f"district.toml: line {stands['集會']}: source 'visits_desk', where: a word holds the refused phrase '集会'",
        "words.csv: line 3: source 'visits_desk', kinds: a word holds the refused phrase '上访'",
        "words.csv: line 4: source 'visits_desk', kinds: a word holds the refused phrase '信访'",
        f"district.toml: line {stands['Ｐrotest']}: source 'visits_desk', kinds: a word holds the refused phrase 'protest'",
    ]
    assert f"it means visits of petitioners, {end}; take the word out" in lines[1]


def test_departments_and_places_are_not_asked(tmp_path: Path) -> None:
    folder = write_district(
        tmp_path,
        "small",
        name_zh="回民区",
        name_en="Tibetan Quarter",
        departments={"office": {"name_zh": "信访局", "name_en": "Petitions office"}},
    )
    assert district_folder.load(folder).district.departments["office"].name_zh == "信访局"


def test_words_of_a_source_may_lie_in_a_file(tmp_path: Path) -> None:
    folder = write_district(tmp_path, "small", source(kinds={"own": "theft"}, kinds_file="words.csv"))
    (folder / "words.csv").write_text('﻿text,kind\n"a, b",fight\nown,robbery\nPrefix*,theft\n', "utf-8")
    assert district_folder.load(folder).district.sources[0].kinds == {"a, b": "fight", "own": "theft", "Prefix*": "theft"}


OFFICE = {"code": "office", "name_zh": "办公", "name_en": "office", "hours": [{"shifts": [{"begins": "08:30", "ends": "17:30"}]}]}
CLOCK = {"clock": "act", "level": "red", "limit": 4, "unit": "hour", "roster": "office", "since": "2026-01-01"}


def test_a_folder_changes_its_calendar_its_rosters_and_the_clocks_of_alerts(tmp_path: Path) -> None:
    days = {"2027-02-20": "off", "2026-03-03": "off"}
    folder = write_district(tmp_path, "small", rosters=[OFFICE], alerts={"clocks": [CLOCK]}, calendar_days=days)
    (folder / "calendar.csv").write_text("day,is\n2027,announced\n2027-02-20,worked\n2027-02-11,off\n", "utf-8")
    loaded = district_folder.load(folder)
    found = [loaded.calendar.letter(dt.date.fromisoformat(d)) for d in ("2027-02-11", "2027-02-20", "2026-03-03", "2026-02-14")]
    assert found == ["h", "-", "h", "m"]
    assert 2027 not in loaded.calendar.unknown
    assert loaded.district.rosters[0].hours[0].shifts[0].minutes == (510, 1050)
    assert loaded.district.alerts.clocks[0].limit == 4
    # A stored version says the same, and working time changes no score.
    again = district_folder.stored("small", loaded.canonical, loaded.cells)
    wordless = [d.model_dump(exclude={"sources"}) for d in (again.district, loaded.district)]
    assert (wordless[0], again.calendar) == (wordless[1], loaded.calendar)
    assert (again.version, again.scoring_hash, again.canonical) == (loaded.version, loaded.scoring_hash, loaded.canonical)
    assert loaded.scoring_hash == district_folder.load(write_district(tmp_path / "plain", "small")).scoring_hash


def test_faults_of_working_time_come_all_at_once(tmp_path: Path) -> None:
    overlapping = {"begins": "17:00", "ends": "09:00", "days": "every"}
    rosters = [OFFICE | {"hours": [{"shifts": [{"begins": "08:30", "ends": "17:30"}, overlapping]}]}]
    folder = write_district(tmp_path, "small", rosters=rosters, alerts={"clocks": [CLOCK | {"unit": "day"}]})
    (folder / "calendar.csv").write_text("day,is\n2027-02-30,worked\n2027-02-20,work\n", "utf-8")
    told = faults(folder)
    assert told[0].startswith("calendar.csv: '2027-02-30' is no day; write it like 2027-02-20, or a year like 2027; 2027-02-20 is called")
    assert any("rosters.0.hours.0: 08:30-17:30 on working days overlaps 17:00-09:00 on every day" in line for line in told)
    assert any("alerts.clocks.0.unit: Input should be 'hour', 'natural_day' or 'working_day' (found 'day')" in line for line in told)
    assert len(told) == 3
    gone = write_district(tmp_path / "other", "small", alerts={"clocks": [CLOCK | {"roster": "gone"}]})
    assert "the clock act.red names the roster 'gone'; there are: office, desk" in fault(gone)


def test_zones_are_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    folder = write_district(tmp_path, "small", grid=ZONES)
    text = json.dumps({"type": "FeatureCollection", "features": [zone("b0", 113.81), zone("a0")]})
    (folder / "cells.geojson").write_text(text, "utf-8")
    first = district_folder.load(folder)
    (folder / "cells.geojson").write_text(text, "utf-8-sig")
    toml = folder / "district.toml"
    toml.write_text(toml.read_text("utf-8"), "utf-8-sig")
    assert district_folder.load(folder).version == first.version
    assert first.cells["cell_id"].to_list() == ["a0", "b0"]
    # Another outline is another district version, even under the same declaration.
    (folder / "cells.geojson").write_text(text.replace("113.81", "113.812"), "utf-8")
    assert district_folder.load(folder).version != first.version


def test_a_missing_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(SifangError, match=r"There is no folder .*nowhere\. Name an existing district folder, or make one"):
        district_folder.load(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert fault(tmp_path / "empty") == "district.toml: is missing; create it, or run `sifang init` for a complete folder"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"code = \n", "district.toml: is not valid TOML: Invalid value (at line 1, column 8)"),
        (b"code = 'x'\ncode = 'y'\n", "district.toml: is not valid TOML: Cannot overwrite a value (at line 2, column 11)"),
        ("name_zh = '区'\n".encode("gb18030"), "district.toml: is not UTF-8; save it as UTF-8"),
    ],
)
def test_a_district_toml_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "district.toml").write_bytes(content)
    assert fault(tmp_path / "small") == says


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colour": "red"}, "district.toml: colour: this key is unknown; remove it or check its spelling (found 'red')"),
        ({"name_zh": None}, "district.toml: name_zh: this key is required"),
        ({"sources": None}, "district.toml: sources: this key is required; add one, which `sifang doctor --sample FILE` proposes"),
        (
            {"horizon_days": "week"},
            "district.toml: horizon_days: Input should be a valid integer, unable to parse string as an integer (found 'week')",
        ),
        (
            {"timezone": "Mars"},
            "district.toml: timezone: 'Mars' is not an IANA time zone; write one such as 'Asia/Shanghai' (found 'Mars')",
        ),
        ({"code": "other"}, "district.toml: code is 'other', but the folder is named 'small'; give both the same name"),
        ({"sources": "all"}, 'district.toml: sources: write a list, as in ["one", "two"] (found \'all\')'),
        ({"grid": ZONES}, "cells.geojson: is missing; create it, or run `sifang init` for a complete folder"),
        (
            {"grid": {"kind": "square", "outline": [[[113, 35], [114, 36], [114, 35], [113, 36]]]}},
            "district.toml: grid: an area is not made of simple polygons: ring 1: Self-intersection",
        ),
    ],
)
def test_each_fault_names_file_key_value_and_remedy(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    assert says in fault(write_district(tmp_path, "small", **changes))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kinds": {"x": "nothing"}}, "district: source 'police' maps to the kind 'nothing', which is in no codelist"),
        ({"kinds": "theft"}, "district.toml: sources.0.kinds: write a table, as in { key = value } (found 'theft')"),
        ({"kinds": 5, "kinds_file": "words.csv"}, "district.toml: sources.0.kinds: write a table, as in { key = value } (found 5)"),
        ({"kinds_file": "nowhere.csv"}, "nowhere.csv: is missing; create it"),
        ({"kinds_file": 3}, "district.toml: sources.0.kinds_file: Input should be a valid string (found 3)"),
        ({"columns": {**COLUMNS, "colour": "c"}}, "district.toml: sources.0.columns.colour: this key is unknown"),
        (
            {"encoding": "klingon"},
            "district.toml: sources.0.encoding: 'klingon' is not an encoding; write 'utf-8' or 'gb18030' (found 'klingon')",
        ),
    ],
)
def test_a_fault_of_a_source_names_the_source(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    folder = write_district(tmp_path, "small", source(**changes))
    (folder / "words.csv").write_text("text,kind\na,theft\n", "utf-8")
    assert says in fault(folder)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("words.csv", "text,kind\nx,theft\nx,fight\n", "words.csv: names twice: x"),
        ("words.csv", "word,kind\na,theft\n", "words.csv: has no column 'text'; its first line must name the columns"),
        ("words.csv", "", "words.csv: has no column 'text'; its first line must name the columns"),
        ("calendar.csv", "", "calendar.csv: has no column 'day'; its first line must name the columns"),
        ("words.csv", "text,kind\na,theft\nb, c,theft\n", "words.csv: has more or fewer values than columns in row 2"),
        ("words.csv", "kind,text\ntheft\n", "words.csv: has more or fewer values than columns in row 1"),
    ],
)
def test_a_fault_of_a_codelist_is_named(tmp_path: Path, name: str, content: str, says: str) -> None:
    folder = write_district(tmp_path, "small", source(kinds_file="words.csv"))
    (folder / "words.csv").write_text("text,kind\na,theft\n", "utf-8")
    (folder / name).write_text(content, "utf-8")
    assert says in fault(folder)


def test_a_codelist_in_another_encoding_is_named(tmp_path: Path) -> None:
    folder = write_district(tmp_path, "small", source(kinds_file="words.csv"))
    (folder / "words.csv").write_bytes("text,kind\n某类,theft\n".encode("gb18030"))
    assert fault(folder) == "words.csv: is not UTF-8; save it as UTF-8"


def test_codes_alone_are_a_grid_where_sources_name_their_zone(tmp_path: Path) -> None:
    given = source(columns={"occurred_at": "time", "kind": "kind", "zone": "z"})
    folder = write_district(tmp_path, "small", given, grid={"kind": "zones", "file": "cells.csv"})
    (folder / "cells.csv").write_text("cell_id,name,households\nn1,North,900\ns1,South,\n", "utf-8")
    assert district_folder.load(folder).cells.select("cell_id", "households", "lon").rows() == [("n1", 900, None), ("s1", None, None)]
    write_district(tmp_path, "small", source(), grid={"kind": "zones", "file": "cells.csv"})
    assert fault(folder).startswith("district.toml: source 'police' names no 'zone' column, and the grid is codes without geometry")
    (folder / "cells.csv").write_text("cell_id,households\nn1,12\n", "utf-8")
    assert "cells.csv: n1 has 12 households, and fewer than 50 show single homes; join it" in fault(folder)


def test_hexagons_are_a_grid(tmp_path: Path) -> None:
    outline = [[[113.80, 35.30], [113.82, 35.30], [113.82, 35.32], [113.80, 35.32]]]
    loaded = district_folder.load(write_district(tmp_path, "small", grid={"kind": "h3", "resolution": 8, "outline": outline}))
    assert 8 <= len(loaded.cells) <= 20
    assert district_folder.stored("small", loaded.canonical, loaded.cells).district.grid == loaded.district.grid


def test_zones_that_overlap_are_refused_and_a_sliver_is_not(tmp_path: Path) -> None:
    folder = write_district(tmp_path, "small", grid=ZONES)
    for west, refused in ((113.805, True), (113.8098, True), (113.80995, False), (113.81, False)):
        (folder / "cells.geojson").write_text(json.dumps({"features": [zone("a0"), zone("b0", west)]}), "utf-8")
        if refused:
            assert "cells.geojson: a0 and b0 overlap on" in fault(folder)
        else:
            assert len(district_folder.load(folder).cells) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "cells.geojson: cells.geojson is not GeoJSON: Expecting property name"),
        ("[]", "cells.geojson: the file holds no features"),
        ('{"features": [1]}', "cells.geojson: the file is not a FeatureCollection"),
        (
            json.dumps({"features": [swapped(zone("a0"))]}),
            "which are no degrees as [longitude, latitude]; the axes are swapped: write longitude first",
        ),
        (
            json.dumps({"features": [zone("a0"), zone("a0"), zone("b0", households="x")]}),
            "of a redrawn one, a code of its own; b0 has households 'x', which is no whole number; correct it",
        ),
    ],
)
def test_a_fault_of_the_zones_is_named(tmp_path: Path, content: str, says: str) -> None:
    folder = write_district(tmp_path, "small", grid=ZONES)
    (folder / "cells.geojson").write_text(content, "utf-8")
    assert says in fault(folder)


def test_every_problem_of_a_folder_comes_at_once(tmp_path: Path) -> None:
    folder = write_district(
        tmp_path, "small", source(kinds_file="nowhere.csv", datum="X"), source("fire", key=[]), timezone="Mars", colour="red", code="Big"
    )
    (folder / "kinds.csv").write_text("code\na\na\n", "utf-8")
    lines = faults(folder)
    starts = [
        "kinds.csv: kinds and series are a closed list",
        "nowhere.csv: is missing",
        *(f"district.toml: {k}" for k in ("code", "timezone", "sources.0.datum", "sources.1: name the columns that number", "colour")),
    ]
    assert [s for s in starts if not any(line.startswith(s) for line in lines)] == []
    assert len(lines) == len(starts)


def test_find_takes_the_first_root_and_lists_what_there_is(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_district(one, "alpha")
    write_district(two, "alpha")
    write_district(two, "beta")
    roots = [one, tmp_path / "missing", two]
    assert district_folder.find("alpha", roots) == one / "alpha"
    assert district_folder.find("beta", roots) == two / "beta"
    with pytest.raises(SifangError, match=r"There is no district 'gamma'\. Found: alpha, beta\. Set SIFANG_DISTRICTS"):
        district_folder.find("gamma", roots)
    with pytest.raises(SifangError, match="Found: none"):
        district_folder.find("gamma", [tmp_path / "missing"])


def test_a_copy_has_the_code_of_its_folder_and_keeps_the_comments(tmp_path: Path) -> None:
    file = drafting.copy("weibin", tmp_path / "my_town")
    assert file == tmp_path / "my_town" / "district.toml"
    assert district_folder.load(tmp_path / "my_town").district.code == "my_town"
    original = (SHIPPED_DISTRICTS / "weibin" / "district.toml").read_text("utf-8")
    assert file.read_text("utf-8") == original.replace('code = "weibin"', 'code = "my_town"', 1)
    # The premises of the invented district are none of another's.
    assert (tmp_path / "my_town" / "premises.csv").read_text("utf-8") == "code,category,cell\n"


@pytest.mark.parametrize(
    ("name", "target", "says"),
    [
        ("atlantis", "x", "No district named 'atlantis' is shipped. Choose one of: .*weibin"),
        ("weibin", "My-Town", "'My-Town' cannot be a district's code. Use lower-case letters"),
        ("weibin", "1town", "'1town' cannot be a district's code"),
        ("weibin", "taken", "taken exists already. Choose another folder"),
    ],
)
def test_a_copy_that_cannot_be_made_changes_nothing(tmp_path: Path, name: str, target: str, says: str) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(SifangError, match=says):
        drafting.copy(name, tmp_path / target)
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


def test_files_of_a_source_are_found_by_name_wherever_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    globs = [
        "in/police_*.csv",
        "$SIFANG_INBOX_T/*.csv",
        str(tmp_path / "abs" / "**" / "x*"),
        "$SIFANG_NOT_SET_DATA/*",
        "in/police_2*",
    ]
    folder = write_district(tmp_path, "small", source(files=globs))
    for name in ("small/in/police_2.csv", "small/in/police_1.csv", "small/in/other.csv", "inbox/police_15.csv", "abs/deep/xa"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "abs" / "xfolder").mkdir()
    monkeypatch.delenv("NOT_SET_FOR_TEST", raising=False)
    monkeypatch.setenv("SIFANG_INBOX_T", str(tmp_path / "inbox"))
    found = district_folder.load(folder).source_files("police")
    assert [f.name for f in found] == ["police_1.csv", "police_15.csv", "police_2.csv", "xa"]


def test_loading_twice_gives_the_same_version(tmp_path: Path) -> None:
    one = write_district(tmp_path / "1", "small")
    shutil.copytree(one, tmp_path / "2" / "small")
    assert district_folder.load(one).version == district_folder.load(tmp_path / "2" / "small").version


def test_a_missing_grid_and_another_code_are_named_beside_faults_of_the_declaration(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(SHIPPED_DISTRICTS / "weibin", folder)
    (folder / "cells.geojson").unlink()
    file = folder / "district.toml"
    file.write_text(file.read_text("utf-8").replace('timezone = "Asia/Shanghai"', 'timezone = "Asia/Beijing"'), "utf-8")
    with pytest.raises(SifangError) as refused:
        district_folder.load(folder)
    said = str(refused.value)
    assert "3 problems" in said
    assert "code is 'weibin', but the folder is named 'broken'" in said
    assert "'Asia/Beijing' is not an IANA time zone" in said
    assert "cells.geojson: is missing" in said


def test_a_route_that_is_no_list_is_told_so_in_words_of_toml(tmp_path: Path) -> None:
    folder = write_district(tmp_path, "small", routes=[{"to": "district"}], receivers=["district"])
    assert sorted(faults(folder)) == [
        "district.toml: receivers.0: write a table, as in { key = value } (found 'district')",
        'district.toml: routes.0.to: write a list, as in ["one", "two"] (found \'district\')',
    ]


@pytest.mark.parametrize("visits", [0, -1, 3000])
def test_a_work_list_of_no_visits_a_day_is_refused(tmp_path: Path, visits: int) -> None:
    assert fault(write_district(tmp_path, "small", worklist={"visits_per_day": visits})).startswith(
        "district.toml: worklist.visits_per_day: Input should be "
    )
