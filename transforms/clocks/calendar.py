"""A calendar: which local days are worked, and of which years that is known.

A country may move working days onto weekends, and announces so year by year (调休). A year that is not announced yet has holidays, but
nobody knows what they cost: what is counted in working days of such a year has no result (``calendar_unknown``), and nothing fails.

Belongs here: days, what a district changes about them, the version of both. Does not: hours (``transforms.clocks.roster``), what a country
declares (``infra.districts.calendars``), which holiday is which (``infra.districts.holidays``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal
from zoneinfo import ZoneInfo

# A day is one letter: a working day of the week, a holiday on one; a day of the weekend, one that is worked.
WORKED: Final = "w"
HOLIDAY: Final = "h"
WEEKEND: Final = "-"
MOVED: Final = "m"

DayIs = Literal["off", "worked", "announced"]
_CHANGED: Final = {
    "off": {WORKED: HOLIDAY, HOLIDAY: HOLIDAY, WEEKEND: WEEKEND, MOVED: WEEKEND},
    "worked": {WORKED: WORKED, HOLIDAY: WORKED, WEEKEND: MOVED, MOVED: MOVED},
}
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2040


@dataclass(frozen=True)
class Calendar:
    """The days of a place.

    ``days`` has a letter for every local day from 1 January of ``FIRST_YEAR`` to 31 December of ``LAST_YEAR``; ``unknown`` are the years
    whose moved days are not known.
    """

    code: str
    timezone: str
    days: str
    unknown: frozenset[int]

    @cached_property
    def version(self) -> str:
        """What stands beside a due time, so that a changed calendar is seen. The same days give the same version."""
        text = "|".join((self.code, self.timezone, self.days, ",".join(map(str, sorted(self.unknown)))))
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def zone(self) -> ZoneInfo:
        """By whose clocks its days begin and end."""
        return ZoneInfo(self.timezone)

    def letter(self, day: dt.date) -> str:
        """What a day is. Raises ``IndexError`` for one that the calendar does not reach."""
        place = (day - dt.date(FIRST_YEAR, 1, 1)).days
        if place < 0:
            raise IndexError(place)
        return self.days[place]

    def is_worked(self, day: dt.date) -> bool:
        """Whether a day is worked, as far as that is known. Raises as ``letter``."""
        return self.letter(day) in {WORKED, MOVED}

    def changed(self, changes: Mapping[str, DayIs]) -> Calendar:
        """With what a district knows better: days by ISO date, and years that are announced.

        Raises:
            ValueError: a key is no day or year of the calendar, or does not fit what is said of it; all such are named.
        """
        require_changes(changes)
        days, unknown = list(self.days), set(self.unknown)
        for key, now in changes.items():
            if now == "announced":
                unknown.discard(int(key))
            else:
                place = (dt.date.fromisoformat(key) - dt.date(FIRST_YEAR, 1, 1)).days
                days[place] = _CHANGED[now][days[place]]
        return replace(self, days="".join(days), unknown=frozenset(unknown))


def require_changes(changes: Mapping[str, str]) -> None:
    """Raise ``ValueError`` naming every entry that cannot be a change of a calendar."""
    problems = [problem for key, now in changes.items() if (problem := _wrong(key, now))]
    if problems:
        raise ValueError("; ".join(problems))


def _wrong(key: str, now: str) -> str | None:
    if now not in {"off", "worked", "announced"}:
        return f"{key} is called {now!r}; write off, worked, or of a year announced"
    if len(key) == 4 and key.isascii() and key.isdigit():
        year = int(key)
        if now != "announced":
            return f"{key} is a year; only announced can be said of it"
    else:
        try:
            year = dt.date.fromisoformat(key).year
        except ValueError:
            return f"{key!r} is no day; write it like 2027-02-20, or a year like 2027"
        if now == "announced":
            return f"{key} is a day; announced is said of a year"
    return None if FIRST_YEAR <= year <= LAST_YEAR else f"{key} lies outside of {FIRST_YEAR} to {LAST_YEAR}"
