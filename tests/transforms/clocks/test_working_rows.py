"""Due times worked out by hand, from the announcements of the State Council for 2025 and 2026 and from a wall calendar.

2025: off 28 January to 4 February, 4 to 6 April, 1 to 5 May, 1 to 8 October; worked Sundays 26 January, 27 April, 28 September, worked
Saturdays 8 February, 11 October. 2026: off 1 to 3 January, 15 to 23 February, 1 to 5 May, 1 to 7 October; worked Sundays 4 January,
20 September, worked Saturdays 14 and 28 February, 9 May, 10 October. Of 2027 nothing is announced.
"""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from infra.districts.calendars import calendar
from transforms.clocks.roster import DESK, OFFICE, Hours, Roster, Shift
from transforms.clocks.rules import Limit
from transforms.clocks.working import due, dues
from transforms.schema import UTC
from transforms.words import NoDue, Unit


def roster(code: str, *shifts: Shift) -> Roster:
    return Roster(code=code, name_zh="班", name_en=code, hours=(Hours(shifts=shifts),))


# Office hours with a break at noon, a night desk beside office hours, and shifts whose ends clocks may jump over or show twice.
NOON: Final = roster("noon", Shift(begins="09:00", ends="12:00"), Shift(begins="14:00", ends="17:00"))
NIGHT: Final = roster("night", Shift(days="every", begins="17:00", ends="09:00"))
SLEEPLESS: Final = roster("sleepless", Shift(days="every", begins="22:00", ends="06:00"))
EARLY: Final = roster("early", Shift(days="every", begins="02:30", ends="05:00"))

CN: Final = ("CN", "Asia/Shanghai")
NEW_YORK: Final = ("US", "America/New_York")
LONDON: Final = ("GB", "Europe/London")

