"""CSV and TSV: a header, then as many values in each row, every one of them kept as it is written.

Belongs here: separators, quotes, line ends, rows that break off. Does not: encodings (``text``).
"""

from __future__ import annotations

import csv
import io
import re
from typing import Final

import polars as pl

from infra.side_by_side import side_by_side
from infra.sources.ragged import Look, Mended, mended
from infra.sources.table import Layout, Table, UnusableFile, choose, require_rows
from infra.sources.text import to_utf8
from transforms.words.totals import sums_up

_SHOWN: Final = 1_000
_LONE_RETURN = re.compile(rb"\r(?!\n)")


def read_commas(content: bytes, layout: Layout) -> Table:
    """A table with commas between its columns, or what the layout says."""
    return _read(content, layout, layout.separator or ",")


def read_tabs(content: bytes, layout: Layout) -> Table:
    """A table with tabs between its columns, or what the layout says."""
    return _read(content, layout, layout.separator or "\t")


def _read(content: bytes, layout: Layout, separator: str) -> Table:
    text = to_utf8(content, layout.encoding)
    body = text.body
    if b"\n" not in body:
        # Lines may end as they did on the first Macintosh. Where both kinds stand, a row has too many values and the file is refused.
        body = body.replace(b"\r", b"\n")
    body = _from_line(body, layout.header_line)
    first_line = body[: body.find(b"\n") if b"\n" in body else len(body)]
    hint = "" if first_line.isascii() else " (or the encoding is not as declared)"
    try:
        header = pl.read_csv(io.BytesIO(body), separator=separator, n_rows=0, infer_schema=False).columns
        if len(header) == 1 and (other := next((s for s in ";\t|," if s in header[0]), None)):
            hint = f"; the header is not one with {separator!r}: write separator = {other!r}"
        wanted, rest = choose(header, layout.alternatives, hint + _odd_ends(first_line + b"\n"))
        if twice := [name for name in wanted if f"{name}_duplicated_0" in header]:
            raise UnusableFile("file_unreadable", f"the header names twice: {', '.join(twice)}")
        # Every column is parsed, and the others are let go at once: asked for some columns only, the parser would not notice a row
        # with too many values, in which a stray separator has moved every value to its neighbour.
        rows, wrong = _rows(body, separator, len(header), layout.header_line)
    except (pl.exceptions.PolarsError, ValueError, csv.Error) as error:
        said = f"not a table with {separator!r} between its columns and the same number of values in each row, quotation marks in pairs"
        raise UnusableFile("file_unreadable", f"{said}{_odd_ends(body)} ({type(error).__name__})") from None
    _require_whole_end(body, separator, len(header))
    # An empty line, or one of nothing but separators as spreadsheets leave them at the end, is no row.
    empty = rows.select(empty=pl.all_horizontal(pl.all().is_null())).to_series()
    # The parser leaves a table in dozens of pieces, and whatever is asked of it later would be asked of each.
    rows = rows.select(wanted).rechunk()
    rows = rows.filter(~empty) if empty.any() else rows
    return require_rows(Table(rows, rest, text.byte_order_mark, tuple(wrong.rows), wrong.said if wrong.rows else ""))


def _rows(body: bytes, separator: str, width: int, first_line: int) -> tuple[pl.DataFrame, Mended]:
    """The rows as the parser finds them; where those are not what the lines say, without the lines that are none."""
    try:
        # Counting takes Python as long as half the parsing, which needs nothing of it.
        rows, found = side_by_side(
            lambda: pl.read_csv(io.BytesIO(body), separator=separator, infer_schema=False), lambda: body.count(separator.encode())
        )
        if _all_there(rows, body, separator, found):
            return rows, Mended()
    except pl.exceptions.PolarsError:
        # Too many values in a row; which one it is, the parser does not say.
        pass
    try:
        mend = mended(body, separator, width, first_line)
    except UnusableFile as refusal:
        raise UnusableFile(refusal.reason, refusal.detail + _odd_ends(body)) from None
    return pl.read_csv(io.BytesIO(mend.body), separator=separator, infer_schema=False), mend


def _all_there(rows: pl.DataFrame, body: bytes, separator: str, found: int) -> bool:
    """Whether the parser and the separators, of which so many were ``found``, tell of the same values: none is missing, none holds rows."""
    if b'"' not in body:
        return _explained(rows, (len(rows) + 1) * (rows.width - 1) - found)
    within = rows.select(pl.all().str.count_matches(separator, literal=True).sum()).sum_horizontal().item() if len(rows) else 0
    named = sum(name.count(separator) for name in rows.columns)
    if not _explained(rows, (len(rows) + 1) * (rows.width - 1) + within + named - found):
        return False
    broken = rows.filter(pl.any_horizontal(pl.all().str.contains("\n", literal=True)))
    if broken.is_empty():
        return True
    sound = rows.head(_SHOWN).filter(~pl.any_horizontal(pl.all().str.contains("\n", literal=True).fill_null(value=False)))
    look = Look.of([["" if v is None else v for v in row] for row in sound.iter_rows()])
    values = (v for row in broken.iter_rows() for v in row if v is not None and "\n" in v)
    inside = (line for value in values for line in value.split("\n")[1:])
    if sound.is_empty():
        # Nobody knows what a row looks like; a line with the values of one must be looked at.
        return not any(line.count(separator) == rows.width - 1 for line in inside)
    return not any(look.is_row(line, separator) for line in inside)


def _explained(rows: pl.DataFrame, missing: int) -> bool:
    """Whether empty lines account for so many separators that are not there."""
    if missing == 0 or rows.width == 1:
        return missing == 0
    empty = int(rows.select(pl.all_horizontal(pl.all().is_null()).sum()).item())
    return missing > 0 and missing % (rows.width - 1) == 0 and missing // (rows.width - 1) <= empty


def _odd_ends(body: bytes) -> str:
    """What to add where a text cannot be read and that may be why; within quotation marks it would be nothing to tell of."""
    return "; some lines end with a carriage return that no line feed follows" if _LONE_RETURN.search(body) else ""


def _from_line(body: bytes, number: int) -> bytes:
    """The text from its header on; titles stand in the lines above."""
    start = 0
    for _ in range(number - 1):
        start = body.find(b"\n", start) + 1
        if not start:
            raise UnusableFile("file_unreadable", f"it has no line {number}, in which header_line says that the header stands")
    return body[start:]


def _require_whole_end(body: bytes, separator: str, columns: int) -> None:
    """Refuse a file that was cut off while it was written: its last line has no end and too few values."""
    last = body[body.rfind(b"\n") + 1 :]
    short = last.strip() and b'"' not in last and last.count(separator.encode()) < columns - 1 and body.count(b"\n") > 0
    if short and not sums_up(last.decode()):
        raise UnusableFile("file_unreadable", "the last line breaks off; the file was only half written")
