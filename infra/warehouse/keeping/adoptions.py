"""Beginning again without a store that was lost: what the ledger forgets and learns, and the record of it.

Belongs here: the table ``adoptions``, and the one transaction by which a warehouse takes a lake for its own. Does not: what is lost
(``infra.accord.adopting``), batches and quarantine in ordinary times (``infra.warehouse.intake.ledger``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields

import sqlalchemy as sa

from infra.marks import Identity
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.intake.batches import batches
from infra.warehouse.intake.quarantine import quarantine, quarantine_closed
from infra.warehouse.keeping.identities import identities, lake_intents, lake_marks
from infra.warehouse.keeping.locks import Lease, require_held
from infra.warehouse.nights.nights import nights

adoptions = sa.Table(
    "adoptions",
    metadata,
    key("district"),
    key("adopted_at", UtcDateTime),
    must("reason"),
    must("standing"),
    must("identity"),
    may("instead_of"),
    must("kept_to", sa.BigInteger),
    must("lost_to", sa.BigInteger),
    must("batches", sa.BigInteger),
    must("rows", sa.BigInteger),
)

# Databases bound the values of one statement.
_AT_ONCE = 500


@dataclass(frozen=True)
class Adoption:
    """One time when a person had a district begin again without what was lost.

    Commits of the lake after ``kept_to``, up to ``lost_to``, are no more; ``batches`` and ``rows`` are what the ledger had of them.
    """

    adopted_at: dt.datetime
    reason: str
    standing: str
    identity: str
    instead_of: str | None
    kept_to: int
    lost_to: int
    batches: int
    rows: int


@dataclass(frozen=True)
class InLake:
    """A batch as a lake holds it."""

    batch_id: str
    source: str
    feed: str
    rows: int
    recorded_seq: int
    known_at: dt.datetime
    order_key: int


@dataclass(frozen=True)
class InLedger:
    """A stored batch as the ledger has it; ``recorded_seq`` is None where every row of it was known before."""

    batch_id: str
    recorded_seq: int | None
    accepted: int
    landed_at: dt.datetime


def stored(warehouse: Warehouse) -> tuple[InLedger, ...]:
    """Every stored batch, in the order of landing."""
    b = batches.c
    query = sa.select(*(b[f.name] for f in fields(InLedger))).where(b.district == warehouse.district, b.state == "stored")
    with reading(warehouse) as connection:
        return tuple(InLedger(*row) for row in connection.execute(query.order_by(b.landed_at, b.batch_id)))


def marks_told(warehouse: Warehouse) -> dict[int, str]:
    """The commits of the lake that the warehouse knows, each with the digest of the files that it left."""
    m = lake_marks.c
    query = sa.select(m.sequence, m.files).where(m.district == warehouse.district)
    with reading(warehouse) as connection:
        return {row.sequence: row.files for row in connection.execute(query)}


def numbers_used(warehouse: Warehouse) -> int:
    """The greatest number of a commit that the warehouse ever heard of; 0 where it heard of none."""
    asked = [(lake_marks, "sequence"), (batches, "recorded_seq"), (nights, "lake_seq"), (adoptions, "lost_to")]
    with reading(warehouse) as connection:
        found = [connection.scalar(sa.select(sa.func.max(t.c[name])).where(t.c.district == warehouse.district)) for t, name in asked]
    return max((int(n) for n in found if n is not None), default=0)


def nights_after(warehouse: Warehouse, sequence: int) -> int:
    """How many nights were last computed from a lake of a later commit than this one."""
    n = nights.c
    query = sa.select(sa.func.count()).select_from(nights).where(n.district == warehouse.district, n.is_latest, n.lake_seq > sequence)
    with reading(warehouse) as connection:
        return int(connection.scalar(query) or 0)


def lost_since(warehouse: Warehouse, lake_seq: int) -> Adoption | None:
    """The adoption by which the lake lost a commit that a night was computed from; None where all of it is there."""
    a = adoptions.c
    query = sa.select(*(c for c in a if c.name != "district")).where(a.district == warehouse.district)
    with reading(warehouse) as connection:
        found = connection.execute(query.where(a.kept_to < lake_seq, a.lost_to >= lake_seq).order_by(a.adopted_at)).first()
    return None if found is None else Adoption(**found._mapping)


def adopt(warehouse: Warehouse, lease: Lease, owner: Identity, adoption: Adoption, forget: Sequence[str], learn: Sequence[InLake]) -> None:
    """Take a lake for this warehouse's own, all or nothing.

    Args:
        warehouse: the warehouse.
        lease: the district's lock.
        owner: whose both are from now on.
        adoption: what is recorded of it.
        forget: batches whose rows are in no lake any more, and such as repeated them; files that still lie somewhere are taken in again.
        learn: batches of the lake that the ledger has never heard of, and whose files lie nowhere any more.
    """
    with writing(warehouse) as connection:
        require_held(connection, lease)
        adopt_within(connection, owner, adoption, forget, learn)


def adopt_within(
    connection: sa.Connection, owner: Identity, adoption: Adoption, forget: Sequence[str], learn: Sequence[InLake] = ()
) -> None:
    """The same in the caller's transaction."""
    district = owner.district
    for start in range(0, len(forget), _AT_ONCE):
        some = list(forget[start : start + _AT_ONCE])
        for table in (quarantine, quarantine_closed, batches):
            connection.execute(sa.delete(table).where(table.c.district == district, table.c.batch_id.in_(some)))
    if learn:
        connection.execute(sa.insert(batches), [_learned(district, batch, adoption.adopted_at) for batch in learn])
    for table in (lake_marks, lake_intents, identities):
        connection.execute(sa.delete(table).where(table.c.district == district))
    connection.execute(sa.insert(identities).values(**vars(owner)))
    connection.execute(sa.insert(adoptions).values(district=district, **vars(adoption)))


def _learned(district: str, batch: InLake, now: dt.datetime) -> dict[str, object]:
    """What can be said of a batch by its rows alone: they entered. Its file, and what was set aside of it, nobody knows any more."""
    counts = dict.fromkeys(("merged", "duplicate", "quarantined", "out_of_scope", "withdrawn"), 0)
    unknown = dict.fromkeys(("file_name", "district_version"), "")
    named = {"district": district, "batch_id": batch.batch_id, "source": batch.source, "feed": batch.feed, "state": "stored"}
    moments = {"landed_at": min(batch.known_at, now), "order_key": batch.order_key, "recorded_seq": batch.recorded_seq}
    return {**counts, **unknown, **named, **moments, "delivered": batch.rows, "accepted": batch.rows, "warnings": []}
