"""Nights that were published: one row per night and revision, with all that a replay needs to know.

Belongs here: the table ``nights`` and what is asked of it and written to it. Does not: what a night holds (``scores``, ``duty``,
``source_days``), publishing one (``publish``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields

import sqlalchemy as sa

from infra.errors import SifangError
from infra.warehouse.database.columns import Table, key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.nights.runs import Kind, Mode, runs

nights = sa.Table(
    "nights",
    metadata,
    key("district"),
    key("night", sa.Date),
    key("revision", sa.Integer),
    must("is_latest", sa.Boolean(create_constraint=False)),
    must("as_of", UtcDateTime),
    must("lake_seq", sa.BigInteger),
    must("district_version"),
    must("scoring_hash"),
    must("model_ids", sa.JSON),
    must("mode"),
    must("inputs"),
    must("run_id"),
    must("published_at", UtcDateTime),
    must("replayable_until", sa.Date),
    # Of a revision that was taken back (`infra.warehouse.retraction`): when, and the code and note that were given for it.
    may("retracted_at", UtcDateTime),
    may("retracted_for"),
    may("retracted_note"),
    # The database itself refuses a night with two latest revisions, by the partial index ``ix_nights_one_latest`` of the first migration.
    # Declared here as well it would import PostgreSQL's dialect into every command.
)


@dataclass(frozen=True)
class PublishedNight:
    """One revision of a night: all that a replay needs to know.

    It was computed from the rows of the lake up to ``lake_seq`` that were known at ``as_of``, under ``district_version``, with the models
    ``model_ids``; ``inputs`` is the digest of them all. ``replayable_until`` is the newest night beside which its inputs are surely kept.
    """

    night: dt.date
    revision: int
    is_latest: bool
    as_of: dt.datetime
    lake_seq: int
    district_version: str
    scoring_hash: str
    model_ids: tuple[str, ...]
    mode: Mode
    inputs: str
    run_id: str
    published_at: dt.datetime
    replayable_until: dt.date


@dataclass(frozen=True)
class RetractedNight:
    """A night that was published, taken back and not published since; ``revision`` is the newest that was taken back."""

    night: dt.date
    revision: int
    at: dt.datetime
    reason: str


def of_revisions(of: Table, revisions: Sequence[tuple[dt.date, int]]) -> sa.ColumnElement[bool]:
    """The rows of a table that belong to these nights and revisions."""
    night, revision = of.c["night"], of.c["revision"]
    dates, numbers = {date for date, _ in revisions}, {number for _, number in revisions}
    # The pairs alone would say it; but for pairs SQLite reads the whole table, and for these lists it searches the key.
    return sa.and_(night.in_(sorted(dates)), revision.in_(sorted(numbers)), sa.tuple_(night, revision).in_(revisions))


def latest_night(warehouse: Warehouse) -> dt.date | None:
    """The newest published night, or None; nights that were taken back are none."""
    n = nights.c
    with reading(warehouse) as connection:
        night: dt.date | None = connection.scalar(sa.select(sa.func.max(n.night)).where(n.district == warehouse.district, n.is_latest))
    return night


def retracted_nights(warehouse: Warehouse) -> list[RetractedNight]:
    """Nights that were taken back and not published since, oldest first."""
    n, stands = nights.c, nights.alias()
    again = sa.exists().where(stands.c.district == n.district, stands.c.night == n.night, stands.c.is_latest)
    taken_back = (n.district == warehouse.district, n.retracted_at.is_not(None), ~again)
    query = sa.select(n.night, n.revision, n.retracted_at, n.retracted_for).where(*taken_back).order_by(n.night, n.revision)
    with reading(warehouse) as connection:
        newest = {row.night: RetractedNight(*row) for row in connection.execute(query)}
    return list(newest.values())


def require_not_retracted(warehouse: Warehouse, night: dt.date) -> None:
    """Pass when a night was not taken back, or was published since.

    Raises:
        SifangError: it was.
    """
    for found in retracted_nights(warehouse):
        if found.night == night:
            raise SifangError(
                f"Night {night} of {warehouse.district} was taken back on {found.at:%Y-%m-%d} ({found.reason}), and not published since.",
                "Run it again with `sifang nightly`, or `sifang backfill` where it is past.",
            )


def night_row(warehouse: Warehouse, night: dt.date, revision: int | None = None) -> PublishedNight | None:
    """A night as it was published, its latest revision without one given; None when it never was, or was taken back."""
    with reading(warehouse) as connection:
        return night_within(connection, warehouse.district, night, revision)


def night_within(connection: sa.Connection, district: str, night: dt.date, revision: int | None = None) -> PublishedNight | None:
    """The same in the caller's transaction."""
    n = nights.c
    which = n.is_latest if revision is None else sa.and_(n.revision == revision, n.retracted_at.is_(None))
    query = sa.select(*(n[field.name] for field in fields(PublishedNight)))
    row = connection.execute(query.where(n.district == district, n.night == night, which)).mappings().one_or_none()
    return None if row is None else _published(row)


