"""What is offered is what would be done: an act is a choice of a role if, and only if, it is carried out when it is sent with its needs."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest

from tests.helpers.desk import ABOVE, DAY, EAST, FIRE, NIGHT, POLICE, RULES, WEST, Desk
from transforms.alerts.machine.choices import choices
from transforms.alerts.machine.commands import SYSTEM, Actor, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import Alert
from transforms.words import Act, AlertState, Outcome

DEPARTMENTS = ("fire", "police", "water")
WATER = Actor(POLICE.role, "water")
# What was done, by whom; each is a step further on the way.
WAYS: list[list[tuple[Act, Actor, dict[str, Any]]]] = [
    [],
    [(Act.ACKNOWLEDGE, EAST, {})],
    [(Act.ASSIGN, EAST, {"departments": ("fire",)}), (Act.ACCEPT, FIRE, {}), (Act.ARRIVE, FIRE, {})],
    [(Act.WHISTLE, EAST, {"departments": ("fire", "police")}), (Act.DECLINE, FIRE, {}), (Act.DECLINE, POLICE, {})],
    [(Act.WHISTLE, ABOVE, {"departments": DEPARTMENTS}), (Act.REPORT_BACK, POLICE, {"outcome": Outcome.NOT_OURS})],
    [(Act.HAND_UP, EAST, {}), (Act.WAIT, ABOVE, {"until": None})],
    [(Act.RESOLVE, EAST, {"outcome": Outcome.FIXED}), (Act.VERIFY, EAST, {}), (Act.CLOSE, EAST, {}), (Act.REOPEN, ABOVE, {})],
    [(Act.CLOSE, EAST, {"outcome": Outcome.DATA_ERROR})],
    [(Act.EXPIRE, SYSTEM, {})],
    [(Act.RETRACT, SYSTEM, {})],
]


def stations() -> list[tuple[Alert, dt.datetime]]:
    """An alert at every step of every way, and when that was."""
    found = []
    for way in WAYS:
        desk = Desk()
        found.append((desk.alert, desk.now))
        for act, by, said in way:
            asked = {**said, "until": desk.now + DAY} if "until" in said else said
            assert isinstance(desk.do(act, by, **asked), list), (act, by)
            found.append((desk.alert, desk.now))
    return found


def is_done(alert: Alert, act: Act, by: Actor, departments: tuple[str, ...], now: dt.datetime) -> bool:
    command = Command(alert.alert_id, act, "new", NIGHT, by, alert.seq, departments, Outcome.FIXED, now + DAY, "red")
    return not isinstance(decide(alert, command, RULES, now), Refusal)


def test_the_ways_lead_through_every_state() -> None:
    assert {alert.state for alert, _ in stations()} == set(AlertState)


@pytest.mark.parametrize("by", [EAST, WEST, ABOVE, FIRE, POLICE, WATER], ids=lambda by: f"{by.role}-{by.place}")
def test_an_act_is_offered_if_and_only_if_it_would_be_done(by: Actor) -> None:
    for (alert, now), act in product(stations(), Act):
        offered = {choice.act: choice for choice in choices(alert, by, DEPARTMENTS)}
        takes = {code for code in DEPARTMENTS if is_done(alert, act, by, (code,), now)}
        assert (act in offered) == bool(takes), (alert.state, act)
        if act in {Act.ASSIGN, Act.WHISTLE} and act in offered:
            assert set(offered[act].departments) == takes
            assert all(alert.call_of(code) is None for code in takes)


def test_what_an_act_needs_is_what_it_is_refused_without() -> None:
    for (alert, now), by in product(stations(), (EAST, ABOVE, FIRE)):
        for choice in choices(alert, by, DEPARTMENTS):
            bare = Command(alert.alert_id, choice.act, "new", NIGHT, by, alert.seq)
            assert isinstance(decide(alert, bare, RULES, now), Refusal) == bool(choice.needs), (alert.state, choice)


def test_the_system_chooses_nothing_and_nobody_is_offered_what_every_department_has() -> None:
    desk = Desk()
    assert choices(desk.alert, SYSTEM, DEPARTMENTS) == ()
    desk.do(Act.WHISTLE, EAST, departments=DEPARTMENTS)
    assert not {Act.ASSIGN, Act.WHISTLE} & {choice.act for choice in choices(desk.alert, EAST, DEPARTMENTS)}
