"""Who asked for the ticket numbers behind an alert or a cell, and when.

Belongs here: the table ``lookups`` and its one write. Does not: finding them (``flows.tell.tickets``). No number of a ticket is in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, writing
from infra.warehouse.database.moments import UtcDateTime

lookups = sa.Table(
    "lookups",
    metadata,
    key("district"),
    key("lookup_id"),
    must("asked_at", UtcDateTime),
    must("role"),
    may("place"),
    must("cell_id"),
    may("alert_id"),
    must("reports", sa.Integer),
)


@dataclass(frozen=True)
class Lookup:
    """One question: by whom, of which cell, for the sake of which alert, and how many reports that is about."""

    lookup_id: str
    asked_at: dt.datetime
    role: str
    place: str | None
    cell_id: str
    alert_id: str | None
    reports: int


def record_lookup(warehouse: Warehouse, lookup: Lookup) -> None:
    """Note that somebody asks; done before anything is told."""
    with writing(warehouse) as connection:
        connection.execute(sa.insert(lookups).values(district=warehouse.district, **vars(lookup)))
