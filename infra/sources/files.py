"""CSV, TSV, JSON lines and Parquet files, plain or gzipped, as text columns.

Belongs here: one delivered file to a frame of strings, or a refusal with its reason code. Does not: filters, scanning, hashing.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

_BOM = b"\xef\xbb\xbf"
_SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": ","}
_JSON_LINES = {".jsonl", ".ndjson"}
# So many characters of two bytes or more that all read as UTF-8 are UTF-8: by chance it happens once in a hundred million.
_PROOF_OF_UTF8 = 10

# For each wanted column its possible names, the first present one is read; None at the end means that it may be absent.
Alternatives = Sequence[Sequence[str | None]]


class UnusableFile(Exception):  # noqa: N818 - it is an outcome with a reason code, not a fault of the program
    """The file cannot be used. ``reason`` is a code of ``transforms.reasons``; ``detail`` names columns or positions, never values."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class ReadFile:
    """The wanted columns as text, the names of those left unread, and whether a byte order mark was skipped."""

    rows: pl.DataFrame
    undeclared: list[str]
    byte_order_mark: bool


def read(content: bytes, file: Path, encoding: str, alternatives: Alternatives) -> ReadFile:
    """Read the first present column of each of ``alternatives`` from a file's bytes.

    Args:
        content: the file as delivered.
        file: its path; only the endings matter (``.csv.gz`` and the like).
        encoding: of text formats.
        alternatives: the wanted columns.

    Raises:
        UnusableFile: empty, unreadable, in another encoding, without rows, or without a wanted column.
    """
    if not content:
        raise UnusableFile("file_empty", "the file has no bytes")
    suffixes = [s.lower() for s in file.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes = suffixes[:-1]
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise UnusableFile("file_unreadable", f"not a complete gzip file ({type(error).__name__})") from None
    ending = suffixes[-1] if suffixes else ""
    if ending == ".parquet":
        return _parquet(content, alternatives)
    if ending not in {*_SEPARATORS, *_JSON_LINES}:
        detail = f"the ending {ending or 'of the name'!r} is not one of .csv .tsv .txt .jsonl .ndjson .parquet"
        raise UnusableFile("file_unreadable", detail)
    mark = content.startswith(_BOM)
    text = _decode(content, encoding)
    if not text.strip():
        raise UnusableFile("file_empty", "the file holds only white space")
    if ending in _JSON_LINES:
        return _json_lines(text, alternatives, mark)
    return _separated(text, _SEPARATORS[ending], alternatives, mark)


def _decode(content: bytes, encoding: str) -> str:
    """The text, without a byte order mark. Encodings that accept any bytes are not believed when the bytes prove to be UTF-8."""
    body = content.removeprefix(_BOM)
    other = "utf-8"
    if codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}:
        encoding, other = "utf-8", "gb18030"
    elif body is not content or _proves_utf8(body):
        raise UnusableFile("file_encoding", f"the file is UTF-8, not {encoding}; write encoding = 'utf-8'")
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnusableFile("file_encoding", f"byte {error.start} is not {encoding}; try encoding = {other!r}") from None


def _proves_utf8(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not text.isascii() and sum(1 for c in text if c > "\x7f") >= _PROOF_OF_UTF8


def _choose(present: list[str], alternatives: Alternatives, encoding_hint: str = "") -> tuple[list[str], list[str]]:
    """The columns to read and those left; raises when a wanted one has no alternative present."""
    known = set(present)
    missing = [" or ".join(filter(None, names)) for names in alternatives if None not in names and not known & set(names)]
    if missing:
        raise UnusableFile("column_missing", f"{', '.join(missing)}{encoding_hint}")
    found = (next((n for n in names if n in known), None) for names in alternatives)
    wanted = [name for name in dict.fromkeys(found) if name is not None]
    every = {n for names in alternatives for n in names}
    return wanted, [n for n in present if n not in every]


def _separated(text: str, separator: str, alternatives: Alternatives, mark: bool) -> ReadFile:
    data = text.encode()
    try:
        header = pl.read_csv(io.BytesIO(data), separator=separator, n_rows=0, infer_schema=False)
        wanted, rest = _choose(header.columns, alternatives, "" if text.isascii() else " (or the encoding is not as declared)")
        if twice := [name for name in wanted if f"{name}_duplicated_0" in header.columns]:
            raise UnusableFile("file_unreadable", f"the header names twice: {', '.join(twice)}")
        # Every column is parsed, and the others are let go at once: asked for some columns only, the parser would not notice a row
        # with too many values, in which a stray separator has moved every value to its neighbour.
        rows = pl.read_csv(io.BytesIO(data), separator=separator, infer_schema=False)
    except (pl.exceptions.PolarsError, ValueError) as error:
        detail = f"not a table with {separator!r} between its columns and the same number of values in each row ({type(error).__name__})"
        raise UnusableFile("file_unreadable", detail) from None
    # An empty line, or one of nothing but separators as spreadsheets leave them at the end, is no row.
    return _some(rows.filter(~pl.all_horizontal(pl.all().is_null())).select(wanted), rest, mark)


def _json_lines(text: str, alternatives: Alternatives, mark: bool) -> ReadFile:
    records: list[dict[str, Any]] = []
    # Not `splitlines`: JSON texts may hold the other characters at which that breaks.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise UnusableFile("file_unreadable", f"line {number} is not a JSON object")
        records.append(record)
    present = list(dict.fromkeys(key for record in records for key in record))
    wanted, rest = _choose(present, alternatives)
    columns = {name: [_as_text(record.get(name)) for record in records] for name in wanted}
    try:
        rows = pl.DataFrame(columns, schema=dict.fromkeys(wanted, pl.String))
    except UnicodeEncodeError:
        raise UnusableFile("file_unreadable", "a text holds half of a character (an unpaired surrogate)") from None
    return _some(rows, rest, mark)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _parquet(content: bytes, alternatives: Alternatives) -> ReadFile:
    try:
        present = list(pl.read_parquet_schema(io.BytesIO(content)))
        wanted, rest = _choose(present, alternatives)
        rows = pl.read_parquet(io.BytesIO(content), columns=wanted)
    except pl.exceptions.PolarsError as error:
        raise UnusableFile("file_unreadable", f"not a Parquet file ({type(error).__name__})") from None
    if nested := [n for n in wanted if rows.schema[n].is_nested() or rows.schema[n] in (pl.Binary, pl.Object)]:
        raise UnusableFile("file_unreadable", f"not plain values in: {', '.join(nested)}")
    return _some(rows.select(_parquet_text(n, rows.schema[n]) for n in wanted), rest, mark=False)


def _parquet_text(name: str, type_: pl.DataType) -> pl.Expr:
    """A Parquet column as text. Timestamps read with the default format; one with a zone gets its offset and needs ``%z`` there."""
    if isinstance(type_, pl.Datetime):
        return pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S" + ("%z" if type_.time_zone else ""))
    return pl.col(name).cast(pl.String)


def _some(rows: pl.DataFrame, undeclared: list[str], mark: bool) -> ReadFile:
    if rows.is_empty():
        raise UnusableFile("no_rows", "a header and nothing below it")
    return ReadFile(rows, undeclared, mark)
