"""CSV, TSV, JSON lines and Parquet files, plain or gzipped, as text columns.

Belongs here: one delivered file to a frame of strings, or a refusal with its reason code. Does not: filters, scanning, hashing.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

_BOM = b"\xef\xbb\xbf"
_SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": ","}


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


def read(content: bytes, file: Path, encoding: str, alternatives: list[list[str]]) -> ReadFile:
    """Read the first present column of each of ``alternatives`` from a file's bytes.

    Args:
        content: the file as delivered.
        file: its path; only the endings matter (``.csv.gz`` and the like).
        encoding: of text formats.
        alternatives: for each wanted column its possible names.

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
    mark = content.startswith(_BOM)
    text = _decode(content.removeprefix(_BOM), encoding)
    if not text.strip():
        raise UnusableFile("file_empty", "the file holds only white space")
    if ending in {".jsonl", ".ndjson"}:
        return _json_lines(text, alternatives, mark)
    if ending in _SEPARATORS:
        return _separated(text, _SEPARATORS[ending], alternatives, mark)
    raise UnusableFile("file_unreadable", f"the ending {ending or 'of the name'!r} is not one of .csv .tsv .txt .jsonl .ndjson .parquet")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        other = "gb18030" if encoding.lower().replace("-", "") == "utf8" else "utf-8"
        raise UnusableFile("file_encoding", f"byte {error.start} is not {encoding}; try encoding = {other!r}") from None


def _choose(present: list[str], alternatives: list[list[str]], encoding_hint: str = "") -> tuple[list[str], list[str]]:
    """The columns to read and those left; raises when a wanted one has no alternative present."""
    known = set(present)
    missing = [" or ".join(names) for names in alternatives if not known & set(names)]
    if missing:
        raise UnusableFile("column_missing", f"{', '.join(missing)}{encoding_hint}")
    wanted = list(dict.fromkeys(next(n for n in names if n in known) for names in alternatives))
    every = {n for names in alternatives for n in names}
    return wanted, [n for n in present if n not in every]


def _separated(text: str, separator: str, alternatives: list[list[str]], mark: bool) -> ReadFile:
    data = text.encode()
    try:
        header = pl.read_csv(io.BytesIO(data), separator=separator, n_rows=0, infer_schema=False)
        wanted, rest = _choose(header.columns, alternatives, "" if text.isascii() else " (or the encoding is not as declared)")
        rows = pl.read_csv(io.BytesIO(data), separator=separator, columns=wanted, infer_schema=False)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise UnusableFile("file_unreadable", f"not a table with '{separator}' between its columns ({type(error).__name__})") from None
    return _some(rows.select(wanted), rest, mark)


def _json_lines(text: str, alternatives: list[list[str]], mark: bool) -> ReadFile:
    records: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            record = None
        if not isinstance(record, dict):
            raise UnusableFile("file_unreadable", f"line {number} is not a JSON object")
        records.append(record)
    present = list(dict.fromkeys(key for record in records for key in record))
    wanted, rest = _choose(present, alternatives)
    columns = {name: [_as_text(record.get(name)) for record in records] for name in wanted}
    return _some(pl.DataFrame(columns, schema=dict.fromkeys(wanted, pl.String)), rest, mark)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _parquet(content: bytes, alternatives: list[list[str]]) -> ReadFile:
    try:
        present = list(pl.read_parquet_schema(io.BytesIO(content)))
        wanted, rest = _choose(present, alternatives)
        rows = pl.read_parquet(io.BytesIO(content), columns=wanted)
    except pl.exceptions.PolarsError as error:
        raise UnusableFile("file_unreadable", f"not a Parquet file ({type(error).__name__})") from None
    return _some(rows.select(pl.col(wanted).cast(pl.String)), rest, mark=False)


def _some(rows: pl.DataFrame, undeclared: list[str], mark: bool) -> ReadFile:
    if rows.is_empty():
        raise UnusableFile("no_rows", "a header and nothing below it")
    return ReadFile(rows, undeclared, mark)
