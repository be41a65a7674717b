"""Which sources may tell of a kind: what a source's rows can be of is known from its declaration, before any of them comes.

Belongs here: kinds and series, each with its sources. Does not: what became of them (``transforms.panel``), counting how many rows of a
file get a kind (``transforms.reports``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from transforms.district.source import Source


class Counted(Protocol):
    """A kind: its feed, and the series that it is forecast with."""

    @property
    def feed(self) -> str:
        """Its feed."""

    @property
    def series(self) -> str | None:
        """Its series."""


def sources_of_kinds(sources: Iterable[Source], kinds: Mapping[str, Counted]) -> dict[str, frozenset[str]]:
    """The sources of each kind that some may tell of."""
    told: dict[str, set[str]] = {}
    for source in sources:
        for kind in _told_by(source, [code for code, kind in kinds.items() if kind.feed == source.feed]):
            told.setdefault(kind, set()).add(source.code)
    return {kind: frozenset(codes) for kind, codes in told.items()}


def sources_of_series(sources: Iterable[Source], kinds: Mapping[str, Counted]) -> dict[str, frozenset[str]]:
    """The sources of each series that some may tell of a kind of."""
    told: dict[str, frozenset[str]] = {}
    for code, codes in sources_of_kinds(sources, kinds).items():
        if (series := kinds[code].series) is not None:
            told[series] = told.get(series, frozenset()) | codes
    return told


def _told_by(source: Source, of_feed: Iterable[str]) -> set[str]:
    """Of the kinds of its feed those that the rows of a source may be of: what its words are mapped to, and the one for the rest; where it
    maps no words, they are the codes themselves."""
    of_words = (set(source.kinds.values()) or set(of_feed)) if source.columns.of("kind") else set()
    return of_words | ({source.kind} if source.kind is not None else set())
