"""Workbooks (.xlsx, the older .xls, .ods): one sheet, its first row the header, or the one that the source names, or all with that header.

Belongs here: workbooks. Does not: the archive that a workbook is, whose size is measured first (``archives``), which process reads it
(``guarded``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import polars as pl

from infra.sources.archives import Archive
from infra.sources.header import LOOKED_AT, header_line
from infra.sources.limits import LIMITS, Limits
from infra.sources.runs import spread
from infra.sources.table import Layout, Table, UnusableFile, choose, require_rows

if TYPE_CHECKING:
    import fastexcel

_OLDER: Final = b"\xd0\xcf\x11\xe0"
# Every sheet with the header of the first one.
EVERY_SHEET: Final = "*"


def read(content: bytes, layout: Layout, limits: Limits = LIMITS) -> Table:
    """A table of one sheet, cells as text: whole numbers without a point, dates as ``2025-03-01 12:00:00``.

    Raises:
        UnusableFile: no workbook, no such sheet, several where one is meant, or one that unpacks to too much.
    """
    with _book(content, limits) as book:
        every = layout.sheet == EVERY_SHEET
        if layout.sheet is not None and not every and layout.sheet not in book.sheet_names:
            raise UnusableFile("file_unreadable", f"there is no sheet {layout.sheet!r} among its {len(book.sheet_names)}")
        cells = _cells(book, 0 if layout.sheet is None or every else layout.sheet, layout, limits)
        tables = [cells]
        if len(cells) and (every or layout.sheet is None):
            alike = [n for n in range(1, len(book.sheet_names)) if _header(book, n, layout) == cells.row(0)]
            if alike and not every:
                said = f"{len(alike)} more of its sheets have the same header"
                raise UnusableFile("file_unreadable", f'{said}: say sheet = "*" to read all of them, or name the one that is meant')
            tables += [_cells(book, n, layout, limits) for n in alike]
    header = [None if name is None else str(name) for name in (cells.row(0) if len(cells) else ())]
    wanted, rest = choose([n for n in header if n is not None], layout.alternatives)
    if twice := sorted({n for n in wanted if header.count(n) > 1}):
        raise UnusableFile("file_unreadable", f"the header names twice: {', '.join(twice)}")
    rows = pl.concat(
        [table.slice(1).select(pl.col(table.columns[header.index(n)]).cast(pl.String).alias(n) for n in wanted) for table in tables]
    )
    return require_rows(Table(rows.filter(~pl.all_horizontal(pl.all().is_null())), rest))


def _cells(book: fastexcel.ExcelReader, sheet: int | str, layout: Layout, limits: Limits) -> pl.DataFrame:
    """A sheet from its header on. The library parses the whole sheet whatever it is asked for: once is enough."""
    found = book.load_sheet(sheet, header_row=None, skip_rows=layout.header_line - 1, dtypes="string")
    limits.require_table(found.height, found.width)
    return found.to_polars()


def _header(book: fastexcel.ExcelReader, sheet: int, layout: Layout) -> tuple[object, ...]:
    top = book.load_sheet(sheet, header_row=None, skip_rows=layout.header_line - 1, n_rows=1, dtypes="string").to_polars()
    return top.row(0) if len(top) else ()


def first_sheet(content: bytes, limits: Limits = LIMITS) -> tuple[str | None, int, pl.DataFrame]:
    """Of a workbook that nobody has declared the first sheet that is a table: its name where it is not the first of all, the line of its
    header, and rows from all over it.

    Raises:
        UnusableFile: no workbook, or no sheet with rows.
    """
    with _book(content, limits) as book:
        tables = []
        for number, name in enumerate(book.sheet_names):
            top = book.load_sheet(number, header_row=None, skip_rows=0, n_rows=LOOKED_AT, dtypes="string").to_polars()
            line = header_line(top.rows())
            cells = book.load_sheet(number, header_row=line - 1, dtypes="string").to_polars()
            if not cells.is_empty():
                tables.append((name if number else None, line, spread(cells.select(pl.all().cast(pl.String)))))
    if not tables:
        raise UnusableFile("no_rows", "no sheet of it has rows")
    # A sheet of one column says something about the others.
    return next((t for t in tables if t[2].width > 1), tables[0])


@contextmanager
def _book(content: bytes, limits: Limits) -> Iterator[fastexcel.ExcelReader]:
    # Heavier than the other readers, and most sources have no workbooks.
    import fastexcel

    # The older ones are no archives: they unpack to nothing more than they are.
    if not content.startswith(_OLDER):
        Archive(content, limits).require_sane()
    try:
        yield fastexcel.read_excel(content)
    except fastexcel.FastExcelError as error:
        raise UnusableFile("file_unreadable", f"not an Excel workbook ({type(error).__name__})") from None
