"""Events of alerts: kept for ever, numbered per alert without a gap, so that an alert can be told from these rows alone.

Belongs here: the table, appending, marking what was taken back, reading. Does not: what they add up to (``alerts``), deciding them
(``transforms.alerts.machine``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.faults import WarehouseError
from infra.warehouse.database.frames import as_frame
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.nights.nights import of_revisions
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.frames import events_of, frame_of
from transforms.schema import ALERT_EVENTS

alert_events = sa.Table(
    "alert_events",
    metadata,
    key("district"),
    key("alert_id"),
    key("seq", sa.Integer),
    must("night", sa.Date),
    # Of the night that brought it; nothing for what people and sweeps did.
    may("revision", sa.Integer),
    must("event"),
    must("type"),
    must("subject_kind"),
    must("subject"),
    may("category"),
    must("episode", sa.Date),
    may("subdistrict"),
    must("quiet", sa.Boolean(create_constraint=False)),
    may("level"),
    must("recorded_at", UtcDateTime),
    must("command"),
    must("role"),
    may("place"),
    may("departments"),
    may("outcome"),
    may("until", UtcDateTime),
    may("steps"),
    must("taken_back", sa.Boolean(create_constraint=False)),
    sa.Index(None, "district", "night"),
)

# The databases bind so many values at most; identities are asked for in parts.
_PART: Final = 500


class MovedOnError(WarehouseError):
    """An alert has an event by now that whoever decided on it had not seen. Look again, and decide again."""


def alert_events_before(warehouse: Warehouse, night: dt.date) -> pl.DataFrame:
    """Every alert event of the nights before ``night`` (``ALERT_EVENTS``), in the order of night, recording, alert and number."""
    with reading(warehouse) as connection:
        found = _found(connection, alert_events.c.district == warehouse.district, alert_events.c.night < night)
    return found.sort("night", "recorded_at", "alert_id", "seq")


def events_of_alerts(connection: sa.Connection, district: str, identities: Collection[str]) -> list[AlertEvent]:
    """All events of some alerts, those of one in their order."""
    e, wanted = alert_events.c, sorted(identities)
    parts = [_found(connection, e.district == district, e.alert_id.in_(wanted[k : k + _PART])) for k in range(0, len(wanted), _PART)]
    return events_of(pl.concat(parts).sort("alert_id", "seq")) if parts else []


def append_events(connection: sa.Connection, district: str, events: Sequence[AlertEvent], revision: int | None = None) -> list[str]:
    """Append events to those of their alerts, in the caller's transaction; those that are there already stay as they are.

    Args:
        connection: one in a transaction.
        district: the district.
        events: those of one alert in their order.
        revision: of the night that brought them.

    Returns:
        The alerts that the events are of, sorted.

    Raises:
        MovedOnError: an alert has moved on since they were decided; nothing may be written.
    """
    if not events:
        return []
    touched = sorted({event.alert_id for event in events})
    stands = _numbers(connection, district, touched)
    fresh: list[AlertEvent] = []
    for event in events:
        known = stands.setdefault(event.alert_id, [])
        if event.seq <= len(known) and known[event.seq - 1] == event.key:
            continue
        if event.seq != len(known) + 1:
            raise MovedOnError(f"Alert {event.alert_id} has moved on.", "Look at it again, then repeat the command.")
        known.append(event.key)
        fresh.append(event)
    rows = frame_of(fresh).with_columns(pl.lit(district).alias("district"), pl.lit(revision, pl.Int64).alias("revision"))
    insert_frame(connection, alert_events, rows)
    return touched


def _numbers(connection: sa.Connection, district: str, identities: Sequence[str]) -> dict[str, list[str]]:
    """The commands behind the events of some alerts, those of one in their order."""
    e = alert_events.c
    found: dict[str, list[str]] = {}
    for k in range(0, len(identities), _PART):
        query = sa.select(e.alert_id, e.command).where(e.district == district, e.alert_id.in_(identities[k : k + _PART]))
        for identity, command in connection.execute(query.order_by(e.alert_id, e.seq)):
            found.setdefault(identity, []).append(command)
    return found


def brought_by(connection: sa.Connection, district: str, revisions: Sequence[tuple[dt.date, int]]) -> list[AlertEvent]:
    """The events that some revisions of nights brought and that still count."""
    e = alert_events.c
    these = (e.district == district, of_revisions(alert_events, revisions), e.taken_back.is_(False))
    return events_of(_found(connection, *these).sort("alert_id", "seq"))


def take_back(connection: sa.Connection, district: str, revisions: Sequence[tuple[dt.date, int]]) -> None:
    """Mark the events of some revisions of nights: they count no more."""
    e = alert_events.c
    these = (e.district == district, of_revisions(alert_events, revisions))
    connection.execute(sa.update(alert_events).where(*these).values(taken_back=True))


def every_event(warehouse: Warehouse) -> list[AlertEvent]:
    """All of them: what every alert must be the fold of."""
    with reading(warehouse) as connection:
        return events_of(_found(connection, alert_events.c.district == warehouse.district).sort("alert_id", "seq"))


def _found(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> pl.DataFrame:
    rows = connection.execute(sa.select(*(alert_events.c[c] for c in ALERT_EVENTS)).where(*which))
    return as_frame(rows, ALERT_EVENTS)
