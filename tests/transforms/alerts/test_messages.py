"""What leaves the house about alerts."""

from __future__ import annotations

import datetime as dt

from transforms.alerts.alert import Subject
from transforms.alerts.machine.commands import SYSTEM, About, AlertEvent
from transforms.alerts.messages import TOLD, Message, messages
from transforms.schema.plain import Json
from transforms.words import Event

NIGHT = dt.date(2024, 6, 3)
ABOUT = About(Subject("level", "cell", "C1", "safety"), NIGHT - dt.timedelta(days=3), "east")
AT = dt.datetime(2024, 6, 3, 5, tzinfo=dt.UTC)


def of(*events: Event) -> list[AlertEvent]:
    return [AlertEvent("a1", seq, event, AT, NIGHT, f"k{seq}", SYSTEM, ABOUT, level="red") for seq, event in enumerate(events, start=1)]


def test_quiet_nights_and_what_people_did_are_told_to_nobody() -> None:
    assert [m.payload["event"] for m in messages(of(*Event))] == [e.value for e in Event if e in TOLD]
    by_people = {"assigned", "whistled", "escalated", "reminded"}
    assert {e.value for e in TOLD} == {"opened", "raised", "ended", "reopened", *by_people}
    assert messages([]) == []


def test_a_message_says_codes_and_days_and_is_named_by_the_number_of_its_event() -> None:
    (message,) = messages(of(Event.OPENED))
    said: dict[str, Json] = {
        "alert_id": "a1",
        "seq": 1,
        "night": "2024-06-03",
        "event": "opened",
        "type": "level",
        "subject_kind": "cell",
        "subject": "C1",
    }
    said |= {"category": "safety", "episode": "2024-05-31", "level": "red", "subdistrict": "east", "departments": []}
    assert message == Message("a1-1", said)
