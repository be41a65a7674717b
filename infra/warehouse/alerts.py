"""Alerts and their events: the events are kept for ever, an alert is what they add up to.

Belongs here: both tables, appending events, rebuilding ``alerts`` from ``alert_events``. Does not: which event leads to which state,
deciding that an alert opens or ends (``transforms.alerts.events``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl
import sqlalchemy as sa

from infra.warehouse.bulk import insert_frame
from infra.warehouse.columns import key, may, metadata, must
from infra.warehouse.engine import Warehouse, reading
from infra.warehouse.frames import UTC_TIME, as_frame
from infra.warehouse.moments import UtcDateTime
from infra.warehouse.nights import nights
from transforms.alerts.alert import Alert, fold
from transforms.schema import ALERT_EVENTS, UTC
from transforms.words import Event

# Append-only, and complete: `alerts` can be rebuilt from these rows alone.
alert_events = sa.Table(
    "alert_events",
    metadata,
    key("district"),
    key("alert_id"),
    key("night", sa.Date),
    key("event"),
    key("revision", sa.Integer),
    must("type"),
    must("subject_kind"),
    must("subject"),
    may("category"),
    must("episode", sa.Date),
    may("level"),
    must("recorded_at", UtcDateTime),
    sa.Index(None, "district", "night"),
)

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
    must("state"),
    may("level"),
    must("opened_night", sa.Date),
    must("last_night", sa.Date),
    may("ended_night", sa.Date),
    sa.Index(None, "district", "state"),
)


class Opening(NamedTuple):
    """An alert, and the revision of a night that opened it."""

    alert_id: str
    night: dt.date
    revision: int


ALERTS = pl.Schema(
    {
        "alert_id": pl.String,
        "type": pl.String,
        "subject_kind": pl.String,
        "subject": pl.String,
        "category": pl.String,
        "episode": pl.Date,
        "state": pl.String,
        "level": pl.String,
        "opened_night": pl.Date,
        "last_night": pl.Date,
        "ended_night": pl.Date,
    }
)


def _stands() -> sa.ColumnElement[bool]:
    """Whether an event came of a revision that was not taken back."""
    e, n = alert_events.c, nights.c
    of = (n.district == e.district, n.night == e.night, n.revision == e.revision)
    return ~sa.exists().where(*of, n.retracted_at.is_not(None))


def alert_events_before(warehouse: Warehouse, night: dt.date) -> pl.DataFrame:
    """Every alert event of the nights before ``night`` (``ALERT_EVENTS``), in the order of night, recording, alert and event.

    Nights that were taken back brought none: for the nights that follow, what they opened never was.
    """
    e = alert_events.c
    schema = pl.Schema({**ALERT_EVENTS, "recorded_at": UTC_TIME})
    with reading(warehouse) as connection:
        rows = connection.execute(sa.select(*(e[c] for c in schema)).where(e.district == warehouse.district, e.night < night, _stands()))
        frame = as_frame(rows, schema)
    return frame.sort("night", "recorded_at", "alert_id", "event").select(list(ALERT_EVENTS))


def alerts_of(warehouse: Warehouse, states: Iterable[str] | None = None) -> pl.DataFrame:
    """The alerts (``ALERTS``) in any of these states, all without; newest first."""
    a = alerts.c
    query = sa.select(*(a[c] for c in ALERTS)).where(a.district == warehouse.district)
    if states is not None:
        query = query.where(a.state.in_(list(states)))
    with reading(warehouse) as connection:
        return as_frame(connection.execute(query), ALERTS).sort("last_night", "alert_id", descending=[True, False])


def insert_absent_events(connection: sa.Connection, district: str, events: pl.DataFrame, revision: int, at: dt.datetime) -> list[str]:
    """Append the events that are not there yet.

    Args:
        connection: one in a transaction.
        district: the district.
        events: ``ALERT_EVENTS``.
        revision: the revision of the night that gave rise to them.
        at: when they are recorded.

    Returns:
        The alerts that gained an event, sorted.
    """
    if events.is_empty():
        return []
    identity = ["alert_id", "night", "event"]
    e = alert_events.c
    present = connection.execute(
        sa.select(e.alert_id, e.night, e.event).where(
            e.district == district, e.night.between(events["night"].min(), events["night"].max()), _stands()
        )
    )
    known = as_frame(present, pl.Schema({k: ALERT_EVENTS[k] for k in identity}))
    fresh = events.unique(identity, keep="first", maintain_order=True).join(known, on=identity, how="anti", maintain_order="left")
    rows = fresh.with_columns(
        pl.lit(district).alias("district"),
        pl.lit(revision).alias("revision"),
        pl.lit(at.astimezone(dt.UTC), dtype=UTC).alias("recorded_at"),
    )
    insert_frame(connection, alert_events, rows)
    return sorted(fresh["alert_id"].unique().to_list())


def touched_alerts(connection: sa.Connection, district: str, revisions: Sequence[tuple[dt.date, int]]) -> tuple[list[Opening], list[str]]:
    """The alerts that some revisions of nights opened, and all that they brought an event of."""
    e = alert_events.c
    these = (e.district == district, sa.tuple_(e.night, e.revision).in_(revisions))
    opened = connection.execute(sa.select(e.alert_id, e.night, e.revision).where(*these, e.event == Event.OPENED.value))
    touched = connection.scalars(sa.select(e.alert_id).distinct().where(*these).order_by(e.alert_id))
    return [Opening(*row) for row in opened], list(touched)


def retract_events(connection: sa.Connection, district: str, revisions: Sequence[tuple[dt.date, int]], at: dt.datetime) -> list[Opening]:
    """Undo what some revisions of nights brought, once they are marked as taken back: alerts that they opened gain the event that says so,
    and all that they touched are folded anew. Returns the openings."""
    opened, touched = touched_alerts(connection, district, revisions)
    e = alert_events.c
    for each in opened:
        this = (e.district == district, e.alert_id == each.alert_id, e.night == each.night, e.revision == each.revision)
        row = connection.execute(sa.select(alert_events).where(*this, e.event == Event.OPENED.value)).mappings().one()
        connection.execute(sa.insert(alert_events).values({**row, "event": Event.RETRACTED.value, "recorded_at": at}))
    refold(connection, district, touched)
    return opened


def refold(connection: sa.Connection, district: str, alert_ids: list[str]) -> None:
    """Rebuild these alerts from all their events that stand, and those by which they were taken back."""
    if not alert_ids:
        return
    a, e = alerts.c, alert_events.c
    events = _recorded(connection, e.district == district, e.alert_id.in_(alert_ids))
    connection.execute(sa.delete(alerts).where(a.district == district, a.alert_id.in_(alert_ids)))
    rows = [{"district": district, **_row(alert)} for alert in fold(events)]
    if rows:
        connection.execute(sa.insert(alerts), rows)


def folded(warehouse: Warehouse) -> pl.DataFrame:
    """What all events add up to (``ALERTS``): what the alerts must be."""
    with reading(warehouse) as connection:
        events = _recorded(connection, alert_events.c.district == warehouse.district)
    return pl.DataFrame([_row(alert) for alert in fold(events)], schema=ALERTS, orient="row")


def _recorded(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> pl.DataFrame:
    """Events that stand, and those by which some were taken back."""
    e = alert_events.c
    schema = pl.Schema({**ALERT_EVENTS, "recorded_at": UTC})
    counts = sa.or_(_stands(), e.event == Event.RETRACTED.value)
    return as_frame(connection.execute(sa.select(*(e[c] for c in schema)).where(*which, counts)), schema)


def _row(alert: Alert) -> dict[str, object]:
    return {
        "alert_id": alert.alert_id,
        "type": alert.subject.type,
        "subject_kind": alert.subject.kind,
        "subject": alert.subject.code,
        "category": alert.subject.category,
        "episode": alert.episode,
        "state": alert.state.value,
        "level": alert.level,
        "opened_night": alert.opened_night,
        "last_night": alert.last_night,
        "ended_night": alert.ended_night,
    }
