"""Keeping house: what is past its time goes, small files are joined, the schema is brought up to this version. None of it changes a number
of a night that can still be replayed.

Belongs here: how long what is kept. Does not: deleting (``infra``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flows.stores import Context, has_warehouse, require_no_lakes, writing
from infra import clock
from infra.deliver import folder as delivery
from infra.lake import upkeep as lake_upkeep
from infra.landing import landing
from infra.marks import new_token
from infra.private import keep_private
from infra.settings import Settings
from infra.warehouse.database.engine import connect
from infra.warehouse.intake import quarantine
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.publish import KEPT_BEYOND_HISTORY_DAYS
from infra.warehouse.upgrade import head_revision, upgrade

# A delivery takes a moment: a draft this old is nobody's any more.
DRAFT_HOURS = 24
# A night's reference was frozen up to a quarter before it, and looks a whole history back from there.
LONGEST_QUARTER_DAYS = 92


@dataclass(frozen=True)
class Purged:
    """What was dropped for being past its time; only counted in a dry run.

    ``lake_files`` are of the lake's table no more and were deleted, ``lake_files_waiting`` may still be read by somebody, and
    ``lake_files_left`` hold old rows that the next purge drops, because this one had enough.
    """

    district: str
    dry_run: bool
    lake_rows: int
    lake_files: int
    lake_files_waiting: int
    lake_files_left: int
    landed_files: int
    outbox_drafts: int
    quarantined_rows: int


@dataclass(frozen=True)
class Compacted:
    """How many small files of the lake were joined, and how many the next run would join."""

    district: str
    files_joined: int
    files_left: int


@dataclass(frozen=True)
class Upgraded:
    """The revision at which the warehouse's schema now is."""

    revision: str


def purge(context: Context, now: dt.datetime, *, dry_run: bool) -> Purged:
    """Drop lake rows older than any night that may be replayed needs, landed files two weeks old, the rows set aside of such, and drafts.

    The district's history, 400 days and a quarter more are kept behind its newest night; nights older than 400 days keep their scores and
    lose their replay, as their ``replayable_until`` says.
    """
    if dry_run:
        return _purged(context, now, None)
    with writing(context, now) as lease:
        return _purged(context, now, lease)


def _purged(context: Context, now: dt.datetime, lease: Lease | None) -> Purged:
    """What goes, and its going where there is a lease to do it under."""
    newest, dry_run = latest_night(context.warehouse), lease is None
    dropped = lake_upkeep.Purged(0, 0, 0, 0)
    if newest is not None:
        kept_days = context.district.history_days + KEPT_BEYOND_HISTORY_DAYS + LONGEST_QUARTER_DAYS + 1
        before = newest - dt.timedelta(days=kept_days)
        dropped = context.pair.purge(before, lease) if lease else lake_upkeep.purge(context.lake, before, new_token(), dry_run=True)
    old = now - dt.timedelta(days=landing.KEPT_DAYS)
    files = landing.purge(context.settings.landing(context.code), old, dry_run=dry_run)
    drafts = delivery.sweep(context.settings.outbox(context.code), now - dt.timedelta(hours=DRAFT_HOURS), dry_run=dry_run)
    expired = quarantine.expire(context.warehouse, old, dry_run=dry_run)
    return Purged(context.code, dry_run, dropped.rows, dropped.files, dropped.waiting, dropped.left, files, drafts, expired)


def compact(context: Context) -> Compacted:
    """Join the lake's small files; no result changes."""
    with writing(context, clock.now()) as lease:
        done = context.pair.compact(lease)
        return Compacted(context.code, done.files, done.left)


def upgrade_warehouse(settings: Settings) -> Upgraded:
    """Bring the tables and views of the warehouse up to this version; one that is there already is left as it is.

    Raises:
        SifangError: it cannot be reached.
        DisagreementError: there is none yet, and a lake that it would know nothing of.
    """
    keep_private(settings.home.resolve())
    if not has_warehouse(settings):
        require_no_lakes(settings)
    engine = connect(settings.warehouse, patience=settings.warehouse_wait)
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    return Upgraded(head_revision())
