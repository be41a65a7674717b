"""Whom a message comes to and why, and when it leaves."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.helpers.desk import ABOVE, EAST, RULES, START, Desk
from transforms.alerts.addressing import addressed, addressees, is_for
from transforms.alerts.leaving import Leaves, Picture, Way, leaves
from transforms.alerts.messages import Message, messages
from transforms.alerts.routing import Receiver, Route, Table
from transforms.alerts.silences import Scope, Silence
from transforms.words import Act, SilenceReason, ToldBecause

HOUR = dt.timedelta(hours=1)
SHIPPED = Table.of([], [])


def names(desk: Desk, table: Table = SHIPPED) -> list[tuple[str, ToldBecause]]:
    return [(one.name, one.because) for one in addressees(desk.alert, table)]


def test_the_subdistrict_is_told_first_then_who_is_above_and_departments_once_they_are_called() -> None:
    desk = Desk()
    assert names(desk) == [("subdistrict:east", ToldBecause.ROUTE)]
    desk.do(Act.HAND_UP, EAST)
    assert names(desk) == [("subdistrict:east", ToldBecause.ROUTE), ("district", ToldBecause.UNANSWERED)]
    desk.do(Act.ASSIGN, ABOVE, departments=("fire",))
    assert names(desk)[-1] == ("department:fire", ToldBecause.CALLED)


def test_what_several_departments_have_to_do_with_is_the_districts() -> None:
    desk = Desk()
    desk.do(Act.WHISTLE, EAST, departments=("fire", "police"))
    assert names(desk) == [
        ("district", ToldBecause.ROUTE),
        ("department:fire", ToldBecause.CALLED),
        ("department:police", ToldBecause.CALLED),
    ]


def test_a_districts_own_table_decides() -> None:
    desk = Desk()
    receiver = Receiver(code="fire_desk", name_zh="消防值班", name_en="fire desk")
    table = Table.of([receiver], [Route(category="safety", to=("fire_desk",)), Route(to=("district",))])
    assert names(desk, table) == [("fire_desk", ToldBecause.ROUTE)]


@pytest.mark.parametrize(
    ("receiver", "takes"),
    [(None, True), ("subdistrict:east", True), ("subdistrict", True), ("subdistrict:west", False), ("district", False)],
)
def test_an_address_takes_what_is_its_receivers(receiver: str | None, takes: bool) -> None:
    assert is_for(receiver, addressees(Desk().alert, SHIPPED)) is takes


def test_addresses_are_read_with_their_receivers_and_one_that_is_none_is_named_by_its_number() -> None:
    text = "mailto://u:p@h?to=a district=wecom://x subdistrict:east=json://h/p?a=b"
    assert addressed(text) == [(None, "mailto://u:p@h?to=a"), ("district", "wecom://x"), ("subdistrict:east", "json://h/p?a=b")]
    assert addressed("json://h East=json://h") == 2
    assert addressed("nonsense") == 1


def waits(desk: Desk) -> list[Message]:
    return messages(desk.events)


def on(desk: Desk, *, disturbs: bool = False, told: bool = False, receiver: str | None = None) -> Way:
    return Way(receiver, disturbs, told, waits(desk))


def at(now: dt.datetime, *silences: Silence) -> Picture:
    return Picture(RULES, SHIPPED, silences, now)


def test_people_are_disturbed_from_the_first_staffed_minute_on_and_machines_at_once() -> None:
    night = START
    orange, red = Desk("orange", at=night), Desk("red", at=night)
    (message,) = waits(orange)
    assert leaves(message, orange.alert, on(orange), at(night)) is Leaves.NOW
    assert leaves(message, orange.alert, on(orange, disturbs=True), at(night)) is Leaves.OUT_OF_HOURS
    # Office hours begin at nine; what waits then still leaves at any hour.
    for hours, expected in ((3.5, Leaves.OUT_OF_HOURS), (4, Leaves.NOW), (20, Leaves.NOW)):
        assert leaves(message, orange.alert, on(orange, disturbs=True), at(night + hours * HOUR)) is expected
    assert leaves(waits(red)[0], red.alert, on(red, disturbs=True), at(night)) is Leaves.NOW


def test_what_is_not_theirs_does_not_reach_them() -> None:
    desk = Desk()
    assert leaves(waits(desk)[0], desk.alert, on(desk, receiver="district"), at(START)) is Leaves.NOT_THEIRS


def test_of_what_a_silence_held_the_newest_leaves_once() -> None:
    desk = Desk()
    desk.do(Act.HAND_UP, EAST, later=HOUR)
    first, second = waits(desk)
    silence = Silence("s", Scope(type="level"), SilenceReason.DRILL, START, START + 4 * HOUR, ABOVE)
    during, after = at(START + 2 * HOUR, silence), at(START + 4 * HOUR, silence)
    assert [leaves(m, desk.alert, on(desk), during) for m in (first, second)] == [Leaves.SILENCED] * 2
    assert [leaves(m, desk.alert, on(desk), after) for m in (first, second)] == [Leaves.NOTHING_TO_SAY, Leaves.NOW]
