"""Public holidays: the names we give them, and a country imported alone being the same as the library's own."""

from __future__ import annotations

import datetime as dt

import holidays as library
import pytest
from holidays.registry import COUNTRIES

from infra.districts import holidays
from infra.errors import SifangError
from tests.helpers.command import process


@pytest.mark.parametrize("code", ["CN", "US", "GB", "DE", "FR", "JP", "TW", "HK", "AX", "VI"])
def test_a_country_imported_alone_has_the_holidays_that_the_library_gives_it(code: str) -> None:
    alone = holidays._country(code)(years=range(2023, 2028), language="en_US")
    assert dict(alone) == dict(library.country_holidays(code, years=range(2023, 2028), language="en_US"))


def test_every_country_of_the_library_can_be_imported_alone() -> None:
    assert all(holidays._country(names[1]).__name__ == names[0] for names in COUNTRIES.values())


def test_only_the_country_that_is_asked_for_is_imported() -> None:
    script = (
        "import sys; from infra.districts.holidays import between; between('CN', 2025, 2025)\n"
        "print([m for m in sys.modules if m.startswith('holidays.countries')])"
    )
    assert process(script).stdout.strip() == "[]"


def test_the_first_day_of_spring_festival_is_named() -> None:
    found = holidays.between("CN", 2025, 2026)
    assert [day for day, name in found.items() if name == "spring_festival"] == [dt.date(2025, 1, 29), dt.date(2026, 2, 17)]
    assert found[dt.date(2025, 10, 1)] == "holiday"


def test_subdivisions_count_and_an_unknown_calendar_is_refused() -> None:
    chavez = dt.date(2025, 3, 31)
    assert (chavez in holidays.between("US-CA", 2025, 2025), chavez in holidays.between("US", 2025, 2025)) == (True, False)
    with pytest.raises(SifangError, match="no holiday calendar 'XX'"):
        holidays.between("XX", 2025, 2025)
