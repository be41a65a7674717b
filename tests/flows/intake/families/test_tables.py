"""Tables however they are packed, and tables of which a second file tells the rest: families 6 and 8."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from infra.sources.unpack import unpack
from tests.helpers.candidates import columns
from tests.helpers.families import HEADER, KINDS, Event, events, plainly, table, typed
from tests.helpers.packed import packed, workbook

few = settings(max_examples=4, deadline=None)

# --- 6: tables

# What nobody declared stands beside, and is what tables break on.
NOTES: Final = ("", "a, b; c", 'he said "no"', "two\nlines", "three\r\n\r\nlines", "tab\tand | bar", "'", "#", "=1+1", "Total")
WORDS: Final = ("Theft, from a shop", 'Robbery "armed"', "Fight; brawl")
Told = tuple[list[Event], Sequence[str], Sequence[str]]
Written = tuple[bytes, str, dict[str, Any]]


def rows_of(told: Told) -> list[list[str]]:
    found, words, notes = told
    return [[*e.row[:2], words[KINDS.index(e.kind)], *e.row[3:], note] for e, note in zip(found, notes, strict=False)]


def separated(told: Told, separator: str = ",", *, end: str = "\n", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows([[*HEADER, "note"], *rows_of(told)])
    return text.getvalue()


def footed(told: Told) -> Written:
    """A title, the header in the third line and once more, totals, and where it is from."""
    header, first, *rest = separated((told[0], told[1], [""] * len(told[0]))).splitlines(keepends=True)
    lines = "".join([header, first, "Subtotal,,Theft,,,\n", *rest])
    foot = f"{','.join([*HEADER, 'note'])}\nTotal,,,,,{len(told[0])}\nSource: the police,,,,,\nas of 1 May\n"
    return f"Calls of the year\n\n{lines}{foot}".encode(), "a.csv", {"header_line": 3}


def records(told: Told) -> list[dict[str, Any]]:
    return [dict(zip([*HEADER, "note"], row, strict=True)) for row in rows_of(told)]


def numbered(told: Told) -> list[dict[str, Any]]:
    """With numbers as numbers."""
    return [{**r, "id": int(r["id"]), "x": float(r["x"]), "y": float(r["y"])} for r in records(told)]


def geojson(told: Told) -> Written:
    inner = ["id", "time", "kind"]
    features = [
        {"type": "Feature", "properties": {n: r[n] for n in inner}, "geometry": {"type": "Point", "coordinates": [r["x"], r["y"]]}}
        for r in numbered(told)
    ]
    named = {"occurred_at": "properties.time", "kind": "properties.kind", "point": "geometry.coordinates"}
    says = {"key": ["properties.id"], "columns": named, "point_order": "lon_lat"}
    return json.dumps({"type": "FeatureCollection", "features": features}).encode(), "a.geojson", says


def arcgis(told: Told) -> Written:
    inner = ["id", "time", "kind", "note"]
    features = [{"attributes": {n: r[n] for n in inner}, "geometry": {"x": r["x"], "y": r["y"]}} for r in numbered(told)]
    named = {"occurred_at": "attributes.time", "kind": "attributes.kind", "lon": "geometry.x", "lat": "geometry.y"}
    document = {"fields": [{"name": n} for n in inner], "features": features}
    return json.dumps(document).encode(), "a.json", {"key": ["attributes.id"], "columns": named, "records": "features"}


def xml(told: Told) -> Written:
    rows = "".join(f"<row>{''.join(f'<{n}>{escape(v)}</{n}>' for n, v in r.items())}</row>" for r in records(told))
    return f'<?xml version="1.0" encoding="utf-8"?><rows>{rows}</rows>'.encode(), "a.xml", {}


def page(told: Told) -> Written:
    lines = [[*HEADER, "note"], *rows_of(told)]
    cells = "".join(f"<tr>{''.join(f'<td>{escape(v)}</td>' for v in line)}</tr>" for line in lines)
    return f"<html><table>{cells}</table><table><tr><td>menu</td></tr></table></html>".encode(), "a.xls", {"format": "html"}


def parquet(told: Told, *, with_types: bool = False) -> Written:
    frame = pl.DataFrame(numbered(told) if with_types else records(told))
    frame = frame.with_columns(pl.col("time").str.to_datetime("%Y-%m-%d %H:%M:%S")) if with_types else frame
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue(), "a.parquet", {}


def sheets(told: Told, by: int) -> Written:
    """A workbook, its rows dealt to ``by`` sheets; numbers as numbers."""
    header, rows = [*HEADER, "note"], [list(r.values()) for r in numbered(told)]
    book = {f"sheet {n}": [header, *rows[n::by]] for n in range(by)}
    return workbook(**book), "a.xlsx", {"sheet": "*"} if by > 1 else {}


PACKED: Final[dict[str, Callable[[Told], Written]]] = {
    "commas, all quoted": lambda told: (separated(told, end="\r\n", quoting=csv.QUOTE_ALL).encode(), "a.csv", {}),
    "semicolons": lambda told: (separated(told, ";").encode(), "a.csv", {"separator": ";"}),
    "bars": lambda told: (separated(told, "|").encode(), "a.txt", {"separator": "|"}),
    "tabs": lambda told: (separated(told, "\t").encode(), "a.tsv", {}),
    "a byte order mark": lambda told: (separated(told).encode("utf-8-sig"), "a.csv", {}),
    "no last line end": lambda told: (separated(told).rstrip("\n").encode(), "a.csv", {}),
    "two bytes a character": lambda told: (separated(told, "\t").encode("utf-16"), "a.tsv", {"encoding": "utf-16"}),
    "titles, totals and notes": footed,
    "gzipped": lambda told: (gzip.compress(separated(told).encode()), "a.csv.gz", {}),
    "zipped": lambda told: (packed(("inner/a.csv", separated(told).encode())), "a.zip", {}),
    "a list": lambda told: (json.dumps(records(told)).encode(), "a.json", {}),
    "a list in a wrapper": lambda told: (
        json.dumps({"meta": {"names": []}, "result": {"items": numbered(told)}}).encode(),
        "a.json",
        {"records": "result.items"},
    ),
    "lines of JSON": lambda told: ("\n".join(map(json.dumps, numbered(told))).encode(), "a.jsonl", {}),
    "GeoJSON": geojson,
    "ArcGIS": arcgis,
    "XML": xml,
    "a page": page,
    "Parquet of texts": parquet,
    "Parquet of types": lambda told: parquet(told, with_types=True),
    "a sheet": lambda told: sheets(told, 1),
    "two sheets": lambda told: sheets(told, 2),
}
notes = st.lists(st.sampled_from(NOTES), min_size=5, max_size=5)


@pytest.mark.parametrize("how", PACKED)
@few
@given(events(least=2), notes)
def test_a_table_is_the_same_however_it_is_packed(how: str, told: list[Event], beside: list[str]) -> None:
    content, name, says = PACKED[how]((told, WORDS, beside))
    read = [typed(one.content, one.name, **{"kinds": dict(zip(WORDS, KINDS, strict=True)), **says}) for one in unpack(name, content)]
    assert_frame_equal(pl.concat(read), plainly(told))


ENCODED: Final = {
    "gb18030": ("盗窃", "抢劫", "斗殴"),
    "big5": ("竊盜", "搶奪", "鬥毆"),
    "shift_jis": ("窃盗", "強盗", "暴行"),
    "euc_kr": ("절도", "강도", "폭행"),
    "cp1251": ("Кража", "Грабёж", "Драка"),
    "koi8_r": ("Кража", "Грабеж", "Драка"),
    "cp1252": ("Vol à l'étalage", "Vol à main armée", "Rixe « nocturne »"),
    "cp1250": ("Krádež", "Loupež", "Rvačka"),
    "cp1253": ("Κλοπή", "Ληστεία", "Συμπλοκή"),
    "cp1254": ("Hırsızlık", "Yağma", "Kavga çıkarma"),
    "cp850": ("Diebstahl in Läden", "Raub über 5 £", "Schlägerei"),
    "mac_roman": ("Hurto “simple”", "Robo con intimidación", "Riña"),
    "utf-16-le": ("Кража", "Грабёж", "斗殴"),
}


@pytest.mark.parametrize("encoding", ENCODED)
@few
@given(events(), notes)
def test_a_table_is_the_same_in_every_encoding(encoding: str, told: list[Event], beside: list[str]) -> None:
    words = ENCODED[encoding]
    read = typed(separated((told, words, beside)).encode(encoding), encoding=encoding, kinds=dict(zip(words, KINDS, strict=True)))
    assert_frame_equal(read, plainly(told))


# --- 8: lookups

SPELT: Final[dict[str, tuple[Callable[[int], str], Callable[[int], str]]]] = {
    "alike": (str, str),
    "words": (lambda n: f"Post {n}", lambda n: f"Post {n}"),
    "blanks": (lambda n: f" {n}", lambda n: f"{n}  "),
    "zeros before it": (str, lambda n: f"{n:04d}"),
    "zeros lost": (lambda n: f"{n:04d}", str),
    "a float": (lambda n: f"{n}.0", str),
}


@pytest.mark.parametrize("how", SPELT)
@few
@given(events())
def test_what_a_second_file_tells_is_what_the_row_itself_would(how: str, told: list[Event]) -> None:
    in_rows, in_file = SPELT[how]
    beside = dict(enumerate(told, start=7))
    join = {
        "file": "stations.csv",
        "on": "station",
        "columns": ["x", "y", "kind"],
        "told": {in_file(n).strip(): [str(e.lon), str(e.lat), e.kind] for n, e in beside.items()},
    }
    content = table([[*e.row[:2], in_rows(n)] for n, e in beside.items()], ["id", "time", "station"])
    assert_frame_equal(typed(content, columns=columns(), join=join), plainly(told))
