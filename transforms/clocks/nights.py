"""Nights, days and cutoffs: local dates of a district as moments in UTC.

Belongs here: calendar arithmetic. Does not: the current time (``infra.clock``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from transforms.clocks.zones import local_to_utc, utc_to_local
from transforms.district.declaration import District

# A night of any district is made within, also on a busy machine and when it is tried again.
_MADE_WITHIN: Final = dt.timedelta(hours=3)


@lru_cache(maxsize=1 << 14)
def day_start(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first moment of a local date, in UTC."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def cutoff(night: dt.date, district: District) -> dt.datetime:
    """The moment on the night's date at which the nightly looks at what is known, in UTC."""
    return dt.datetime.combine(night, district.cutoff, district.zone).astimezone(dt.UTC)


def missing_from(night: dt.date, district: District) -> dt.datetime:
    """From when on the newest night is missing for whoever reads this one: hours after the next one's cutoff, in the district's zone."""
    return (cutoff(night + dt.timedelta(days=1), district) + _MADE_WITHIN).astimezone(district.zone)


def day_began(column: str, zone: str) -> pl.Expr:
    """The first moment of each local date of a column, in UTC."""
    return local_to_utc(pl.col(column).cast(pl.Datetime("us")), zone)


def local_day(column: str, zone: str) -> pl.Expr:
    """The local date of a UTC column."""
    return utc_to_local(pl.col(column), zone).dt.date()


def span(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every date from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)


def earliest(days: pl.Series) -> dt.date:
    """The first of a series of dates. Raises ``ValueError`` when it is empty."""
    first = days.min()
    if not isinstance(first, dt.date):
        raise ValueError("there is no date")
    return first
