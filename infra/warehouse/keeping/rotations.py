"""Another key in the stead of one: which delivered batches are still to be read again under it, and what became of earlier ones.

Belongs here: tables ``rotations``, ``rotation_batches`` and ``rotation_tombstones``, and the transactions by which a district leaves its
old key and is done with that. Does not: reading the files again (``flows.repair.rotation``), the lake (``infra.lake.erasing``), keys
(``infra.keys``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Final

import sqlalchemy as sa

from infra.marks import Identity
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.intake.batches import batches
from infra.warehouse.intake.refusals import refusals
from infra.warehouse.keeping.adoptions import Adoption, adopt_within, adoptions
from infra.warehouse.keeping.erasures import tombstones
from infra.warehouse.keeping.locks import Lease, require_held

rotations = sa.Table(
    "rotations",
    metadata,
    key("district"),
    key("begun_at", UtcDateTime),
    # The backup that was made first, the only place where earlier nights can be computed again.
    must("backup"),
    must("reason"),
    must("reports", sa.BigInteger),
    # Null until every file that lay there was read again; then what was found in none.
    may("finished_at", UtcDateTime),
    may("batches_gone", sa.BigInteger),
    may("reports_gone", sa.BigInteger),
)

rotation_batches = sa.Table(
    "rotation_batches",
    metadata,
    key("district"),
    key("batch_id"),
    must("source"),
    must("landed_at", UtcDateTime),
    must("order_key", sa.BigInteger),
)

# What was erased, by the ids under the old key, until a file shows what each is under the new.
rotation_tombstones = sa.Table("rotation_tombstones", metadata, key("district"), key("report_id"))

_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Rotation:
    """A change of keys: since when, after which backup, how many reports stood before."""

    begun_at: dt.datetime
    backup: str
    reason: str
    reports: int


@dataclass(frozen=True)
class Waiting:
    """A batch that is to be read again under the new key, known by its digest under the old one, with the times it had."""

    batch_id: str
    source: str
    landed_at: dt.datetime
    order_key: int


def under_way(warehouse: Warehouse) -> Rotation | None:
    """The rotation that was begun and has not come to its end."""
    r = rotations.c
    query = sa.select(*(r[f.name] for f in fields(Rotation))).where(r.district == warehouse.district, r.finished_at.is_(None))
    with reading(warehouse) as connection:
        found = connection.execute(query).first()
    return None if found is None else Rotation(**found._mapping)


def rotation_at(warehouse: Warehouse, begun_at: dt.datetime) -> Rotation | None:
    """The rotation that began at a moment; None where something else did."""
    r = rotations.c
    query = sa.select(*(r[f.name] for f in fields(Rotation))).where(r.district == warehouse.district, r.begun_at == begun_at)
    with reading(warehouse) as connection:
        found = connection.execute(query).first()
    return None if found is None else Rotation(**found._mapping)


def last_of_before(warehouse: Warehouse, rotation: Rotation) -> int:
    """The last commit of the lake under the old key."""
    a = adoptions.c
    query = sa.select(a.lost_to).where(a.district == warehouse.district, a.adopted_at == rotation.begun_at)
    with reading(warehouse) as connection:
        return int(connection.execute(query).scalar_one())


def to_read(warehouse: Warehouse, source: str) -> dict[str, Waiting]:
    """The batches of a source that are still to be read again, by their old digests."""
    b = rotation_batches.c
    query = sa.select(*(b[f.name] for f in fields(Waiting))).where(b.district == warehouse.district, b.source == source)
    with reading(warehouse) as connection:
        return {row.batch_id: Waiting(**row._mapping) for row in connection.execute(query)}


def begin(
    warehouse: Warehouse, lease: Lease, owner: Identity, rotation: Rotation, adoption: Adoption, read_again: Collection[Waiting]
) -> None:
    """Leave the old key, all or nothing: the ledger forgets every batch, and remembers those that are to be read again.

    Raises:
        LockLostError: another writer has taken the district over; nothing was done.
    """
    district = warehouse.district
    with writing(warehouse) as connection:
        require_held(connection, lease)
        everything = list(connection.scalars(sa.select(batches.c.batch_id).where(batches.c.district == district)))
        adopt_within(connection, owner, adoption, everything)
        t = tombstones.c
        erased = sa.select(t.district, t.report_id).where(t.district == district)
        connection.execute(sa.insert(rotation_tombstones).from_select(["district", "report_id"], erased))
        connection.execute(sa.delete(tombstones).where(t.district == district))
        # What was refused is known by the old key, and is looked at again.
        connection.execute(sa.delete(refusals).where(refusals.c.district == district))
        rows = [{"district": district, **vars(one)} for one in read_again]
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(sa.insert(rotation_batches), rows[start : start + _AT_ONCE])
        connection.execute(sa.insert(rotations).values(district=district, **vars(rotation)))


def read_again(warehouse: Warehouse, batch_id: str) -> None:
    """A batch was read again under the new key."""
    b = rotation_batches.c
    with writing(warehouse) as connection:
        connection.execute(sa.delete(rotation_batches).where(b.district == warehouse.district, b.batch_id == batch_id))


def not_carried(warehouse: Warehouse) -> frozenset[str]:
    """The erased reports, by their ids under the old key, that no file was yet seen to hold."""
    t = rotation_tombstones.c
    with reading(warehouse) as connection:
        return frozenset(connection.scalars(sa.select(t.report_id).where(t.district == warehouse.district)))


def carry(warehouse: Warehouse, reports: Mapping[str, str]) -> None:
    """Remember erased reports by their ids under the new key, each found by the one under the old."""
    t, o = tombstones.c, rotation_tombstones.c
    district = warehouse.district
    with writing(warehouse) as connection:
        known = set(connection.scalars(sa.select(t.report_id).where(t.district == district)))
        if new := [{"district": district, "report_id": report} for report in sorted(set(reports.values()) - known)]:
            connection.execute(sa.insert(tombstones), new)
        for old in reports:
            connection.execute(sa.delete(rotation_tombstones).where(o.district == district, o.report_id == old))


def finish(warehouse: Warehouse, now: dt.datetime, reports_gone: int) -> None:
    """Every file that lies there was read again. What is left has no file, and what an old id says under the new key is nothing."""
    r, b, t = rotations.c, rotation_batches.c, rotation_tombstones.c
    district = warehouse.district
    with writing(warehouse) as connection:
        gone = int(connection.scalar(sa.select(sa.func.count()).select_from(rotation_batches).where(b.district == district)) or 0)
        connection.execute(sa.delete(rotation_batches).where(b.district == district))
        connection.execute(sa.delete(rotation_tombstones).where(t.district == district))
        done = {"finished_at": now, "batches_gone": gone, "reports_gone": reports_gone}
        connection.execute(sa.update(rotations).where(r.district == district, r.finished_at.is_(None)).values(done))
