"""The words of a source that no codelist maps, and what an edited codelist would change about all of them.

Belongs here: which words may be shown, how much the others tell, comparing two readings of them. Does not: reading one word
(``transforms.reports.mapping``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.reports.mapping import department_words, kind, kind_text, trimmed
from transforms.reports.privacy import personal_values
from transforms.reports.values import coded
from transforms.words.feeds.feed import is_catch_all

MAX_CHARACTERS: Final = 40
MIN_SEEN: Final = 20
# In a small file a word is seen often that is a good part of it: at most twenty are, for fifty may be people.
MIN_SEEN_OF_FEW: Final = 5
MIN_SHARE_OF_FEW: Final = 0.05
# With less, what is forecast is the sender's list of leftovers.
ENOUGH_TELLING: Final = 0.95
WORDS: Final = pl.Schema({"word": pl.String, "count": pl.Int64})


def showable(words: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of ``word`` and ``count`` those that may be shown: short, often seen, and free of what looks personal."""
    often = min(MIN_SEEN, max(MIN_SEEN_OF_FEW, math.ceil(MIN_SHARE_OF_FEW * int(words["count"].sum()))))
    fine = words.filter((pl.col("word").str.len_chars() <= MAX_CHARACTERS) & (pl.col("count") >= often))
    return fine.filter(~personal_values(fine["word"]))


def counted(delivered: pl.DataFrame, source: Source) -> pl.DataFrame:
    """How often each text of the kind stands in delivered rows: ``word``, ``count``; the most frequent first."""
    return _counted(trimmed(delivered, source.columns.of("kind"), source).select(word=kind_text(source)))


def departments(delivered: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The same for what stands where a department should."""
    columns = [c for field in ("department", "first_department") for c in source.columns.of(field)]
    rows = trimmed(delivered, columns, source)
    return _counted(pl.concat([rows.select(word=pl.col(c)) for c in columns]))


def _counted(words: pl.LazyFrame) -> pl.DataFrame:
    found = words.drop_nulls().collect().group_by("word").agg(count=pl.len().cast(pl.Int64))
    return found.sort("count", "word", descending=[True, False])


def unmapped(words: pl.DataFrame, source: Source, district: District) -> tuple[pl.DataFrame, int, int]:
    """The words without a kind that may be shown, and of those that may not their number and that of their rows."""
    left = words.filter(words.select(kind=kind(pl.col("word"), source, district))["kind"].is_null())
    shown = showable(left)
    return shown, len(left) - len(shown), int(left["count"].sum()) - int(shown["count"].sum())


@dataclass(frozen=True)
class Telling:
    """How many rows with a readable kind there are, and how many of them got a kind that says what happened."""

    rows: int
    telling: int

    @property
    def share(self) -> float | None:
        """The share of those that did; None where there are no rows."""
        return self.telling / self.rows if self.rows else None

    @property
    def enough(self) -> bool:
        """Whether a forecast can be made of it, or the codelist asks for more words."""
        return self.share is None or self.share >= ENOUGH_TELLING


def telling(words: pl.DataFrame, source: Source, district: District) -> Telling:
    """Of rows of ``word`` and ``count``, those whose kind is known and no catch-all."""
    read = words.select("count", kind=kind(pl.col("word"), source, district)).drop_nulls()
    catch_alls = [code for code in district.kinds if is_catch_all(code)]
    known = read.filter(~pl.col("kind").is_in(catch_alls))
    return Telling(int(words["count"].sum()), int(known["count"].sum()))


def uncoded_departments(words: pl.DataFrame, source: Source, district: District) -> pl.DataFrame:
    """The words without a department, whatever they are: who asks for them is to choose from them."""
    return words.filter(words.select(code=coded(pl.col("word"), department_words(source, district)))["code"].is_null())


def changed(words: pl.DataFrame, before: tuple[Source, District], after: tuple[Source, District]) -> pl.DataFrame:
    """The words that two declarations read differently: ``word`` (null where it may not be shown), ``before``, ``after``, ``rows``."""
    read = words.with_columns(before=kind(pl.col("word"), *before), after=kind(pl.col("word"), *after))
    differing = read.filter(pl.col("before").ne_missing(pl.col("after")))
    fit = showable(differing.select("word", "count"))["word"]
    named = differing.with_columns(word=pl.when(pl.col("word").is_in(fit.implode())).then("word"))
    return named.group_by("word", "before", "after").agg(rows=pl.col("count").sum()).sort("rows", "word", descending=[True, False])
