"""A duty roster as a district declares it: which minutes are staffed, from which day on.

Belongs here: shifts and what is wrong with them. Does not: the moments that they cover (``transforms.clocks.staffed``), limits
(``transforms.clocks.rules``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from transforms.district.codes import Code, Strict
from transforms.words import Words

MINUTES_OF_A_DAY: Final = 24 * 60
# 24:00 is the end of a day; nothing begins then.
Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
EndHour = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# The days off of an ordinary week, Monday is 0: here and there. Which one a country has is not asked where a roster is read.
_WEEKENDS: Final = (frozenset({5, 6}), frozenset({4, 5}))
WEEK: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Shift(Strict):
    """From ``begins`` up to, and without, ``ends``; an end that is not later belongs to the next day. ``weekdays`` narrow the days."""

    days: Literal["working", "off", "every"] = "working"
    weekdays: tuple[Weekday, ...] = ()
    begins: Hour
    ends: EndHour

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("a shift ends where it begins; a whole day is written begins = '00:00', ends = '24:00'")
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """Its two ends in minutes of its day; the end lies past 24 h where it belongs to the next day."""
        first, last = (int(hour[:2]) * 60 + int(hour[3:]) for hour in (self.begins, self.ends))
        return first, last if last > first else last + MINUTES_OF_A_DAY

    def stands_on(self, weekday: int, *, worked: bool) -> bool:
        """Whether it stands on such a day; Monday is 0."""
        return self.days in {"every", "working" if worked else "off"} and (not self.weekdays or WEEK[weekday] in self.weekdays)

    def __str__(self) -> str:
        days = {"working": "working days", "off": "days off", "every": "every day"}[self.days]
        return f"{self.begins}-{self.ends} on {' '.join((days, *self.weekdays))}"


class Hours(Strict):
    """The shifts of a roster from a day on, until newer ones begin; a shift belongs to the day on which it begins."""

    since: dt.date | None = None
    shifts: tuple[Shift, ...]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if not self.shifts:
            raise ValueError("write at least one shift")
        if overlapping := [f"{one} overlaps {other}" for one, other in _overlaps(self.shifts)]:
            raise ValueError("; ".join(dict.fromkeys(overlapping)))
        return self

    def staffs(self, weekend: frozenset[int]) -> bool:
        """Whether an ordinary week with this weekend has a staffed minute."""
        return any(shift.stands_on(day, worked=day not in weekend) for shift in self.shifts for day in range(7))


class Roster(Strict):
    """Who is there when, by name: office hours, a night desk. Roles, never persons."""

    code: Code
    name_zh: str
    name_en: str
    hours: tuple[Hours, ...]

    @property
    def name(self) -> Words:
        """Its declared name."""
        return Words(self.name_zh, self.name_en)

    @property
    def asks_the_calendar(self) -> bool:
        """Whether it matters to any shift if a day is worked."""
        return any(shift.days != "every" for hours in self.hours for shift in hours.shifts)

    @property
    def has_working_days(self) -> bool:
        """Whether somebody is there on working days, at all times that it knows."""
        return all(any(shift.days != "off" for shift in hours.shifts) for hours in self.hours)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.hours:
            raise ValueError("write at least one list of shifts")
        begin = [hours.since for hours in self.hours]
        if begin[0] is not None:
            raise ValueError("the first hours of a roster hold from ever on; leave out their 'since'")
        later = [day for day in begin[1:] if day is not None]
        if len(later) < len(begin) - 1 or any(one >= other for one, other in pairwise(later)):
            raise ValueError("hours that follow others say 'since', each a later day")
        return self

    @model_validator(mode="after")
    def _is_somebody_there(self) -> Self:
        for hours in self.hours:
            if not any(hours.staffs(weekend) for weekend in _WEEKENDS):
                raise ValueError(f"{f'since {hours.since}: ' if hours.since else ''}an ordinary week has no staffed minute")
        return self


def _overlaps(shifts: tuple[Shift, ...]) -> Iterator[tuple[Shift, Shift]]:
    """Shifts of one day, or of a day and the next, that share a minute on some pair of days."""
    for weekday, worked, worked_next in product(range(7), (True, False), (True, False)):
        today = [(*s.minutes, s) for s in shifts if s.stands_on(weekday, worked=worked)]
        tomorrow = [
            (first + MINUTES_OF_A_DAY, last + MINUTES_OF_A_DAY, s)
            for s in shifts
            for first, last in [s.minutes]
            if s.stands_on((weekday + 1) % 7, worked=worked_next)
        ]
        both = sorted([*today, *tomorrow], key=lambda s: s[:2])
        yield from ((one[2], other[2]) for one, other in pairwise(both) if other[0] < one[1])


# What every district has until it declares its own under the same code.
OFFICE: Final = Roster(
    code="office", name_zh="办公时间", name_en="office hours", hours=(Hours(shifts=(Shift(begins="09:00", ends="17:00"),)),)
)
DESK: Final = Roster(
    code="desk",
    name_zh="全天值守",
    name_en="duty desk around the clock",
    hours=(Hours(shifts=(Shift(days="every", begins="00:00", ends="24:00"),)),),
)
