from __future__ import annotations

import datetime as dt
import gzip
import io
import json
from typing import Any

import polars as pl
import pytest

from infra.sources.formats import read
from infra.sources.table import Layout, Table, UnusableFile
from infra.sources.unpack import unpack

WANTED = [["id"], ["kind"]]
ROWS = [("1", "theft"), ("2", "fight")]
CSV = b"id,kind,note\n1,theft,x\n2,fight,y\n"


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


PARQUET = parquet(pl.DataFrame({"id": [1, 2], "kind": ["theft", "fight"], "note": ["x", "y"]}))


def delivered(content: bytes, name: str, encoding: str = "utf-8", wanted: list[list[str]] | None = None, **how: Any) -> Table:
    """What is read of a file that holds one table, packed or not."""
    (one,) = unpack(name, content)
    if one.refusal is not None:
        raise one.refusal
    return read(one.content, one.name, Layout(wanted or WANTED, encoding, **how))


def rows(
    content: bytes, name: str = "a.csv", encoding: str = "utf-8", wanted: list[list[str]] | None = None, **how: str
) -> list[tuple[str | None, ...]]:
    return delivered(content, name, encoding, wanted, **how).rows.rows()


def refused(
    content: bytes, name: str = "a.csv", encoding: str = "utf-8", wanted: list[list[str]] | None = None, **how: str
) -> tuple[str, str]:
    with pytest.raises(UnusableFile) as caught:
        delivered(content, name, encoding, wanted, **how)
    return caught.value.reason, caught.value.detail


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", CSV),
        ("A.CSV", CSV),
        ("a.2025.01.txt", CSV),
        ("a.csv", CSV.replace(b"\n", b"\r\n")),
        ("a.csv", CSV.rstrip(b"\n")),
        ("a.csv", b'"id","kind","note"\n"1","theft","a,b"\n"2","fight","line\nbreak and ""quote"""\n'),
        ("a.csv", CSV + b"\n,,\n"),
        ("a.tsv", CSV.replace(b",", b"\t")),
        ("a.jsonl", b'{"id": 1, "kind": "theft", "note": "x"}\n\n{"kind": "fight", "id": "2"}\n'),
        ("a.ndjson", b'{"id": 1, "kind": "theft"}\r\n{"kind": "fight", "id": "2"}'),
        ("a.parquet", PARQUET),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_format_is_read_as_text(name: str, content: bytes) -> None:
    assert rows(content, name) == ROWS
    assert rows(gzip.compress(content, mtime=0), f"{name}.gz") == ROWS


def test_only_wanted_columns_are_kept_and_the_others_named() -> None:
    found = delivered(CSV, "a.csv", "utf-8", [["kind"], ["id"], ["kind"]])
    assert (found.rows.columns, found.undeclared, found.byte_order_mark) == (["kind", "id"], ["note"], False)
    assert delivered(PARQUET, "a.parquet", "utf-8", WANTED).undeclared == ["note"]
    assert delivered(b'{"id":1,"kind":2}\n{"extra":3}', "a.jsonl", "utf-8", WANTED).undeclared == ["extra"]


def test_the_first_present_alternative_is_read_and_the_other_is_not_undeclared() -> None:
    found = delivered(CSV, "a.csv", "utf-8", [["number", "id"], ["kind", "note"]])
    assert (found.rows.columns, found.undeclared) == (["id", "kind"], [])


def test_nothing_between_separators_is_null() -> None:
    assert rows(b'id,kind\n1,\n2,""\n,x\n') == [("1", None), ("2", ""), (None, "x")]
    assert rows(b'{"id": null, "kind": ""}\n{"id": 2}', "a.jsonl") == [(None, ""), ("2", None)]


def test_rows_that_are_short_by_habit_are_filled_with_nulls() -> None:
    assert rows(b"id,kind\n1\n2,x\n3\n") == [("1", None), ("2", "x"), ("3", None)]


def test_numbers_keep_their_digits() -> None:
    assert rows(b"id,kind\n007,1.50\n00012345678901234567,1e3\n") == [("007", "1.50"), ("00012345678901234567", "1e3")]
    assert rows(b'{"id": 12345678901234567890, "kind": 0.1}\n{"id": true, "kind": [1, "\xe7\x81\xab"]}', "a.jsonl") == [
        ("12345678901234567890", "0.1"),
        ("true", '[1, "火"]'),
    ]


def test_a_line_separator_inside_a_json_text_is_no_new_line() -> None:
    content = json.dumps({"id": "1", "kind": "a\u2028b\x85c"}, ensure_ascii=False).encode()
    assert rows(content, "a.jsonl") == [("1", "a\u2028b\x85c")]


def test_parquet_times_read_with_the_default_format() -> None:
    moment = dt.datetime(2025, 1, 31, 13, 5, 9, 123456, tzinfo=dt.UTC)
    frame = pl.DataFrame({"id": [moment.replace(tzinfo=None)], "kind": [moment.date()], "zoned": [moment], "whole": [7]})
    wanted = [["id"], ["kind"], ["zoned"], ["whole"]]
    assert rows(parquet(frame), "a.parquet", wanted=wanted) == [("2025-01-31 13:05:09", "2025-01-31", "2025-01-31 13:05:09+0000", "7")]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.jsonl", "a"])
