"""Parquet files: typed columns, each value written as text.

Belongs here: Parquet. Does not: how a type reads as text (``table.plain_text``).
"""

from __future__ import annotations

import io

import polars as pl

from infra.sources.table import Layout, Table, UnusableFile, choose, plain_text, require_rows


def read(content: bytes, layout: Layout) -> Table:
    """A table of the wanted columns; the others are not decoded.

    Raises:
        UnusableFile: no Parquet file, or lists, structures or bytes in a wanted column.
    """
    try:
        present = list(pl.read_parquet_schema(io.BytesIO(content)))
        wanted, rest = choose(present, layout.alternatives)
        rows = pl.read_parquet(io.BytesIO(content), columns=wanted)
    except pl.exceptions.PolarsError as error:
        raise UnusableFile("file_unreadable", f"not a Parquet file ({type(error).__name__})") from None
    if nested := [n for n in wanted if rows.schema[n].is_nested() or rows.schema[n] in (pl.Binary, pl.Object)]:
        raise UnusableFile("file_unreadable", f"not plain values in: {', '.join(nested)}")
    return require_rows(Table(rows.select(plain_text(n, rows.schema[n]) for n in wanted), rest))
