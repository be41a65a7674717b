"""What has been counted up to a moment, as a line that rises or rests, and the moment at which an amount is reached.

Hours count staffed time. A working day counts as one, spread evenly over its staffed minutes, so that a short day is a whole one too. A
natural day is counted on the wall: what counts is the latest local time that was ever shown. So the same time some days later is the same
reading of the clock; an hour shown twice counts once, and a day from 02:30 to a day without one ends when the clocks are set.

Everything is whole numbers: an amount that is counted on and looked up again is the same moment, to the microsecond.

Belongs here: lines, both ways. Does not: which unit a limit has (``transforms.clocks.working``), shifts (``transforms.clocks.staffed``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from transforms.clocks.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from transforms.clocks.roster import MINUTES_OF_A_DAY, Roster
from transforms.clocks.staffed import MINUTE, Moments, known, reach, staffed
from transforms.words import Unit

# A working day is counted four times as finely as its microseconds, so that a day of more than 24 staffed hours loses nothing either.
_FOURFOLD: Final = 4 * MINUTES_OF_A_DAY
ONE: Final = {Unit.HOUR: 60 * MINUTE, Unit.NATURAL_DAY: MINUTES_OF_A_DAY * MINUTE, Unit.WORKING_DAY: _FOURFOLD * MINUTE}
Flags = NDArray[np.bool_]
NEVER: Final = np.iinfo(np.int64).max
# A quarter of a day, in seconds; no zone sets its clocks twice within one.
_QUARTER: Final = 6 * 3600


@dataclass(frozen=True, eq=False)
class Line:
    """Rises within half-open intervals and rests between them.

    At a moment t of an interval the line stands at ``base + (before + t - begins) * up // over``. ``first`` and ``last`` bound the
    stretches of which anything is known.
    """

    begins: Moments
    ends: Moments
    base: Moments
    before: Moments
    up: Moments
    over: Moments
    first: Moments
    last: Moments

    @cached_property
    def _tops(self) -> Moments:
        """Where the line stands at the ends of its intervals."""
        counted: Moments = (self.before + self.ends - self.begins) * self.up // self.over
        return self.base + counted

    def at(self, moments: Moments) -> Moments:
        """Where the line stands."""
        place = np.searchsorted(self.begins, moments, "right") - 1
        here = np.maximum(place, 0)
        inside = np.clip(moments - self.begins[here], 0, self.ends[here] - self.begins[here])
        counted: Moments = (self.before[here] + inside) * self.up[here] // self.over[here]
        return self.base[here] + counted

    def reached(self, amounts: Moments) -> Moments:
        """The first moments at which the line stands so high; ``NEVER`` where it never does."""
        place = np.searchsorted(self._tops, amounts, "left")
        here = np.minimum(place, len(self.begins) - 1)
        counted = -((self.base[here] - amounts) * self.over[here] // self.up[here]) - self.before[here]
        return np.where(place < len(self.begins), self.begins[here] + np.maximum(counted, 0), NEVER)

    def stretch(self, moments: Moments) -> Moments:
        """The number of the stretch that a moment lies in; -1 in none."""
        place = np.searchsorted(self.first, moments, "right") - 1
        return np.where((place >= 0) & (moments < self.last[np.maximum(place, 0)]), place, -1)

    def knows(self, starts: Moments, ends: Moments) -> Flags:
        """Whether all between two moments lies in one stretch; the end itself may be the stretch's."""
        place = self.stretch(starts)
        return (place >= 0) & (ends <= self.last[np.maximum(place, 0)]) & (ends >= starts)


@lru_cache(maxsize=64)
def line(unit: Unit, calendar: Calendar, roster: Roster) -> Line:
    """The line of a unit. Natural days ask for no roster, and only what asks the calendar ends where it is not known."""
    if unit is Unit.NATURAL_DAY:
        return _wall(calendar)
    found = staffed(roster, calendar)
    length = found.ends - found.begins
    one = np.ones_like(length)
    if unit is Unit.HOUR:
        bounds = known(calendar) if roster.asks_the_calendar else reach(calendar)
        return Line(found.begins, found.ends, one * 0, np.cumsum(length) - length, one, one, *bounds)
    on = found.worked
    begins, ends, day, length = found.begins[on], found.ends[on], found.day[on], length[on]
    _, number, shifts = np.unique(day, return_inverse=True, return_counts=True)
    opening = np.r_[0, np.cumsum(shifts)[:-1]] if len(shifts) else shifts
    counted = np.cumsum(length) - length
    minutes = np.add.reduceat(length, opening) // MINUTE if len(shifts) else shifts
    return Line(
        begins,
        ends,
        number * ONE[unit],
        counted - counted[opening][number],
        np.full_like(begins, _FOURFOLD),
        minutes[number],
        *known(calendar),
    )


def _wall(calendar: Calendar) -> Line:
    """The latest local time ever shown: it rises with the clock, jumps with it, and rests while an hour is shown again."""
    zone, (first, last) = calendar.zone, reach(calendar)
    begins, shown = [int(first[0])], [int(first[0]) + _offset(int(first[0]), zone)]
    for moment in _changes(zone):
        before, after = _offset(moment - 1, zone), _offset(moment, zone)
        begins.append(moment + max(before - after, 0))
        shown.append(moment + max(before, after))
    ends = [*begins[1:], int(last[0])]
    # The line rests between the reading at which clocks are set back and the same reading again.
    ends = [min(end, begin + high - low) for begin, end, low, high in zip(begins, ends, shown, [*shown[1:], NEVER], strict=True)]
    base = np.array(shown, dtype=np.int64)
    one = np.ones_like(base)
    return Line(np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64), base, one * 0, one, one, first, last)


def _offset(moment: int, zone: ZoneInfo) -> int:
    """How far local clocks are ahead of UTC, in microseconds."""
    ahead = dt.datetime.fromtimestamp(moment // 1_000_000, zone).utcoffset()
    assert ahead is not None
    return int(ahead.total_seconds()) * 1_000_000


@lru_cache(maxsize=64)
def _changes(zone: ZoneInfo) -> tuple[int, ...]:
    """The moments at which the clocks of a zone are set, in microseconds."""
    first, last = (dt.datetime(year, 1, 2, tzinfo=dt.UTC) for year in (FIRST_YEAR - 1, LAST_YEAR + 1))
    quarters = range(int(first.timestamp()), int(last.timestamp()), _QUARTER)
    ahead = [dt.datetime.fromtimestamp(s, zone).utcoffset() for s in quarters]
    found = []
    for start, one, other in zip(quarters, ahead, ahead[1:], strict=False):
        if one != other:
            low, high = start, start + _QUARTER
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if dt.datetime.fromtimestamp(middle, zone).utcoffset() == one else (low, middle)
            found.append(high * 1_000_000)
    return tuple(found)
