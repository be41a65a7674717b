"""The moments that a roster covers on a calendar, and those that nobody can know yet.

A shift covers what lies between two readings of the local clock. A reading that occurs twice (clocks set back) is the first one, one that
does not exist (clocks set forward) is the moment at which the clocks were set: so shifts that touch on the wall touch in time, a night
desk works both hours of autumn, and no shift has negative length. Reports are read otherwise (``transforms.clocks.zones``).

Belongs here: shifts as half-open intervals in UTC, the stretches whose days are known. Does not: counting (``transforms.clocks.measure``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.clocks.calendar import FIRST_YEAR, LAST_YEAR, MOVED, WORKED, Calendar
from transforms.clocks.roster import MINUTES_OF_A_DAY, Roster

Moments = NDArray[np.int64]
MINUTE = 60_000_000
_DAY = MINUTES_OF_A_DAY * MINUTE
_FIRST = dt.date(FIRST_YEAR, 1, 1)


@dataclass(frozen=True, eq=False)
class Staffed:
    """Intervals of microseconds since 1970 in UTC, sorted and apart; ``day`` counts the calendar's days, ``worked`` says if it is one."""

    begins: Moments
    ends: Moments
    day: Moments
    worked: NDArray[np.bool_]


@lru_cache(maxsize=64)
def staffed(roster: Roster, calendar: Calendar) -> Staffed:
    """Every interval of a roster. Where new hours begin while an old shift lasts, it is the new shift that begins when the old one ends."""
    letters = np.frombuffer(calendar.days.encode(), np.uint8)
    worked = (letters == ord(WORKED)) | (letters == ord(MOVED))
    days = np.arange(len(letters), dtype=np.int64)
    weekday = (days + _FIRST.weekday()) % 7
    since = [0, *((hours.since - _FIRST).days for hours in roster.hours if hours.since)]
    found: list[Moments] = []
    for hours, first, last in zip(roster.hours, since, [*since[1:], len(days)], strict=True):
        for shift in hours.shifts:
            fits = [[shift.stands_on(d, worked=w) for w in (False, True)] for d in range(7)]
            on = days[(days >= first) & (days < last) & np.array(fits)[weekday, worked.astype(np.int64)]]
            opens, closes = (minutes * MINUTE for minutes in shift.minutes)
            found.append(np.stack([on * _DAY + opens, on * _DAY + closes, on]))
    local = np.concatenate(found, axis=1)
    local = local[:, np.argsort(local[0], kind="stable")]
    start = (_FIRST - dt.date(1970, 1, 1)).days * _DAY
    begins, ends = (readings(local[k] + start, calendar.zone) for k in (0, 1))
    begins[1:] = np.maximum(begins[1:], np.maximum.accumulate(ends)[:-1])
    kept = begins < ends
    day = local[2][kept]
    return Staffed(begins[kept], ends[kept], day, worked[day])


def known(calendar: Calendar) -> tuple[Moments, Moments]:
    """The stretches of years whose days are known: their first moments, and their ends."""
    years = np.array([y for y in range(FIRST_YEAR, LAST_YEAR + 1) if y not in calendar.unknown], dtype=np.int64)
    first, last = years[~np.isin(years - 1, years)], years[~np.isin(years + 1, years)]
    return readings(_new_year(first), calendar.zone), readings(_new_year(last + 1), calendar.zone)


def reach(calendar: Calendar) -> tuple[Moments, Moments]:
    """The one stretch of all its years."""
    ends = np.array([FIRST_YEAR, LAST_YEAR + 1], dtype=np.int64)
    first, last = readings(_new_year(ends), calendar.zone)
    return np.array([first]), np.array([last])


def _new_year(years: Moments) -> Moments:
    days: Moments = (years - 1970).astype("datetime64[Y]").astype("datetime64[us]").astype(np.int64)
    return days


def readings(local: Moments, zone: ZoneInfo) -> Moments:
    """Readings of a local clock, in microseconds since its own 1970, as moments in UTC."""
    wall = pl.from_numpy(local.astype("datetime64[us]"), schema=["wall"]).to_series()
    read = wall.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    moments = read.to_physical().fill_null(0).to_numpy().copy()
    for place in read.is_null().arg_true().to_list():
        moments[place] = _set_forward(wall[place], zone)
    return moments


def _set_forward(reading: dt.datetime, zone: ZoneInfo) -> int:
    """The moment at which the clocks jumped over a reading."""
    before, after = (reading.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (1, 0))
    low, high = (int((m - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds()) for m in (before, after))
    while high - low > 1:
        middle = (low + high) // 2
        shown = dt.datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        low, high = (middle, high) if shown < reading else (low, middle)
    return high * 1_000_000
