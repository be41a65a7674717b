"""Local times of a zone and UTC, whole columns at a time.

Belongs here: moving times between a zone and UTC. Does not: reading them (``transforms.reports.values``), nights
(``transforms.clocks.nights``).

Daylight saving. A local time that occurs twice (clocks set back) is read as the first one. A local time that does not exist (clocks set
forward) moves on by as much as the clocks did: 02:30 becomes 03:30. Whoever wrote it had not set the clock yet, and no report is lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

from transforms.schema import UTC

_DAY = dt.timedelta(days=1)


def local_to_utc(local: pl.Expr, zone: str) -> pl.Expr:
    """Times of ``zone`` without an offset as UTC, by the rules above."""
    return local.map_batches(lambda times: _to_utc(times, zone), return_dtype=UTC, is_elementwise=True)


def utc_to_local(moments: pl.Expr, zone: str) -> pl.Expr:
    """Moments in UTC as times of ``zone`` without an offset."""
    return moments.map_batches(lambda times: _to_local(times, zone), return_dtype=pl.Datetime("us"), is_elementwise=True)


def _to_utc(local: pl.Series, zone: str) -> pl.Series:
    def straight(times: pl.Series) -> pl.Series:
        known = times.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return known.dt.convert_time_zone("UTC").dt.replace_time_zone(None)

    read = _by_day(local.cast(pl.Datetime("us")), straight)
    if read.null_count() > local.null_count():
        # What does not exist is read by the clock of the day before, which nobody had set yet.
        read = read.zip_with(read.is_not_null(), straight(local - _DAY) + _DAY)
    return read.dt.replace_time_zone("UTC")


def _to_local(moments: pl.Series, zone: str) -> pl.Series:
    def straight(times: pl.Series) -> pl.Series:
        return times.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)

    return _by_day(moments.dt.replace_time_zone(None), straight)


def _by_day(times: pl.Series, moved: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """``moved`` of each time. Where the two ends of a day move alike so does all between them, and a day is asked about once."""
    dates = times.dt.date()
    days = dates.unique().drop_nulls()
    starts, ends = days.cast(pl.Datetime("us")), (days + _DAY).cast(pl.Datetime("us"))
    shifts = moved(starts) - starts
    even = (shifts == moved(ends) - ends).fill_null(value=False)
    found = times + dates.replace_strict(days.filter(even), shifts.filter(even), default=None, return_dtype=pl.Duration("us"))
    left = found.is_null() & times.is_not_null()
    return found.scatter(left.arg_true(), moved(times.filter(left))) if left.any() else found
