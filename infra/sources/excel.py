"""Excel workbooks (.xlsx): one sheet, its first row the header.

Belongs here: workbooks. Does not: the archive that a workbook is, whose size is measured first (``unpack``).
"""

from __future__ import annotations

import polars as pl

from infra.sources.table import Layout, Table, UnusableFile, choose, require_rows
from infra.sources.unpack import require_sane_archive


def read(content: bytes, layout: Layout) -> Table:
    """A table of one sheet, cells as text: whole numbers without a point, dates as ``2025-03-01 12:00:00``.

    Raises:
        UnusableFile: no workbook, no such sheet, or one that unpacks to too much.
    """
    # Heavier than the other readers, and most sources have no workbooks.
    import fastexcel

    require_sane_archive(content)
    try:
        book = fastexcel.read_excel(content)
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            raise UnusableFile("file_unreadable", f"there is no sheet {layout.sheet!r}; it has: {', '.join(book.sheet_names)}")
        header = [c.name for c in book.load_sheet(layout.sheet or 0, n_rows=0).available_columns()]
        wanted, rest = choose(header, layout.alternatives)
        first = book.load_sheet(layout.sheet or 0, header_row=None, n_rows=1, dtypes="string").to_polars()
        # The library renames what stands twice.
        if twice := sorted({n for row in first.rows() for n in row if n in wanted and row.count(n) > 1}):
            raise UnusableFile("file_unreadable", f"the header names twice: {', '.join(twice)}")
        cells = book.load_sheet(layout.sheet or 0, use_columns=wanted, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise UnusableFile("file_unreadable", f"not an Excel workbook ({type(error).__name__})") from None
    rows = cells.select(pl.col(n).cast(pl.String) for n in wanted)
    return require_rows(Table(rows.filter(~pl.all_horizontal(pl.all().is_null())), rest))
