"""Public holidays of a district's calendar, from the `holidays` library.

Belongs here: the library and its names. Does not: what a holiday does to a day (``transforms.scoring.season``).
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from infra.errors import SifangError


@lru_cache(maxsize=32)
def between(calendar: str, first_year: int, last_year: int) -> dict[dt.date, str]:
    """Public holidays by date; the first day of Spring Festival is named ``spring_festival``, every other one ``holiday``.

    Args:
        calendar: country code, with a subdivision after a hyphen where it has one (``CN``, ``US-CA``).
        first_year: the first year, included.
        last_year: the last year, included.

    Raises:
        SifangError: the calendar is unknown.
    """
    # A sixth of a second: only a night and its explanation ask.
    import holidays as library

    country, _, subdivision = calendar.partition("-")
    try:
        found = library.country_holidays(country, subdiv=subdivision or None, years=range(first_year, last_year + 1), language="en_US")
    except NotImplementedError:
        raise SifangError(
            f"There is no holiday calendar {calendar!r}.", "Write a country code such as CN or US-CA as 'calendar'."
        ) from None
    named: dict[dt.date, str] = {}
    for day, name in sorted(found.items()):
        spring = ("Spring Festival" in name or "Chinese New Year" in name) and "Eve" not in name
        # Only the first day of the run carries the name; the terms of the season count from it.
        first = spring and not any(named.get(day - dt.timedelta(days=k)) == "spring_festival" for k in range(1, 10))
        named[day] = "spring_festival" if first else "holiday"
    return named
