"""Rosters and clocks as a district declares them: what is refused, and which rule is in force."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from transforms.clocks.roster import OFFICE, Hours, Roster, Shift
from transforms.clocks.rules import CLOCK_SETS, SHIPPED, AlertClock, Clock, in_force, rosters, wrong_clocks
from transforms.words import Level, Unit, Urgency, Waited
from transforms.words.clocks import WHISTLE
from transforms.words.feeds import FEEDS


def hours(*shifts: dict[str, object], since: str | None = None) -> dict[str, object]:
    return {"shifts": list(shifts), **({"since": since} if since else {})}


def shift(begins: str, ends: str, days: str = "working", *weekdays: str) -> dict[str, object]:
    return {"begins": begins, "ends": ends, "days": days, "weekdays": list(weekdays)}


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ([hours(shift("09:00", "12:00"), shift("11:59", "17:00"))], "09:00-12:00 on working days overlaps 11:59-17:00 on working days"),
        (
            [hours(shift("17:00", "09:01", "every"), shift("09:00", "17:00"))],
            "17:00-09:01 on every day overlaps 09:00-17:00 on working days",
        ),
        ([hours(shift("20:00", "08:00", "off"), shift("07:00", "09:00"))], "overlaps 07:00-09:00 on working days"),
        ([hours(shift("22:00", "06:00", "every", "sun"), shift("05:00", "06:00", "every", "mon"))], "overlaps"),
        ([hours(shift("09:00", "09:00"))], "a whole day is written begins = '00:00', ends = '24:00'"),
        ([hours(shift("24:00", "08:00"))], "pattern"),
        ([hours(shift("9:00", "17:00"))], "pattern"),
        ([hours(shift("09:00", "17:00", "holidays"))], "'working', 'off' or 'every'"),
        ([hours(shift("09:00", "17:00", "every", "monday"))], "'mon', 'tue'"),
        ([hours()], "at least one shift"),
        ([], "at least one list of shifts"),
        ([hours(shift("09:00", "17:00", "off", "mon"))], "an ordinary week has no staffed minute"),
        ([hours(shift("09:00", "17:00")), hours(shift("09:00", "17:00", "off", "wed"), since="2026-06-01")], "since 2026-06-01"),
        ([hours(shift("09:00", "17:00"), since="2026-01-01")], "the first hours of a roster hold from ever on"),
        ([hours(shift("09:00", "17:00")), hours(shift("08:00", "17:00"))], "hours that follow others say 'since'"),
        (
            [hours(shift("09:00", "17:00")), *(hours(shift("08:00", "16:00"), since=day) for day in ("2026-06-01", "2026-06-01"))],
            "each a later day",
        ),
    ],
)
def test_a_roster_that_cannot_be_is_refused(declared: list[object], says: str) -> None:
    with pytest.raises(ValidationError) as told:
        Roster.model_validate({"code": "own", "name_zh": "班", "name_en": "own", "hours": declared})
    assert says in str(told.value)


def test_shifts_that_touch_and_nights_beside_office_hours_are_fine() -> None:
    Hours(shifts=(Shift(begins="09:00", ends="17:00"), Shift(days="every", begins="17:00", ends="09:00")))
    Hours(shifts=(Shift(begins="00:00", ends="24:00"), Shift(days="off", begins="10:00", ends="11:00")))
    # Sunday is worked where the weekend is Friday and Saturday.
    Roster(code="own", name_zh="班", name_en="own", hours=(Hours(shifts=(Shift(weekdays=("sun",), begins="09:00", ends="17:00"),)),))


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ({"clock": "act", "limit": 3, "unit": "day", "level": "red"}, "'hour', 'natural_day' or 'working_day'"),
        ({"clock": "act", "limit": 3, "unit": "hour"}, "act needs a level: red, orange or yellow"),
        ({"clock": "act", "limit": 3, "unit": "hour", "level": "blue"}, "red"),
        ({"clock": "arrive", "limit": 3, "unit": "hour", "level": "red"}, "arrive is a clock of a whistle"),
        ({"clock": "act", "limit": 0, "unit": "hour", "level": "red"}, "greater than 0"),
        ({"clock": "wait", "limit": 1, "unit": "hour"}, "acknowledge"),
    ],
)
def test_a_clock_that_cannot_be_is_refused(declared: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError) as told:
        AlertClock.model_validate(declared)
    assert says in str(told.value)


def clock(limit: float, since: str | None = None, on: str = "office") -> AlertClock:
    day = dt.date.fromisoformat(since) if since else None
    return AlertClock(clock=Waited.ACT, level=Level.RED, limit=limit, unit=Unit.HOUR, roster=on, since=day)


def test_what_is_wrong_with_clocks_and_rosters_together_is_named() -> None:
    deadline = Clock(feed="stability", limit=2, unit=Unit.WORKING_DAY, roster="nobody")
    assert wrong_clocks([deadline], [clock(1, on="gone"), clock(2), clock(3, "2026-01-01")], [OFFICE, OFFICE]) == [
        "roster 'office' stands twice",
        "the clock act.red names the roster 'gone'; there are: office, desk",
        "a clock of feed stability names the roster 'nobody'; there are: office, desk",
        "the clock act.red stands twice",
    ]
    assert not wrong_clocks([Clock(feed="stability", limit=2)], [clock(2), clock(3, "2026-01-01")], [])


def test_working_days_of_a_roster_that_has_none_are_refused() -> None:
    weekend = Roster(
        code="office", name_zh="周末", name_en="weekend", hours=(Hours(shifts=(Shift(days="off", begins="09:00", ends="17:00"),)),)
    )
    deadline, alert = Clock(feed="stability", limit=2, unit=Unit.WORKING_DAY), clock(1)
    told = wrong_clocks([deadline], [alert], [weekend])
    assert "a clock of feed stability counts working days, and nobody of the roster 'office' is there on one" in told
    # Those that ship count too, where the district does not replace them.
    assert "the clock act.orange counts working days, and nobody of the roster 'office' is there on one" in told
    assert len(told) == 5
    assert not wrong_clocks([deadline], [alert], [])


def test_the_rule_in_force_is_the_newest_that_holds_by_then() -> None:
    declared = [clock(9, "2026-06-01"), clock(5, "2026-01-01")]
    limits = {day: in_force(declared, dt.date.fromisoformat(day))["act.red"].limit for day in ("2025-12-31", "2026-01-01", "2026-07-01")}
    assert limits == {"2025-12-31": 24, "2026-01-01": 5, "2026-07-01": 9}
    assert in_force([clock(7)], dt.date(2000, 1, 1))["act.red"].limit == 7


def test_what_ships_is_what_the_alerts_promise() -> None:
    shipped = {(rule.clock, rule.level): (rule.limit, rule.unit) for rule in SHIPPED}
    assert shipped[Waited.ACKNOWLEDGE, Level.RED] == (2, Unit.HOUR)
    assert shipped[Waited.ACT, Level.RED] == (24, Unit.HOUR)
    assert shipped[Waited.ACKNOWLEDGE, Level.ORANGE] == (8, Unit.HOUR)
    assert shipped[Waited.ACT, Level.ORANGE] == (3, Unit.WORKING_DAY)
    assert shipped[Waited.ACKNOWLEDGE, Level.YELLOW] == (1, Unit.WORKING_DAY)
    assert shipped[Waited.ACT, Level.YELLOW] == (7, Unit.NATURAL_DAY)
    assert {w for w, level in shipped if level is None} == WHISTLE
    assert len({rule.name for rule in SHIPPED}) == len(SHIPPED)
    assert {rule.roster for rule in SHIPPED} <= rosters([]).keys()


def test_the_sets_that_ship_name_kinds_that_there_are_and_nothing_twice() -> None:
    for clocks in CLOCK_SETS.values():
        asked = [(clock.feed, clock.kind, clock.department, clock.urgency) for clock in clocks]
        assert len(set(asked)) == len(asked)
        assert {clock.kind for clock in clocks} - {None} <= {kind.code for kind in FEEDS["stability"].kinds}
    assert {clock.urgency for clock in CLOCK_SETS["hotline_by_urgency"]} >= {Urgency.URGENT, Urgency.GENERAL, Urgency.COMPLEX}


def test_the_narrower_clock_rules_and_of_two_alike_the_newer() -> None:
    whole = Clock(feed="stability", limit=7)
    newer = Clock(feed="stability", limit=6, since=dt.date(2026, 1, 1))
    urgent = Clock(feed="stability", urgency=Urgency.URGENT, limit=1)
    office = Clock(feed="stability", department="water", limit=2)
    leak = Clock(feed="stability", kind="service_water", limit=3)
    both = Clock(feed="stability", kind="service_water", urgency=Urgency.URGENT, limit=4)
    mixed = [urgent, both, whole, leak, newer, office]
    assert sorted(mixed, key=lambda clock: clock.precedence) == [whole, newer, urgent, office, leak, both]
