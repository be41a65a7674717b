"""When a clock ends, and how much of it has passed: in staffed hours, working days or natural days.

A clock begins at the later of its start and the next staffed minute, and all its stretches are half open: what comes in at 17:00 sharp
comes in after hours. It ends at the first moment at which its whole limit has passed, which may be the end of a shift. A pause stops it;
an extension is a longer limit. What reaches into a year whose moved days are unknown has no end yet.

Belongs here: the answers, for one clock and for whole columns. Does not: which rule holds (``transforms.clocks.rules``), how time is
counted (``transforms.clocks.measure``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import polars as pl

from transforms.clocks.calendar import Calendar
from transforms.clocks.measure import NEVER, ONE, Flags, line
from transforms.clocks.roster import Roster
from transforms.clocks.rules import Limit
from transforms.clocks.staffed import Moments
from transforms.schema import UTC
from transforms.words import NoDue, Unit

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Pause(NamedTuple):
    """A half-open stretch in which a clock rests; without an end it still does."""

    begins: dt.datetime
    ends: dt.datetime | None = None


def due(start: dt.datetime, clock: Limit, calendar: Calendar, roster: Roster, pauses: Iterable[Pause] = ()) -> dt.datetime | NoDue:
    """When a clock ends, in UTC, or why nobody can say.

    Args:
        start: an aware moment; the clock begins then or at the next staffed minute.
        clock: how much has to pass.
        calendar: which days are worked.
        roster: the one that the clock names.
        pauses: in any order; those that begin when the clock has ended do not count.
    """
    stops = sorted(pauses, key=lambda pause: pause.begins)
    began = int(_begun(_micro(start), calendar, roster)[0])
    if not stops or began == NEVER:
        end: dt.datetime | None = dues(pl.Series([start], dtype=UTC), clock, calendar, roster)[0]
        return end or NoDue.CALENDAR_UNKNOWN
    rises = line(clock.unit, calendar, roster)
    amount = rises.at(np.array([began])) + round(clock.limit * ONE[clock.unit])
    rested = began
    for pause in stops:
        ended = int(rises.reached(amount)[0])
        from_ = max(int(_micro(pause.begins)[0]), rested)
        if from_ >= ended:
            break
        if pause.ends is None:
            return NoDue.PAUSED
        rested = max(int(_micro(pause.ends)[0]), from_)
        amount = amount + rises.at(np.array([rested])) - rises.at(np.array([from_]))
    found = rises.reached(amount)
    if not rises.knows(np.array([began]), found)[0]:
        return NoDue.CALENDAR_UNKNOWN
    return _EPOCH + int(found[0]) * _MICROSECOND


def dues(starts: pl.Series, clock: Limit, calendar: Calendar, roster: Roster) -> pl.Series:
    """The same for a column of moments (UTC, microseconds); null where nobody can say, or where there is no start."""
    rises = line(clock.unit, calendar, roster)
    began = _begun(_moments(starts), calendar, roster)
    found = rises.reached(rises.at(began) + round(clock.limit * ONE[clock.unit]))
    fine = (began != NEVER) & rises.knows(began, found)
    return _series(found, fine, starts)


def begins(starts: pl.Series, calendar: Calendar, roster: Roster) -> pl.Series:
    """The later of each moment and the next staffed minute; null where nobody knows that."""
    found = _begun(_moments(starts), calendar, roster)
    return _series(found, found != NEVER, starts)


def elapsed(firsts: pl.Series, lasts: pl.Series, unit: Unit, calendar: Calendar, roster: Roster) -> pl.Series:
    """How much of a unit lies between two columns of moments; null where nobody can say, or where one is missing.

    What begins a clock is ``begins`` of its start. A second moment before the first gives a negative amount, so that amounts add up.
    """
    rises = line(unit, calendar, roster)
    first, last = _moments(firsts), _moments(lasts)
    counted = (rises.at(last) - rises.at(first)) / ONE[unit]
    known = rises.knows(np.minimum(first, last), np.maximum(first, last))
    fine = pl.Series(known) & firsts.is_not_null() & lasts.is_not_null()
    return pl.select(pl.when(fine).then(pl.Series(counted))).to_series().rename(firsts.name)


def _begun(starts: Moments, calendar: Calendar, roster: Roster) -> Moments:
    """The first staffed moments from some on; ``NEVER`` where the days until then are not known."""
    staffed = line(Unit.HOUR, calendar, roster)
    place = np.searchsorted(staffed.ends, starts, "right")
    here = np.minimum(place, len(staffed.ends) - 1)
    found = np.maximum(starts, staffed.begins[here])
    known = (place < len(staffed.ends)) & staffed.knows(starts, found)
    return np.where(known, found, NEVER)


def _micro(moment: dt.datetime) -> Moments:
    return np.array([(moment - _EPOCH) // _MICROSECOND], dtype=np.int64)


def _moments(column: pl.Series) -> Moments:
    """Microseconds since 1970; nothing is a moment that no calendar reaches."""
    return column.cast(UTC).to_physical().fill_null(np.iinfo(np.int64).min // 2).to_numpy()


def _series(moments: Moments, fine: Flags, like: pl.Series) -> pl.Series:
    found = pl.Series(moments).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return pl.select(pl.when(pl.Series(fine)).then(found)).to_series().rename(like.name)
