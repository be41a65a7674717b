"""Which delivered rows a source means, and which of them it takes back.

Belongs here: the tests that a declaration makes on texts as they were delivered. Does not: what the texts mean (``mapping``).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.district.source import Source, Where


def in_scope(rows: pl.DataFrame, source: Source) -> pl.Series:
    """Which rows the source's own filter keeps."""
    return matching(rows, source.where) if source.where else pl.Series("keep", [True] * len(rows), dtype=pl.Boolean)


def matching(rows: pl.DataFrame, tests: Sequence[Where]) -> pl.Series:
    """Which rows pass every test. A null fails every one."""
    keep = pl.lit(value=True)
    for test in tests:
        text = pl.col(test.column).str.strip_chars()
        if test.equals is not None:
            keep &= text == test.equals
        elif test.one_of is not None:
            keep &= text.is_in(test.one_of)
        elif test.none_of is not None:
            keep &= ~text.is_in(test.none_of)
        elif test.prefix is not None:
            keep &= text.str.starts_with(test.prefix)
        elif test.pattern is not None:
            keep &= text.str.contains(test.pattern)
    return rows.select(keep=keep.fill_null(value=False)).to_series()