# Where, start, limit, roster, due. A start or a due time of an hour that is shown twice names its offset.
ROWS: Final = [
    # Spring Festival 2025.
    (CN, "2025-01-24 16:00", "1 working_day", OFFICE, "2025-01-26 16:00"),  # the Sunday is worked
    (CN, "2025-01-26 16:00", "1 working_day", OFFICE, "2025-01-27 16:00"),
    (CN, "2025-01-27 16:00", "1 working_day", OFFICE, "2025-02-05 16:00"),
    (CN, "2025-01-27 16:59", "8 hour", OFFICE, "2025-02-05 16:59"),
    (CN, "2025-01-27 17:00", "1 working_day", OFFICE, "2025-02-05 17:00"),  # half open: 17:00 is after hours
    (CN, "2025-01-27 05:10", "3 working_day", OFFICE, "2025-02-06 17:00"),  # a night's publication
    (CN, "2025-02-06 12:00", "3 working_day", OFFICE, "2025-02-10 12:00"),  # the Saturday counts, the Sunday does not
    (CN, "2025-01-28 05:00", "8 hour", OFFICE, "2025-02-05 17:00"),
    (CN, "2025-02-07 15:00", "8 hour", OFFICE, "2025-02-08 15:00"),
    (CN, "2025-02-08 16:30", "2 hour", OFFICE, "2025-02-10 10:30"),
    (CN, "2025-01-31 10:00", "24 hour", DESK, "2025-02-01 10:00"),
    (CN, "2025-01-28 10:00", "7 natural_day", OFFICE, "2025-02-12 09:00"),  # begins when the office opens
    (CN, "2025-01-27 10:00", "7 natural_day", OFFICE, "2025-02-03 10:00"),
    # The rest of 2025.
    (CN, "2025-04-25 17:00", "1 working_day", OFFICE, "2025-04-27 17:00"),
    (CN, "2025-04-30 16:59", "1 working_day", OFFICE, "2025-05-06 16:59"),
    (CN, "2025-09-26 10:00", "3 working_day", OFFICE, "2025-09-30 10:00"),
    (CN, "2025-09-30 10:00", "3 working_day", OFFICE, "2025-10-11 10:00"),
    (CN, "2025-10-10 17:00", "8 hour", OFFICE, "2025-10-11 17:00"),
    (CN, "2025-10-11 17:00", "8 hour", OFFICE, "2025-10-13 17:00"),
    (CN, "2025-12-31 16:00", "1 working_day", OFFICE, "2026-01-04 16:00"),
    # Spring Festival 2026.
    (CN, "2026-02-13 05:10", "3 working_day", OFFICE, "2026-02-24 17:00"),
    (CN, "2026-02-13 17:00", "1 working_day", OFFICE, "2026-02-14 17:00"),
    (CN, "2026-02-14 16:59", "1 working_day", OFFICE, "2026-02-24 16:59"),
    (CN, "2026-02-14 17:00", "2 hour", OFFICE, "2026-02-24 11:00"),
    (CN, "2026-02-17 05:10", "8 hour", OFFICE, "2026-02-24 17:00"),
    (CN, "2026-02-17 05:10", "2 hour", DESK, "2026-02-17 07:10"),
    (CN, "2026-02-23 23:59", "3 working_day", OFFICE, "2026-02-26 17:00"),
    (CN, "2026-02-27 12:00", "1 working_day", OFFICE, "2026-02-28 12:00"),
    (CN, "2026-02-28 12:00", "1 working_day", OFFICE, "2026-03-02 12:00"),
    (CN, "2026-02-26 09:00", "3 working_day", OFFICE, "2026-02-28 17:00"),
    # The rest of 2026.
    (CN, "2026-05-08 17:00", "1 hour", OFFICE, "2026-05-09 10:00"),
    (CN, "2026-09-18 16:30", "1 hour", OFFICE, "2026-09-20 09:30"),
    (CN, "2026-09-30 12:00", "5 working_day", OFFICE, "2026-10-13 12:00"),
    (CN, "2026-02-16 12:00", "2 hour", NIGHT, "2026-02-16 19:00"),
    (CN, "2026-02-16 08:00", "2 hour", NIGHT, "2026-02-16 18:00"),
    (CN, "2026-02-17 05:10", "16 hour", NIGHT, "2026-02-18 05:10"),
    (CN, "2026-03-03 11:30", "2 hour", NOON, "2026-03-03 15:30"),
    (CN, "2026-03-03 12:00", "1 working_day", NOON, "2026-03-04 12:00"),  # half a day before the break, half after it
    (CN, "2026-03-03 17:00", "6 hour", NOON, "2026-03-04 17:00"),
    (CN, "2026-05-08 13:00", "1 working_day", NOON, "2026-05-09 12:00"),
    # What reaches into 2027.
    (CN, "2026-12-29 05:10", "3 working_day", OFFICE, "2026-12-31 17:00"),
    (CN, "2026-12-29 09:01", "3 working_day", OFFICE, NoDue.CALENDAR_UNKNOWN),
    (CN, "2026-12-31 16:00", "1 hour", OFFICE, "2026-12-31 17:00"),
    (CN, "2026-12-31 16:00", "1.5 hour", OFFICE, NoDue.CALENDAR_UNKNOWN),
    (CN, "2026-12-31 17:00", "1 hour", OFFICE, NoDue.CALENDAR_UNKNOWN),
    (CN, "2027-03-03 10:00", "1 hour", OFFICE, NoDue.CALENDAR_UNKNOWN),
    (CN, "2027-03-03 10:00", "2 hour", DESK, "2027-03-03 12:00"),  # somebody is there every day, whatever it is
    (CN, "2027-03-03 10:00", "1 working_day", DESK, NoDue.CALENDAR_UNKNOWN),
    (CN, "2026-12-31 16:30", "7 natural_day", OFFICE, "2027-01-07 16:30"),
    (CN, "2026-12-31 18:00", "7 natural_day", OFFICE, NoDue.CALENDAR_UNKNOWN),  # nobody knows when the office opens
    # Daylight saving: clocks are set from 02:00 to 03:00 on 8 March 2026, back from 02:00 to 01:00 on 1 November (New York).
    (NEW_YORK, "2026-03-08 01:30", "2 hour", DESK, "2026-03-08 04:30"),
    (NEW_YORK, "2026-11-01 00:30-04:00", "2 hour", DESK, "2026-11-01 01:30-05:00"),
    (NEW_YORK, "2026-03-07 22:00", "8 hour", SLEEPLESS, "2026-03-08 23:00"),  # that night has seven hours
    (NEW_YORK, "2026-10-31 22:00", "8 hour", SLEEPLESS, "2026-11-01 05:00"),  # and this one nine
    (NEW_YORK, "2026-03-08 00:00", "1 hour", EARLY, "2026-03-08 04:00"),  # 02:30 is nowhere; the shift begins when clocks are set
    (NEW_YORK, "2026-03-07 02:30", "1 natural_day", DESK, "2026-03-08 03:00"),
    (NEW_YORK, "2026-10-31 01:30", "1 natural_day", DESK, "2026-11-01 01:30-04:00"),
    (NEW_YORK, "2026-11-01 01:30-05:00", "1 natural_day", DESK, "2026-11-02 02:00"),  # the wall had shown 02:00 by then
    (NEW_YORK, "2026-03-05 09:00", "7 natural_day", DESK, "2026-03-12 09:00"),
    (LONDON, "2026-03-27 16:00", "1 working_day", OFFICE, "2026-03-30 16:00"),
]


def moment(text: str, zone: str) -> dt.datetime:
    read = dt.datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))


def test_there_are_more_than_forty_rows() -> None:
    assert len(ROWS) >= 40


@pytest.mark.parametrize(("where", "start", "limit", "on", "expected"), ROWS)
def test_a_clock_ends_where_a_person_finds_it(where: tuple[str, str], start: str, limit: str, on: Roster, expected: str) -> None:
    amount, unit = limit.split()
    clock = Limit(limit=float(amount), unit=Unit(unit))
    begun = moment(start, where[1])
    found = due(begun, clock, calendar(*where), on)
    if isinstance(expected, NoDue):
        assert found is expected
    else:
        assert not isinstance(found, NoDue)
        assert found == moment(expected, where[1]), found.astimezone(ZoneInfo(where[1]))
    # A whole column says the same as one clock.
    column = dues(pl.Series([begun, None], dtype=UTC), clock, calendar(*where), on)
    assert column.to_list() == [None if isinstance(found, NoDue) else found, None]
