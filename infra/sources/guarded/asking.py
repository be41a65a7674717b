"""The door of the guarded reader: tables, samples and archives, read by the one child of this process.

Belongs here: putting the pieces of its answers together, and letting it go. Does not: the process (``guard``), the formats.
"""

from __future__ import annotations

import atexit
import io
from collections.abc import Callable
from typing import Final

import polars as pl

from infra.sources.archives import Member
from infra.sources.guarded.guard import Guard
from infra.sources.guarded.wire import Answer, Question
from infra.sources.table import Layout, Table, UnusableFile

_GUARD: Final = Guard()
# A reader keeps the room that it took: after a large file the next one is better off with another.
_LARGE: Final = 64 << 20
atexit.register(_GUARD.end)


def let_go() -> None:
    """End the child until it is needed again: it has nothing to do while a night is computed."""
    _GUARD.end()


def workbook(content: bytes, layout: Layout) -> Table:
    """The wanted columns of a workbook. Raises ``UnusableFile``."""
    return _table(content, "excel", layout)


def parquet(content: bytes, layout: Layout) -> Table:
    """The wanted columns of a Parquet file. Raises ``UnusableFile``."""
    return _table(content, "parquet", layout)


def first_sheet(content: bytes) -> tuple[str | None, int, pl.DataFrame]:
    """Of a workbook that nobody has declared the first table, as ``excel.first_sheet``. Raises ``UnusableFile``."""
    rows, answer = _gathered(content, Question("first_sheet"))
    return answer.sheet, answer.line, rows


def sampled(content: bytes) -> pl.DataFrame:
    """Of a Parquet file that nobody has declared some rows. Raises ``UnusableFile``."""
    return _gathered(content, Question("sample"))[0]


def gunzipped(content: bytes) -> bytes:
    """What gzip packed. Raises ``UnusableFile``."""
    return _bytes(content, Question("gunzip"))


class Zip:
    """The files in a zip."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def members(self, pattern: str) -> tuple[Member, ...]:
        """Those whose names fit. Raises ``UnusableFile``."""
        return _GUARD.ask(self._content, Question("members", members=pattern), _nothing, self).members

    def read(self, member: Member) -> bytes:
        """One of them. Raises ``UnusableFile``."""
        return _bytes(self._content, Question("member", number=member.number), self)


def _table(content: bytes, form: str, layout: Layout) -> Table:
    rows, answer = _gathered(content, Question("table", form, layout))
    return Table(rows, list(answer.names))


def _gathered(content: bytes, question: Question) -> tuple[pl.DataFrame, Answer]:
    parts = _Parts()
    answer = _GUARD.ask(content, question, parts.add)
    if len(content) + parts.size > _LARGE:
        _GUARD.end()
    return parts.table(), answer


def _bytes(content: bytes, question: Question, token: object = None) -> bytes:
    found = io.BytesIO()
    _GUARD.ask(content, question, _written_to(found), token)
    return found.getvalue()


def _written_to(found: io.BytesIO) -> Callable[[bytearray], None]:
    def add(piece: bytearray) -> None:
        found.write(piece)

    return add


def _nothing(_piece: bytearray) -> None:
    raise ValueError("pieces of what has none")


class _Parts:
    """A table that comes in parts, held against the limits once more: the child may have been taken over."""

    def __init__(self) -> None:
        self._found: list[pl.DataFrame] = []
        self._rows = 0
        self.size = 0

    def add(self, piece: bytearray) -> None:
        self.size += len(piece)
        try:
            part = pl.read_ipc_stream(io.BytesIO(piece))
        except pl.exceptions.PolarsError:
            raise ValueError("no part of a table") from None
        if any(t != pl.String for t in part.dtypes):
            raise ValueError("something else than texts")
        self._rows += len(part)
        _GUARD.limits.require_table(self._rows, part.width)
        self._found.append(part)

    def table(self) -> pl.DataFrame:
        """All of it, in one piece."""
        if not self._found:
            raise UnusableFile("no_rows", "a header and nothing below it")
        try:
            return pl.concat(self._found).rechunk()
        except pl.exceptions.PolarsError:
            raise UnusableFile("file_unreadable", "its reader answers with something that it was not asked for") from None
