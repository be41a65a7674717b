"""The working days of a country, from the `holidays` library.

Of a country that moves working days onto weekends the library lists those that were announced, and nothing tells a year without such days
from one that nobody announced yet. So the years after the last one that it lists anything special for are not known, nor those before the
first. A district that knows better says so in a file of its own.

Belongs here: from the library to a calendar, and the district's file about it. Does not: what a change does
(``transforms.clocks.calendar``), the names of holidays (``infra.districts.holidays``).
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from infra.districts.codelists import over, rows_by
from infra.districts.holidays import of_country
from infra.districts.problems import Problems
from transforms.clocks.calendar import FIRST_YEAR, HOLIDAY, LAST_YEAR, MOVED, WEEKEND, WORKED, Calendar, require_changes
from transforms.clocks.nights import span
from transforms.district.standard import Row

if TYPE_CHECKING:
    from holidays import HolidayBase


@lru_cache(maxsize=8)
def calendar(code: str, timezone: str) -> Calendar:
    """The calendar of a country, or of a part of it.

    Args:
        code: country code, with a subdivision after a hyphen where it has one (``CN``, ``US-CA``).
        timezone: by whose clocks its days begin and end.

    Raises:
        SifangError: the calendar is unknown.
    """
    found = of_country(code, FIRST_YEAR, LAST_YEAR)
    days = "".join(_letter(found, day) for day in span(dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31)))
    return Calendar(code, timezone, days, _unknown(found))


def _letter(found: HolidayBase, day: dt.date) -> str:
    if day.weekday() in found.weekend:
        return MOVED if day in found.weekend_workdays else WEEKEND
    return HOLIDAY if day in found else WORKED


def _unknown(found: HolidayBase) -> frozenset[int]:
    """The years whose moved days nobody knows; none of a country that moves no days."""
    moved = {day.year for day in found.weekend_workdays}
    if not moved:
        return frozenset()
    listed = moved | set(getattr(found, "special_public_holidays", {}))
    return frozenset(year for year in range(FIRST_YEAR, LAST_YEAR + 1) if not min(listed) <= year <= max(listed))


def calendar_days(folder: Path, problems: Problems, declared: object) -> object:
    """What a district knows of its calendar: ``day,is`` rows of its ``calendar.csv``, and over them what stands in ``district.toml``.

    What is no day is told of the file, and not once more of the declaration.
    """
    file = folder / "calendar.csv"
    rows = problems.attempt(file.name, partial(_days_of, file)) if file.is_file() else None
    return over(rows or {}, declared)


def _days_of(file: Path) -> Row:
    days = {day: str(row.get("is", "")) for day, row in rows_by(file, "day").items()}
    require_changes(days)
    return {**days}
