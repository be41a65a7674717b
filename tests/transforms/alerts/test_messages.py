"""What leaves the house about a night's alerts."""

from __future__ import annotations

import datetime as dt

import polars as pl

from transforms.alerts.messages import TOLD, Message, messages
from transforms.schema import ALERT_EVENTS
from transforms.words import Event

NIGHT = dt.date(2024, 6, 3)


def of(*events: Event) -> pl.DataFrame:
    rows = [("a1", NIGHT, e.value, "level", "cell", "C1", "safety", NIGHT - dt.timedelta(days=3), "red") for e in events]
    return pl.DataFrame(rows, schema=ALERT_EVENTS, orient="row")


def test_quiet_nights_and_what_people_did_are_told_to_nobody() -> None:
    assert [m.payload["event"] for m in messages(of(*Event))] == ["opened", "raised", "ended", "reopened"]
    assert {e.value for e in TOLD} == {"opened", "raised", "ended", "reopened"}
    assert messages(ALERT_EVENTS.to_frame()) == []


def test_a_message_says_codes_and_days_and_is_named_the_same_whenever_the_night_runs() -> None:
    (message,) = messages(of(Event.OPENED))
    said = {"alert_id": "a1", "night": "2024-06-03", "event": "opened", "type": "level", "subject_kind": "cell", "subject": "C1"}
    assert message == Message("a1-2024-06-03-opened", said | {"category": "safety", "episode": "2024-05-31", "level": "red"})
