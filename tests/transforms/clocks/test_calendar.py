"""Calendars: what a district changes about its country's, and what the coming year looks like."""

from __future__ import annotations

import datetime as dt

import pytest

from infra.districts.calendars import calendar
from transforms.clocks.calendar import require_changes
from transforms.clocks.coming import Off, coming
from transforms.clocks.roster import OFFICE
from transforms.clocks.rules import Limit
from transforms.clocks.working import due
from transforms.words import NoDue, Unit

CN = ("CN", "Asia/Shanghai")
# An invented announcement for 2027.
ANNOUNCED = {"2027": "announced", "2027-02-11": "off", "2027-02-20": "worked", "2027-02-05": "worked"}


def test_an_announcement_that_is_filled_in_gives_open_clocks_their_due_times() -> None:
    before, after = calendar(*CN), calendar(*CN).changed(ANNOUNCED)  # type: ignore[arg-type]
    start, clock = dt.datetime(2026, 12, 31, 12, tzinfo=before.zone), Limit(limit=3, unit=Unit.WORKING_DAY)
    assert due(start, clock, before, OFFICE) is NoDue.CALENDAR_UNKNOWN
    # 1 January 2027 is a Friday: the clock goes on on Monday.
    assert due(start, clock, after, OFFICE) == dt.datetime(2027, 1, 6, 12, tzinfo=before.zone)
    # The Saturday is worked.
    late = dt.datetime(2027, 2, 19, 12, tzinfo=before.zone)
    assert due(late, Limit(limit=1, unit=Unit.WORKING_DAY), after, OFFICE) == late + dt.timedelta(days=1)
    assert due(dt.datetime(2027, 12, 31, 12, tzinfo=before.zone), clock, after, OFFICE) is NoDue.CALENDAR_UNKNOWN


def test_a_day_that_a_district_changes_makes_no_year_known() -> None:
    changed = calendar(*CN).changed({"2027-02-20": "worked", "2026-03-03": "off"})
    start = dt.datetime(2026, 3, 2, 12, tzinfo=changed.zone)
    assert due(start, Limit(limit=1, unit=Unit.WORKING_DAY), changed, OFFICE) == start + dt.timedelta(days=2)
    assert 2027 in changed.unknown


def test_a_version_changes_with_the_days_and_with_nothing_else() -> None:
    ours = calendar(*CN)
    assert ours.changed({}).version == ours.version == ours.changed({"2026-02-14": "worked", "2026-02-15": "off"}).version
    versions = {ours.version, *(ours.changed({key: now}).version for key, now in ANNOUNCED.items())}  # type: ignore[dict-item]
    assert len(versions) == len(ANNOUNCED) + 1
    assert calendar("CN", "Asia/Urumqi").version != ours.version


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"2027-02-30": "off"}, "'2027-02-30' is no day"),
        ({"2027": "off"}, "2027 is a year; only announced can be said of it"),
        ({"2027-02-20": "announced"}, "2027-02-20 is a day; announced is said of a year"),
        ({"2027-02-20": "work"}, "2027-02-20 is called 'work'; write off, worked"),
        ({"1999-01-01": "off"}, "1999-01-01 lies outside of 2000 to 2040"),
        ({"2041": "announced"}, "2041 lies outside of 2000 to 2040"),
        ({"2027-02-20": "", "20": "off"}, "'20' is no day"),
    ],
)
def test_what_is_no_change_of_a_calendar_is_refused(changes: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as told:
        require_changes(changes)
    assert says in str(told.value)


def test_a_country_that_moves_days_is_known_as_far_as_it_announced_and_another_one_for_ever() -> None:
    assert (2026 in calendar(*CN).unknown, 2027 in calendar(*CN).unknown, 2000 in calendar(*CN).unknown) == (False, True, True)
    assert not calendar("US-NY", "America/New_York").unknown
    assert calendar("CN", "Asia/Shanghai").letter(dt.date(2026, 2, 14)) == "m"
    with pytest.raises(IndexError):
        calendar(*CN).letter(dt.date(1999, 12, 31))


def test_the_coming_year_shows_what_is_off_what_is_worked_and_where_it_ends() -> None:
    year = coming(calendar(*CN), dt.date(2026, 1, 1))
    assert year.off[:2] == (Off(dt.date(2026, 1, 1), dt.date(2026, 1, 3)), Off(dt.date(2026, 2, 15), dt.date(2026, 2, 23)))
    assert [day.isoformat()[5:] for day in year.moved] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert year.unknown == ()
    assert coming(calendar(*CN), dt.date(2026, 11, 30)).unknown == (2027,)
    assert coming(calendar(*CN).changed({"2027": "announced"}), dt.date(2026, 11, 30)).unknown == ()
    # The calendar ends with 2040, and says so by saying nothing of what follows.
    assert coming(calendar("US", "America/New_York"), dt.date(2040, 7, 1)).off[-1].last.year == 2040
