"""The outbox: messages that a night gives rise to, written with it and delivered after it.

Belongs here: posting in the publishing transaction, reading what waits, marking what was delivered. Does not: delivering
(``infra.deliver.folder``), deciding what is worth telling (``transforms.alerts.messages``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.nights.nights import of_revisions
from transforms.alerts.messages import Message

# Of what people and sweeps give rise to: no revision brought it, so none takes it back.
NO_REVISION: Final = 0

# What leaves the house, written in the transaction that gives rise to it. `message_id` is the idempotency key.
outbox = sa.Table(
    "outbox",
    metadata,
    key("district"),
    key("message_id"),
    must("night", sa.Date),
    must("revision", sa.Integer),
    must("payload", sa.JSON),
    must("created_at", UtcDateTime),
    # When every channel had taken it, or given it up (`deliveries`).
    may("delivered_at", UtcDateTime),
    # It never left: what it would have said was no longer so.
    may("superseded_at", UtcDateTime),
    sa.Index(None, "district", "delivered_at"),
)


@dataclass(frozen=True)
class Posted:
    """A message and the revision that gave rise to it."""

    message: Message
    night: dt.date
    revision: int


@dataclass(frozen=True)
class Undelivered:
    """So many messages wait to be delivered, the oldest since a night; None where none waits."""

    messages: int
    since: dt.date | None


def post(connection: sa.Connection, district: str, night: dt.date, revision: int, messages: Sequence[Message], now: dt.datetime) -> None:
    """Put messages into the outbox, in the caller's transaction; those that are there already stay as they are."""
    if not messages:
        return
    o = outbox.c
    present = set(connection.scalars(sa.select(o.message_id).where(o.district == district, o.night == night)))
    rows = [
        {
            "district": district,
            "message_id": m.message_id,
            "night": night,
            "revision": revision,
            "payload": dict(m.payload),
            "created_at": now,
        }
        for m in messages
        if m.message_id not in present
    ]
    if rows:
        connection.execute(sa.insert(outbox), rows)


def _waits(warehouse: Warehouse) -> tuple[sa.ColumnElement[bool], ...]:
    o = outbox.c
    return (o.district == warehouse.district, o.delivered_at.is_(None), o.superseded_at.is_(None))


def waiting(warehouse: Warehouse) -> list[Message]:
    """Messages that have not left yet, oldest night first, those of an alert in the order of its events."""
    o = outbox.c
    query = sa.select(o.night, o.message_id, o.payload, o.created_at).where(*_waits(warehouse))
    with reading(warehouse) as connection:
        found = [(row.night, Message(row.message_id, row.payload, row.created_at)) for row in connection.execute(query)]
    return [message for _, message in sorted(found, key=lambda one: (one[0], one[1].alert_id, one[1].seq, one[1].message_id))]


def waiting_since(warehouse: Warehouse) -> dt.datetime | None:
    """When the oldest message that has not left was posted; None where all have."""
    with reading(warehouse) as connection:
        oldest: dt.datetime | None = connection.scalar(sa.select(sa.func.min(outbox.c.created_at)).where(*_waits(warehouse)))
    return oldest


def undelivered(warehouse: Warehouse) -> Undelivered:
    """How many messages wait."""
    query = sa.select(sa.func.count().label("messages"), sa.func.min(outbox.c.night).label("since"))
    with reading(warehouse) as connection:
        row = connection.execute(query.where(*_waits(warehouse))).one()
    return Undelivered(row.messages, row.since)


def delivered_at(warehouse: Warehouse, alert_id: str) -> dict[int, dt.datetime]:
    """When the messages about an alert were delivered, by the number of the event that they tell."""
    o = outbox.c
    these = (o.district == warehouse.district, o.message_id.startswith(f"{alert_id}-"), o.delivered_at.is_not(None))
    with reading(warehouse) as connection:
        found = connection.execute(sa.select(o.message_id, o.delivered_at).where(*these))
        return {int(row.message_id.split("-")[1]): row.delivered_at for row in found}


def mark_delivered(warehouse: Warehouse, message_id: str, now: dt.datetime) -> None:
    """Remember that a message was delivered; the first time stands."""
    o = outbox.c
    with writing(warehouse) as connection:
        undelivered = (o.district == warehouse.district, o.message_id == message_id, o.delivered_at.is_(None))
        connection.execute(sa.update(outbox).where(*undelivered).values(delivered_at=now))


def supersede(warehouse: Warehouse, message_id: str, now: dt.datetime) -> None:
    """Remember that a message will not leave, because what it would say is no longer so."""
    with writing(warehouse) as connection:
        this = (*_waits(warehouse), outbox.c.message_id == message_id)
        connection.execute(sa.update(outbox).where(*this).values(superseded_at=now))


def revive_messages(warehouse: Warehouse, message_ids: Collection[str]) -> None:
    """Let messages wait again that were given up."""
    o = outbox.c
    with writing(warehouse) as connection:
        these = (o.district == warehouse.district, o.message_id.in_(sorted(message_ids)))
        connection.execute(sa.update(outbox).where(*these).values(delivered_at=None))


def drop_undelivered(
    connection: sa.Connection, district: str, revisions: Sequence[tuple[dt.date, int]], *, dry_run: bool
) -> tuple[int, list[Posted]]:
    """Drop what some revisions of nights gave rise to and has not left; how many that were, and what has left."""
    o = outbox.c
    # What takes a message back is itself never taken back.
    these = (o.district == district, of_revisions(outbox, revisions), o.message_id.not_like("%-retracted-%"))
    unsent = (*these, o.delivered_at.is_(None), o.superseded_at.is_(None))
    left = sa.select(o.message_id, o.payload, o.night, o.revision).where(*these, o.delivered_at.is_not(None)).order_by(o.message_id)
    found = [Posted(Message(row.message_id, row.payload), row.night, row.revision) for row in connection.execute(left)]
    if dry_run:
        return int(connection.scalar(sa.select(sa.func.count()).where(*unsent)) or 0), found
    return connection.execute(sa.delete(outbox).where(*unsent)).rowcount, found


def tell_again(connection: sa.Connection, district: str, told: Sequence[Posted], now: dt.datetime) -> None:
    """Post, for each message that has left, that it came of what was taken back; those that are there already stay as they are."""
    for each in told:
        post(connection, district, each.night, each.revision, [each.message.taken_back(each.revision)], now)