def _published(row: sa.RowMapping) -> PublishedNight:
    return PublishedNight(**{**row, "model_ids": tuple(row["model_ids"])})


def published_nights(warehouse: Warehouse) -> list[dt.date]:
    """Every night that is published, oldest first."""
    n = nights.c
    with reading(warehouse) as connection:
        return list(connection.scalars(sa.select(n.night).where(n.district == warehouse.district, n.is_latest).order_by(n.night)))


def first_live_night(warehouse: Warehouse) -> dt.date | None:
    """The first night that a nightly published, or None."""
    return min(_published_by(warehouse, "nightly"), default=None)


def staged_nights(warehouse: Warehouse) -> set[dt.date]:
    """The nights that a demo published, which has a time of its own."""
    return _published_by(warehouse, "demo")


def _published_by(warehouse: Warehouse, kind: Kind) -> set[dt.date]:
    n, r = nights.c, runs.c
    same = (r.district == n.district, r.run_id == n.run_id, r.night == n.night, r.kind == kind)
    with reading(warehouse) as connection:
        return set(connection.scalars(sa.select(n.night).where(n.district == warehouse.district, *same)))


def nightly_revisions(warehouse: Warehouse, first: dt.date, last: dt.date) -> dict[dt.date, int]:
    """For each night from ``first`` to ``last`` that a nightly published, its last revision by one; neither restated revisions count nor
    those that were taken back."""
    n = nights.c
    published = (n.district == warehouse.district, n.mode == "nightly", n.night.between(first, last), n.retracted_at.is_(None))
    query = sa.select(n.night, sa.func.max(n.revision).label("newest")).where(*published)
    with reading(warehouse) as connection:
        return {row.night: row.newest for row in connection.execute(query.group_by(n.night))}


def live_revisions(warehouse: Warehouse, since: dt.date) -> list[PublishedNight]:
    """Every revision that a nightly published of nights since a date and that was not taken back, in the order of nights and revisions."""
    n = nights.c
    live = (n.district == warehouse.district, n.mode == "nightly", n.night >= since, n.retracted_at.is_(None))
    query = sa.select(*(n[field.name] for field in fields(PublishedNight))).where(*live).order_by(n.night, n.revision)
    with reading(warehouse) as connection:
        return [_published(row) for row in connection.execute(query).mappings()]


def live_night_before(warehouse: Warehouse, night: dt.date) -> PublishedNight | None:
    """The last night before this one that a nightly published, by its last revision of one; None on a first night."""
    n = nights.c
    live = (n.district == warehouse.district, n.mode == "nightly", n.night < night, n.retracted_at.is_(None))
    with reading(warehouse) as connection:
        newest = sa.select(n.night, n.revision).where(*live).order_by(n.night.desc(), n.revision.desc()).limit(1)
        found = connection.execute(newest).one_or_none()
        return None if found is None else night_within(connection, warehouse.district, found.night, found.revision)


def newest_revision(connection: sa.Connection, district: str, night: dt.date) -> int:
    """The newest revision that a night ever had, taken back or not; 0 for none."""
    n = nights.c
    return connection.scalar(sa.select(sa.func.max(n.revision)).where(n.district == district, n.night == night)) or 0


def store_night(connection: sa.Connection, district: str, night: PublishedNight) -> None:
    """Store a revision, in the publishing transaction; where it is the latest, it takes the place of the one before."""
    n = nights.c
    if night.is_latest:
        # The old revision steps down first: the index admits one latest at any moment.
        latest = (n.district == district, n.night == night.night, n.is_latest)
        connection.execute(sa.update(nights).where(*latest).values(is_latest=False))
    connection.execute(sa.insert(nights).values({"district": district, **vars(night), "model_ids": list(night.model_ids)}))
