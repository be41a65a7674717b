"""Batches: every delivered file and what became of it.

Belongs here: the table ``batches`` and what is asked of single batches and written to them. Does not: the balance (``ledger``), the rows
themselves (``infra.landing.landing``, ``infra.lake.lake``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from transforms.reports.checked import Checked, Notice
from transforms.reports.measures import Measures
from transforms.reports.waiting import Resolution
from transforms.schema.plain import plain, read_back

# What stands in the place of a file's name where delivered files were read again.
READING: Final = "reread"

batches = sa.Table(
    "batches",
    metadata,
    key("district"),
    key("batch_id"),
    must("source"),
    must("feed"),
    must("file_name"),
    must("landed_at", UtcDateTime),
    # Where it stands in the order of the deliveries.
    must("order_key", sa.BigInteger),
    may("recorded_seq", sa.BigInteger),
    must("state"),
    may("reason"),
    may("first_day", sa.Date),
    may("last_day", sa.Date),
    must("delivered", sa.BigInteger),
    must("accepted", sa.BigInteger),
    must("merged", sa.BigInteger),
    must("duplicate", sa.BigInteger),
    must("quarantined", sa.BigInteger),
    must("out_of_scope", sa.BigInteger),
    # Reports that it withdrew by rows that could not enter; no part of the balance, for their rows are counted by why they could not.
    must("withdrawn", sa.BigInteger),
    must("warnings", sa.JSON),
    must("district_version"),
    # What the checks said and measured, as plain values: counts by reason and column, never a value of a row.
    may("checked", sa.JSON),
    sa.CheckConstraint("state IN ('landed', 'refused', 'stored')", name="state"),
    sa.CheckConstraint(
        "state <> 'stored' OR delivered = accepted + merged + duplicate + quarantined + out_of_scope",
        name="ledger_balances",
    ),
    sa.CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="refused_with_reason"),
)


@dataclass(frozen=True)
class BatchRecord:
    """One delivered file. ``file_name`` is the base name only; ``reason`` is the stop code of a refused batch.

    ``recorded_seq`` is the lake commit that took the batch, None before. Counts are rows; for a stored batch they balance:
    delivered = accepted + merged + duplicate + quarantined + out_of_scope. ``withdrawn`` counts reports, not rows.
    """

    district: str
    batch_id: str
    source: str
    feed: str
    file_name: str
    landed_at: dt.datetime
    state: Literal["landed", "refused", "stored"]
    order_key: int = 0
    recorded_seq: int | None = None
    reason: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    delivered: int = 0
    accepted: int = 0
    merged: int = 0
    duplicate: int = 0
    quarantined: int = 0
    out_of_scope: int = 0
    withdrawn: int = 0
    warnings: tuple[Notice, ...] = ()
    district_version: str = ""
    checked: Checked = field(default_factory=Checked)

    @property
    def came_as_a_file(self) -> bool:
        """Whether it was delivered: what a rereading made, or what vanished from a delivery of everything, was never checked."""
        return self.checked.checks > 0 or self.accepted < self.delivered


def is_stored(warehouse: Warehouse, batch_id: str) -> bool:
    """Whether a batch is in the lake."""
    b = batches.c
    these = (b.district == warehouse.district, b.batch_id == batch_id, b.state == "stored")
    with reading(warehouse) as connection:
        return connection.scalar(sa.select(b.batch_id).where(*these)) is not None


def stored_batches(warehouse: Warehouse) -> set[str]:
    """The batches that are in the lake. One that merely landed is not among them, so that it is completed; nor is a refused one."""
    b = batches.c
    with reading(warehouse) as connection:
        return set(connection.scalars(sa.select(b.batch_id).where(b.district == warehouse.district, b.state == "stored")))


def batch_moments(warehouse: Warehouse, batch_ids: Collection[str]) -> dict[str, dt.datetime]:
    """When some batches landed; those that are not in the ledger are left out."""
    b = batches.c
    query = sa.select(b.batch_id, b.landed_at).where(b.district == warehouse.district, b.batch_id.in_(batch_ids))
    with reading(warehouse) as connection:
        return {batch: at for batch, at in connection.execute(query)}  # noqa: C416 - a row is no pair to dict


def withdrawn_by(warehouse: Warehouse, batch_ids: Collection[str]) -> dict[str, int]:
    """How many reports each of some batches withdrew by rows that could not enter."""
    b = batches.c
    query = sa.select(b.batch_id, b.withdrawn).where(b.district == warehouse.district, b.batch_id.in_(batch_ids))
    with reading(warehouse) as connection:
        return {batch: int(count) for batch, count in connection.execute(query)}


def measured_before(warehouse: Warehouse, source: str, *, limit: int = 60) -> list[Measures]:
    """The measures of a source's newest stored batches, oldest first: the history that the next batch is compared with."""
    b = batches.c
    query = (
        sa.select(b.checked)
        .where(b.district == warehouse.district, b.source == source, b.state == "stored")
        .order_by(b.landed_at.desc(), b.last_day.desc(), b.batch_id.desc())
        .limit(limit)
    )
    with reading(warehouse) as connection:
        told = read_back(list[Checked], [kept or {} for kept in reversed(list(connection.scalars(query)))])
    return [t.measures for t in told if t.measures is not None]


