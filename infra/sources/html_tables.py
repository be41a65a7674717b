"""The tables of a saved page of the web, and of pages under the name of a workbook, as many systems export them.

Belongs here: cells and rows. Does not: scripts and styles, which are skipped; lists that are no table.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

import polars as pl

from infra.sources.limits import MAX_MARKUP_BYTES
from infra.sources.table import Layout, Table, UnusableFile, choose, require_rows
from infra.sources.text import to_utf8

_CELLS: Final = {"td", "th"}
_SKIPPED: Final = {"script", "style"}
# A cell that says it is as wide as a thousand others is a title at most.
_WIDEST: Final = 1_000
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]+)")


def read(content: bytes, layout: Layout) -> Table:
    """The largest table of a page, below the line of it in which its header stands.

    Raises:
        UnusableFile: too large, another encoding, no table, or none with the wanted columns.
    """
    text = to_utf8(content, layout.encoding)
    lines = largest(text.body.decode())[layout.header_line - 1 :]
    if not lines:
        raise UnusableFile("no_rows", "the page holds no table with rows")
    header = [name or "" for name in lines[0]]
    wanted, rest = choose([n for n in header if n], layout.alternatives)
    if twice := [n for n in wanted if header.count(n) > 1]:
        raise UnusableFile("file_unreadable", f"the header names twice: {', '.join(twice)}")
    rows = [line for line in lines[1:] if any(line)]
    at = {n: header.index(n) for n in wanted}
    columns = {n: [line[k] if k < len(line) else None for line in rows] for n, k in at.items()}
    return require_rows(Table(pl.DataFrame(columns, schema=dict.fromkeys(wanted, pl.String)), rest, text.byte_order_mark))


def largest(page: str) -> list[list[str | None]]:
    """The lines of the table with the most cells. Raises ``UnusableFile`` where there is none."""
    if len(page) > MAX_MARKUP_BYTES:
        raise UnusableFile("file_too_large", f"a page of {len(page) >> 20} MiB; up to {MAX_MARKUP_BYTES >> 20} are read")
    parser = _Tables()
    parser.feed(page)
    parser.close()
    tables = [t for t in parser.tables if t]
    if not tables:
        raise UnusableFile("no_rows", "the page holds no table")
    return max(tables, key=lambda lines: sum(map(len, lines)))


def said_encoding(content: bytes) -> str | None:
    """The encoding that a page says it has."""
    found = _CHARSET.search(content[:2_000])
    return found[1].decode().lower() if found else None


class _Tables(HTMLParser):
    """Gathers lines of cells; of tables in one another each for itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str | None]]] = []
        self._open: list[list[list[str | None]]] = []
        self._cell: list[str] | None = None
        self._width = 1
        self._skipping = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping = True
        elif tag == "table":
            self._end_cell()
            self.tables.append([])
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in _CELLS and self._open:
            self._end_cell()
            if not self._open[-1]:
                self._open[-1].append([])
            width = dict(attrs).get("colspan") or "1"
            self._cell, self._width = [], min(int(width), _WIDEST) if width.isdecimal() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = False
        elif tag in _CELLS or tag == "tr":
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._skipping:
            self._cell.append(data)

    def _end_cell(self) -> None:
        """Cells and lines need no end of their own: the next one ends them."""
        if self._cell is None or not self._open:
            return
        text = " ".join("".join(self._cell).split()) or None
        self._open[-1][-1] += [text] + [None] * (self._width - 1)
        self._cell = None
