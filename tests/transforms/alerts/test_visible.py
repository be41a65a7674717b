"""What each may see of an alert, and that nothing else leaves the house."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.alerts.addressing import Addressee
from transforms.alerts.messages import Message, in_words, told
from transforms.alerts.visible import SHOWN, Line, Viewer, reduced
from transforms.schema.plain import Json, as_json
from transforms.words import AlertState, Audience, Role, ToldBecause, Waited, Words

WHOLE = Line(
    ref="3f2a91bc@4",
    alert_id="3f2a91bc00",
    state=AlertState.OPEN,
    level="red",
    subdistrict="east",
    type="level",
    category="safety",
    subject_kind="cell",
    subject="E012N034",
    name=Words("某网格", "some cell"),
    in_charge=Role.SUBDISTRICT,
    department="fire",
    called=("fire", "police"),
    since=dt.date(2026, 3, 3),
    due=dt.datetime(2026, 3, 3, 17, tzinfo=dt.UTC),
    waits=Waited.ACKNOWLEDGE,
    why=(Words("长期偏高", "high for long"),),
)
CELL, CAUSE = {"subject", "name"}, {"why"}


def left(viewer: Viewer) -> set[str]:
    seen = reduced(WHOLE, viewer)
    return set() if seen is None else {field.name for field in fields(Line) if getattr(seen, field.name)}


def test_the_district_sees_all_and_beyond_people_on_duty_nobody_sees_a_cause() -> None:
    assert reduced(WHOLE, Viewer(Audience.STAFF, Role.DISTRICT)) == WHOLE
    assert {audience for audience in Audience if SHOWN[audience] >= CAUSE} == {Audience.STAFF}


@pytest.mark.parametrize("audience", [Audience.CHAT, Audience.READER])
def test_chat_mail_and_readers_see_no_cell_and_no_cause(audience: Audience) -> None:
    assert not left(Viewer(audience)) & (CELL | CAUSE)
    assert {"ref", "level", "subdistrict"} <= left(Viewer(audience))


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (Viewer(Audience.STAFF, Role.SUBDISTRICT, "east"), True),
        (Viewer(Audience.STAFF, Role.SUBDISTRICT, "west"), False),
        (Viewer(Audience.STAFF, Role.SUBDISTRICT), False),
        (Viewer(Audience.STAFF, Role.DEPARTMENT, "police"), True),
        (Viewer(Audience.STAFF, Role.DEPARTMENT, "water"), False),
        (Viewer(Audience.STAFF), False),
        (Viewer(Audience.CAP), True),
    ],
)
def test_people_see_what_is_theirs(viewer: Viewer, sees: bool) -> None:
    assert (reduced(WHOLE, viewer) is not None) is sees


@pytest.mark.parametrize("category", ["stability", "political", None])
def test_only_safety_and_public_order_leave_as_cap(category: str | None) -> None:
    assert reduced(Line("r", "a", AlertState.OPEN, "red", "east", category=category), Viewer(Audience.CAP)) is None


@given(st.sampled_from(list(Audience)), st.sampled_from([None, *Role]), st.sampled_from([None, "east", "west", "fire"]))
def test_reducing_takes_away_and_never_adds(audience: Audience, role: Role | None, place: str | None) -> None:
    viewer = Viewer(audience, role, place)
    seen = reduced(WHOLE, viewer)
    if seen is not None:
        assert all(getattr(seen, f.name) in (getattr(WHOLE, f.name), f.default) for f in fields(Line))
        assert reduced(seen, viewer) in (seen, None)


POSTED: dict[str, Json] = {"alert_id": "3f2a91bc00", "seq": 4, "night": "2026-03-03", "event": "opened"}
POSTED |= {"subject": "E012N034", "category": "safety", "subdistrict": "east"}
TO = [Addressee("subdistrict", "east", ToldBecause.ROUTE)]


def test_what_leaves_holds_nothing_that_its_audience_may_not_see() -> None:
    for audience in Audience:
        said = told(Message("m", POSTED), reduced(WHOLE, Viewer(audience, Role.DISTRICT)), TO, "https://site.example/")
        assert ("E012N034" in as_json(dict(said.payload))) is (audience not in {Audience.CHAT, Audience.READER})
        assert said.payload["link"] == "https://site.example/alerts/3f2a91bc00"
        assert "high for long" not in as_json(dict(said.payload))


def test_chat_says_number_level_place_what_to_do_by_when_and_why() -> None:
    said = told(Message("m", POSTED), reduced(WHOLE, Viewer(Audience.CHAT)), TO, None)
    assert in_words([said]).splitlines() == [
        "3f2a91bc@4 · 红 red · east: 新发 opened",
        "请于 03-03 17:00 前确认 · acknowledge by 03-03 17:00",
        "告知原因 why you: 按路由表负责 · it is theirs by the routing table",
        "四色为内部关注等级 the colours are internal attention levels",
    ]


def test_messages_that_leave_together_have_a_title_and_keep_their_numbers() -> None:
    said = told(Message("m", POSTED), reduced(WHOLE, Viewer(Audience.CHAT)), TO, None)
    lines = in_words([said, said]).splitlines()
    assert lines[0] == "east 2 条消息 messages"
    assert sum(line.startswith("3f2a91bc@4") for line in lines) == 2


def test_of_two_hundred_messages_those_due_first_are_named_and_the_others_counted() -> None:
    def at(number: int, **more: Json) -> Message:
        return Message(f"m{number}", {**POSTED, "alert_id": f"{number:08d}ab", "waits": "acknowledge", **more})

    sent = [at(number, due=f"2026-03-{28 - number % 28:02d}T17:00:00") if number % 2 else at(number) for number in range(200)]
    lines = in_words(sent).splitlines()
    assert (lines[0], lines[-2]) == ("east 200 条消息 messages", "另有 190 条未列出 · 190 more are not named here")
    named = [line for line in lines if line.endswith("opened")]
    assert len(named) == 10
    assert sum("03-01 17:00" in line for line in lines) == 7
    # Ten are all named, whatever is due.
    assert not any("more are not named" in line for line in in_words(sent[:10]).splitlines())
