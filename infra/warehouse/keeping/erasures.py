"""Reports that were erased: who had it done when and why, and their ids, so that they do not come back.

Belongs here: tables ``erasures`` and ``tombstones``, and the one transaction by which the ledger forgets their rows. Does not: the same
list beside the lake (``infra.lake.tombstones``), which rows those are and their going from the lake (``infra.accord.erasing``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.intake.batches import batches
from infra.warehouse.intake.quarantine import quarantine
from infra.warehouse.keeping.locks import Lease, require_held
from infra.warehouse.nights.nights import nights

# Ids and nothing else: what would be known beside one, is what was erased.
tombstones = sa.Table("tombstones", metadata, key("district"), key("report_id"))

erasures = sa.Table(
    "erasures",
    metadata,
    key("district"),
    key("erased_at", UtcDateTime),
    must("reason"),
    # Null where a list that came with a lake or a backup was applied.
    may("source"),
    must("keys", sa.BigInteger),
    must("reports", sa.BigInteger),
    must("versions", sa.BigInteger),
    must("set_aside", sa.BigInteger),
    # Whoever looked from then on, at a commit between these two, may have seen what was erased; null where nothing was held.
    may("known_from", UtcDateTime),
    may("seq_from", sa.BigInteger),
    may("seq_to", sa.BigInteger),
    # Null until nothing is left anywhere.
    may("finished_at", UtcDateTime),
)

_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Erasure:
    """One time when reports were erased: the code that was given for it, so many keys, and what was held of their reports.

    Nights that looked at ``known_from`` or later, at commits ``seq_from`` to ``seq_to`` of the lake, may have seen them.
    """

    erased_at: dt.datetime
    reason: str
    source: str | None
    keys: int
    reports: int
    versions: int
    set_aside: int
    known_from: dt.datetime | None
    seq_from: int | None
    seq_to: int | None


@dataclass(frozen=True)
class Leaving:
    """What leaves of one batch: so many versions that it brought, of those that it withdrew by, and rows that were set aside."""

    accepted: int = 0
    withdrawn: int = 0
    set_aside: tuple[int, ...] = ()


@dataclass(frozen=True)
class NightThen:
    """A revision of a night, and what it looked at."""

    night: dt.date
    revision: int
    as_of: dt.datetime
    lake_seq: int


def erased(warehouse: Warehouse) -> frozenset[str]:
    """The reports that must not come back."""
    t = tombstones.c
    with reading(warehouse) as connection:
        return frozenset(connection.scalars(sa.select(t.report_id).where(t.district == warehouse.district)))


def erased_everywhere(engine: sa.Engine) -> dict[str, frozenset[str]]:
    """The reports of every district of a warehouse that must not come back."""
    t = tombstones.c
    found: dict[str, set[str]] = {}
    with reading(Warehouse(engine, "*")) as connection:
        for row in connection.execute(sa.select(t.district, t.report_id)):
            found.setdefault(row.district, set()).add(row.report_id)
    return {code: frozenset(reports) for code, reports in found.items()}


def is_unfinished(warehouse: Warehouse) -> bool:
    """Whether an erasure was begun and has not come to its end."""
    e = erasures.c
    query = sa.select(sa.literal(1)).where(e.district == warehouse.district, e.finished_at.is_(None)).limit(1)
    with reading(warehouse) as connection:
        return connection.execute(query).first() is not None


def erased_since(warehouse: Warehouse, as_of: dt.datetime, lake_seq: int) -> Erasure | None:
    """The last erasure of something that may have been seen at a moment, by a commit of the lake; None where there was none."""
    e = erasures.c
    saw = (e.known_from <= as_of, e.seq_from <= lake_seq, e.seq_to >= lake_seq)
    query = sa.select(*(e[f.name] for f in fields(Erasure))).where(e.district == warehouse.district, *saw)
    with reading(warehouse) as connection:
        found = connection.execute(query.order_by(e.erased_at.desc()).limit(1)).first()
    return None if found is None else Erasure(**found._mapping)


def nights_then(warehouse: Warehouse) -> tuple[NightThen, ...]:
    """What every revision that stands looked at, oldest night first."""
    n = nights.c
    query = sa.select(*(n[f.name] for f in fields(NightThen))).where(n.district == warehouse.district, n.is_latest)
    with reading(warehouse) as connection:
        return tuple(NightThen(*row) for row in connection.execute(query.order_by(n.night, n.revision)))


def batches_of_rows(warehouse: Warehouse, rows: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """Of some rows of batches, those that wait in quarantine."""
    q = quarantine.c
    found = {}
    with reading(warehouse) as connection:
        for batch_id, numbers in rows.items():
            waiting = set(
                connection.scalars(sa.select(q.row).distinct().where(q.district == warehouse.district, q.batch_id == batch_id))
            ).intersection(numbers)
            if waiting:
                found[batch_id] = tuple(sorted(waiting))
    return found


def begin(warehouse: Warehouse, lease: Lease, erasure: Erasure, reports: Collection[str], leaving: Mapping[str, Leaving]) -> None:
    """Say that reports are erased, and have the ledger forget their rows, all or nothing. From then on the next run completes it.

    Raises:
        LockLostError: another writer has taken the district over; nothing was done.
    """
    b, q = batches.c, quarantine.c
    district = warehouse.district
    with writing(warehouse) as connection:
        require_held(connection, lease)
        _learn(connection, district, reports)
        for batch_id, gone in leaving.items():
            rows = list(gone.set_aside)
            for start in range(0, len(rows), _AT_ONCE):
                some = q.row.in_(rows[start : start + _AT_ONCE])
                connection.execute(sa.delete(quarantine).where(q.district == district, q.batch_id == batch_id, some))
            # They count as if they had not been delivered: what was erased is told by the record of it.
            less = {
                "delivered": b.delivered - gone.accepted - len(rows),
                "accepted": b.accepted - gone.accepted,
                "withdrawn": b.withdrawn - gone.withdrawn,
                "quarantined": b.quarantined - len(rows),
            }
            this = (b.district == district, b.batch_id == batch_id)
            connection.execute(sa.update(batches).where(*this).values(less))
            nothing = (b.accepted == 0, b.withdrawn == 0)
            connection.execute(sa.update(batches).where(*this, *nothing).values(recorded_seq=None, first_day=None, last_day=None))
        connection.execute(sa.insert(erasures).values(district=district, finished_at=None, **vars(erasure)))


def learn(warehouse: Warehouse, lease: Lease, reports: Collection[str]) -> None:
    """Remember reports that were erased elsewhere; the next run has their rows go.

    Raises:
        LockLostError: another writer has taken the district over; nothing was done.
    """
    with writing(warehouse) as connection:
        require_held(connection, lease)
        _learn(connection, warehouse.district, reports)


def finish(warehouse: Warehouse, now: dt.datetime) -> None:
    """Nothing is left anywhere of what was erased."""
    e = erasures.c
    with writing(warehouse) as connection:
        connection.execute(sa.update(erasures).where(e.district == warehouse.district, e.finished_at.is_(None)).values(finished_at=now))


def _learn(connection: sa.Connection, district: str, reports: Collection[str]) -> None:
    t = tombstones.c
    known = set(connection.scalars(sa.select(t.report_id).where(t.district == district)))
    if new := [{"district": district, "report_id": report} for report in sorted(set(reports) - known)]:
        connection.execute(sa.insert(tombstones), new)
