"""What holds of every clock, whatever the calendar, the roster and the zone: properties, and a count minute by minute beside it."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.districts.calendars import calendar
from transforms.clocks.calendar import Calendar
from transforms.clocks.roster import DESK, OFFICE, WEEK, Hours, Roster, Shift
from transforms.clocks.rules import Limit
from transforms.clocks.working import Pause, begins, due, dues, elapsed
from transforms.schema import UTC
from transforms.words import NoDue, Unit

MICROSECOND, MINUTE, HOUR, DAY = dt.timedelta(microseconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def roster(*shifts: Shift, later: Hours | None = None) -> Roster:
    return Roster(code="own", name_zh="班", name_en="shift", hours=(Hours(shifts=shifts), *([later] if later else [])))


ROSTERS: Final = (
    OFFICE,
    DESK,
    roster(Shift(begins="09:00", ends="12:00"), Shift(begins="13:40", ends="17:00"), Shift(days="off", begins="10:00", ends="11:00")),
    roster(Shift(days="every", begins="17:00", ends="09:00")),
    roster(Shift(days="every", begins="01:30", ends="02:30"), Shift(days="every", begins="02:30", ends="05:00")),
    roster(Shift(weekdays=("mon", "fri"), begins="22:00", ends="03:07")),
    roster(
        Shift(days="every", begins="20:00", ends="08:00"),
        later=Hours(since=dt.date(2025, 3, 30), shifts=(Shift(begins="06:00", ends="13:00"),)),
    ),
)
# Clocks that change at night, at midnight, by half an hour; and a country that moves days.
PLACES: Final = (
    ("CN", "Asia/Shanghai"),
    ("US", "America/New_York"),
    ("CU", "America/Havana"),
    ("AU", "Australia/Lord_Howe"),
    ("HU", "Europe/Budapest"),
)
MOMENTS: Final = st.one_of(
    st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 11, 1)),  # noqa: DTZ001
    # Around the days on which clocks change, and whole minutes, where shifts begin and end.
    st.builds(
        lambda day, minutes: day + minutes * MINUTE,
        st.sampled_from([dt.datetime(2025, 3, 9), dt.datetime(2025, 3, 30), dt.datetime(2025, 11, 2), dt.datetime(2025, 10, 5)]),  # noqa: DTZ001
        st.integers(-2_880, 2_880),
    ),
).map(lambda moment: moment.replace(tzinfo=dt.UTC))
CALENDARS: Final = st.sampled_from(PLACES).map(lambda place: calendar(*place))
ROSTER: Final = st.sampled_from(ROSTERS)
UNIT: Final = st.sampled_from(list(Unit))


def one(moment: dt.datetime) -> pl.Series:
    return pl.Series([moment], dtype=UTC)


def between(first: dt.datetime, last: dt.datetime, unit: Unit, days: Calendar, on: Roster) -> float:
    (amount,) = elapsed(one(first), one(last), unit, days, on)
    assert amount is not None
    return float(amount)


def end(start: dt.datetime, limit: float, unit: Unit, days: Calendar, on: Roster) -> dt.datetime:
    found = due(start, Limit(limit=limit, unit=unit), days, on)
    assert isinstance(found, dt.datetime)
    return found


@given(MOMENTS, st.timedeltas(dt.timedelta(0), 20 * DAY), st.integers(1, 40), UNIT, CALENDARS, ROSTER)
def test_a_clock_that_starts_later_never_ends_earlier(
    start: dt.datetime, later: dt.timedelta, quarters: int, unit: Unit, days: Calendar, on: Roster
) -> None:
    assert end(start, quarters / 4, unit, days, on) <= end(start + later, quarters / 4, unit, days, on)


@given(st.lists(MOMENTS, min_size=3, max_size=3), UNIT, CALENDARS, ROSTER)
def test_amounts_add_up_wherever_time_is_split(moments: list[dt.datetime], unit: Unit, days: Calendar, on: Roster) -> None:
    first, middle, last = moments
    parts = between(first, middle, unit, days, on) + between(middle, last, unit, days, on)
    assert parts == pytest.approx(between(first, last, unit, days, on), abs=1e-9)


@given(MOMENTS, st.integers(1, 40), UNIT, CALENDARS, ROSTER)
def test_what_has_passed_when_a_clock_ends_is_its_limit(start: dt.datetime, quarters: int, unit: Unit, days: Calendar, on: Roster) -> None:
    limit = quarters / 4
    (began,) = begins(one(start), days, on)
    ends = end(start, limit, unit, days, on)
    assert start <= began < ends
    # Not a microsecond earlier; where clocks jump over the end of a natural day, what was jumped over has passed as well.
    assert between(began, ends - MICROSECOND, unit, days, on) < limit
    jumped = 1 / 24 if unit is Unit.NATURAL_DAY else 1e-9
    assert limit - 1e-9 <= between(began, ends, unit, days, on) <= limit + jumped


@given(MOMENTS, st.integers(1, 12), st.integers(1, 12), UNIT, CALENDARS, ROSTER)
def test_two_limits_one_after_the_other_end_where_both_together_do(
    start: dt.datetime, first: int, then: int, unit: Unit, days: Calendar, on: Roster
) -> None:
    if unit is Unit.NATURAL_DAY:
        # Each begins when somebody is there, and a clock that was set in between shows another time.
        on, days = DESK, calendar("CN", "Asia/Shanghai")
    together = end(start, first + then, unit, days, on)
    after = end(end(start, first, unit, days, on), then, unit, days, on)
    assert abs(after - together) <= 2 * MICROSECOND


@given(MOMENTS, CALENDARS, ROSTER)
def test_intervals_are_half_open(start: dt.datetime, days: Calendar, on: Roster) -> None:
    (began,) = begins(one(start), days, on)
    assert between(began, began + MICROSECOND, Unit.HOUR, days, on) > 0
    if began > start:
        assert between(start, began, Unit.HOUR, days, on) == 0
        # The end of the shift before belongs to it no more.
        assert list(begins(one(began - MICROSECOND), days, on)) == [began]


@given(st.datetimes(dt.datetime(2025, 1, 20), dt.datetime(2025, 2, 12)), st.integers(1, 4_000), ROSTER)  # noqa: DTZ001
@settings(max_examples=30, deadline=None)
def test_a_count_minute_by_minute_says_the_same(start: dt.datetime, minutes: int, on: Roster) -> None:
    days = calendar("CN", "Asia/Shanghai")
    first = start.replace(second=0, microsecond=0, tzinfo=days.zone)
    count = sum(is_staffed(first + k * MINUTE, days, on) for k in range(minutes))
    assert between(first, first + minutes * MINUTE, Unit.HOUR, days, on) == pytest.approx(count / 60)


def is_staffed(moment: dt.datetime, days: Calendar, on: Roster) -> bool:
    """By going through the shifts that began today or yesterday; only for zones whose clocks never change."""
    for day in (moment.date(), moment.date() - DAY):
        in_force = [hours for hours in on.hours if hours.since is None or hours.since <= day][-1]
        for shift in in_force.shifts:
            kinds = {"every", "working" if days.letter(day) in "wm" else "off"}
            if shift.days not in kinds or (shift.weekdays and WEEK[day.weekday()] not in shift.weekdays):
                continue
            opens = dt.datetime.combine(day, dt.time.fromisoformat(shift.begins), days.zone)
            closes = dt.datetime.combine(day, dt.time.fromisoformat(shift.ends.replace("24:00", "00:00")), days.zone)
            if opens <= moment < (closes if closes > opens else closes + DAY):
                return True
    return False


@given(MOMENTS, st.lists(st.tuples(MOMENTS, st.integers(0, 3_000)), max_size=3), st.integers(1, 40), UNIT, CALENDARS, ROSTER)
def test_a_pause_delays_a_clock_by_what_it_took_from_it(
    start: dt.datetime, stops: list[tuple[dt.datetime, int]], quarters: int, unit: Unit, days: Calendar, on: Roster
) -> None:
    pauses = [Pause(begin, begin + minutes * MINUTE) for begin, minutes in stops]
    clock = Limit(limit=quarters / 4, unit=unit)
    found = due(start, clock, days, on, pauses)
    assert isinstance(found, dt.datetime)
    assert found >= end(start, clock.limit, unit, days, on)
    (began,) = begins(one(start), days, on)
    # What ran while nothing rested is the limit.
    edges = sorted({began, found, *(min(max(edge, began), found) for pause in pauses for edge in (pause.begins, pause.ends or found))})
    ran = sum(
        between(one_edge, other, unit, days, on)
        for one_edge, other in pairwise(edges)
        if not any(p.begins <= one_edge and other <= (p.ends or found) for p in pauses)
    )
    jumped = 1 / 24 if unit is Unit.NATURAL_DAY else 1e-9
    assert clock.limit - 1e-9 <= ran <= clock.limit + jumped


def test_a_clock_that_still_rests_has_no_end_and_one_that_had_ended_keeps_its_own() -> None:
    days = calendar("CN", "Asia/Shanghai")
    start = dt.datetime(2026, 3, 2, 10, tzinfo=days.zone)
    clock = Limit(limit=2, unit=Unit.HOUR)
    assert due(start, clock, days, OFFICE, [Pause(start + HOUR)]) is NoDue.PAUSED
    assert due(start, clock, days, OFFICE, [Pause(start + 2 * HOUR)]) == start + 2 * HOUR
    assert due(start, clock, days, OFFICE, [Pause(start + HOUR, start + 3 * HOUR)]) == start + 4 * HOUR
    # A pause that begins before the clock does takes nothing from it.
    assert due(start, clock, days, OFFICE, [Pause(start - 3 * HOUR, start)]) == start + 2 * HOUR


def test_a_column_says_what_single_clocks_say_and_nothing_stays_nothing() -> None:
    days = calendar("CN", "Asia/Shanghai")
    pick = np.random.default_rng(20)
    starts = pl.Series("start", pick.integers(1_700_000_000_000_000, 1_798_000_000_000_000, 300)).cast(pl.Datetime("us"))
    starts = starts.dt.replace_time_zone("UTC").extend(pl.Series([None], dtype=UTC))
    for unit in Unit:
        clock = Limit(limit=3, unit=unit)
        column = dues(starts, clock, days, OFFICE)
        single = [None if s is None or isinstance(d := due(s, clock, days, OFFICE), NoDue) else d for s in starts]
        assert (column.name, column.dtype, column.to_list()) == ("start", UTC, single)
        assert elapsed(starts, column, unit, days, OFFICE).is_null().to_list() == column.is_null().to_list()


def test_an_amount_of_a_span_that_reaches_into_an_unknown_year_is_not_known() -> None:
    days = calendar("CN", "Asia/Shanghai")
    first, new_year = dt.datetime(2026, 12, 31, 9, tzinfo=days.zone), dt.datetime(2027, 1, 1, tzinfo=days.zone)
    amounts = elapsed(
        pl.Series([first, first, new_year, new_year + DAY], dtype=UTC),
        pl.Series([new_year, new_year + MICROSECOND, new_year + DAY, first], dtype=UTC),
        *(Unit.HOUR, days, OFFICE),
    )
    assert amounts.to_list() == [8.0, None, None, None]
    assert between(first, new_year + DAY, Unit.NATURAL_DAY, days, OFFICE) == pytest.approx(1 + 15 / 24)
