"""Events of alerts as rows, and rows as events.

Belongs here: the conversion both ways. Does not: what an event means (``transforms.alerts.machine.handling``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from transforms.alerts.alert import Subject
from transforms.alerts.machine.commands import About, Actor, AlertEvent
from transforms.schema import ALERT_EVENTS
from transforms.words import Event, Outcome, Role


def frame_of(events: Iterable[AlertEvent]) -> pl.DataFrame:
    """Events as rows (``ALERT_EVENTS``), in their order."""
    rows = [
        (
            *(e.alert_id, e.seq, e.night, e.event.value, *e.about.subject, e.about.episode, e.about.subdistrict, e.about.quiet, e.level),
            *(e.at, e.key, e.by.role.value, e.by.place, " ".join(e.departments) or None, e.outcome.value if e.outcome else None, e.until),
            *(" ".join(e.steps) or None, e.taken_back),
        )
        for e in events
    ]
    return pl.DataFrame(rows, schema=ALERT_EVENTS, orient="row")


class _Row(NamedTuple):
    """A row of ``ALERT_EVENTS``, its columns in their order."""

    alert_id: str
    seq: int
    night: dt.date
    event: str
    type: str
    subject_kind: str
    subject: str
    category: str | None
    episode: dt.date
    subdistrict: str | None
    quiet: bool
    level: str | None
    recorded_at: dt.datetime
    command: str
    role: str
    place: str | None
    departments: str | None
    outcome: str | None
    until: dt.datetime | None
    steps: str | None
    taken_back: bool


def events_of(rows: pl.DataFrame) -> list[AlertEvent]:
    """The events of rows (``ALERT_EVENTS``), in their order."""
    return [_event(_Row(*row)) for row in rows.select(_Row._fields).iter_rows()]


def _event(row: _Row) -> AlertEvent:
    subject = Subject(row.type, row.subject_kind, row.subject, row.category)
    return AlertEvent(
        alert_id=row.alert_id,
        seq=row.seq,
        event=Event(row.event),
        at=row.recorded_at,
        night=row.night,
        key=row.command,
        by=Actor(Role(row.role), row.place),
        about=About(subject, row.episode, row.subdistrict, row.quiet),
        departments=_listed(row.departments),
        outcome=Outcome(row.outcome) if row.outcome else None,
        until=row.until,
        level=row.level,
        steps=_listed(row.steps),
        taken_back=row.taken_back,
    )


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(" ")) if text else ()
