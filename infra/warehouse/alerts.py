"""The two statements that keep alerts in step with their events.

Belongs here: appending events, rebuilding ``alerts`` from ``alert_events``. Does not: which event leads to which state, deciding that an
alert opens or ends (``transforms.alerts.events``).
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.bulk import insert_frame
from transforms.alerts.events import fold
from transforms.schema import ALERT_EVENTS, UTC


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
    key = ["alert_id", "night", "event"]
    e = tables.alert_events.c
    present = connection.execute(
        sa.select(e.alert_id, e.night, e.event).where(e.district == district, e.night.between(events["night"].min(), events["night"].max()))
    )
    known = pl.DataFrame([tuple(r) for r in present], schema={k: ALERT_EVENTS[k] for k in key}, orient="row")
    fresh = events.unique(key, keep="first", maintain_order=True).join(known, on=key, how="anti", maintain_order="left")
    rows = fresh.with_columns(
        pl.lit(district).alias("district"),
        pl.lit(revision).alias("revision"),
        pl.lit(at.astimezone(dt.UTC), dtype=UTC).alias("recorded_at"),
    )
    insert_frame(connection, tables.alert_events, rows)
    return sorted(fresh["alert_id"].unique().to_list())


def refold(connection: sa.Connection, district: str, alert_ids: list[str]) -> None:
    """Rebuild these alerts from all their events."""
    if not alert_ids:
        return
    a, e = tables.alerts.c, tables.alert_events.c
    schema = pl.Schema({**ALERT_EVENTS, "recorded_at": UTC})
    found = connection.execute(sa.select(*(e[c] for c in schema)).where(e.district == district, e.alert_id.in_(alert_ids)))
    events = pl.DataFrame([tuple(r) for r in found], schema=schema, orient="row")
    connection.execute(sa.delete(tables.alerts).where(a.district == district, a.alert_id.in_(alert_ids)))
    rows = [
        {
            "district": district,
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
        for alert in fold(events)
    ]
    connection.execute(sa.insert(tables.alerts), rows)
