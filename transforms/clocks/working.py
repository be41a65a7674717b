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
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from transforms.clocks.calendar import Calendar
from transforms.clocks.measure import NEVER, ONE, Line, line
from transforms.clocks.roster import Roster
from transforms.clocks.rules import Limit
from transforms.clocks.staffed import Moments
from transforms.schema import UTC
from transforms.words import NoDue, Unit

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
# How NumPy writes that there is no moment.
NOTHING: Final = np.iinfo(np.int64).min


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
    rises = line(clock.unit, calendar, roster)
    began = _begun(_micro(start), calendar, roster)
    amount, rested = rises.at(began) + _amount(clock), began[0]
    for pause in sorted(pauses, key=lambda stop: stop.begins):
        from_ = np.maximum(_micro(pause.begins), rested)
        if from_[0] >= rises.reached(amount)[0]:
            break
        if pause.ends is None:
            return NoDue.PAUSED
        until = np.maximum(_micro(pause.ends), from_)
        amount, rested = amount + rises.at(until) - rises.at(from_), until[0]
    (found,) = _ended(rises, began, amount).tolist()
    return NoDue.CALENDAR_UNKNOWN if found == NEVER else _EPOCH + found * _MICROSECOND


def dues(starts: pl.Series, clock: Limit, calendar: Calendar, roster: Roster) -> pl.Series:
    """The same for a column of moments (UTC, microseconds), without pauses; null where nobody can say, or where there is no start."""
    rises = line(clock.unit, calendar, roster)
    began = _begun(_moments(starts), calendar, roster)
    return _series(_ended(rises, began, rises.at(began) + _amount(clock)), starts)


def begins(starts: pl.Series, calendar: Calendar, roster: Roster) -> pl.Series:
    """The later of each moment and the next staffed minute; null where nobody knows that."""
    return _series(_begun(_moments(starts), calendar, roster), starts)


def elapsed(firsts: pl.Series, lasts: pl.Series, unit: Unit, calendar: Calendar, roster: Roster) -> pl.Series:
    """How much of a unit lies between two columns of moments; null where nobody can say, or where one is missing.

    What begins a clock is ``begins`` of its start. A second moment before the first gives a negative amount, so that amounts add up.
    """
    rises = line(unit, calendar, roster)
    first, last = _moments(firsts), _moments(lasts)
    counted = (rises.at(last) - rises.at(first)) / ONE[unit]
    known = rises.knows(np.minimum(first, last), np.maximum(first, last))
    return pl.Series(firsts.name, np.where(known, counted, np.nan)).fill_nan(None)


def _begun(starts: Moments, calendar: Calendar, roster: Roster) -> Moments:
    """The first staffed moments from some on; ``NEVER`` where the days until then are not known."""
    staffed = line(Unit.HOUR, calendar, roster)
    place = np.searchsorted(staffed.ends, starts, "right")
    here = np.minimum(place, len(staffed.ends) - 1)
    found = np.maximum(starts, staffed.begins[here])
    known = (place < len(staffed.ends)) & staffed.knows(starts, found)
    return np.where(known, found, NEVER)


def _amount(clock: Limit) -> int:
    return round(clock.limit * ONE[clock.unit])


def _ended(rises: Line, began: Moments, amounts: Moments) -> Moments:
    """When a line reaches an amount; ``NEVER`` where not all until then is known, or where nobody knows when the clock began."""
    found = rises.reached(amounts)
    return np.where((began != NEVER) & rises.knows(began, found), found, NEVER)


def _micro(moment: dt.datetime) -> Moments:
    return np.array([(moment - _EPOCH) // _MICROSECOND], dtype=np.int64)


def _moments(column: pl.Series) -> Moments:
    """Microseconds since 1970; nothing is a moment that no calendar reaches."""
    found: Moments = column.cast(UTC).to_numpy().astype(np.int64)
    return np.where(found == NOTHING, NOTHING // 2, found)


def _series(moments: Moments, like: pl.Series) -> pl.Series:
    return pl.Series(like.name, np.where(moments == NEVER, NOTHING, moments).astype("datetime64[us]")).cast(UTC)
