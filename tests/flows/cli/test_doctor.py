"""`sifang doctor --sample` and `--codelist` as people use them, from a file nobody has declared to rows in the lake."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.intake.ingest import ingest
from flows.stores import open_context
from infra.errors import SifangError
from tests.helpers.district_folders import EAST, NORTH, SOUTH, WEST, source, write_district
from tests.helpers.homes import settle
from tests.helpers.packed import workbook
from tests.helpers.town import NOW, Town, row, table
from transforms.grids.datum import Datum, from_wgs84

HEADER = ["Case No", "Reported", "Offence", "Longitude", "Latitude", "Remarks"]
WORDS = {"Break and Enter": "burglary", "Auto Theft": "vehicle_theft", "Fights": "fight"}
ROWS = 300


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, tmp_path)
    monkeypatch.setenv("SIFANG_DISTRICTS", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def sifang(*arguments: str | Path, code: int = 0) -> str:
    """What the command prints."""
    result = CliRunner().invoke(app, [*map(str, arguments)])
    if isinstance(result.exception, SifangError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def proposed(*arguments: str | Path) -> tuple[dict[str, Any], dict[str, tuple[str, float]], list[str]]:
    """The proposed source, each guess with its certainty, and the lines for the district itself."""
    told = json.loads(sifang("doctor", "--sample", *arguments, "--json"))
    (source,) = tomllib.loads(told["toml"])["sources"]
    return source, {g["what"]: (g["value"], g["sure"]) for g in told["guesses"]}, told["district"]


def reports(datum: Datum = "WGS-84", *, west: float = WEST, south: float = SOUTH) -> list[list[str]]:
    """Reports of one month all over a square of two kilometres, those of one number on neighbouring rows."""
    pick = np.random.default_rng(4)
    lon, lat = from_wgs84(west + pick.uniform(0, EAST - WEST, ROWS), south + pick.uniform(0, NORTH - SOUTH, ROWS), datum)
    words = list(WORDS)
    return [
        [f"C-{n:04d}", f"2025-03-{1 + n % 28:02d} {n % 24:02d}:30", words[n % 3], f"{lon[n]:.6f}", f"{lat[n]:.6f}", f"secret {n}"]
        for n in range(ROWS)
    ]


def text(rows: list[list[str]], separator: str = ",") -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows([HEADER, *rows])
    return written.getvalue().encode()


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


PACKED: dict[str, tuple[Callable[[list[list[str]]], bytes], dict[str, str | int]]] = {
    "cases.csv": (text, {}),
    "cases.CSV.gz": (lambda rows: gzip.compress(text(rows)), {}),
    "cases.txt": (lambda rows: text(rows, ";"), {"separator": ";"}),
    "cases.zip": (lambda rows: zipped(read__me=b"hello", cases__csv=text(rows)), {"members": "*.csv"}),
    "cases.xlsx": (lambda rows: workbook(cover=[], cases=[HEADER, *rows]), {"sheet": "cases"}),
    "titled.xlsx": (
        lambda rows: workbook(cover=[["made by hand"], ["ask us"]], cases=[["Cases of March"], [], HEADER, *rows]),
        {"sheet": "cases", "header_line": 3},
    ),
    "titled.csv": (lambda rows: b"Cases of March\n\n" + text(rows), {"header_line": 3}),
    "cases.json": (
        lambda rows: json.dumps({"links": [1], "data": {"rows": [dict(zip(HEADER, r, strict=True)) for r in rows]}}).encode(),
        {"records": "data.rows"},
    ),
}


# The road is the same however a file is packed: the other ways are in the longer suite.
@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in {"cases.csv", "cases.xlsx"} else pytest.mark.slow) for n in PACKED])
def test_a_stranger_comes_from_a_file_to_rows_in_the_lake_by_what_the_command_prints(name: str, tmp_path: Path) -> None:
    pack, how = PACKED[name]
    file = tmp_path / name
    file.write_bytes(pack(reports(west=-79.40, south=43.65)))
    told = sifang("init", tmp_path / "mytown", "--from", "blank")
    assert "doctor --sample FILE >>" in told
    declaration = tmp_path / "mytown" / "district.toml"
    blank = declaration.read_text("utf-8")
    assert 'code = "mytown"' in blank
    assert blank.count("FILL IN") >= 5

    # What is printed can be appended as it is; then the lines at the top are replaced by those it proposes.
    declaration.write_text(blank + sifang("doctor", "--sample", file), "utf-8")
    told = sifang("doctor", "--files", "--district", "mytown", code=1)
    assert "still says FILL IN" in told
    # The outline is still that of the example, and that shows before the first night.
    assert f"{ROWS} rows: the place lies in no cell of the district (in Longitude, Latitude)" in told
    source, _, own = proposed(file)
    assert how.items() <= source.items()
    assert source["kinds"] == WORDS
    lines = dict(line.split(" = ", 1) for line in own if line != "[grid]")
    top = tomllib.loads(declaration.read_text("utf-8")) | {"grid": {}}
    for key, value in lines.items():
        (top if key in {"timezone", "calendar"} else top["grid"])[key] = tomllib.loads(f"x = {value}")["x"]
    assert (top["timezone"], top["calendar"]) == ("America/Toronto", "CA")
    write_district(tmp_path, "mytown", *top.pop("sources"), **top)
    context = open_context("mytown")
    try:
        (record,) = ingest(context, NOW)
    finally:
        context.stores.close()
    # A corner of nearly all places leaves a few outside.
    assert (record.state, record.delivered) == ("stored", ROWS)
    assert record.accepted >= 0.95 * ROWS
    assert "secret" not in sifang("doctor", "--sample", file)


def test_the_datum_is_found_by_the_outline_of_the_district_it_is_for(tmp_path: Path) -> None:
    write_district(tmp_path, "town")
    for datum in ("WGS-84", "GCJ-02", "BD-09"):
        (tmp_path / "cases.csv").write_bytes(text(reports(datum)))
        source, guesses, own = proposed(tmp_path / "cases.csv", "--district", "town")
        assert guesses["datum"] == (datum, 0.9)
        assert source["datum"] == datum
        assert guesses["places inside"][1] > 0.95
        # Its own lines stand already, and the source is in the district's zone.
        assert (own, "timezone" in source) == ([], False)
        assert proposed(tmp_path / "cases.csv")[1]["datum"] == ("WGS-84", 0.3)


def test_places_outside_the_district_are_told_with_an_outline_around_them(tmp_path: Path) -> None:
    write_district(tmp_path, "town")
    (tmp_path / "cases.csv").write_bytes(text(reports(west=114.5, south=36.0)))
    _, guesses, own = proposed(tmp_path / "cases.csv", "--district", "town")
    assert guesses["places inside"] == ("0.0%", 0.0)
    assert own[0] == "[grid]"


def test_of_a_district_of_codes_alone_the_column_that_holds_them_is_the_zone(tmp_path: Path) -> None:
    folder = write_district(tmp_path, "town", grid={"kind": "zones", "file": "zones.csv"}, sources=[_BY_ZONE])
    (folder / "zones.csv").write_text("cell_id\nB1\nB2\n", "utf-8")
    lines = [f"{n},2025-03-0{1 + n % 9} 10:00,theft,B{1 + n % 2},B9,113.8,35.3" for n in range(200)]
    (tmp_path / "cases.csv").write_text("\n".join(["id,time,kind,wo,zone,longitude,latitude", *lines]), "utf-8")
    source, guesses, _ = proposed(tmp_path / "cases.csv", "--district", "town")
    assert source["columns"]["zone"] == "wo"
    assert guesses["zone"][1] == 1.0
    # Without the district its coordinates are as good.
    source, _, _ = proposed(tmp_path / "cases.csv")
    assert source["columns"]["lon"] == "longitude"


_BY_ZONE = {
    "code": "police",
    "feed": "public_order",
    "files": ["x"],
    "key": ["id"],
    "columns": {"occurred_at": "t", "kind": "k", "zone": "z"},
}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent.csv", None, "absent.csv cannot be read"),
        ("a.pdf", b"x", "its ending is not one of"),
        ("cases", b"x", "the name has no ending"),
        ("a.csv", b"a,b\n", "has no rows"),
        ("a.zip", zipped(a__pdf=b"x"), "nothing in it ends in"),
        ("a.zip", b"x", "not a complete zip file"),
        ("a.zip", zipped(**{"../a__csv": b"a,b\n1,2\n"}), "leads out of the archive"),
        ("a.xlsx", b"x", "not a complete zip file"),
        ("a.xlsx", workbook(one=[["A list of secret cases"], ["id", "time", "kind"]]), "no sheet of it has rows"),
        ("a.json", b'{"a": 1}', "holds no list of objects"),
        ("a.json", b"{", "not a JSON document"),
    ],
)
def test_a_file_that_cannot_be_looked_at_is_one_paragraph(name: str, content: bytes | None, says: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SifangError) as caught:
        sifang("doctor", "--sample", tmp_path / name)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_sample_for_a_district_that_does_not_load_names_its_problems(tmp_path: Path) -> None:
    sifang("init", tmp_path / "mytown", "--from", "blank")
    (tmp_path / "cases.csv").write_bytes(text(reports()))
    with pytest.raises(SifangError, match="sources: this key is required"):
        sifang("doctor", "--sample", tmp_path / "cases.csv", "--district", "mytown")


# --- codelists


def test_an_edit_of_words_says_what_it_would_change_before_anything_is_read_again(tmp_path: Path) -> None:
    town = Town(tmp_path, f"sqlite:///{tmp_path / 'home' / 'warehouse.db'}")
    town.take(table(*[row(n, "theft") for n in range(30)], *[row(40 + n, "brawl") for n in range(25)], row(90, "odd")))
    town.context.stores.close()
    assert sifang("doctor", "--codelist", "-d", "town").strip().endswith("No edit: every word that was read keeps its kind")
    before = {p: p.read_bytes() for p in (tmp_path / "home").rglob("*.parquet")}
    file = tmp_path / "town" / "district.toml"
    file.write_text(file.read_text("utf-8").replace('theft = "theft"', 'theft = "burglary"\nbrawl = "fight"\nodd = "fight"'), "utf-8")
    assert json.loads(sifang("doctor", "--codelist", "-d", "town", "--json"))["changes"] == [
        {"source": "police", "word": "theft", "before": "theft", "after": "burglary", "rows": 30},
        {"source": "police", "word": "brawl", "before": None, "after": "fight", "rows": 25},
        {"source": "police", "word": None, "before": None, "after": "fight", "rows": 1},
    ]
    drawn = sifang("doctor", "--codelist", "-d", "town")
    assert [("odd" in drawn), ("(rare or long)" in drawn), ("brawl" in drawn)] == [False, True, True]
    assert before == {p: p.read_bytes() for p in (tmp_path / "home").rglob("*.parquet")}


def test_without_anything_landed_an_edit_changes_nothing(tmp_path: Path) -> None:
    write_district(tmp_path, "town")
    assert json.loads(sifang("doctor", "--codelist", "-d", "town", "--json")) == {"unmapped": [], "changes": [], "shares": [], "unread": []}


def test_words_of_files_that_nobody_took_in_are_told_and_of_refused_ones_that_they_are_not(tmp_path: Path) -> None:
    columns = {"occurred_at": "time", "kind": "kind", "lon": "x", "lat": "y", "department": "desk"}
    folder = write_district(tmp_path, "town", source(columns=columns))
    lying = table(*(f"{row(n, 'brawl')},Desk {n % 2}" for n in range(40)), header="id,time,kind,x,y,desk")
    (folder / "in" / "police_1.csv").write_text(lying, "utf-8")
    (folder / "in" / "police_2.csv").write_text(lying.replace("brawl", "other").replace("id,", "another,"), "utf-8")
    told = json.loads(sifang("doctor", "--codelist", "-d", "town", "--json", code=1))
    assert told["unmapped"] == [{"source": "police", "word": "brawl", "words": 1, "rows": 40}]
    assert told["unread"] == [{"source": "police", "reason": "column_missing", "files": 1}]
    assert "1 file of police refused, and none of their words told" in sifang("doctor", "--codelist", "-d", "town", code=1)
    told = json.loads(sifang("doctor", "--departments", "-d", "town", "--json", code=1))
    assert [(w["word"], w["rows"]) for w in told["words"]] == [("Desk 0", 20), ("Desk 1", 20)]
    (folder / "in" / "police_1.csv").unlink()
    said = sifang("doctor", "--departments", "-d", "town", code=1)
    assert "bad" in said.split()
    assert "1 file of police refused" in said


def test_a_column_that_every_file_will_be_refused_for_is_a_fault_and_a_count_of_callers_is_none(tmp_path: Path) -> None:
    columns = {"occurred_at": "time", "kind": "kind", "lon": "x", "lat": "y", "callers": "callers"}
    write_district(tmp_path, "town", source(columns=columns))
    assert "columns: " not in sifang("doctor", "-d", "town")
    write_district(tmp_path, "town", source(columns=columns | {"department": "caller_name"}))
    said = sifang("doctor", "-d", "town", code=1)
    assert "columns: caller_name of police: a declared column is named like personal data. every file of this source is refused" in said
