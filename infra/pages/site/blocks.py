"""What a page is made of: tables, charts and maps, each with the view that its figures are from.

Belongs here: these values. Does not: filling them (a file per page), drawing them (``templates/``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import polars as pl
from markupsafe import Markup

from infra.pages.brief.geometry import Sheet
from infra.pages.site.desk import Desk, Returns, SignedIn
from transforms.alerts.subjects import Called
from transforms.words import Category, DayState, Level, Words

_MARKED: Final = frozenset({Level.ORANGE.value, Level.RED.value})


@dataclass(frozen=True)
class Mark:
    """A level with its patch; those of duty have colours and words of their own. None where there is no level."""

    level: Level | None
    duty: bool = False


@dataclass(frozen=True)
class Link:
    """A text that leads to another page of the site."""

    text: str
    page: str


@dataclass(frozen=True)
class Strip:
    """The states of a source on days one after the other, oldest first."""

    days: tuple[tuple[dt.date, DayState], ...]


Value: TypeAlias = str | Words | Mark | Link | Strip | Markup | None


@dataclass(frozen=True)
class Column:
    """The head of a column; numbers stand to the right."""

    words: Words
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of a view, as people read them."""

    title: Words
    view: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: Words | None = None


@dataclass(frozen=True)
class Charts:
    """Small drawings beside one another, each under its name."""

    title: Words
    view: str
    drawings: tuple[tuple[Words, Markup], ...]
    note: Words | None = None


@dataclass(frozen=True)
class Place:
    """A cell on a map: its name, and how it stands in each category."""

    cell_id: str
    name: str
    stands: Mapping[Category, str]

    @property
    def is_marked(self) -> bool:
        """Whether it bears the mark of orange or red in a category of residents."""
        return any(stands in _MARKED for category, stands in self.stands.items() if category is not Category.POLITICAL)


@dataclass(frozen=True)
class Map:
    """The cells of a night, coloured by one category at a time; ``page`` is where a cell leads."""

    title: Words
    view: str
    sheet: Sheet
    places: tuple[Place, ...]
    categories: tuple[Category, ...]
    page: str | None = None


@dataclass(frozen=True)
class Histories:
    """How every cell stood on the last nights, a letter a night by category, for the reader to choose one."""

    title: Words
    view: str
    nights: tuple[dt.date, ...]
    categories: tuple[Category, ...]
    cells: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    note: Words | None = None


Block: TypeAlias = Table | Charts | Map | Histories | Desk | Returns


@dataclass(frozen=True)
class Page:
    """What is on a page."""

    lede: Words
    blocks: tuple[Block, ...]


class Naming(Protocol):
    """What codes of the district are called (``transforms.alerts.subjects``)."""

    def subdistrict(self, code: str) -> Words:
        """A subdistrict."""

    def department(self, code: str) -> Words:
        """A department."""

    def subject(self, kind: str, code: str) -> Called:
        """What an alert is about."""


@dataclass(frozen=True)
class Facts:
    """What every page has at hand: the rows of the views by their names, what codes of the district are called, where the brief of the
    night lies, relative to the pages, and what somebody may do who signed in: nobody has in a folder."""

    district: str
    name: Words
    synthetic: bool
    zone: dt.tzinfo
    views: Mapping[str, pl.DataFrame]
    names: Naming
    brief: str | None = None
    desk: SignedIn | None = None

    def last(self, view: str) -> pl.DataFrame:
        """The rows of a view that are of the last night."""
        return self.views[view].filter(pl.col("is_last_night") == 1)

    def subdistrict(self, code: str | None) -> Words | None:
        """What a subdistrict is called."""
        return None if code is None else self.names.subdistrict(code)

    def at(self, moment: dt.datetime | None) -> str | None:
        """A moment as the district's clocks had it."""
        return None if moment is None else f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Leaf:
    """One page of the site: its file is called by its code; ``page`` fills it from these views and no others."""

    code: str
    title: Words
    views: tuple[str, ...]
    page: Callable[[Facts], Page]


def number(value: float | None, digits: int = 0) -> str | None:
    """A number for people, in groups of three; nothing where it is unknown."""
    return None if value is None else f"{value:,.{digits}f}".replace(",", "\u2009")
