"""Parquet files: typed columns, each value written as text.

Belongs here: Parquet. Does not: how a type reads as text (``table.plain_text``), which process reads it (``guarded``).

It is read a part of its rows at a time: a file of a few kilobytes may hold any number of them, and the footer says how many.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from infra.sources.limits import LIMITS, Limits
from infra.sources.runs import runs
from infra.sources.table import Layout, UnusableFile, choose, plain_text

_STEP = 100_000
# A part is looked for within its group of rows, which may be all of the file: never more often than so.
_PARTS = 16


@dataclass(frozen=True)
class Parts:
    """A table of text, part by part, and the names of the columns left unread."""

    tables: Iterator[pl.DataFrame] = field(repr=False)
    undeclared: list[str]


def table(content: bytes, layout: Layout, limits: Limits = LIMITS) -> Parts:
    """The wanted columns; the others are not decoded.

    Raises:
        UnusableFile: no Parquet file, too many rows, none, or lists, structures or bytes in a wanted column.
    """
    lazy, types, rows = _opened(content)
    limits.require_table(rows, 1)
    wanted, rest = choose(list(types), layout.alternatives)
    if nested := [n for n in wanted if not _is_plain(types[n])]:
        raise UnusableFile("file_unreadable", f"not plain values in: {', '.join(nested)}")
    limits.require_table(rows, len(wanted))
    if not rows:
        raise UnusableFile("no_rows", "a header and nothing below it")
    step = max(_STEP, rows // _PARTS)
    text = lazy.select(plain_text(n, types[n]) for n in wanted)
    return Parts((_read(text.slice(start, step)) for start in range(0, rows, step)), rest)


def spread(content: bytes, limits: Limits = LIMITS) -> Iterator[pl.DataFrame]:
    """Rows from all over a file that nobody has declared, with whatever columns are plain.

    Raises:
        UnusableFile: no Parquet file, or one with more columns than are looked at.
    """
    lazy, types, rows = _opened(content)
    limits.require_table(min(rows, limits.rows), len(types))
    text = lazy.select(plain_text(c, t) for c, t in types.items() if _is_plain(t))
    return (_read(text.slice(run.start, len(run))) for run in runs(rows))


def _opened(content: bytes) -> tuple[pl.LazyFrame, pl.Schema, int]:
    try:
        lazy = pl.scan_parquet(io.BytesIO(content))
        return lazy, lazy.collect_schema(), int(lazy.select(pl.len()).collect().item())
    except pl.exceptions.PolarsError as error:
        raise _no_parquet(error) from None


def _read(part: pl.LazyFrame) -> pl.DataFrame:
    try:
        return part.collect()
    except pl.exceptions.PolarsError as error:
        raise _no_parquet(error) from None


def _is_plain(type_: pl.DataType) -> bool:
    return not type_.is_nested() and type_ not in (pl.Binary, pl.Object)


def _no_parquet(error: pl.exceptions.PolarsError) -> UnusableFile:
    return UnusableFile("file_unreadable", f"not a Parquet file ({type(error).__name__})")
