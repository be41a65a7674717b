"""Public holidays of a district's calendar, from the `holidays` library.

Belongs here: the library and its names. Does not: what a holiday does to a day (``transforms.scoring.season``).
"""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

from infra.errors import SifangError

if TYPE_CHECKING:
    from holidays import HolidayBase


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
    country, _, subdivision = calendar.partition("-")
    try:
        found = _country(country)(subdiv=subdivision or None, years=range(first_year, last_year + 1), language="en_US")
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


def moved_days_known(calendar: str, year: int) -> bool:
    """Whether it is known which days of a year are worked in exchange for others; always so where a country moves none."""
    country, _, subdivision = calendar.partition("-")
    found = _country(country)(subdiv=subdivision or None, years=year)
    return not hasattr(found, "substituted_label") or any(day.year == year for day in found.weekend_workdays)


@cache
def _country(code: str) -> type[HolidayBase]:
    """What computes the holidays of one country, imported alone.

    Asked in its own way the library imports two hundred and fifty countries, which costs a fifth of a second of every explanation.

    Raises:
        NotImplementedError: there is no such country.
    """
    import holidays as library
    from holidays.registry import COUNTRIES

    for file, names in COUNTRIES.items():
        if code in names:
            spec = spec_from_file_location(f"holidays.countries.{file}", Path(library.__file__).parent / "countries" / f"{file}.py")
            assert spec is not None
            assert spec.loader is not None
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            country: type[HolidayBase] = getattr(module, names[0])
            return country
    raise NotImplementedError(code)
