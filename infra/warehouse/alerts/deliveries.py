"""Deliveries: how often each message was tried on each channel, when it is tried next, and those that are dead.

Belongs here: the table, reading and writing it. Does not: messages (``outbox``), sending (``flows.alerts.deliver``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Final

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime

# The databases bind so many values at most.
_PART: Final = 500

deliveries = sa.Table(
    "deliveries",
    metadata,
    key("district"),
    key("message_id"),
    key("channel"),
    must("tries", sa.Integer),
    must("first_tried_at", UtcDateTime),
    must("tried_at", UtcDateTime),
    may("next_try_at", UtcDateTime),
    may("delivered_at", UtcDateTime),
    may("dead_at", UtcDateTime),
    # A code, such as http_500; never what a receiver answered.
    may("said"),
)


@dataclass(frozen=True)
class Delivery:
    """A message on a channel: delivered, to be tried again at a moment, or dead."""

    message_id: str
    channel: str
    tries: int
    first_tried_at: dt.datetime
    tried_at: dt.datetime
    next_try_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None
    dead_at: dt.datetime | None = None
    said: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is tried by itself."""
        return self.delivered_at is not None or self.dead_at is not None


def deliveries_of(warehouse: Warehouse, message_ids: Collection[str]) -> dict[tuple[str, str], Delivery]:
    """What was tried of these messages, by message and channel."""
    wanted = sorted(message_ids)
    parts = [_found(warehouse, deliveries.c.message_id.in_(wanted[k : k + _PART])) for k in range(0, len(wanted), _PART)]
    return {(each.message_id, each.channel): each for part in parts for each in part}


def dead_letters(warehouse: Warehouse) -> list[Delivery]:
    """Messages that a channel never took and that are tried no more, the oldest first."""
    found = _found(warehouse, deliveries.c.dead_at.is_not(None))
    return sorted(found, key=lambda each: (each.first_tried_at, each.message_id, each.channel))


def told_of(warehouse: Warehouse, alert_id: str, channel: str) -> bool:
    """Whether anything about an alert was delivered on a channel."""
    d = deliveries.c
    these = (d.district == warehouse.district, d.message_id.startswith(f"{alert_id}-"), d.channel == channel, d.delivered_at.is_not(None))
    with reading(warehouse) as connection:
        return connection.scalar(sa.select(d.message_id).where(*these).limit(1)) is not None


def remember(warehouse: Warehouse, tried: Delivery) -> None:
    """Write down what a try came to."""
    d = deliveries.c
    this = (d.district == warehouse.district, d.message_id == tried.message_id, d.channel == tried.channel)
    with writing(warehouse) as connection:
        connection.execute(sa.delete(deliveries).where(*this))
        connection.execute(sa.insert(deliveries).values(district=warehouse.district, **vars(tried)))


def revive(warehouse: Warehouse, message_ids: Collection[str]) -> int:
    """Let dead messages be tried again at once, as if never tried; how many of channels those are."""
    d = deliveries.c
    these = (d.district == warehouse.district, d.message_id.in_(sorted(message_ids)), d.dead_at.is_not(None))
    with writing(warehouse) as connection:
        return connection.execute(sa.delete(deliveries).where(*these)).rowcount


def _found(warehouse: Warehouse, which: sa.ColumnElement[bool]) -> list[Delivery]:
    d = deliveries.c
    query = sa.select(*(d[f.name] for f in fields(Delivery))).where(d.district == warehouse.district, which)
    with reading(warehouse) as connection:
        return [Delivery(**row._mapping) for row in connection.execute(query)]