def newest_batches(warehouse: Warehouse, source: str, limit: int) -> list[BatchRecord]:
    """The newest batches of a source, refused ones included, oldest first."""
    b = batches.c
    query = sa.select(batches).where(b.district == warehouse.district, b.source == source)
    query = query.order_by(b.landed_at.desc(), b.last_day.desc(), b.batch_id.desc()).limit(limit)
    with reading(warehouse) as connection:
        rows = [row._mapping for row in reversed(connection.execute(query).all())]
    return read_back(list[BatchRecord], [{**row, "checked": row["checked"] or {}} for row in rows])


def order_of(warehouse: Warehouse, batch_id: str) -> int | None:
    """Where a batch stands in the order of the deliveries; None where it was never recorded."""
    b = batches.c
    with reading(warehouse) as connection:
        return connection.scalar(sa.select(b.order_key).where(b.district == warehouse.district, b.batch_id == batch_id))


def orders_of(warehouse: Warehouse, source: str) -> list[tuple[str, int]]:
    """Every stored batch of a source with its place in the order of the deliveries."""
    b = batches.c
    query = sa.select(b.batch_id, b.order_key).where(b.district == warehouse.district, b.source == source, b.state == "stored")
    with reading(warehouse) as connection:
        return [(batch, place) for batch, place in connection.execute(query)]


def newer_batches(warehouse: Warehouse, source: str, place: int) -> list[str]:
    """The stored batches of a source that came as files and stand behind a place in the order of the deliveries."""
    b = batches.c
    found = _stored(warehouse, (b.source == source) & (b.order_key > place))
    return [batch.batch_id for batch in found if batch.came_as_a_file]


def batches_of(warehouse: Warehouse, source: str) -> list[BatchRecord]:
    """Every stored batch of a source, in the order of the deliveries."""
    b = batches.c
    return _stored(warehouse, b.source == source)


def landed_since(warehouse: Warehouse, moment: dt.datetime) -> list[BatchRecord]:
    """The stored batches that landed at a moment or later, in the order of the deliveries."""
    return _stored(warehouse, batches.c.landed_at >= moment)


def _stored(warehouse: Warehouse, condition: sa.ColumnElement[bool]) -> list[BatchRecord]:
    b = batches.c
    query = sa.select(batches).where(b.district == warehouse.district, b.state == "stored", condition).order_by(b.order_key)
    with reading(warehouse) as connection:
        rows = [row._mapping for row in connection.execute(query)]
    return read_back(list[BatchRecord], [{**row, "checked": row["checked"] or {}} for row in rows])


def read_under(warehouse: Warehouse, batch_ids: Sequence[str], district_version: str) -> None:
    """Note under which version of the district some batches were read last."""
    b = batches.c
    with writing(warehouse) as connection:
        for batch_id in batch_ids:
            this = (b.district == warehouse.district, b.batch_id == batch_id)
            connection.execute(sa.update(batches).where(*this).values(district_version=district_version))


def ledger_versions(warehouse: Warehouse, source: str) -> list[tuple[str, str]]:
    """Every stored batch of a source with the version of the district it was taken in under."""
    b = batches.c
    stored = (b.district == warehouse.district, b.source == source, b.state == "stored")
    with reading(warehouse) as connection:
        return [(batch, version) for batch, version in connection.execute(sa.select(b.batch_id, b.district_version).where(*stored))]


def store_batch(connection: sa.Connection, record: BatchRecord) -> bool:
    """Record a batch as it stands now, in the caller's transaction; whether it was recorded: a stored one is never landed again."""
    b = batches.c
    this = (b.district == record.district, b.batch_id == record.batch_id)
    values = {**vars(record), "warnings": plain(record.warnings), "checked": plain(record.checked)}
    state = connection.scalar(sa.select(b.state).where(*this))
    if state == "stored" and record.state == "landed":
        return False
    connection.execute(sa.insert(batches).values(values) if state is None else sa.update(batches).where(*this).values(values))
    return True


def count_resolved(connection: sa.Connection, district: str, resolution: Resolution) -> None:
    """Count rows that left quarantine under what they came to, in the caller's transaction."""
    b, r = batches.c, resolution
    this = sa.and_(b.district == district, b.batch_id == r.batch_id)
    first, last = connection.execute(sa.select(b.first_day, b.last_day).where(this)).one()
    connection.execute(
        sa.update(batches)
        .where(this)
        .values(
            accepted=b.accepted + r.accepted,
            merged=b.merged + r.merged,
            duplicate=b.duplicate + r.duplicate,
            quarantined=b.quarantined - len(r.resolved),
            # Of a batch of which nothing had entered, this is the commit in which it did.
            recorded_seq=sa.func.coalesce(b.recorded_seq, r.recorded_seq),
            first_day=min((d for d in (first, r.first_day) if d is not None), default=None),
            last_day=max((d for d in (last, r.last_day) if d is not None), default=None),
        )
    )
