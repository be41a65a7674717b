"""Refusals: files that were refused, until they are accepted or gone, and whether people were told.

Belongs here: the table, reading what stands, writing what happened. Does not: what becomes of a file (``flows.intake.ingest``), when it is
tried again (``flows.intake.refusals``), why files are refused (``transforms.words.reasons``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime

# How a refusal stands: its file waits, came in, was replaced by another that is refused in its stead, or lies there no more.
State: TypeAlias = Literal["standing", "accepted", "replaced", "gone"]

refusals = sa.Table(
    "refusals",
    metadata,
    key("district"),
    # The batch that its content would be; of what could not be read, a name made of its place.
    key("refusal_id"),
    must("source"),
    # A digest of where it lies.
    must("place"),
    must("file_name"),
    may("size_bytes", sa.BigInteger),
    may("changed_at", UtcDateTime),
    must("reason"),
    must("detail"),
    # Under what it was refused last: under another it may be accepted.
    must("district_version"),
    must("program"),
    must("with_clock", sa.Boolean),
    must("first_seen", UtcDateTime),
    must("last_seen", UtcDateTime),
    must("tried_at", UtcDateTime),
    must("tries", sa.Integer),
    must("state"),
    # When a run that came to its end had told how it stands now.
    may("told_at", UtcDateTime),
    sa.CheckConstraint("state IN ('standing', 'accepted', 'replaced', 'gone')", name="state"),
)


@dataclass(frozen=True)
class RefusalRecord:
    """A refused file: what it is told by, why it was refused, under what, and how often. ``with_clock`` says that the time mattered.

    ``last_seen`` is when it last lay in its place, ``tried_at`` when it was last read.
    """

    refusal_id: str
    source: str
    place: str
    file_name: str
    size_bytes: int | None
    changed_at: dt.datetime | None
    reason: str
    detail: str
    district_version: str
    program: str
    with_clock: bool
    first_seen: dt.datetime
    last_seen: dt.datetime
    tried_at: dt.datetime
    tries: int = 1
    state: State = "standing"
    told_at: dt.datetime | None = None


def refused_files(warehouse: Warehouse) -> list[RefusalRecord]:
    """Every refusal that stands, and those that have ended of which nobody was told yet; the oldest first."""
    r = refusals.c
    query = sa.select(*(r[name] for name in RefusalRecord.__dataclass_fields__)).where(
        r.district == warehouse.district, sa.or_(r.state == "standing", sa.and_(r.told_at.is_(None), r.state != "replaced"))
    )
    with reading(warehouse) as connection:
        return [
            RefusalRecord(**row._mapping) for row in connection.execute(query.order_by(r.first_seen, r.source, r.file_name, r.refusal_id))
        ]


def refused_at(warehouse: Warehouse, moment: dt.datetime) -> list[RefusalRecord]:
    """The refusals that stood at a moment, as far as is remembered: of a file that was refused twice, the last time."""
    r = refusals.c
    query = sa.select(*(r[name] for name in RefusalRecord.__dataclass_fields__)).where(
        r.district == warehouse.district, r.first_seen <= moment, sa.or_(r.state == "standing", r.last_seen >= moment)
    )
    with reading(warehouse) as connection:
        return [RefusalRecord(**row._mapping) for row in connection.execute(query.order_by(r.refusal_id))]


def refuse(warehouse: Warehouse, refused: RefusalRecord) -> None:
    """Record that a file was refused. One that stands already is counted once more, and told again only where the reason is another."""
    r = refusals.c
    this = (r.district == warehouse.district, r.refusal_id == refused.refusal_id)
    with writing(warehouse) as connection:
        before = connection.execute(sa.select(r.reason, r.state, r.first_seen, r.tries, r.told_at).where(*this)).one_or_none()
        if before is not None and before.state == "standing":
            told_at = before.told_at if before.reason == refused.reason else None
            refused = replace(refused, first_seen=before.first_seen, tries=before.tries + 1, told_at=told_at)
        connection.execute(sa.delete(refusals).where(*this))
        connection.execute(sa.insert(refusals).values(district=warehouse.district, **vars(refused)))


def settle(warehouse: Warehouse, found: Mapping[str, State], now: dt.datetime) -> None:
    """Record how refusals stand that were looked after, by their ids; of one that has ended people are to be told."""
    r = refusals.c
    with writing(warehouse) as connection:
        for refusal_id, state in found.items():
            this = (r.district == warehouse.district, r.refusal_id == refusal_id, r.state == "standing")
            values = {"last_seen": now} if state == "standing" else {"state": state, "told_at": None}
            connection.execute(sa.update(refusals).where(*this).values(values))


def mark_told(warehouse: Warehouse, told: Mapping[str, State], now: dt.datetime) -> None:
    """Remember that a run which came to its end has told how these stand, by their ids; the first time stands, and one that stands
    otherwise by now is to be told again."""
    r = refusals.c
    with writing(warehouse) as connection:
        for refusal_id, state in told.items():
            this = (r.district == warehouse.district, r.refusal_id == refusal_id, r.state == state, r.told_at.is_(None))
            connection.execute(sa.update(refusals).where(*this).values(told_at=now))
