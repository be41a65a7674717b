"""The words of landed rows: those that no codelist maps, and what an edit of the folder would change about all of them.

Belongs here: `sifang doctor --codelist`, and the unmapped words of `sifang status`. Does not: which words may be shown
(``transforms.reports.kind_words``), reading landed files (``infra.landing.words``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.stores import Context
from infra.landing.words import landed_words
from infra.warehouse.batches import ledger_versions
from transforms.district.source import Source
from transforms.reports.kind_words import changed, unmapped


@dataclass(frozen=True)
class UnmappedWord:
    """A word without a kind and its rows; where ``word`` is None, that many words which may not be shown."""

    source: str
    word: str | None
    words: int
    rows: int


@dataclass(frozen=True)
class WordChange:
    """A word that the folder now reads as another kind; ``word`` is None where it may not be shown, a kind where there is none."""

    source: str
    word: str | None
    before: str | None
    after: str | None
    rows: int


def unmapped_words(context: Context) -> tuple[UnmappedWord, ...]:
    """Words of landed rows that no codelist maps: those that may be shown, and how many others there are."""
    found: list[UnmappedWord] = []
    for source in context.district.sources:
        shown, hidden, rows = unmapped(_landed(context, source), source, context.district)
        found += [UnmappedWord(source.code, word, 1, count) for word, count in shown.select("word", "count").iter_rows()]
        found += [UnmappedWord(source.code, None, hidden, rows)] if hidden else []
    return tuple(found)


def codelist_changes(context: Context) -> tuple[WordChange, ...]:
    """What the folder as it is now would change about the kinds of landed rows, against the version under which each was last read."""
    found: list[WordChange] = []
    for source in context.district.sources:
        versions = ledger_versions(context.warehouse, source.code)
        if not versions:
            continue
        before = context.at_version(versions[-1][1]).district
        if source.code not in {s.code for s in before.sources}:
            continue
        changes = changed(_landed(context, source), (before.source(source.code), before), (source, context.district))
        found += [WordChange(source.code, *row) for row in changes.select("word", "before", "after", "rows").iter_rows()]
    return tuple(found)


def _landed(context: Context, source: Source) -> pl.DataFrame:
    return landed_words(context.settings.landing(context.code) / source.code, source)
