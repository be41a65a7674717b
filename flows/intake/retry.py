"""Reading rows again that were set aside, once the folder was mended.

Belongs here: judging waiting rows again and letting those in that pass. Does not: what waits (``flows.intake.quarantine``), what each row
comes to (``transforms.reports.waiting``), running the nights that this makes stale (`sifang backfill --stale`).

A retry reads the landed rows with today's folder and judges the whole batch again, because a row may wait for what another row says. Rows
that pass enter with the ``known_at`` they would have had and the commit in which they truly come. Killed anywhere, it is repeated and
doubles nothing: what is in the lake already is recognised, and the ledger moves in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from flows.intake.entering import enter_more
from flows.intake.quarantine import require_known
from flows.intake.right_datum import earlier_reports
from flows.intake.road import walk
from flows.stores import Context
from flows.stores.district import require_same_grid
from infra import progress
from infra.landing.landing import landed_rows
from infra.settings import fingerprint
from infra.sources.table import UnusableFile
from infra.warehouse.keys import require_same_key
from infra.warehouse.ledger import resolve
from infra.warehouse.locks import Lease, held
from infra.warehouse.nights import published_nights
from infra.warehouse.quarantine import waiting
from transforms.district.source import Source
from transforms.reports.mapping import to_candidates
from transforms.reports.waiting import Again, Resolution

# These were never landed: nothing is left that could be read again.
NEVER_LANDED = "personal_value"


@dataclass(frozen=True)
class KeptBack:
    """A batch that could not be read or judged again, and why."""

    batch: str
    why: str


@dataclass(frozen=True)
class Retried:
    """What a retry came to, in rows.

    ``nights_from`` and ``nights_to`` span the published nights that the reports which entered may change; `backfill --stale` finds those
    that they do.
    """

    district: str
    resolved: int
    accepted: int
    merged: int
    duplicate: int
    waiting: int
    never_landed: int
    expired: int
    kept_back: tuple[KeptBack, ...]
    nights_from: dt.date | None
    nights_to: dt.date | None


@dataclass(frozen=True)
class _Outcome:
    """What a retry of one batch came to: its waiting rows were resolved, wait on, or are past their time."""

    resolution: Resolution | None = None
    waiting: int = 0
    expired: int = 0
    kept_back: KeptBack | None = None


def retry(context: Context, now: dt.datetime, *, source: str | None = None, reason: str | None = None) -> Retried:
    """Judge waiting rows again, of one source or reason where given, and let those in that pass.

    Raises:
        SifangError: there is no such source or reason, the key is another one, the lake or the warehouse cannot be written.
    """
    require_known(context, source, reason)
    require_same_grid(context)
    require_same_key(context.warehouse, fingerprint(context.settings.hash_key()), now)
    with held(context.warehouse) as lease:
        rows = waiting(context.warehouse)
        rows = rows if source is None else rows.filter(pl.col("source") == source)
        chosen = rows if reason is None else rows.filter(pl.col("reason") == reason)
        never_landed = chosen.filter(pl.col("reason") == NEVER_LANDED).select("batch_id", "row").n_unique()
        outcomes = list(_batches(context, rows, chosen.filter(pl.col("reason") != NEVER_LANDED), lease))
    return _summed(context, outcomes, never_landed)


def _summed(context: Context, outcomes: list[_Outcome], never_landed: int) -> Retried:
    resolutions = [o.resolution for o in outcomes if o.resolution]
    first_day = min((r.first_day for r in resolutions if r.first_day), default=None)
    touched = [n for n in published_nights(context.warehouse) if first_day is not None and n > first_day]
    return Retried(
        district=context.code,
        resolved=sum(len(r.resolved) for r in resolutions),
        accepted=sum(r.accepted for r in resolutions),
        merged=sum(r.merged for r in resolutions),
        duplicate=sum(r.duplicate for r in resolutions),
        waiting=sum(o.waiting for o in outcomes),
        never_landed=never_landed,
        expired=sum(o.expired for o in outcomes),
        kept_back=tuple(o.kept_back for o in outcomes if o.kept_back),
        nights_from=touched[0] if touched else None,
        nights_to=touched[-1] if touched else None,
    )


def _batches(context: Context, rows: pl.DataFrame, again: pl.DataFrame, lease: Lease) -> Iterator[_Outcome]:
    """Each batch of which rows may be let in ``again``; ``rows`` are all that wait."""
    sources = {s.code: s for s in context.district.sources}
    for chosen in again.partition_by("batch_id", maintain_order=True):
        batch_id, code, landed_at = chosen.select("batch_id", "source", "landed_at").row(0)
        progress.tell(f"{code}: {batch_id}")
        landed = landed_rows(context.settings.landing(context.code), code, batch_id)
        numbers = chosen["row"].unique(maintain_order=True)
        if code not in sources:
            gone = KeptBack(batch_id, f"the folder declares no source {code}")
            yield _Outcome(waiting=0 if landed is None else len(numbers), expired=len(numbers) if landed is None else 0, kept_back=gone)
        elif landed is None:
            yield _Outcome(expired=len(numbers))
        else:
            batch = _Waiting(batch_id, sources[code], landed_at, rows.filter(pl.col("batch_id") == batch_id), numbers)
            yield _retried(context, batch, landed, lease)


@dataclass(frozen=True)
class _Waiting:
    """A batch of which rows wait: all of them, and the numbers of those that may be let in."""

    batch_id: str
    source: Source
    landed_at: dt.datetime
    rows: pl.DataFrame
    chosen: pl.Series


def _retried(context: Context, batch: _Waiting, landed: pl.DataFrame, lease: Lease) -> _Outcome:
    """Judge one batch again and let in what passes."""
    source = batch.source
    try:
        walked = walk(
            to_candidates(landed, source, context.district, batch.landed_at),
            source,
            context.folder,
            batch.batch_id,
            batch.landed_at,
            partial(earlier_reports, context, source),
        )
    except (UnusableFile, pl.exceptions.ColumnNotFoundError) as error:
        why = f"{error.reason}: {error.detail}" if isinstance(error, UnusableFile) else "a column declared since was not landed"
        return _Outcome(waiting=len(batch.chosen), kept_back=KeptBack(batch.batch_id, why))
    again = Again(batch.batch_id, walked, batch.rows, batch.chosen)
    entered = enter_more(context, source.code, again.entering(), batch.batch_id, lease)
    resolution = again.resolved(entered, context.district.timezone)
    resolve(context.warehouse, resolution)
    return _Outcome(resolution, waiting=len(batch.chosen) - len(resolution.resolved))
