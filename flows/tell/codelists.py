"""The words of delivered files: those that no codelist maps, and what an edit of the folder would change about all of them.

Belongs here: `sifang doctor --codelist` and `--departments`. Does not: which words may be shown (``transforms.reports.kind_words``),
reading a file (``infra.landing.scanning``). No word is kept: the city's own files are read for it, all that lie where its sources look,
taken in or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from flows.stores import Context
from infra.landing.identity import identify
from infra.landing.scanning import scan
from infra.sources.deliveries import delivered_in
from infra.sources.fetching import UnreachableError
from infra.sources.table import UnusableFile
from infra.warehouse.intake.batches import ledger_versions
from transforms.district.source import Source
from transforms.reports.kind_words import WORDS, changed, counted, departments, telling, uncoded_departments, unmapped

# Nothing that is read for its words is kept, so any key will do.
_ANY_KEY = b"words"


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


@dataclass(frozen=True)
class KindShare:
    """Of the rows of a source that have a readable kind, how many get one that says what happened: known, and no catch-all."""

    source: str
    rows: int
    telling: int


@dataclass(frozen=True)
class Unread:
    """Files of a source that are refused for one reason: of their words nothing is told."""

    source: str
    reason: str
    files: int


@dataclass(frozen=True)
class Codelists:
    """The words without a kind, what an edit of the codelists would change, and the share of rows whose kind tells something.

    All of it in the files that lie where the sources look; those that are ``unread`` are not among them.
    """

    unmapped: tuple[UnmappedWord, ...]
    changes: tuple[WordChange, ...]
    shares: tuple[KindShare, ...]
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True)
class DepartmentWord:
    """What a source calls a department that the folder has no code for: it may be somebody's name, and is shown only to who asked."""

    source: str
    word: str
    rows: int


@dataclass(frozen=True)
class DepartmentWords:
    """All such words, in the files that lie where the sources look; those that are ``unread`` are not among them."""

    words: tuple[DepartmentWord, ...]
    unread: tuple[Unread, ...] = ()


def codelists(context: Context) -> Codelists:
    """All of it for every source; a source's files are read once."""
    shares: list[KindShare] = []
    unmapped_words: list[UnmappedWord] = []
    changes: list[WordChange] = []
    unread: list[Unread] = []
    for source in context.district.sources:
        words = WORDS.to_frame()
        if source.columns.kind is not None:
            words, refused = _delivered(context, source, counted)
            unread += refused
        unmapped_words += _unmapped(context, source, words)
        changes += _changes(context, source, words)
        if len(words):
            told = telling(words, source, context.district)
            shares.append(KindShare(source.code, told.rows, told.telling))
    return Codelists(tuple(unmapped_words), tuple(changes), tuple(shares), tuple(unread))


def department_words(context: Context) -> DepartmentWords:
    """The words of departments that have no code, the most frequent of each source first."""
    found: list[DepartmentWord] = []
    unread: list[Unread] = []
    for source in context.district.sources:
        if source.columns.department is not None or source.columns.first_department is not None:
            told, refused = _delivered(context, source, departments)
            words = uncoded_departments(told, source, context.district)
            found += [DepartmentWord(source.code, word, rows) for word, rows in words.select("word", "count").iter_rows()]
            unread += refused
    return DepartmentWords(tuple(found), tuple(unread))


def _unmapped(context: Context, source: Source, words: pl.DataFrame) -> Iterator[UnmappedWord]:
    """Words that no codelist maps: those that may be shown, and how many others there are."""
    shown, hidden, rows = unmapped(words, source, context.district)
    yield from (UnmappedWord(source.code, word, 1, count) for word, count in shown.select("word", "count").iter_rows())
    if hidden:
        yield UnmappedWord(source.code, None, hidden, rows)


def _changes(context: Context, source: Source, words: pl.DataFrame) -> Iterator[WordChange]:
    """What the folder as it is now would change about the kinds, against the version under which the source was last read."""
    versions = ledger_versions(context.warehouse, source.code)
    if not versions:
        return
    before = context.at_version(versions[-1][1]).district
    if source.code in {s.code for s in before.sources}:
        found = changed(words, (before.source(source.code), before), (source, context.district))
        yield from (WordChange(source.code, *row) for row in found.select("word", "before", "after", "rows").iter_rows())


def _delivered(
    context: Context, source: Source, count: Callable[[pl.DataFrame, Source], pl.DataFrame]
) -> tuple[pl.DataFrame, list[Unread]]:
    """``word`` and ``count`` over the files that lie where the source looks, the same content once; and what was refused."""
    found, refused, seen = [WORDS.to_frame()], Counter[str](), set[str]()
    try:
        for place in context.folder.source_files(source.code):
            for file in delivered_in(place, source):
                identity = identify(file.content, _ANY_KEY)
                if identity.batch_id in seen:
                    continue
                seen.add(identity.batch_id)
                try:
                    if file.refusal is not None:
                        raise file.refusal
                    found.append(count(scan(file.take(), file.name, source, identity, _ANY_KEY).take(), source))
                except UnusableFile as refusal:
                    refused[refusal.reason] += 1
    except UnreachableError:
        refused["source_unreachable"] += 1
    words = pl.concat(found).group_by("word").agg(pl.col("count").sum())
    unread = [Unread(source.code, reason, files) for reason, files in sorted(refused.items())]
    return words.sort("count", "word", descending=[True, False]), unread
