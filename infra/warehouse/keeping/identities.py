"""What the warehouse remembers of its lake: whose both are, every commit of the lake, and what was about to be committed.

Belongs here: tables ``identities``, ``lake_marks`` and ``lake_intents``, and what is asked of them. Does not: what a mark is
(``infra.marks``), comparing them with the lake's own (``infra.accord``).

Whatever commits to the lake says so here first and settles it afterwards. A process that is killed in between leaves its intent, by which
the commit is recognised as its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from infra.marks import Deed, Identity, Mark
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Engine, Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.intake.batches import batches
from infra.warehouse.keeping.keys import hash_keys
from infra.warehouse.keeping.locks import Lease, require_held
from infra.warehouse.nights.nights import nights

identities = sa.Table(
    "identities",
    metadata,
    key("district"),
    must("identity"),
    must("fingerprint"),
    must("created_at", UtcDateTime),
    may("instead_of"),
)

lake_marks = sa.Table(
    "lake_marks",
    metadata,
    key("district"),
    key("sequence", sa.BigInteger),
    must("deed"),
    must("token"),
    must("rows", sa.BigInteger),
    must("newest_seq", sa.BigInteger),
    must("files"),
)

lake_intents = sa.Table(
    "lake_intents",
    metadata,
    key("district"),
    key("token"),
    must("deed"),
    must("declared_at", UtcDateTime),
)

# A process that was stopped and wakes up late may still commit what it meant; a day is longer than any sleep that a lease survives.
STALE: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Remembered:
    """What the warehouse says of a district and its lake.

    ``filled_under`` is the key's fingerprint, None where nothing was ever filled. ``newest`` is the newest settled commit, ``intents`` are
    deeds that may have been committed or not; of a warehouse that is not ``there`` nothing is known. ``batches``, ``rows`` and
    ``newest_seq`` are of the ledger: batches that entered the lake, their accepted rows, and the newest commit that took one.
    """

    identity: Identity | None = None
    filled_under: str | None = None
    newest: Mark | None = None
    intents: frozenset[str] = frozenset()
    batches: int = 0
    rows: int = 0
    newest_seq: int | None = None
    nights: int = 0
    there: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing ever came of the district here."""
        return self.newest is None and self.batches == 0 and self.nights == 0


def remembered(warehouse: Warehouse) -> Remembered:
    """Everything that is asked of a warehouse before its lake is believed, in one look."""
    i, k, m, t, b, n = identities.c, hash_keys.c, lake_marks.c, lake_intents.c, batches.c, nights.c
    district = warehouse.district
    with reading(warehouse) as connection:
        owner = connection.execute(sa.select(identities).where(i.district == district)).one_or_none()
        key_of_before = connection.scalar(sa.select(k.fingerprint).where(k.district == district))
        query = sa.select(lake_marks).where(m.district == district).order_by(m.sequence.desc()).limit(1)
        mark = connection.execute(query).one_or_none()
        entered = sa.and_(b.district == district, b.recorded_seq.is_not(None))
        counts = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(b.accepted), 0), sa.func.max(b.recorded_seq)).where(entered)
        count, rows, newest_seq = connection.execute(counts).one()
        return Remembered(
            identity=None if owner is None else _identity(owner),
            filled_under=key_of_before if owner is None else owner.fingerprint,
            newest=_mark(mark),
            intents=frozenset(connection.scalars(sa.select(t.token).where(t.district == district))),
            batches=int(count),
            rows=int(rows),
            newest_seq=newest_seq,
            nights=int(connection.scalar(sa.select(sa.func.count()).select_from(nights).where(n.district == district)) or 0),
        )


@dataclass(frozen=True)
class OfDistrict:
    """A district as a whole warehouse knows it: whose it is, the newest settled commit of its lake, and its published nights."""

    identity: Identity
    newest: Mark | None
    nights: int
    newest_night: dt.date | None


def of_every_district(connection: sa.Connection) -> tuple[OfDistrict, ...]:
    """Every district that the warehouse knows, by code, in the caller's transaction."""
    m, n = lake_marks.c, nights.c
    found = []
    for owner in connection.execute(sa.select(identities).order_by(identities.c.district)).all():
        query = sa.select(lake_marks).where(m.district == owner.district).order_by(m.sequence.desc()).limit(1)
        mark = connection.execute(query).one_or_none()
        published = sa.select(sa.func.count(sa.distinct(n.night)), sa.func.max(n.night)).where(n.district == owner.district)
        count, newest = connection.execute(published).one()
        found.append(OfDistrict(_identity(owner), _mark(mark), int(count), newest))
    return tuple(found)


def _identity(row: sa.Row[tuple[object, ...]]) -> Identity:
    return Identity(row.identity, row.district, row.fingerprint, row.created_at, row.instead_of)


def _mark(row: sa.Row[tuple[object, ...]] | None) -> Mark | None:
    return None if row is None else Mark(row.sequence, row.deed, row.token, row.rows, row.newest_seq, row.files)


def fingerprints(engine: Engine) -> dict[str, str]:
    """The fingerprint of the key of every district of a warehouse."""
    with reading(Warehouse(engine, "*")) as connection:
        return {row.district: row.fingerprint for row in connection.execute(sa.select(identities.c.district, identities.c.fingerprint))}


def claim(warehouse: Warehouse, identity: Identity) -> None:
    """Write down whose the district is here; whoever it was said to be before."""
    with writing(warehouse) as connection:
        connection.execute(sa.delete(identities).where(identities.c.district == warehouse.district))
        connection.execute(sa.insert(identities).values(**vars(identity)))


def intend(warehouse: Warehouse, lease: Lease, deed: Deed, token: str, now: dt.datetime) -> None:
    """Say what is about to be committed to the lake; saying it again changes nothing.

    Raises:
        LockLostError: another writer has taken the district over, and nothing may be committed.
    """
    t = lake_intents.c
    with writing(warehouse) as connection:
        require_held(connection, lease)
        connection.execute(sa.delete(lake_intents).where(t.district == warehouse.district, t.token == token))
        connection.execute(sa.insert(lake_intents).values(district=warehouse.district, token=token, deed=deed, declared_at=now))


def settle(warehouse: Warehouse, marks: Collection[Mark], done: str = "") -> None:
    """Remember commits of the lake, and forget that they, and what is ``done``, were meant; remembering one again changes nothing."""
    m, t = lake_marks.c, lake_intents.c
    with writing(warehouse) as connection:
        for mark in marks:
            connection.execute(sa.delete(lake_marks).where(m.district == warehouse.district, m.sequence == mark.sequence))
            connection.execute(sa.insert(lake_marks).values(district=warehouse.district, **vars(mark)))
        over = [done, *(mark.token for mark in marks)]
        connection.execute(sa.delete(lake_intents).where(t.district == warehouse.district, t.token.in_(over)))


def forget_old_intents(warehouse: Warehouse, now: dt.datetime) -> None:
    """Forget what was meant so long ago that whoever meant it cannot be about to do it."""
    t = lake_intents.c
    with writing(warehouse) as connection:
        connection.execute(sa.delete(lake_intents).where(t.district == warehouse.district, t.declared_at < now - STALE))
