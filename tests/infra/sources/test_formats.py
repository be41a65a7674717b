"""JSON documents and workbooks, and what senders do to tables: stray quotation marks, long values, broken ends."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.sources import json_document, table
from infra.sources.formats import ENDINGS, READERS, read
from infra.sources.table import Layout, UnusableFile
from tests.helpers.packed import workbook

WANTED = [["id"], ["kind"]]
ROWS = [("1", "theft"), ("2", "fight")]


def rows(content: bytes, name: str, **how: Any) -> list[tuple[str | None, ...]]:
    return read(content, name, Layout(how.pop("wanted", WANTED), **how)).rows.rows()


def refused(content: bytes, name: str, **how: Any) -> tuple[str, str]:
    with pytest.raises(UnusableFile) as caught:
        rows(content, name, **how)
    return caught.value.reason, caught.value.detail


# --- JSON documents


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ([{"id": 1, "kind": "theft"}, {"kind": "fight", "id": "2"}], None),
        ({"total": 2, "rows": [{"id": 1, "kind": "theft"}, {"id": 2, "kind": "fight"}]}, None),
        ({"fields": ["id"], "result": {"records": [{"id": 1, "kind": "theft"}, {"id": 2, "kind": "fight"}]}}, "result.records"),
    ],
)
def test_a_json_document_is_a_list_or_holds_one(document: Any, records: str | None) -> None:
    assert rows(json.dumps(document).encode(), "a.json", records=records) == ROWS


def test_inner_objects_are_named_by_their_path() -> None:
    features = {"type": "FeatureCollection", "features": [{"properties": {"id": 7, "what": {"kind": "theft"}}, "geometry": None}]}
    wanted = [["properties.id"], ["properties.what.kind"]]
    found = read(json.dumps(features).encode(), "a.geojson", Layout(wanted))
    assert (found.rows.rows(), found.undeclared) == ([("7", "theft")], ["geometry"])
    assert rows(b'{"id": 1, "at": {"lat": 3}}\n', "a.jsonl", wanted=[["id"], ["at.lat"]]) == [("1", "3")]


@pytest.mark.parametrize(
    ("content", "reason", "says"),
    [
        (b'{"a": [], "b": []}', "file_unreadable", "holds 2 lists"),
        (b'{"a": 1}', "file_unreadable", "holds no list"),
        (b"7", "file_unreadable", "holds no list"),
        (b'[{"id": 1}, 2]', "file_unreadable", "record 2"),
        (b'[{"id": 1, "kind"', "file_unreadable", "not a JSON document"),
        (b"[" * 100_000, "file_unreadable", "not a JSON document"),
        (b"[]", "no_rows", "empty"),
        (b'[{"id": 1}]', "column_missing", "kind"),
        ('[{"id": "盗窃", "kind": 2}]'.encode("gbk"), "file_encoding", "gb18030"),
    ],
)
def test_what_is_no_list_of_objects_is_refused(content: bytes, reason: str, says: str) -> None:
    found = refused(content, "a.json")
    assert (found[0], says in found[1]) == (reason, True)


def test_a_path_that_leads_to_no_list_is_named() -> None:
    assert "records = 'result.items'" in refused(b'{"result": {"items": {}}}', "a.json", records="result.items")[1]


def test_a_json_document_too_large_to_parse_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "MAX_JSON_BYTES", 20)
    assert refused(b'[{"id": 1, "kind": "theft"}]', "a.json")[0] == "file_too_large"


def test_records_are_gathered_in_slices_that_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table.Gatherer, "_SLICE", 3)
    lines = [json.dumps({"id": n, **({"kind": f"k{n}"} if n > 4 else {})}) for n in range(8)]
    assert rows("\n".join(lines).encode(), "a.jsonl") == [(str(n), f"k{n}" if n > 4 else None) for n in range(8)]


# --- workbooks

SHEET: list[list[Any]] = [["id", "kind", "note"], [1, "theft", "x"], ["2", "fight", None]]


def test_the_first_sheet_is_read_or_the_declared_one() -> None:
    book = workbook(first=SHEET, second=[[*SHEET[0][:2]], [9, "arson"]])
    assert rows(book, "a.xlsx") == ROWS
    assert rows(book, "A.XLSX", sheet="second") == [("9", "arson")]
    assert read(book, "a.xlsx", Layout(WANTED)).undeclared == ["note"]
    assert "among its 2" in refused(book, "a.xlsx", sheet="third")[1]


def test_cells_read_as_they_show() -> None:
    book = workbook(one=[SHEET[0][:2], [("date", 45717.5), 1.5], [12345678901, None], [None, None]])
    assert rows(book, "a.xlsx") == [("2025-03-01 12:00:00", "1.5"), ("12345678901", None)]


@pytest.mark.parametrize("above", [1, 3])
def test_the_header_may_stand_below_titles(above: int) -> None:
    titles = [["A list of cases"], [], ["made on Monday", "by hand"]][:above]
    assert rows(workbook(first=[*titles, *SHEET]), "a.xlsx", header_line=above + 1) == ROWS
    twice = workbook(one=[*titles, ["id", "kind", "id"], [1, "theft", 2]])
    assert refused(twice, "a.xlsx", header_line=above + 1)[0] == "file_unreadable"
    text = "\n".join([*["a, b; c", "", '"x"'][:above], "id,kind,note", "1,theft,x", "2,fight,y", ""])
    assert rows(text.encode("gb18030"), "a.csv", encoding="gb18030", header_line=above + 1) == [("1", "theft"), ("2", "fight")]


def test_another_separator_is_named_where_the_header_is_one_column() -> None:
    assert refused(b"id;kind\n1;theft\n", "a.csv")[1].endswith("id, kind; the header is not one with ',': write separator = ';'")
    assert "separator" not in refused(b"number\n1\n", "a.csv")[1]


def test_a_text_without_the_line_of_its_header_is_refused() -> None:
    assert "no line 9, in which header_line says" in refused(b"id,kind\n1,theft\n", "a.csv", header_line=9)[1]
    assert refused(workbook(one=SHEET), "a.xlsx", header_line=90)[0] in {"file_unreadable", "column_missing"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04", "file_unreadable"),
        (b"id,kind\n1,theft\n", "file_unreadable"),
        (workbook(one=SHEET)[:-200], "file_unreadable"),
        (workbook(one=[["id", "kind"]]), "no_rows"),
        (workbook(one=[["id", "note"], [1, 2]]), "column_missing"),
        (workbook(one=[]), "column_missing"),
    ],
)
def test_a_workbook_that_cannot_be_used_is_refused(content: bytes, reason: str) -> None:
    assert refused(content, "a.xlsx")[0] == reason


def test_a_header_cell_that_stands_twice_is_refused_where_it_is_wanted() -> None:
    book = workbook(one=[["id", "kind", "id"], [1, "theft", 2]])
    assert refused(book, "a.xlsx")[0] == "file_unreadable"


# --- what senders do to tables


@pytest.mark.parametrize(
    "content",
    [
        b'id,kind,note\n1,theft,"said ""x\n2,fight,y\n',
        b'id,kind,note\n1,theft,"x\n2,fight,y"\n3,arson,z\n',
        b'id,kind,note\n1,"theft,x\n2,fight",y\n3,arson,z\n',
        b'id,kind,note\n1,theft,"x\n2,fight,y\n3,arson,z"\n4,theft,w\n',
        b'id,kind,note\n1,theft,x"y"\n2,"fi"ght,y\n',
    ],
)
def test_a_quotation_mark_that_is_not_closed_swallows_no_row(content: bytes) -> None:
    assert len(rows(content, "a.csv")) == content.count(b"\n") - 1


def test_a_value_may_hold_line_breaks_and_separators() -> None:
    assert rows(b'id,kind,note\n1,theft,"one, two,\nthree, four"\n2,fight,"a\nb\nc,"\n', "a.csv") == ROWS


def test_a_value_of_ten_megabytes_harms_nobody() -> None:
    long = b"x" * 10_000_000
    assert rows(b"id,kind,note\n1,theft," + long + b"\n2,fight,y\n", "a.csv") == ROWS
    assert rows(b"id,kind\n1," + long + b"\n", "a.csv") == [("1", long.decode())]
    assert refused(b'id,kind,note\n1,theft,"' + long, "a.csv")[0] == "file_unreadable"


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json"])
def test_a_nul_byte_is_refused_with_its_place(name: str) -> None:
    assert refused(b"id,kind\n1,theft\n2,fi\x00\x00", name) == (
        "file_unreadable",
        "byte 20 is NUL, as in a file that was only half written or is UTF-16 without its mark",
    )


def test_line_ends_of_every_kind() -> None:
    assert rows(b"id,kind\r\n1,theft\n2,fight\r\n", "a.csv") == ROWS
    assert rows(b"id,kind\n1,theft\r\n2,fight", "a.csv") == ROWS
    assert rows(b"id,kind\r1,theft\r2,fight\r", "a.csv") == ROWS
    assert rows(b"id,kind\n1,theft\r2,fight\n", "a.csv") == ROWS
    for mixed in (b"id,kind\r1,theft\n2,fight\n", b"id,kind\r\r\n1,theft\r\r\n"):
        assert "carriage return" in refused(mixed, "a.csv")[1]
    assert "carriage return" not in refused(b"id,kind\r\n1,theft,3\r\n", "a.csv")[1]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_declared_separator_is_used_whatever_the_ending(separator: str) -> None:
    content = f"id{separator}kind\n1{separator}theft\n2{separator}fight\n".encode()
    assert rows(content, "a.csv", separator=separator) == rows(content, "a.tsv", separator=separator) == ROWS
    assert refused(content, "a.csv" if separator != "," else "a.tsv")[0] == "column_missing"


def test_a_file_cut_off_in_a_row_is_refused() -> None:
    whole = b"id,kind,note\n1,theft,x\n2,fight,y"
    assert rows(whole, "a.csv") == ROWS
    for cut in (2, 5, 8):
        assert "half written" in refused(whole[:-cut], "a.csv")[1]
    assert rows(b"id,kind,note\n1,theft\n2,fight\n", "a.csv") == ROWS


def test_a_row_with_too_many_values_is_refused() -> None:
    assert refused(b"id,kind\n1,theft,a\n2,fight,extra\n", "a.csv")[0] == "file_unreadable"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "gb18030"])
def test_wide_encodings_are_read_and_named_where_another_was_declared(encoding: str) -> None:
    content = "id,kind\n1,盗窃电动自行车案件\n".encode(encoding)
    assert rows(content, "a.csv", encoding=encoding) == [("1", "盗窃电动自行车案件")]
    reason, detail = refused(content, "a.csv")
    assert reason == ("file_unreadable" if encoding == "utf-16-le" else "file_encoding")
    assert {"utf-16": "'utf-16'", "utf-32": "'utf-32'", "gb18030": "'gb18030'", "utf-16-le": "UTF-16"}[encoding] in detail


def test_a_wrong_byte_is_placed_exactly_in_a_long_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.sources.text._PIECE", 5)
    good = "id,kind\n1,盗窃\n".encode()
    assert refused(good + b"2,\xff\n", "a.csv") == ("file_encoding", f"byte {len(good) + 2} is not utf-8; try encoding = 'gb18030'")
    assert refused(good + "火".encode()[:2], "a.csv")[0] == "file_encoding"
    assert rows("id,kind\n1,盗窃电动\n".encode("gb18030"), "a.csv", encoding="gb18030") == [("1", "盗窃电动")]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@given(st.lists(st.tuples(TEXTS.filter(str.strip), TEXTS, TEXTS), min_size=1, max_size=8))
def test_every_format_gives_back_what_was_written(values: list[tuple[str, str, str]]) -> None:
    frame = pl.DataFrame(values, schema=["id", "kind", "note"], orient="row")
    expected = [v[:2] for v in values]
    packed = io.BytesIO()
    frame.write_parquet(packed)
    assert rows(packed.getvalue(), "a.parquet") == expected
    assert rows(json.dumps(frame.to_dicts(), ensure_ascii=False).encode(), "a.json") == expected
    assert rows("\n".join(json.dumps(r) for r in frame.to_dicts()).encode(), "a.jsonl") == expected
    # In a table of text, a value of just the shape of swallowed rows is refused.
    if all("\n" not in text for row in values for text in row):
        assert rows(frame.write_csv(quote_style="always").encode(), "a.csv") == expected


def test_every_ending_has_one_reader() -> None:
    assert {".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx"} <= set(ENDINGS)
    assert set(ENDINGS.values()) == set(READERS)
