"""Another closed list than the shipped one, for what is measured on series of its own.

Belongs here: exchanging the list while a district is loaded. Does not: any list of a city (the tests and benchmarks that need one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from transforms.words import Words
from transforms.words.feeds import FEEDS
from transforms.words.feeds.feed import StandardKind, StandardSeries


def series(code: str, weight: float = 1.0) -> StandardSeries:
    return StandardSeries(code, Words(code, code), weight, "what a measurement compares with")


def kind(code: str, series: str | None = None, severity: int = 2, *, sensitive: bool = False) -> StandardKind:
    return StandardKind(code, Words(code, code), severity, series=series, sensitive=sensitive)


@contextmanager
def shipping(lists: Mapping[str, tuple[Iterable[StandardSeries], Iterable[StandardKind]]]) -> Iterator[None]:
    """While it lasts, feeds have the series and kinds of ``lists`` and no others."""
    bare = {code: replace(feed, series=(), kinds=(), usual=(), other=None) for code, feed in FEEDS.items()}
    given = {code: replace(bare[code], series=tuple(s), kinds=tuple(k)) for code, (s, k) in lists.items()}
    with patch.object(FEEDS, "_records", bare | given):
        yield
