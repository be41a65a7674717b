"""The machine: what each role may do, what follows by itself, and what no interleaving of commands can break."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.desk import ABOUT, ABOVE, CN, DAY, EAST, FIRE, HOUR, NIGHT, POLICE, RULES, START, WEST, Desk
from transforms.alerts.machine.commands import SYSTEM, About, Actor, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import STATE_AFTER, fold
from transforms.alerts.machine.steps import next_due, pending
from transforms.alerts.machine.transitions import TRANSITIONS
from transforms.words import Act, AlertState, Event, NoDue, Outcome, Refused, Role


def test_one_act_is_enough() -> None:
    for act, given_ in ((Act.RESOLVE, Outcome.FIXED), (Act.CLOSE, Outcome.NOTHING_FOUND)):
        desk = Desk()
        assert len(desk.do(act, EAST, outcome=given_)) == 1
        assert not [step for step in pending(desk.alert, RULES) if not step.name.startswith("expire")]
    # What the feeds tell moves it without anybody.
    desk = Desk()
    assert desk.do(Act.RESOLVE, outcome=Outcome.VISITED) == [Event.RESOLVED]
    assert desk.do(Act.VERIFY) == [Event.VERIFIED]
    assert desk.do(Act.END) == [Event.ENDED]
    assert desk.alert.is_over


def test_a_whistle_from_the_call_to_the_report() -> None:
    desk = Desk()
    assert desk.do(Act.WHISTLE, EAST, departments=("fire", "police")) == [Event.WHISTLED]
    assert desk.do(Act.ACCEPT, POLICE) == [Event.ACCEPTED]
    assert desk.alert.lead == "fire"
    assert desk.do(Act.ARRIVE, FIRE) == [Event.ARRIVED]
    assert desk.do(Act.REPORT_BACK, POLICE, outcome=Outcome.VISITED) == [Event.REPORTED_BACK]
    assert desk.alert.state is AlertState.ASSIGNED
    assert desk.do(Act.REPORT_BACK, FIRE, outcome=Outcome.FIXED) == [Event.REPORTED_BACK, Event.RESOLVED]
    assert desk.do(Act.VERIFY, EAST) == [Event.VERIFIED]
    assert desk.do(Act.CLOSE, EAST) == [Event.CLOSED]


def test_the_first_department_answers_until_another_accepts() -> None:
    desk = Desk()
    desk.do(Act.WHISTLE, EAST, departments=("fire", "police"))
    desk.do(Act.DECLINE, FIRE)
    assert desk.alert.lead == "fire"
    desk.do(Act.ACCEPT, POLICE)
    assert desk.alert.lead == "police"


def test_what_all_decline_is_the_districts() -> None:
    desk = Desk()
    desk.do(Act.WHISTLE, EAST, departments=("fire", "police"))
    assert desk.do(Act.DECLINE, FIRE) == [Event.DECLINED]
    assert desk.do(Act.DECLINE, POLICE) == [Event.DECLINED, Event.ESCALATED]
    assert desk.do(Act.ACKNOWLEDGE, EAST) is Refused.PLACE


@pytest.mark.parametrize(
    ("before", "act", "by", "given_", "why"),
    [
        ([(Act.ACKNOWLEDGE, EAST)], Act.ACKNOWLEDGE, EAST, {}, Refused.DONE),
        ([(Act.ACKNOWLEDGE, EAST)], Act.ACKNOWLEDGE, EAST, {"seen": 1}, Refused.STALE),
        ([], Act.ACKNOWLEDGE, EAST, {"seen": None}, Refused.STALE),
        ([], Act.ACKNOWLEDGE, WEST, {}, Refused.PLACE),
        ([(Act.HAND_UP, EAST)], Act.ACKNOWLEDGE, EAST, {}, Refused.PLACE),
        ([], Act.ACKNOWLEDGE, FIRE, {}, Refused.ROLE),
        ([], Act.RAISE, ABOVE, {"level": "red"}, Refused.ROLE),
        ([], Act.SWEEP, ABOVE, {}, Refused.ROLE),
        ([], Act.OPEN, SYSTEM, {}, Refused.STANDS),
        ([(Act.END, SYSTEM)], Act.ACKNOWLEDGE, EAST, {}, Refused.OVER),
        ([(Act.RETRACT, SYSTEM)], Act.REOPEN, ABOVE, {}, Refused.OVER),
        ([], Act.VERIFY, EAST, {}, Refused.STATE),
        ([], Act.RESOLVE, EAST, {}, Refused.LACKS),
        ([], Act.WHISTLE, EAST, {}, Refused.LACKS),
        ([], Act.ASSIGN, EAST, {"departments": ("fire", "police")}, Refused.LACKS),
        ([], Act.WAIT, EAST, {"until": START}, Refused.MOMENT),
        ([], Act.WAIT, EAST, {"until": START + 31 * DAY}, Refused.MOMENT),
        ([], Act.ACCEPT, FIRE, {}, Refused.NOT_CALLED),
    ],
)
def test_what_may_not_be_done_is_refused_and_changes_nothing(
    before: list[tuple[Act, Actor]], act: Act, by: Actor, given_: dict[str, Any], why: Refused
) -> None:
    desk = Desk()
    for earlier, actor in before:
        assert isinstance(desk.do(earlier, actor), list)
    standing = desk.alert
    assert desk.do(act, by, **given_) is why
    assert desk.alert == standing


def test_a_department_answers_each_question_once() -> None:
    desk = Desk()
    desk.do(Act.ASSIGN, EAST, departments=("fire",))
    assert desk.do(Act.ASSIGN, EAST, departments=("fire",)) is Refused.DONE
    for act in (Act.ACCEPT, Act.ARRIVE):
        assert isinstance(desk.do(act, FIRE), list)
        assert desk.do(act, FIRE) is Refused.DONE
    assert desk.do(Act.REPORT_BACK, FIRE, outcome=Outcome.REFERRED) == [Event.REPORTED_BACK]
    assert desk.do(Act.REPORT_BACK, FIRE, outcome=Outcome.FIXED) is Refused.DONE
    # A second assignment in the same night is an event of its own.
    assert desk.do(Act.ASSIGN, EAST, departments=("police",)) == [Event.ASSIGNED]


def test_of_two_operators_at_once_one_wins_and_the_other_is_told() -> None:
    desk = Desk()
    first = Command("a", Act.ACKNOWLEDGE, "one", NIGHT, EAST, seen=1)
    won = decide(desk.alert, first, RULES, START)
    assert not isinstance(won, Refusal)
    desk.events += won
    assert decide(desk.alert, replace(first, key="two", by=ABOVE), RULES, START) == Refusal(Refused.STALE, 2)
    # The first one's request arrives once more: it was carried out.
    assert decide(desk.alert, first, RULES, START) == ()


# --- steps


def test_what_nobody_acknowledges_goes_up_once_and_then_reminds_once() -> None:
    desk = Desk("red")
    assert next_due(desk.alert, RULES).at == START + 2 * HOUR
    assert desk.do(Act.SWEEP, later=2 * HOUR - dt.timedelta(microseconds=1)) == []
    assert desk.do(Act.SWEEP, later=dt.timedelta(microseconds=1)) == [Event.ESCALATED]
    assert desk.do(Act.SWEEP) == []
    # The district has two hours of its own.
    assert desk.do(Act.SWEEP, later=2 * HOUR) == [Event.REMINDED]
    assert desk.do(Act.SWEEP, later=HOUR) == []


def test_after_an_outage_the_highest_step_is_taken_once_and_the_others_are_recorded() -> None:
    desk = Desk("red")
    assert desk.do(Act.SWEEP, later=30 * HOUR) == [Event.ESCALATED]
    assert sorted(name.split(":")[0] for name in desk.events[-1].steps) == ["acknowledge", "act"]
    assert desk.do(Act.SWEEP) == []


def test_acknowledging_cancels_what_was_waited_for() -> None:
    desk = Desk("red")
    desk.do(Act.ACKNOWLEDGE, EAST, later=HOUR)
    assert desk.do(Act.SWEEP, later=2 * HOUR) == []
    assert next_due(desk.alert, RULES).at == START + DAY


def test_nobody_is_reminded_while_a_wait_lasts() -> None:
    desk = Desk("orange")
    desk.do(Act.ACKNOWLEDGE, EAST)
    until = START + 10 * DAY
    desk.do(Act.WAIT, EAST, until=until)
    assert next_due(desk.alert, RULES).at == until
    assert desk.do(Act.SWEEP, later=9 * DAY) == []
    assert desk.do(Act.SWEEP, later=DAY) == [Event.ESCALATED]


def test_each_department_is_waited_for_by_itself() -> None:
    desk = Desk("yellow")
    desk.do(Act.WHISTLE, EAST, departments=("fire", "police"), later=5 * HOUR)
    desk.do(Act.ACCEPT, POLICE, later=HOUR)
    names = {tuple(step.name.split(":")[:2]) for step in pending(desk.alert, RULES)}
    assert names == {("act", ""), ("accept", "fire"), ("arrive", "police"), ("expire",)}
    assert desk.do(Act.SWEEP, later=HOUR) == [Event.ESCALATED]
    assert [name.split(":")[:2] for name in desk.events[-1].steps] == [["accept", "fire"]]


def test_blue_is_told_in_the_digest_only_and_what_is_forgotten_expires() -> None:
    desk = Desk("blue")
    assert next_due(desk.alert, RULES).at == START + 60 * DAY
    assert desk.do(Act.SWEEP, later=60 * DAY) == [Event.EXPIRED]
    assert next_due(desk.alert, RULES).at is None


def test_what_reaches_into_an_unknown_year_stays_open_until_the_calendar_knows() -> None:
    desk = Desk("orange", at=dt.datetime(2026, 12, 31, 12, tzinfo=CN.zone))
    desk.do(Act.ACKNOWLEDGE, EAST)
    steps = {step.name.split(":")[0]: step.due for step in pending(desk.alert, RULES)}
    assert steps["act"] is NoDue.CALENDAR_UNKNOWN
    assert next_due(desk.alert, RULES).no_due is NoDue.CALENDAR_UNKNOWN
    # Nothing fails, and nothing is told that nobody knows.
    assert desk.do(Act.SWEEP, later=20 * DAY) == []
    announced = replace(RULES, calendar=CN.changed({"2027": "announced"}))
    assert next_due(desk.alert, announced).at == dt.datetime(2027, 1, 6, 12, tzinfo=CN.zone)


def test_what_returns_or_becomes_worse_is_timed_anew() -> None:
    desk = Desk("orange")
    desk.do(Act.ACKNOWLEDGE, EAST)
    desk.do(Act.RAISE, level="red", later=DAY)
    assert next_due(desk.alert, RULES).at == desk.now + DAY
    desk.do(Act.END, later=HOUR)
    desk.do(Act.REOPEN, level="red", later=5 * DAY)
    assert desk.alert.state is AlertState.REOPENED
    assert next_due(desk.alert, RULES).at == desk.now + 2 * HOUR


# --- the table, and any interleaving


def test_no_act_of_a_role_has_two_rows_for_a_state() -> None:
    rows = Counter((row.act, role, state) for row in TRANSITIONS for role, state in product(row.by, row.states))
    assert max(rows.values()) == 1
    assert {act for act, _, _ in rows} == set(Act) - {Act.OPEN, Act.SWEEP}


def test_the_table_and_the_fold_agree_on_the_state_after_an_event() -> None:
    assert all(row.to == STATE_AFTER.get(row.event) for row in TRANSITIONS)


ACTORS: Final = st.sampled_from([EAST, WEST, ABOVE, FIRE, POLICE, SYSTEM])
ASKED: Final = st.tuples(
    st.sampled_from(list(Act)),
    ACTORS,
    st.fixed_dictionaries(
        {},
        optional={
            "departments": st.sampled_from([("fire",), ("police", "fire")]),
            "outcome": st.sampled_from(list(Outcome)),
            "level": st.sampled_from(["red", "orange", "yellow", "blue"]),
            "until": st.timedeltas(dt.timedelta(0), 90 * DAY).map(lambda after: START + after),
            "seen": st.integers(0, 6),
            "about": st.just(About(ABOUT, NIGHT, "east")),
        },
    ),
    st.timedeltas(dt.timedelta(0), 5 * DAY),
)


@given(st.lists(ASKED, max_size=25), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_any_interleaving_gives_one_consistent_fold(asked: list[tuple[Act, Actor, dict[str, object], dt.timedelta]], order: object) -> None:
    desk = Desk("orange")
    for act, by, given_, later in asked:
        before, number = desk.alert, len(desk.events)
        found = desk.do(act, by, later=later, **given_)
        if isinstance(found, Refused):
            assert desk.alert == before
        assert [event.seq for event in desk.events] == list(range(1, len(desk.events) + 1))
        assert len(desk.events) - number <= 2
        if before.state is AlertState.RETRACTED:
            # It never was: a night may open it anew, and a further one that is taken back is noted.
            assert {event.event for event in desk.events[number:]} <= {Event.OPENED, Event.UNDONE}
        # The same command once more, and a sweep once more at the same moment, change nothing.
        if len(desk.events) > number:
            again = Command("a", act, desk.events[-1].key, NIGHT, by)
            assert decide(desk.alert, again, RULES, desk.now) == ()
        desk.do(Act.SWEEP)
        assert desk.do(Act.SWEEP) == []
        due = next_due(desk.alert, RULES).at
        assert due is None if desk.alert.is_over else due is None or due > desk.now
    # Events may come in any order and more than once.
    shuffled = [*desk.events, *desk.events]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == desk.alert
    assert len({event.event_id for event in desk.events}) == len(desk.events)
    called = {department for event in desk.events for department in event.departments}
    assert {event.by.place for event in desk.events if event.by.role is Role.DEPARTMENT} <= called


def test_what_was_taken_back_never_was_and_may_be_opened_anew() -> None:
    desk = Desk("orange")
    desk.do(Act.ACKNOWLEDGE, EAST)
    desk.do(Act.RETRACT)
    desk.events[0] = replace(desk.events[0], taken_back=True)
    assert desk.alert.state is AlertState.RETRACTED
    assert desk.do(Act.ACKNOWLEDGE, EAST) is Refused.OVER
    assert desk.do(Act.OPEN, level="red", about=About(ABOUT, NIGHT, "east")) == [Event.OPENED]
    assert (desk.alert.state, desk.alert.level, desk.alert.seq) == (AlertState.OPEN, "red", 4)


def test_a_night_that_is_taken_back_leaves_what_people_did_and_nothing_of_its_own() -> None:
    desk = Desk("orange")
    desk.do(Act.END, later=DAY)
    desk.do(Act.REOPEN, level="red", later=DAY)
    desk.do(Act.ACKNOWLEDGE, EAST)
    desk.do(Act.UNDO)
    desk.events[2] = replace(desk.events[2], taken_back=True)
    # It ended before, so what was done about its return changes nothing; whoever saw the return is told that it is none.
    assert (desk.alert.state, desk.alert.level, desk.alert.seq) == (AlertState.CLOSED, "orange", 5)
    assert desk.do(Act.RESOLVE, EAST, outcome=Outcome.FIXED, seen=4) is Refused.STALE


def test_a_fold_that_lacks_an_event_or_has_two_of_a_number_is_refused() -> None:
    desk = Desk()
    desk.do(Act.ACKNOWLEDGE, EAST)
    desk.do(Act.HAND_UP, EAST)
    with pytest.raises(ValueError, match="event 3 of a follows 1"):
        fold([desk.events[0], desk.events[2]])
    with pytest.raises(ValueError, match="two events of a have the number 2"):
        fold([*desk.events, replace(desk.events[1], key="other")])
    with pytest.raises(ValueError, match="follows nothing"):
        fold(desk.events[1:])
    assert fold([]) is None
