"""Excel workbooks (.xlsx): one sheet, its first row the header.

Belongs here: workbooks. Does not: the archive that a workbook is, whose size is measured first (``unpack``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from infra.sources.table import Layout, Table, UnusableFile, choose, require_rows
from infra.sources.unpack import require_sane_archive

if TYPE_CHECKING:
    import fastexcel

# How the library calls a column without a name.
_UNNAMED = "__UNNAMED__"


def read(content: bytes, layout: Layout) -> Table:
    """A table of one sheet, cells as text: whole numbers without a point, dates as ``2025-03-01 12:00:00``.

    Raises:
        UnusableFile: no workbook, no such sheet, or one that unpacks to too much.
    """
    with _book(content) as book:
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            raise UnusableFile("file_unreadable", f"there is no sheet {layout.sheet!r}; it has: {', '.join(book.sheet_names)}")
        header = [c.name for c in book.load_sheet(layout.sheet or 0, n_rows=0).available_columns()]
        wanted, rest = choose(header, layout.alternatives)
        first = book.load_sheet(layout.sheet or 0, header_row=None, n_rows=1, dtypes="string").to_polars()
        # The library renames what stands twice.
        if twice := sorted({n for row in first.rows() for n in row if n in wanted and row.count(n) > 1}):
            raise UnusableFile("file_unreadable", f"the header names twice: {', '.join(twice)}")
        cells = book.load_sheet(layout.sheet or 0, use_columns=wanted, dtypes="string").to_polars()
    rows = cells.select(pl.col(n).cast(pl.String) for n in wanted)
    return require_rows(Table(rows.filter(~pl.all_horizontal(pl.all().is_null())), rest))


def first_sheet(content: bytes) -> tuple[str | None, pl.DataFrame]:
    """The first sheet with rows of a workbook that nobody has declared, and its name where it is not the first of all.

    Raises:
        UnusableFile: no workbook, no sheet with rows, or one whose first row names few columns.
    """
    with _book(content) as book:
        for number, name in enumerate(book.sheet_names):
            cells = book.load_sheet(number, dtypes="string").to_polars()
            if cells.is_empty():
                continue
            if 2 * sum(c.startswith(_UNNAMED) for c in cells.columns) > cells.width:
                raise UnusableFile("file_unreadable", f"the first row of sheet {name!r} is no header; delete the titles above the header")
            return name if number else None, cells.select(pl.all().cast(pl.String))
    raise UnusableFile("no_rows", "no sheet of it has rows")


@contextmanager
def _book(content: bytes) -> Iterator[fastexcel.ExcelReader]:
    # Heavier than the other readers, and most sources have no workbooks.
    import fastexcel

    require_sane_archive(content)
    try:
        yield fastexcel.read_excel(content)
    except fastexcel.FastExcelError as error:
        raise UnusableFile("file_unreadable", f"not an Excel workbook ({type(error).__name__})") from None