def test_no_bytes_are_an_empty_file(name: str) -> None:
    assert refused(b"", name)[0] == "file_empty"


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b" \n\n"), ("a.csv.gz", gzip.compress(b"", mtime=0)), ("a.jsonl", b"\n"), ("a.csv", b"\xef\xbb\xbf")]
)
def test_white_space_is_an_empty_file(name: str, content: bytes) -> None:
    assert refused(content, name)[0] == "file_empty"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,kind"),
        ("a.csv", b"id,kind\n\n,\n"),
        ("a.tsv", b"id\tkind\n"),
        ("a.parquet", parquet(pl.DataFrame({"id": [], "kind": []}))),
    ],
)
def test_a_header_alone_has_no_rows(name: str, content: bytes) -> None:
    assert refused(content, name)[0] == "no_rows"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(CSV, mtime=0)[:-9]),
        ("a.csv.gz", CSV),
        ("a.csv.gz", gzip.compress(CSV, mtime=0)[:12] + b"\x00" * 20),
        ("a.parquet", b"garbage"),
        ("a.parquet", PARQUET[:-5]),
        ("a.parquet", b"PAR1" + b"\xff" * 200 + b"\x40\x00\x00\x00PAR1"),
        ("a.parquet", PARQUET[:40] + b"\xff" * 60 + PARQUET[100:]),
        ("a.parquet", parquet(pl.DataFrame({"id": [[1]], "kind": ["x"]}))),
        ("a.parquet", parquet(pl.DataFrame({"id": [b"\xff"], "kind": ["x"]}))),
        ("a.csv", b"id,kind,note\n1,the,ft,x\n2,fi,ght,y\n3,theft,z\n"),
        ("a.csv", b"id,kind,id\n1,theft,2\n"),
        ("a.jsonl", b'{"id": 1, "kind": "x"}\n{"id": 2,'),
        ("a.jsonl", b"[1, 2]\n"),
        ("a.jsonl", b'{"id": 1, "kind": "x"} {"id": 2}\n'),
        ("a.jsonl", b'{"id": ' + b"[" * 100_000),
        ("a.jsonl", b'{"id": "\\ud800", "kind": "x"}'),
        ("a.xlsx", b"PK\x03\x04"),
        ("a", CSV),
        (".gz", gzip.compress(CSV, mtime=0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_without_quoting_it(name: str, content: bytes) -> None:
    reason, detail = refused(content, name)
    assert reason == "file_unreadable"
    assert "theft" not in detail
    assert detail


def test_the_bad_line_of_json_is_numbered() -> None:
    assert refused(b'{"id": 1}\n\nsecret\n', "a.jsonl")[1] == "line 3 is not a JSON object"


def test_a_header_that_names_a_wanted_column_twice_is_named() -> None:
    assert "id" in refused(b"id,kind,id\n1,theft,2\n")[1]
    assert rows(b"id,kind,note,note\n1,theft,2,3\n2,fight,2,3\n") == ROWS


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_every_missing_column_is_named(name: str) -> None:
    content = {"a.csv": CSV, "a.jsonl": b'{"id": 1}', "a.parquet": PARQUET}[name]
    assert refused(content, name, wanted=[["id"], ["x"], ["y", "z"]]) == ("column_missing", "x, y or z")


CHINESE = "编号,类别\n1,盗窃电动自行车案件\n2,打架斗殴\n"
CHINESE_WANTED = [["编号"], ["类别"]]
CHINESE_ROWS = [("1", "盗窃电动自行车案件"), ("2", "打架斗殴")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf8", "UTF-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_file_in_its_declared_encoding_is_read(encoding: str) -> None:
    assert rows(CHINESE.encode(encoding), encoding=encoding, wanted=CHINESE_WANTED) == CHINESE_ROWS


def test_a_gbk_file_declared_utf_8_is_refused_with_the_hint() -> None:
    reason, detail = refused(CHINESE.encode("gbk"), wanted=CHINESE_WANTED)
    assert reason == "file_encoding"
    assert "gb18030" in detail


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "latin-1", "cp1252"])
def test_a_utf_8_file_declared_otherwise_is_refused_with_the_hint(encoding: str) -> None:
    for content in (CHINESE.encode(), b"\xef\xbb\xbf" + CSV, b"id,kind\n" + "1,盗窃电动自行车案件类\n".encode()):
        reason, detail = refused(content, encoding=encoding, wanted=CHINESE_WANTED if content == CHINESE.encode() else WANTED)
        assert (reason, "encoding = 'utf-8'" in detail) == ("file_encoding", True)


def test_plain_ascii_is_in_every_encoding() -> None:
    assert [rows(CSV, encoding=e) for e in ("gb18030", "latin-1")] == [ROWS, ROWS]


def test_a_byte_order_mark_is_skipped_and_told() -> None:
    found = delivered(b"\xef\xbb\xbf" + CSV, "a.csv", "utf-8", WANTED)
    assert (found.rows.rows(), found.byte_order_mark) == (ROWS, True)
    assert delivered(b"\xef\xbb\xbf" + b'{"id": 1, "kind": "x"}', "a.jsonl", "utf-8", WANTED).byte_order_mark
