"""Columns out of a second file: where a place is of which a delivery says the number alone, what a code of a kind means.

Belongs here: putting them beside the rows. Does not: reading that file (``infra.districts.lookups``), what the columns are read as
(``mapping``).
"""

from __future__ import annotations

import polars as pl

from transforms.district.source import Source


def with_joined(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Rows with the columns of the source's second file; null where that says nothing of a row's value."""
    join = source.join
    if join is None or join.on not in rows.columns:
        return rows
    on = rows[join.on].str.strip_chars()
    found = {c: {value: told[k] for value, told in join.told.items()} for k, c in enumerate(join.columns)}
    return rows.with_columns(on.replace_strict(told, default=None, return_dtype=pl.String).alias(c) for c, told in found.items())
