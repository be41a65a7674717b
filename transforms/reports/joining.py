"""Columns out of a second file: where a place is of which a delivery says the number alone, what a code of a kind means.

Belongs here: putting them beside the rows. Does not: reading that file (``infra.districts.lookups``), what the columns are read as
(``mapping``).
"""

from __future__ import annotations

import polars as pl

from transforms.district.source import Source
from transforms.reports.key_texts import canonical


def with_joined(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Rows with the columns of the source's second file; null where that says nothing of a row's value."""
    join = source.join
    if join is None or join.on not in rows.columns:
        return rows
    on = _as_told(rows[join.on].str.strip_chars(), pl.Series([*join.told], dtype=pl.String))
    found = {c: {value: told[k] for value, told in join.told.items()} for k, c in enumerate(join.columns)}
    return rows.with_columns(on.replace_strict(told, default=None, return_dtype=pl.String).alias(c) for c, told in found.items())


def _as_told(values: pl.Series, told: pl.Series) -> pl.Series:
    """Values as the second file writes them: where it has none that is the same, the one number that is (``0110``, ``110``, ``110.0``)."""
    others = values.filter(~values.is_in(told.implode())).unique().drop_nulls()
    if others.is_empty() or told.is_empty():
        return values
    numbers = pl.DataFrame({"told": told, "number": canonical(told)}).drop_nulls()
    # Of two that differ in their zeros alone nobody knows which is meant.
    numbers = numbers.filter(pl.col("number").is_unique())
    meant = canonical(others).replace_strict(numbers["number"], numbers["told"], default=others, return_dtype=pl.String)
    return values.replace(others, meant)
