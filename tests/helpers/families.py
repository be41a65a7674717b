"""The same reports in another spelling: what a city told, and the typed rows that a source makes of a file about it.

Belongs here: events, the least of a file about them, reading one as an intake does. Does not: the spellings (the tests of families),
judging and locating what was read.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from hypothesis import strategies as st

from infra.landing.identity import identify
from infra.landing.scanning import scan
from tests.helpers.candidates import LANDED, district
from tests.helpers.district_folders import source
from tests.helpers.keys import SECRET
from transforms.reports.mapping import to_candidates

DISTRICT_KEY: Final = SECRET
KINDS: Final = ("theft", "robbery", "fight")
SAID: Final = ["key_hash", "occurred_at", "kind", "lon", "lat", "status", "count", "occurred_given", "place_given"]


@dataclass(frozen=True)
class Event:
    """What happened: its number, its moment by the clock on the wall, its kind and its place in degrees."""

    number: int
    moment: dt.datetime
    kind: str
    lon: float
    lat: float

    @property
    def row(self) -> list[str]:
        """In the plain spelling, under ``HEADER``."""
        return [str(self.number), f"{self.moment:%Y-%m-%d %H:%M:%S}", self.kind, str(self.lon), str(self.lat)]


HEADER: Final = ["id", "time", "kind", "x", "y"]
_START: Final = dt.datetime(2013, 1, 1)  # noqa: DTZ001 - a clock on a wall


def events(least: int = 1, most: int = 5) -> st.SearchStrategy[list[Event]]:
    """A few events with numbers of their own."""
    one = st.builds(
        lambda number, minute, kind, east, north: Event(
            number, _START + dt.timedelta(minutes=minute), kind, round(113.80 + east / 1e5, 5), round(35.30 + north / 1e5, 5)
        ),
        # Neither telephones nor numbers of people.
        st.integers(1_000_000, 99_999_999) | st.integers(202_600_000_000, 202_699_999_999),
        st.integers(0, 11 * 365 * 24 * 60),
        st.sampled_from(KINDS),
        st.integers(0, 1999),
        st.integers(0, 1999),
    )
    return st.lists(one, min_size=least, max_size=most, unique_by=lambda e: e.number)


def table(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER, separator: str = ",") -> str:
    """A CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def written(told: Iterable[Event], changed: Callable[[Event, list[str]], list[str]] = lambda _, row: row) -> str:
    """Events as a CSV, each row ``changed``."""
    return table([changed(event, event.row) for event in told])


def typed(content: str | bytes, name: str = "calls.csv", **declared: Any) -> pl.DataFrame:
    """The typed rows of a file as its source reads it, in the order of what they say; which row of the file each was is let go."""
    place = district(source(**{"undeclared": "ignore", **declared}))
    (one,) = place.sources
    raw = content.encode() if isinstance(content, str) else content
    batch = scan(raw, name, one, identify(raw, DISTRICT_KEY), DISTRICT_KEY)
    made = to_candidates(batch.rows, one, place, LANDED)
    return made.select(SAID).sort("key_hash", "occurred_at", "kind", "lon", "lat")


def plainly(told: Iterable[Event], **declared: Any) -> pl.DataFrame:
    """The typed rows of events in the plain spelling."""
    return typed(written(told), **declared)
