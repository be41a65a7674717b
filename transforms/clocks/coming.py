"""What a calendar says of the year to come: days off in a row, weekends that are worked, what is not known.

Belongs here: a year ahead of a day, as one value. Does not: drawing it (``flows.tell.doctor.calendar``), calendars
(``transforms.clocks.calendar``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from transforms.clocks.calendar import HOLIDAY, LAST_YEAR, MOVED, WEEKEND, Calendar
from transforms.clocks.nights import span

_DAY = dt.timedelta(days=1)


class Off(NamedTuple):
    """Days off in a row, among them a holiday; both ends included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Coming:
    """The 365 days from ``first`` on, and the calendar's version.

    Of the years ``unknown`` nobody knows which days are moved, so nothing is counted in working time that asks for them.
    """

    first: dt.date
    version: str
    off: tuple[Off, ...]
    moved: tuple[dt.date, ...]
    unknown: tuple[int, ...]


def coming(calendar: Calendar, first: dt.date) -> Coming:
    """A year of a calendar from a local day on."""
    days = [day for day in span(first, first + 364 * _DAY) if day.year <= LAST_YEAR]
    runs: list[Off] = []
    for day in (d for d in days if calendar.letter(d) in {HOLIDAY, WEEKEND}):
        runs[-1:] = [Off(runs[-1].first, day)] if runs and runs[-1].last == day - _DAY else [*runs[-1:], Off(day, day)]
    holidays = {day for day in days if calendar.letter(day) == HOLIDAY}
    return Coming(
        first=first,
        version=calendar.version,
        off=tuple(run for run in runs if holidays & set(span(*run))),
        moved=tuple(day for day in days if calendar.letter(day) == MOVED),
        unknown=tuple(sorted({day.year for day in days} & calendar.unknown)),
    )
