"""Faults that other alert managers shipped, each as what ours does instead. A test is named by its row in the list of pitfalls.

Rows whose proof needs a store are here with the part that is pure; the rest stands beside the tests of the warehouse and of sending.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.districts.calendars import calendar
from infra.warehouse.alerts.alerts import alerts
from tests.helpers.desk import ABOUT, ABOVE, CN, DAY, EAST, FIRE, HOUR, NIGHT, RULES, START, Desk
from transforms.alerts.addressing import addressees
from transforms.alerts.events import alert_events
from transforms.alerts.hours import disturbs_from
from transforms.alerts.leaving import Leaves, Picture, Way, leaves
from transforms.alerts.machine.commands import About, AlertEvent
from transforms.alerts.machine.handling import fold, folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.steps import EXPIRE, next_due, pending
from transforms.alerts.messages import group_of, is_superseded, messages, told
from transforms.alerts.past import CELL_PAST, Past
from transforms.alerts.routing import Receiver, Route, Table
from transforms.alerts.silences import Scope, Silence, silenced_by, wrong
from transforms.alerts.types import Tonight
from transforms.alerts.types.alert_type import SourceStands
from transforms.alerts.visible import Viewer, as_it_stands, reduced
from transforms.clocks.coming import coming
from transforms.clocks.roster import DESK, OFFICE
from transforms.clocks.rules import AlertClock, Limit, in_force, rosters
from transforms.clocks.working import due, elapsed
from transforms.district.declaration import AlertRules
from transforms.schema import DISTRICT_SURGES, SCORES, UTC
from transforms.words import Act, Audience, Event, NoDue, Outcome, Refused, SilenceReason, Unit, Waited

SHIPPED = Table.of([], [])


def silence(scope: Scope, begins: dt.datetime = START, lasts: dt.timedelta = 6 * HOUR) -> Silence:
    return Silence("s", scope, SilenceReason.WORKS, begins, begins + lasts, ABOVE)


def sends(desk: Desk, now: dt.datetime, *silences: Silence, table: Table = SHIPPED, disturbs: bool = False) -> list[Leaves]:
    """What becomes of each message of an alert at a moment, on a way that told nothing of it so far."""
    waits = messages(desk.events)
    picture = Picture(RULES, table, silences, now)
    return [leaves(message, desk.alert, Way(None, disturbs, False, waits), picture) for message in waits]


def steps(desk: Desk) -> set[str]:
    return {step.name.partition(":")[0] for step in pending(desk.alert, RULES)}


def test_row_01_nothing_waits_in_a_timer_so_a_restart_forgets_nothing() -> None:
    desk = Desk()
    desk.do(Act.WAIT, EAST, until=START + 3 * DAY)
    # Whoever reads the events anew knows what is due when; the moment is a column.
    assert next_due(fold(list(desk.events)), RULES) == next_due(desk.alert, RULES)  # type: ignore[arg-type]
    assert "next_due_at" in alerts.c
    assert desk.do(Act.SWEEP, later=3 * DAY + HOUR) == [Event.ESCALATED]


def test_row_02_the_sweep_looks_where_an_index_leads() -> None:
    assert ["district", "next_due_at"] in [[column.name for column in index.columns] for index in alerts.indexes]


def test_row_03_after_an_outage_the_highest_step_is_taken_once_and_the_others_are_recorded() -> None:
    desk = Desk()
    assert desk.do(Act.SWEEP, later=5 * DAY) == [Event.ESCALATED]
    assert {step.partition(":")[0] for step in desk.events[-1].steps} == {"acknowledge", "act"}
    assert desk.do(Act.SWEEP) == []


def test_row_04_acknowledging_cancels_what_was_waited_for_and_nothing_waits_for_ever() -> None:
    desk = Desk()
    desk.do(Act.ACKNOWLEDGE, EAST)
    assert "acknowledge" not in steps(desk)
    desk.do(Act.RESOLVE, EAST, outcome=Outcome.FIXED)
    assert steps(desk) == {EXPIRE}
    assert desk.do(Act.SWEEP, later=200 * DAY) == [Event.EXPIRED]
    assert pending(desk.alert, RULES) == ()


def test_row_05_a_message_that_waits_is_dropped_once_somebody_acts() -> None:
    desk = Desk()
    desk.do(Act.SWEEP, later=3 * HOUR)
    assert sends(desk, desk.now) == [Leaves.NOW, Leaves.NOW]
    desk.do(Act.ACKNOWLEDGE, ABOVE)
    assert sends(desk, desk.now) == [Leaves.NOW, Leaves.NOTHING_TO_SAY]


def test_row_06_who_waits_for_something_is_not_reminded_and_may_not_wait_for_ever() -> None:
    desk = Desk()
    desk.do(Act.WAIT, EAST, until=START + 10 * DAY)
    assert desk.do(Act.SWEEP, later=9 * DAY) == []
    assert desk.do(Act.WAIT, EAST, until=desk.now + 31 * DAY) is Refused.MOMENT


def test_row_07_acknowledging_and_silencing_one_alert_leaves_those_that_travel_with_it() -> None:
    one, other = Desk(), Desk()
    first, second = (messages(desk.events)[0] for desk in (one, other))
    assert group_of(first) == group_of(second)
    one.do(Act.CLOSE, EAST, outcome=Outcome.FIXED)
    assert (sends(one, START), sends(other, START)) == ([Leaves.NOTHING_TO_SAY], [Leaves.NOW])
    about = About(ABOUT, NIGHT, "east")
    assert [silenced_by([silence(Scope(alert_id="a"))], identity, about, START) is None for identity in ("a", "b")] == [False, True]


def test_row_08_a_silence_filters_what_is_sent_and_never_how_an_alert_stands() -> None:
    loud, silent = Desk(), Desk()
    for desk in (loud, silent):
        desk.do(Act.SWEEP, later=3 * HOUR)
    assert sends(silent, silent.now, silence(Scope(type="level"))) == [Leaves.SILENCED] * 2
    assert silent.alert == loud.alert


def test_row_09_what_still_stands_at_the_end_of_a_silence_is_told_once_and_what_is_calm_never() -> None:
    hushed = silence(Scope(type="level"))
    hot, calm = Desk(), Desk()
    hot.do(Act.SWEEP, later=3 * HOUR)
    calm.do(Act.END, later=3 * HOUR)
    after = START + 6 * HOUR
    assert sends(hot, after, hushed).count(Leaves.NOW) == 1
    assert sends(calm, after, hushed) == [Leaves.NOTHING_TO_SAY] * 2


def test_row_10_a_silence_is_looked_at_whenever_something_is_sent() -> None:
    desk, hushed = Desk(), silence(Scope(type="level"), START + HOUR)
    assert sends(desk, START, hushed) == [Leaves.NOW]
    desk.do(Act.SWEEP, later=3 * HOUR)
    assert sends(desk, desk.now, hushed) == [Leaves.SILENCED] * 2


def test_row_11_a_silence_ends_and_may_not_last_longer_than_the_rules_allow() -> None:
    with pytest.raises(TypeError, match="until"):
        Silence("s", Scope(type="level"), SilenceReason.WORKS, START, by=ABOVE)  # type: ignore[call-arg]
    assert wrong(silence(Scope(type="level"), lasts=31 * DAY), RULES.longest_wait) is not None
    assert silenced_by([silence(Scope(type="level"))], "a", About(ABOUT, NIGHT, "east"), START + 6 * HOUR) is None


def tonight(sources: tuple[SourceStands, ...], order: int = 1, letters: str = "r", night: dt.date = NIGHT) -> Tonight:
    """Cells of two categories that stand as their letter says (r red, b blue), each calm until the night before."""
    score, level = {"r": (99.5, "red"), "b": (50.0, "blue"), "h": (93.0, "yellow")}[letters]
    row = {"state": "scored", "score": score, "level": level, "expected_harm": 1.0}
    places = [("stability", "c1"), ("safety", "c1"), ("safety", "c2")][::order]
    scores = pl.DataFrame([{**row, "category": category, "cell_id": cell} for category, cell in places], schema=SCORES)
    calm = pl.DataFrame([(*place, night - DAY, 50.0, "blue", 1.0) for place in places], CELL_PAST, orient="row")
    rules = AlertRules(confirm_nights=1, surprise=1.0)
    return Tonight("d", night, scores, DISTRICT_SURGES.to_frame(), rules, past=Past(calm), sources=sources)


SILENT = SourceStands("hotline", silent=True, speaks=False, refused=False, categories=frozenset({"stability"}))
SPEAKS = SourceStands("fire", silent=False, speaks=True, refused=False, categories=frozenset({"safety"}))
MUTE = SourceStands("other", silent=True, speaks=False, refused=False)


def opened(*sources: SourceStands, order: int = 1) -> set[tuple[str, str | None, str]]:
    found = alert_events((), tonight(sources, order), RULES, START)
    return {(e.about.subject.type, e.about.subject.category, e.about.subject.code) for e in found if e.event is Event.OPENED}


def test_row_12_inhibition_follows_declared_edges_and_nothing_equals_nothing() -> None:
    # A silent source without edges inhibits nothing; alerts without a category hang on nothing.
    assert {what for what, _, _ in opened(MUTE)} == {"source", "level"}
    assert {category for what, category, _ in opened(SILENT, SPEAKS) if what == "level"} == {"safety"}
    assert not Scope(category="safety").covers("a", About(ABOUT._replace(category=None), NIGHT))


@given(st.permutations([SILENT, SPEAKS, MUTE]), st.sampled_from([1, -1]))
def test_row_13_inhibition_is_a_function_of_the_night_whatever_comes_first(sources: list[SourceStands], order: int) -> None:
    assert opened(*sources, order=order) == opened(SILENT, SPEAKS, MUTE)


def test_row_14_another_configuration_sends_nothing_again() -> None:
    desk = Desk()
    (message,) = messages(desk.events)
    own = Table.of([Receiver(code="desk", name_zh="值班", name_en="desk")], [Route(to=("desk",))])
    for table in (SHIPPED, own):
        line = reduced(as_it_stands(desk.alert, RULES), Viewer(Audience.MACHINE))
        sent = told(message, line, addressees(desk.alert, table), None)
        assert sent.message_id == message.message_id == "a-1"


def test_row_15_the_name_of_a_message_is_its_events_and_lives_as_long() -> None:
    desk = Desk()
    desk.do(Act.RAISE, level="red", later=300 * DAY)
    assert [message.message_id for message in messages(desk.events)] == ["a-1", "a-2"]
    assert [message.message_id for message in messages(desk.events[:1])] == ["a-1"]


def test_row_16_flapping_for_thirty_nights_is_one_alert_whose_numbers_rise() -> None:
    events: list[AlertEvent] = []
    for k in range(30):
        night = NIGHT + k * DAY
        events += alert_events(events, tonight((), letters="rb"[k % 2], night=night), RULES, START + k * DAY)
    found = folds(events)
    assert len(found) == 3
    assert {alert.episode for alert in found.values()} == {NIGHT}
    assert sum(event.event is Event.OPENED for event in events) == 3
    for identity in found:
        told_of = [message.seq for message in messages(e for e in events if e.alert_id == identity)]
        assert told_of == sorted(set(told_of))


def test_row_17_an_end_is_told_once_and_only_where_the_opening_was() -> None:
    desk = Desk()
    desk.do(Act.END, later=DAY)
    desk.do(Act.END)
    ends = [message for message in messages(desk.events) if message.payload["event"] == "ended"]
    assert len(ends) == 1
    assert [is_superseded(ends[0], desk.alert, told=told_) for told_ in (True, False)] == [False, True]


@pytest.mark.parametrize(("day", "hours"), [(dt.date(2026, 3, 7), 23), (dt.date(2026, 10, 31), 25)])
def test_row_18_days_on_which_clocks_change_are_read_by_the_districts_own_zone(day: dt.date, hours: int) -> None:
    us = calendar("US", "America/New_York")
    start = dt.datetime.combine(day, dt.time(12), us.zone)
    one_day, two_hours = Limit(limit=1, unit=Unit.NATURAL_DAY, roster="desk"), Limit(limit=2, unit=Unit.HOUR, roster="desk")
    ends, soon = due(start, one_day, us, DESK), due(start + 12 * HOUR, two_hours, us, DESK)
    assert isinstance(ends, dt.datetime)
    assert isinstance(soon, dt.datetime)
    # The same reading of the wall's clock a day later, and two hours that are two hours.
    assert ends.astimezone(us.zone).time() == dt.time(12)
    assert ends - start.astimezone(dt.UTC) == hours * HOUR
    assert soon - (start.astimezone(dt.UTC) + 12 * HOUR) == 2 * HOUR


def test_row_19_whom_a_matter_goes_to_does_not_change_with_the_hour_only_when_it_leaves() -> None:
    desk = Desk("orange")
    night, day = START, START + 4 * HOUR
    assert (sends(desk, night, disturbs=True), sends(desk, day, disturbs=True)) == ([Leaves.OUT_OF_HOURS], [Leaves.NOW])
    assert addressees(desk.alert, SHIPPED) == addressees(replace(desk.alert, newest_at=day), SHIPPED)


def test_row_20_intervals_are_half_open_and_a_day_ends_at_twenty_four_hours() -> None:
    midnight = dt.datetime(2026, 3, 3, tzinfo=CN.zone)
    moments = [pl.Series([moment], dtype=UTC) for moment in (midnight, midnight + DAY, midnight + DAY - HOUR / 60)]
    assert elapsed(moments[0], moments[1], Unit.HOUR, CN, DESK).item() == 24
    assert elapsed(moments[2], moments[1], Unit.HOUR, CN, DESK).item() == pytest.approx(1 / 60)
    closing = due(dt.datetime(2026, 3, 3, 17, tzinfo=CN.zone), Limit(limit=1, unit=Unit.HOUR), CN, OFFICE)
    assert closing == dt.datetime(2026, 3, 4, 10, tzinfo=CN.zone)


def test_row_21_the_coming_year_is_shown_with_what_is_moved_and_what_nobody_knows() -> None:
    year = coming(CN, dt.date(2026, 1, 1))
    assert len(year.moved) == 6
    assert coming(CN, dt.date(2026, 6, 1)).unknown == (2027,)


def test_row_22_a_changed_calendar_moves_what_is_open_and_nothing_that_is_over() -> None:
    desk, over = Desk("yellow"), Desk("yellow")
    over.do(Act.CLOSE, EAST, outcome=Outcome.FIXED)
    changed = Rules(CN.changed({"2026-03-03": "off"}), rosters([]))
    assert changed.calendar.version != CN.version
    before, after = (min(s.due for s in pending(desk.alert, r) if not isinstance(s.due, NoDue)) for r in (RULES, changed))
    assert after > before
    assert next_due(over.alert, changed) == next_due(over.alert, RULES)
    assert (desk.alert.seq, over.alert.seq) == (1, 2)
    assert "calendar_version" in alerts.c


def test_row_23_clocks_have_owners_none_hides_another_and_a_return_begins_anew() -> None:
    desk = Desk()
    desk.do(Act.WHISTLE, EAST, departments=("fire", "police"))
    desk.do(Act.ACCEPT, FIRE, later=HOUR)
    named = {tuple(step.name.split(":")[:2]) for step in pending(desk.alert, RULES)}
    assert {("arrive", "fire"), ("accept", "police"), ("act", "")} <= named
    desk.do(Act.CLOSE, EAST, outcome=Outcome.FIXED)
    desk.do(Act.REOPEN, EAST, later=DAY)
    assert (desk.alert.clock_from, desk.alert.calls) == (desk.now, ())


def test_row_24_people_are_told_in_the_hours_of_their_roster_and_clocks_stop_at_closing() -> None:
    friday = dt.datetime(2026, 3, 6, 16, 30, tzinfo=CN.zone)
    desk = Desk("orange", at=friday)
    # Eight hours of the office: half of one on Friday, the rest on Monday; nobody is disturbed at the weekend.
    assert next_due(desk.alert, RULES).at == dt.datetime(2026, 3, 9, 16, 30, tzinfo=CN.zone)
    assert disturbs_from(desk.alert, friday + DAY, RULES) == dt.datetime(2026, 3, 9, 9, tzinfo=CN.zone)
    assert disturbs_from(Desk("red", at=friday).alert, friday + DAY, RULES) == friday + DAY


def test_row_25_a_new_rule_leaves_what_began_before_it_under_the_rule_of_its_time() -> None:
    new = AlertClock(clock=Waited.ACKNOWLEDGE, level="red", limit=1, unit=Unit.HOUR, roster="desk", since=NIGHT + DAY)
    rules = replace(RULES, clocks=(new,))
    assert [in_force(rules.clocks, NIGHT + k * DAY)["acknowledge.red"].limit for k in (0, 1)] == [2, 1]
    before, after = Desk(at=START), Desk(at=START + DAY)
    assert next_due(before.alert, rules).at == START + 2 * HOUR
    assert next_due(after.alert, rules).at == START + DAY + HOUR


def test_every_row_has_its_test() -> None:
    named = sorted(name for name in globals() if name.startswith("test_row_"))
    assert [name[9:11] for name in named] == [f"{row:02}" for row in range(1, 26)]
