"""What the guarded reader can do with the content that it was handed: tables, samples, archives, each in pieces.

Belongs here: the choice by what is asked, counting what comes out. Does not: the formats (``infra.sources.excel``, ``parquet``), archives
(``infra.sources.archives``), the pipe (``child``).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Final

import polars as pl

from infra.sources import excel, parquet
from infra.sources.archives import Archive, gunzipped
from infra.sources.guarded.wire import Answer, Doing, Question
from infra.sources.limits import LIMITS, Limits
from infra.sources.table import Layout

# What is handed on is not looked at again: a view of it saves a copy.
Doings = Generator[bytes | memoryview, None, Answer]
# A piece is held in two processes at once, and the memory of one so small is there for the next: both ends take half the time (measured).
_ROWS: Final = 1 << 14


class Worker:
    """Answers questions about one content after another."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._content = b""
        self._archive: Archive | None = None

    def take(self, content: bytes) -> None:
        """What the next questions are about."""
        self._content, self._archive = content, None

    def answer(self, question: Question) -> Doings:
        """Pieces, and at last the answer. Raises ``UnusableFile``, or whatever a library has to say."""
        return _DOINGS[question.doing](self, question)

    def table(self, question: Question) -> Doings:
        """The wanted columns of a table."""
        layout = question.layout or Layout([])
        if question.form == "parquet":
            found = parquet.table(self._content, layout, self._limits)
            yield from self._arrow(found.tables)
            return Answer(names=tuple(found.undeclared))
        read = excel.read(self._content, layout, self._limits)
        yield from self._arrow([read.rows])
        return Answer(names=tuple(read.undeclared))

    def first_sheet(self, _question: Question) -> Doings:
        """Of a workbook that nobody has declared a table."""
        sheet, line, rows = excel.first_sheet(self._content, self._limits)
        yield from self._arrow([rows])
        return Answer(sheet=sheet, line=line)

    def sample(self, _question: Question) -> Doings:
        """Of a Parquet file that nobody has declared some rows."""
        yield from self._arrow(parquet.spread(self._content, self._limits))
        return Answer()

    def members(self, question: Question) -> Doings:
        """What a zip holds."""
        yield from ()
        return Answer(members=tuple(self._opened().members(question.members)))

    def member(self, question: Question) -> Doings:
        """One file of a zip."""
        yield from self._opened().pieces(question.number)
        return Answer()

    def gunzip(self, _question: Question) -> Doings:
        """What gzip packed."""
        yield from gunzipped(self._content, self._limits)
        return Answer()

    def _opened(self) -> Archive:
        # Of an archive of thousands the list is read once.
        self._archive = self._archive or Archive(self._content, self._limits)
        return self._archive

    def _arrow(self, tables: Iterable[pl.DataFrame]) -> Iterator[memoryview]:
        rows, size = 0, 0
        for table in tables:
            rows += len(table)
            self._limits.require_table(rows, table.width)
            size += sum(int(table[name].str.len_bytes().sum()) for name in table.columns)
            self._limits.require_text(size)
            for part in _slices(table):
                piece = io.BytesIO()
                # Texts end to end, as Arrow had them at first, are written twice as fast as views of texts, and read faster (measured).
                part.write_ipc_stream(piece, compat_level=pl.CompatLevel.oldest())
                yield piece.getbuffer()


_DOINGS: Final[dict[Doing, Callable[[Worker, Question], Doings]]] = {
    "table": Worker.table,
    "first_sheet": Worker.first_sheet,
    "sample": Worker.sample,
    "members": Worker.members,
    "member": Worker.member,
    "gunzip": Worker.gunzip,
}


def _slices(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return (rows.slice(start, _ROWS) for start in range(0, max(len(rows), 1), _ROWS))
