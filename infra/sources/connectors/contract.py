"""What a connector is asked, and what it gives: pages, and what the far side says of itself.

Belongs here: the shapes that every protocol shares. Does not: any protocol, batches (``cuts``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import polars as pl

# What a page has beside declared columns: when a row last changed, as the far side writes it, and how it tells rows apart.
MOMENT: Final = "_moment"
FAR_ID: Final = "_far_id"


@dataclass(frozen=True)
class Page:
    """Rows in the far side's stable order: the wanted columns, and ``MOMENT`` and ``FAR_ID`` where it tells them, all as text.

    ``by_moment`` means that the order is that of changes, so that everything is in up to a row's moment once the row is. In another order
    it is ``reached`` that says so, once the last page is in.
    """

    rows: pl.DataFrame = field(repr=False)
    by_moment: bool = False
    reached: str | None = None


@dataclass(frozen=True)
class FarColumn:
    """One column of a far side: its name, and its type in the far side's own word."""

    name: str
    kind: str


@dataclass(frozen=True)
class Described:
    """What a far side says of itself; None where it does not say.

    ``oldest`` and ``newest`` are of the column by which it orders changes, or of the occurrence where there is none; ``sample`` are some of
    its rows, every column as text.
    """

    columns: tuple[FarColumn, ...]
    rows: int | None
    oldest: str | None
    newest: str | None
    page_rows: int
    tells_changes: bool
    sample: pl.DataFrame = field(repr=False, default_factory=pl.DataFrame)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What is asked for: columns by the far side's names, and those among them that make the key, in their order.

    ``together`` means that rows of one key are one report, so that all of them must come, and in one batch; ``whole`` that everything is
    asked for, in an order that changes of rows do not change.
    """

    columns: Sequence[str]
    key: Sequence[str]
    occurred: str
    together: bool = False
    whole: bool = False


class Connector(Protocol):
    """One far side. Whatever it cannot give is an ``UnusableFile`` with a plain reason that quotes no value and no secret.

    ``tells_newest_again`` is whether what it is asked for since a moment that was reached holds the row of that moment, if it still has it.
    """

    tells_changes: bool
    tells_newest_again: bool

    def columns(self) -> list[str] | None:
        """The names of all its columns; None where it does not say them."""

    def pages(self, wanted: Wanted, since: str | None) -> Iterator[Page]:
        """Everything, or what changed at ``since`` (a moment in the far side's own writing) or later."""

    def before(self, moment: str, now: dt.datetime) -> str:
        """The moment from which on it is asked, where another one was reached: earlier by the overlap, and never ahead of ``now``."""

    def describe(self, occurred: str | None) -> Described:
        """What it has, from a few requests."""
