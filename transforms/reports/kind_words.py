"""The words of a source that no codelist maps, and what an edited codelist would change about all of them.

Belongs here: which words may be shown, and comparing two readings of them. Does not: reading one word (``transforms.reports.mapping``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.reports.mapping import kind, kind_text, trimmed
from transforms.reports.privacy import personal_values

MAX_CHARACTERS: Final = 40
MIN_SEEN: Final = 20


def showable(words: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of ``word`` and ``count`` those that may be shown: short, often seen, and free of what looks personal."""
    fine = words.filter((pl.col("word").str.len_chars() <= MAX_CHARACTERS) & (pl.col("count") >= MIN_SEEN))
    return fine.filter(~personal_values(fine["word"]))


def counted(landed: pl.DataFrame, source: Source) -> pl.DataFrame:
    """How often each text of the kind stands in landed rows: ``word``, ``count``; the most frequent first."""
    words = trimmed(landed, source.columns.of("kind"), source).select(word=kind_text(source)).drop_nulls().collect()
    return words.group_by("word").agg(count=pl.len().cast(pl.Int64)).sort("count", "word", descending=[True, False])


def unmapped(words: pl.DataFrame, source: Source, district: District) -> tuple[pl.DataFrame, int, int]:
    """The words without a kind that may be shown, and of those that may not their number and that of their rows."""
    left = words.filter(words.select(kind=kind(pl.col("word"), source, district))["kind"].is_null())
    shown = showable(left)
    return shown, len(left) - len(shown), int(left["count"].sum()) - int(shown["count"].sum())


def changed(words: pl.DataFrame, before: tuple[Source, District], after: tuple[Source, District]) -> pl.DataFrame:
    """The words that two declarations read differently: ``word`` (null where it may not be shown), ``before``, ``after``, ``rows``."""
    read = words.with_columns(before=kind(pl.col("word"), *before), after=kind(pl.col("word"), *after))
    differing = read.filter(pl.col("before").ne_missing(pl.col("after")))
    fit = showable(differing.select("word", "count"))["word"]
    named = differing.with_columns(word=pl.when(pl.col("word").is_in(fit.implode())).then("word"))
    return named.group_by("word", "before", "after").agg(rows=pl.col("count").sum()).sort("rows", "word", descending=[True, False])
