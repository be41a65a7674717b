"""Silences: for what, why and until when nobody is told; kept, so that an audit sees who silenced what.

Belongs here: the table, reading and writing it. Does not: what one covers (``transforms.alerts.silences``), sending
(``flows.alerts.deliver``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from transforms.alerts.machine.commands import Actor
from transforms.alerts.silences import Scope, Silence
from transforms.words import Role, SilenceReason

silences = sa.Table(
    "silences",
    metadata,
    key("district"),
    key("silence_id"),
    may("alert_id"),
    may("type"),
    may("category"),
    may("subdistrict"),
    must("reason"),
    must("begins", UtcDateTime),
    must("until", UtcDateTime),
    must("role"),
    may("place"),
    must("until_calm", sa.Boolean(create_constraint=False)),
    may("ended_at", UtcDateTime),
)


def store_silence(warehouse: Warehouse, silence: Silence) -> None:
    """Keep a silence; one of the same name stays as it is."""
    row = {
        "district": warehouse.district,
        "silence_id": silence.silence_id,
        **vars(silence.scope),
        "reason": silence.reason.value,
        "begins": silence.begins,
        "until": silence.until,
        "role": silence.by.role.value,
        "place": silence.by.place,
        "until_calm": silence.until_calm,
        "ended_at": silence.ended_at,
    }
    with writing(warehouse) as connection:
        if connection.scalar(sa.select(silences.c.silence_id).where(*_these(warehouse, [silence.silence_id]))) is None:
            connection.execute(sa.insert(silences).values(row))


def end_silences(warehouse: Warehouse, silence_ids: Collection[str], at: dt.datetime) -> int:
    """End silences that nobody ended before; how many those are."""
    with writing(warehouse) as connection:
        these = (*_these(warehouse, silence_ids), silences.c.ended_at.is_(None))
        return connection.execute(sa.update(silences).where(*these).values(ended_at=at)).rowcount


def silences_of(warehouse: Warehouse) -> list[Silence]:
    """Every silence that there ever was, the oldest first."""
    s = silences.c
    query = sa.select(silences).where(s.district == warehouse.district).order_by(s.begins, s.silence_id)
    with reading(warehouse) as connection:
        return [
            Silence(
                row.silence_id,
                Scope(row.alert_id, row.type, row.category, row.subdistrict),
                SilenceReason(row.reason),
                row.begins,
                row.until,
                Actor(Role(row.role), row.place),
                row.until_calm,
                row.ended_at,
            )
            for row in connection.execute(query)
        ]


def _these(warehouse: Warehouse, silence_ids: Collection[str]) -> tuple[sa.ColumnElement[bool], ...]:
    return (silences.c.district == warehouse.district, silences.c.silence_id.in_(sorted(silence_ids)))
