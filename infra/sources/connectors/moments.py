"""Moments as far sides write them.

Belongs here: moving one back. Does not: the times of reports (``transforms.reports``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Final

import polars as pl

_NUMBER: Final = re.compile("-?[0-9]+", re.ASCII)
# 2026-01-31T23:59:59.123456789+08:00
_LONGEST: Final = 35


def earlier(moment: str, overlap: dt.timedelta, now: dt.datetime, form: str) -> str:
    """A moment less an overlap, as ``form`` writes it in UTC; one that lies ahead of ``now`` counts as now.

    A far side whose clock runs ahead would otherwise hide what it changes until ours is there too. What cannot be read is given back as it
    stands: without overlap then.
    """
    try:
        read = dt.datetime.fromisoformat(moment)
    except ValueError:
        return moment
    at = read if read.tzinfo else read.replace(tzinfo=dt.UTC)
    # Milliseconds are as fine as portals write them.
    return (min(at, now) - overlap).astimezone(dt.UTC).strftime(form).replace("000Z", "Z")


def read_moment(text: str) -> dt.datetime | None:
    """A moment written as ISO says or in milliseconds since 1970; None where it is neither."""
    try:
        if _NUMBER.fullmatch(text):
            return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
        read = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def only_moment(text: str | None) -> str | None:
    """A far side's word for when something changed, as far as it may be kept and shown: a moment or a number, and no other text."""
    if text is None or len(text) > _LONGEST or not text.isascii():
        return None
    return text if _NUMBER.fullmatch(text) or read_moment(text) is not None else None


def earlier_ms(moment: str, overlap: dt.timedelta, now: dt.datetime) -> str:
    """The same for moments in milliseconds since 1970."""
    at = read_moment(moment)
    return moment if at is None else str(round((min(at, now) - overlap).timestamp() * 1000))


def latest(moments: Iterable[str | None]) -> str | None:
    """The latest of moments that are written alike; numbers are compared as such."""
    return max((m for m in moments if m is not None), key=lambda m: (len(m), m) if m.isdigit() else (0, m), default=None)


def latest_of(moments: pl.Series) -> str | None:
    """``latest`` of a column, of which only the last text and the last number are looked at one by one."""
    number = moments.str.contains(r"^\d+$")
    numbers = moments.filter(number)
    told = [moments.filter(~number).max()]
    if len(numbers):
        lengths = numbers.str.len_chars()
        told.append(numbers.filter(lengths == lengths.max()).max())
    return latest(str(moment) for moment in told if moment is not None)
