"""Alerts: what the events of each add up to, kept beside them so that a list is read at once and a sweep finds what is due.

Belongs here: the table, folding what was touched, reading. Does not: events (``alert_events``), which event leads to which state
(``transforms.alerts.machine``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.alerts.events import alert_events, append_events, brought_by, events_of_alerts, every_event, take_back
from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.frames import UTC_TIME, as_frame
from infra.warehouse.database.moments import UtcDateTime
from transforms.alerts.alert import CELL
from transforms.alerts.machine.commands import AlertEvent, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import Alert, folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.steps import next_due
from transforms.alerts.machine.transitions import OVER
from transforms.words import Act, Event

alerts = sa.Table(
    "alerts",
    metadata,
    key("district"),
    key("alert_id"),
    must("type"),
    must("subject_kind"),
    must("subject"),
    may("category"),
    must("episode", sa.Date),
    may("subdistrict"),
    must("quiet", sa.Boolean(create_constraint=False)),
    must("state"),
    may("level"),
    must("seq", sa.Integer),
    # Whose it is: the subdistrict's, or the district's; the department that answers for it, and all that were called.
    must("in_charge"),
    may("lead_department"),
    may("called"),
    must("opened_night", sa.Date),
    must("opened_at", UtcDateTime),
    must("last_night", sa.Date),
    may("ended_night", sa.Date),
    may("waiting_until", UtcDateTime),
    # When a sweep has to look again, counted on that version of the calendar; without a moment either nothing is due, or nobody knows.
    may("next_due_at", UtcDateTime),
    may("no_due"),
    must("calendar_version"),
    sa.Index(None, "district", "state"),
    sa.Index(None, "district", "next_due_at"),
)

ALERTS: Final = pl.Schema(
    {
        "alert_id": pl.String,
        "type": pl.String,
        "subject_kind": pl.String,
        "subject": pl.String,
        "category": pl.String,
        "episode": pl.Date,
        "subdistrict": pl.String,
        "quiet": pl.Boolean,
        "state": pl.String,
        "level": pl.String,
        "seq": pl.Int64,
        "in_charge": pl.String,
        "lead_department": pl.String,
        "called": pl.String,
        "opened_night": pl.Date,
        "opened_at": UTC_TIME,
        "last_night": pl.Date,
        "ended_night": pl.Date,
        "waiting_until": UTC_TIME,
    }
)
# What follows from the calendar as well is no part of what events add up to.
DUE: Final = pl.Schema({"next_due_at": UTC_TIME, "no_due": pl.String, "calendar_version": pl.String})


def alerts_of(warehouse: Warehouse, states: Iterable[str] | None = None) -> pl.DataFrame:
    """The alerts (``ALERTS``, ``DUE``) in any of these states, all without; newest first."""
    a, schema = alerts.c, pl.Schema({**ALERTS, **DUE})
    query = sa.select(*(a[c] for c in schema)).where(a.district == warehouse.district)
    if states is not None:
        query = query.where(a.state.in_(list(states)))
    with reading(warehouse) as connection:
        return as_frame(connection.execute(query), schema).sort("last_night", "alert_id", descending=[True, False])


def identities_like(warehouse: Warehouse, start: str) -> list[str]:
    """The first two alerts whose identity begins so, to tell one from several."""
    a = alerts.c
    query = sa.select(a.alert_id).where(a.district == warehouse.district, a.alert_id.startswith(start, autoescape=True))
    with reading(warehouse) as connection:
        return list(connection.scalars(query.order_by(a.alert_id).limit(2)))


def events_of_alert(warehouse: Warehouse, identity: str) -> list[AlertEvent]:
    """All events of one alert, in their order."""
    with reading(warehouse) as connection:
        return events_of_alerts(connection, warehouse.district, [identity])


def going_on(warehouse: Warehouse, ended_since: dt.date) -> list[AlertEvent]:
    """All events of the alerts that go on, and of those that ended on a night or later: what tonight may have to do with."""
    a = alerts.c
    mattering = sa.or_(a.state.not_in(list(OVER)), a.ended_night >= ended_since)
    with reading(warehouse) as connection:
        found = connection.scalars(sa.select(a.alert_id).where(a.district == warehouse.district, mattering))
        return events_of_alerts(connection, warehouse.district, list(found))


def store_events(connection: sa.Connection, district: str, events: Sequence[AlertEvent], rules: Rules, revision: int | None = None) -> None:
    """Append events, and fold the alerts that they touch, in the caller's transaction.

    Raises:
        MovedOnError: an alert has moved on since they were decided.
    """
    refold(connection, district, append_events(connection, district, events, revision), rules)


def refold(connection: sa.Connection, district: str, identities: Collection[str], rules: Rules) -> None:
    """Rebuild these alerts from all their events."""
    wanted = sorted(identities)
    a = alerts.c
    for k in range(0, len(wanted), 500):
        connection.execute(sa.delete(alerts).where(a.district == district, a.alert_id.in_(wanted[k : k + 500])))
    found = folds(events_of_alerts(connection, district, wanted))
    rows = [{**_row(alert), **_due(alert, rules)} for alert in found.values()]
    frame = pl.DataFrame(rows, schema=pl.Schema({**ALERTS, **DUE}), orient="row")
    insert_frame(connection, alerts, frame.with_columns(pl.lit(district).alias("district")))


def retract_events(
    connection: sa.Connection, district: str, revisions: Sequence[tuple[dt.date, int]], rules: Rules, at: dt.datetime
) -> list[AlertEvent]:
    """Take back what some revisions of nights brought: alerts that they opened are retracted, the others are as if those nights had not
    been, and each has one more event that says so. Returns the openings.
    """
    brought = brought_by(connection, district, revisions)
    opened = {event.alert_id: event for event in brought if event.event is Event.OPENED}
    touched = {event.alert_id: event.night for event in brought}
    said: list[AlertEvent] = []
    for identity, alert in folds(events_of_alerts(connection, district, touched)).items():
        act = Act.RETRACT if identity in opened else Act.UNDO
        found = decide(alert, Command(identity, act, f"{act}:{at.isoformat()}:{alert.seq}", touched[identity]), rules, at)
        said += () if isinstance(found, Refusal) else found
    append_events(connection, district, said)
    take_back(connection, district, revisions)
    refold(connection, district, list(touched), rules)
    return list(opened.values())


def opened_by(connection: sa.Connection, district: str, revisions: Sequence[tuple[dt.date, int]]) -> int:
    """How many alerts some revisions of nights opened."""
    return len({event.alert_id for event in brought_by(connection, district, revisions) if event.event is Event.OPENED})


def folded(warehouse: Warehouse) -> pl.DataFrame:
    """What all events add up to (``ALERTS``): what the alerts must be."""
    return pl.DataFrame([_row(alert) for alert in folds(every_event(warehouse)).values()], schema=ALERTS, orient="row")


def _row(alert: Alert) -> dict[str, object]:
    return {
        "alert_id": alert.alert_id,
        "type": alert.subject.type,
        "subject_kind": alert.subject.kind,
        "subject": alert.subject.code,
        "category": alert.subject.category,
        "episode": alert.episode,
        "subdistrict": alert.subdistrict,
        "quiet": alert.about.quiet,
        "state": alert.state.value,
        "level": alert.level,
        "seq": alert.seq,
        "in_charge": alert.command.value,
        "lead_department": alert.lead,
        "called": " ".join(call.department for call in alert.calls) or None,
        "opened_night": alert.opened_night,
        "opened_at": alert.opened_at,
        "last_night": alert.last_night,
        "ended_night": alert.ended_night,
        "waiting_until": alert.waiting_until,
    }


def _due(alert: Alert, rules: Rules) -> dict[str, object]:
    due = next_due(alert, rules)
    return {"next_due_at": due.at, "no_due": due.no_due.value if due.no_due else None, "calendar_version": rules.calendar.version}


def outcomes_of_alerts(warehouse: Warehouse) -> dict[str, list[str]]:
    """By type of alert, for each of a cell the last outcome that somebody gave."""
    e = alert_events.c
    query = sa.select(e.alert_id, e.type, e.outcome).order_by(e.alert_id, e.seq)
    these = (e.district == warehouse.district, e.outcome.is_not(None), e.subject_kind == CELL, e.taken_back.is_(False))
    with reading(warehouse) as connection:
        last = {identity: (kind, outcome) for identity, kind, outcome in connection.execute(query.where(*these))}
    found: dict[str, list[str]] = {}
    for kind, outcome in last.values():
        found.setdefault(kind, []).append(outcome)
    return found
