"""Clocks beside the deadline: whose they are, when they end, and that none hides another."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from infra.districts.calendars import calendar
from tests.helpers.made import FEEDS, ZONE, at, cells, district, reports, source
from transforms.clocks.rules import CLOCK_SETS, Clock
from transforms.district.declaration import District
from transforms.duty.clocks import CLOCKS, Offices, clocks_of
from transforms.duty.further import Declared, further_clocks
from transforms.duty.share import duty_performance

NIGHT = dt.date(2025, 6, 16)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
UNTIL = at(NIGHT, 0)
DAYS = calendar("CN", ZONE.key)
CONTACT = {"clock": "first_contact", "feed": "stability", "limit": 1, "unit": "working_day"}
NOTICE = {"clock": "acceptance", "feed": "stability", "limit": 3}
RECHECK = {"clock": "recheck", "feed": "stability", "limit": 3, "unit": "working_day"}
ALL = (CONTACT, NOTICE, RECHECK)


def place(*rules: dict[str, Any], **changes: Any) -> District:
    """A district whose sources tell when every clock was met."""
    told = {"occurred_at": "o", "kind": "k", "zone": "z", "first_contact_at": "f", "accepted_at": "a", "recheck_at": "r"}
    return district(sources=[source(code, feed, columns=told) for code, feed in FEEDS.items()], clocks=list(rules), **changes)


def case(reported: dt.datetime, days: float = 10, **more: Any) -> dict[str, Any]:
    """A case, with minutes, that is due so many days after its report and stays open."""
    return {"kind": "service", "occurred_at": reported, "due_at": reported + days * DAY, "department": "a", **more}


def clocks(rows: list[dict[str, Any]], some: District, promised: pl.DataFrame | None = None) -> pl.DataFrame:
    made, offices, until = reports(rows), Offices(some.timezone), dict.fromkeys(FEEDS, UNTIL)
    deadlines = clocks_of(made, cells(), until, offices, promised)
    return pl.concat([deadlines, further_clocks(made, cells(), until, offices, Declared(some, DAYS), deadlines)])


def one(row: dict[str, Any], rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = clocks([row], place(rule, **more)).filter(pl.col("clock") == rule["clock"])
    assert len(found) == 1
    return found.row(0, named=True)


def local(moment: dt.datetime) -> str:
    return f"{moment.astimezone(ZONE):%m-%d %H:%M}"


# The second of June 2025 is a holiday, the ninth a Monday.
REPORTED = at(dt.date(2025, 6, 9), 18) + 5 * MINUTE


def test_each_clock_is_a_row_and_counts_its_own_time() -> None:
    found = clocks([case(REPORTED, 2)], place(*ALL)).sort("clock")
    assert found.schema == CLOCKS
    assert [(clock, local(due)) for clock, due in found.select("clock", "due").iter_rows()] == [
        ("acceptance", "06-12 18:05"),
        ("deadline", "06-11 18:05"),
        ("first_contact", "06-10 17:00"),
        # Three working days from the morning after the deadline.
        ("recheck", "06-16 17:00"),
    ]
    assert found["ended"].is_null().all()


def test_none_hides_another() -> None:
    answered_late = case(REPORTED, closed_at=REPORTED + 2 * DAY, first_contact_at=REPORTED + DAY)
    never_answered = case(REPORTED, closed_at=REPORTED + HOUR)
    ends = {row["clock"]: row for row in clocks([answered_late], place(*ALL)).iter_rows(named=True)}
    assert ends["deadline"]["ended"] < ends["deadline"]["due"]
    assert ends["first_contact"]["ended"] > ends["first_contact"]["due"]
    assert ends["acceptance"]["ended"] is None
    assert one(never_answered, CONTACT)["ended"] is None
    reopened = case(REPORTED, first_contact_at=REPORTED + HOUR, reopens=2)
    assert one(reopened, CONTACT)["ended"] == REPORTED + HOUR


def test_what_a_night_does_not_know_yet_is_open() -> None:
    assert one(case(REPORTED, first_contact_at=UNTIL), CONTACT)["ended"] is None
    assert one(case(REPORTED, first_contact_at=UNTIL - MINUTE), CONTACT)["ended"] == UNTIL - MINUTE
    assert clocks([case(UNTIL)], place(*ALL)).is_empty()
    # Nobody looks again before the deadline.
    assert "recheck" not in clocks([case(REPORTED, 30)], place(*ALL))["clock"].to_list()


@pytest.mark.parametrize(
    ("accepted", "contact", "owner", "handed_on"),
    [
        (None, 30, "a", None),
        (2, 30, "b", "a"),
        # Handed on at the deadline, or after it: who missed it, missed it.
        (23, 30, "a", None),
        (25, None, "a", None),
        # Answered, then handed on.
        (2, 1, "a", None),
    ],
)
def test_first_contact_is_the_first_departments_until_another_accepts(
    accepted: float | None, contact: float | None, owner: str, handed_on: str | None
) -> None:
    when = {"accepted_at": accepted, "first_contact_at": contact}
    moments: dict[str, Any] = {name: None if hours is None else REPORTED + hours * HOUR for name, hours in when.items()}
    row = one(case(REPORTED, department="b", first_department="a", transfers=1, **moments), CONTACT)
    # Due at 17:00 on the next day, which is 22 hours and 55 minutes after the report.
    assert (row["department"], row["handed_on_by"], row["passed_on"]) == (owner, handed_on, True)


def test_telling_of_acceptance_is_the_first_departments() -> None:
    handed = case(REPORTED, department="b", first_department="a", accepted_at=REPORTED + DAY)
    assert one(handed, NOTICE)["department"] == "a"
    assert one(case(REPORTED, department=None), NOTICE)["department"] == "unknown"


def test_looking_again_follows_the_deadline_that_is_believed() -> None:
    fixed = {"clock": "recheck", "feed": "stability", "limit": 24, "unit": "hour"}
    begun = at(NIGHT - 50 * DAY) + 5 * MINUTE
    assert one(case(begun, 5), fixed)["due"] == begun + 6 * DAY
    assert one(case(begun, 5, extended_until=begun + 20 * DAY, paused_days=3), fixed)["due"] == begun + 24 * DAY
    promised = pl.DataFrame({"report_id": ["r000000"], "promised_at": [begun + 5 * DAY]}, schema_overrides={"promised_at": CLOCKS["due"]})
    moved = clocks([case(begun, 40)], place(fixed), promised).filter(pl.col("clock") == "recheck")
    assert moved["due"].to_list() == [begun + 6 * DAY]
    usual = [case(begun, 5) for _ in range(9)]
    far = clocks([*usual, case(begun, 9000)], place(fixed)).filter(pl.col("clock") == "recheck")
    assert far["due"].to_list() == [begun + 6 * DAY] * 10


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ({"limit": 2, "unit": "hour"}, "06-11 00:00"),
        ({"limit": 24, "unit": "hour"}, "06-11 00:00"),
        ({"limit": 1, "unit": "natural_day"}, "06-11 00:00"),
        # After hours, for all anybody knows: all of the next day.
        ({"limit": 1, "unit": "working_day"}, "06-11 00:00"),
        ({"limit": 4, "unit": "working_day"}, "06-14 00:00"),
    ],
)
def test_where_days_are_kept_nobody_is_late_who_may_have_been_in_time(rule: dict[str, Any], due: str) -> None:
    begun = at(dt.date(2025, 6, 9), 0)
    row = one(case(begun, first_contact_at=begun + DAY), {**CONTACT, **rule})
    assert row["whole_days"]
    assert local(row["due"]) == due
    assert local(row["ended"]) == "06-11 00:00"


def test_the_day_on_which_clocks_are_set_is_a_day() -> None:
    zone, day = "America/New_York", dt.datetime(2025, 3, 9, 5, tzinfo=dt.UTC)
    some = place({**CONTACT, "limit": 1, "unit": "hour"}, timezone=zone)
    row = clocks([case(day, first_contact_at=day)], some).filter(pl.col("clock") == "first_contact").row(0, named=True)
    assert row["ended"] - day == 23 * HOUR
    assert row["ended"] <= row["due"]


def test_a_rule_is_for_clocks_that_begin_on_its_day_or_later() -> None:
    old, new = {**NOTICE, "limit": 5, "since": dt.date(2025, 6, 9)}, {**NOTICE, "since": dt.date(2025, 6, 11)}
    begun = [at(dt.date(2025, 6, day), 23) for day in (8, 9, 10, 11)]
    found = clocks([case(moment) for moment in begun], place(old, new)).filter(pl.col("clock") == "acceptance")
    assert [(due - starts) / DAY for starts, due in found.select("starts", "due").iter_rows()] == [5, 5, 3]


def test_a_clock_that_nobody_tells_of_is_none() -> None:
    with pytest.raises(ValidationError, match="a clock 'recheck' of feed stability can be kept by nobody: declare the column recheck_at"):
        district(clocks=[RECHECK])
    silent = district(clock_sets=["fire_rectification"])
    begun = at(NIGHT - 20 * DAY) + 5 * MINUTE
    assert clocks([case(begun, kind="hazard")], silent)["clock"].to_list() == ["deadline"]
    told = clocks([case(begun, kind="hazard")], place(clock_sets=["fire_rectification"]))
    assert told["clock"].to_list() == ["deadline", "recheck"]


def test_a_clock_that_reaches_into_a_year_that_nobody_knows_is_none_yet() -> None:
    night = dt.date(2027, 1, 20)
    made, until = reports([case(at(dt.date(2026, 12, 31), 16.5))]), {"hotline": at(night, 0)}
    for limit, number in ((2, 0), (0.01, 1)):
        declared = Declared(place({**CONTACT, "limit": limit}), DAYS)
        assert len(further_clocks(made, cells(), until, Offices(ZONE.key), declared, CLOCKS.to_frame())) == number


def test_a_share_is_of_all_clocks_and_says_what_nobody_answered() -> None:
    begun = [at(NIGHT - 20 * DAY, 10) + k * MINUTE for k in range(40)]
    rows = [case(moment, 12, closed_at=moment + 5 * DAY, spot=k) for k, moment in enumerate(begun)]

    def line(*rules: dict[str, Any]) -> dict[str, Any]:
        found = clocks(rows, place(*rules))
        return duty_performance(found, place().duty, {}, ZONE.key).row(0, named=True)

    alone, both = line(), line(CONTACT)
    assert (alone["clocks"], alone["breached"], both["clocks"], both["breached"]) == (40, 0, 80, 40)
    assert both["share"] > 0.3 > alone["share"]
    assert both["unanswered"] > 0.4
    # The stock is of cases, and those are closed.
    assert both["overdue"] == 0


def test_sets_that_ship_are_laws() -> None:
    told = {
        name: [(c.clock, c.kind, c.limit, c.unit) for c in CLOCK_SETS[name]] for name in ("formal_request_routing", "fire_rectification")
    }
    assert told == {
        "formal_request_routing": [("acceptance", "formal_request", 15, "natural_day")],
        "fire_rectification": [("recheck", None, 3, "working_day")],
    }
    assert "clock" not in Clock(feed="stability", limit=1).model_dump()
    assert Clock.model_validate(NOTICE).model_dump(mode="json")["clock"] == "acceptance"
