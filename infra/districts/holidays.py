"""Public holidays of a district's calendar, from the `holidays` library.

Belongs here: the library and its names. Does not: what a holiday does to a day (``transforms.scoring.season``),
which days are worked (``infra.districts.calendars``).
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
    named: dict[dt.date, str] = {}
    for day, name in sorted(of_country(calendar, first_year, last_year).items()):
        spring = ("Spring Festival" in name or "Chinese New Year" in name) and "Eve" not in name
        # Only the first day of the run carries the name; the terms of the season count from it.
        first = spring and not any(named.get(day - dt.timedelta(days=k)) == "spring_festival" for k in range(1, 10))
        named[day] = "spring_festival" if first else "holiday"
    return named


def of_country(calendar: str, first_year: int, last_year: int) -> HolidayBase:
    """What the library knows of a country, or of a part of it, in these years.

    Raises:
        SifangError: the calendar is unknown.
    """
    country, _, subdivision = calendar.partition("-")
    try:
        return _country(country)(subdiv=subdivision or None, years=range(first_year, last_year + 1), language="en_US")
    except NotImplementedError:
        raise SifangError(
            f"There is no holiday calendar {calendar!r}.", "Write a country code such as CN or US-CA as 'calendar'."
        ) from None


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
