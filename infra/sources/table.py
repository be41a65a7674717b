"""What every format is asked for and what it gives back, or why it cannot.

Belongs here: the shape common to all formats. Does not: any one of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

# For each wanted column its possible names, the first present one is read; None at the end means that it may be absent.
Alternatives = Sequence[Sequence[str | None]]


class UnusableFile(Exception):  # noqa: N818 - it is an outcome with a reason code, not a fault of the program
    """The file cannot be used. ``reason`` is a code of ``transforms.words.reasons``; ``detail`` names columns or positions, never
    values."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Layout:
    """How a source's files are laid out.

    ``alternatives`` are the wanted columns. ``encoding`` concerns text formats, ``separator`` CSV and TSV (None is their own), ``sheet``
    workbooks (the first one where it is None), ``records`` JSON documents (the path to the list, its steps joined by dots), ``header_line``
    the line of a CSV, a TSV or a sheet in which the header stands, titles being above it.
    """

    alternatives: Alternatives
    encoding: str = "utf-8"
    separator: str | None = None
    sheet: str | None = None
    records: str | None = None
    header_line: int = 1


@dataclass(frozen=True)
class Table:
    """The wanted columns as text, the names of those left unread, and whether a byte order mark was skipped.

    ``ragged`` are the places, counted from 1, of rows whose line has another number of values: they hold nothing; ``ragged_lines`` says
    which lines those are.
    """

    rows: pl.DataFrame
    undeclared: list[str]
    byte_order_mark: bool = False
    ragged: tuple[int, ...] = ()
    ragged_lines: str = ""


def choose(present: list[str], alternatives: Alternatives, hint: str = "") -> tuple[list[str], list[str]]:
    """The columns to read (the first present one of each of ``alternatives``) and those left unread.

    Raises:
        UnusableFile: a wanted one that may not be absent is; ``hint`` follows the names.
    """
    known = set(present)
    missing = [" or ".join(filter(None, names)) for names in alternatives if None not in names and not known & set(names)]
    if missing:
        raise UnusableFile("column_missing", f"{', '.join(missing)}{hint}")
    found = (next((n for n in names if n in known), None) for names in alternatives)
    wanted = [name for name in dict.fromkeys(found) if name is not None]
    every = {n for names in alternatives for n in names}
    return wanted, [n for n in present if n not in every]


def require_rows(table: Table) -> Table:
    """Pass a table with at least one row. Raises ``UnusableFile`` for a header alone."""
    if table.rows.is_empty():
        raise UnusableFile("no_rows", "a header and nothing below it")
    return table


def plain_text(name: str, type_: pl.DataType) -> pl.Expr:
    """A typed column as text. Times read with the default format; one with a zone gets its offset and needs ``%z`` there."""
    if isinstance(type_, pl.Datetime):
        return pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S" + ("%z" if type_.time_zone else ""))
    return pl.col(name).cast(pl.String)


class Gatherer:
    """Gathers JSON objects into a table of text, a slice at a time: parsed objects take ten times the room of the texts they hold."""

    _SLICE = 20_000

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._asked = [n for n in dict.fromkeys(n for names in layout.alternatives for n in names) if n is not None]
        self._present: dict[str, None] = {}
        self._columns: dict[str, list[str | None]] = {n: [] for n in self._asked}
        self._slices: list[pl.DataFrame] = []

    def add(self, record: Mapping[str, object]) -> None:
        """Take in one object; what lies in inner objects is named by its path, ``place.lat``."""
        told = dict(flat(record))
        self._present |= dict.fromkeys(told)
        for name in self._asked:
            self._columns[name].append(text_of(told.get(name)))
        if len(self._columns[self._asked[0]]) >= self._SLICE:
            self._close()

    def table(self, *, byte_order_mark: bool) -> Table:
        """Everything taken in.

        Raises:
            UnusableFile: a wanted column is in no object, or a text is broken.
        """
        wanted, rest = choose(list(self._present), self._layout.alternatives)
        self._close()
        return require_rows(Table(pl.concat(self._slices).select(wanted), rest, byte_order_mark))

    def _close(self) -> None:
        try:
            self._slices.append(pl.DataFrame(self._columns, schema=dict.fromkeys(self._asked, pl.String)))
        except UnicodeEncodeError:
            raise UnusableFile("file_unreadable", "a text holds half of a character (an unpaired surrogate)") from None
        self._columns = {n: [] for n in self._asked}


def flat(record: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    """The values of a JSON object, those of inner objects by their path: ``place.lat``."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def text_of(value: object) -> str | None:
    """A JSON value as text."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
