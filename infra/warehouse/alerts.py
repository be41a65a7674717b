"""An alert is the fold of its events; this is the fold, and the two statements that keep both tables in step.

Belongs here: which event leads to which state, rebuilding ``alerts`` from ``alert_events``. Does not: deciding that an alert opens or
ends (``transforms.alerts``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.bulk import insert_frame
from transforms.schema import ALERT_EVENTS, UTC

# The state an event leads to. Events that are not named here (a level that rose or eased, a calm night) leave the state as it is.
STATE_AFTER: Final = {
    "opened": "open",
    "reopened": "reopened",
    "escalated": "escalated",
    "acknowledged": "acknowledged",
    "assigned": "assigned",
    "resolved": "resolved",
    "ended": "closed",
    "closed": "closed",
    "expired": "expired",
    "retracted": "retracted",
}
ENDED: Final = frozenset({"closed", "expired", "retracted"})
# Within one publication of a night: what begins an alert comes first, what ends it last.
_FIRST = frozenset({"opened", "reopened"})
# On a calm night the row carries the cell's level of that night, which is not yet the alert's.
_KEEPS_LEVEL = frozenset({"calm"})
_IDENTITY = ("type", "subject_kind", "subject", "category", "episode")


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
    events = connection.execute(sa.select(tables.alert_events).where(e.district == district, e.alert_id.in_(alert_ids))).mappings()
    of_alert: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        of_alert.setdefault(event["alert_id"], []).append(dict(event))
    connection.execute(sa.delete(tables.alerts).where(a.district == district, a.alert_id.in_(alert_ids)))
    connection.execute(sa.insert(tables.alerts), [fold(of_alert[alert_id]) for alert_id in sorted(of_alert)])


def fold(events: list[dict[str, Any]]) -> dict[str, Any]:
    """One alert from all its events, in whatever order they come.

    Args:
        events: rows of ``alert_events`` with one district and alert_id; at least one.

    Returns:
        A row of ``alerts``. Without an opening event the alert counts as open from its first event on.
    """
    ordered = sorted(events, key=lambda e: (e["night"], e["recorded_at"], _rank(e["event"]), e["event"]))
    first = ordered[0]
    state, level, ended = "open", None, None
    for event in ordered:
        state = STATE_AFTER.get(event["event"], state)
        if event["level"] is not None and event["event"] not in _KEEPS_LEVEL:
            level = event["level"]
        if state not in ENDED:
            ended = None
        elif event["event"] in STATE_AFTER:
            ended = event["night"]
    return {
        "district": first["district"],
        "alert_id": first["alert_id"],
        **{name: first[name] for name in _IDENTITY},
        "state": state,
        "level": level,
        "opened_night": first["night"],
        "last_night": ordered[-1]["night"],
        "ended_night": ended,
    }


def _rank(event: str) -> int:
    if event in _FIRST:
        return 0
    return 2 if STATE_AFTER.get(event) in ENDED else 1
