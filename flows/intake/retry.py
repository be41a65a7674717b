"""Reading rows again that were set aside, once the folder was mended.

Belongs here: judging waiting rows again and letting those in that pass. Does not: what waits (``flows.intake.quarantine``), what each row
comes to (``transforms.reports.waiting``), running the nights that this makes stale (`sifang backfill --stale`).

A retry reads the city's own file with today's folder and judges the whole batch again, because a row may wait for what another row says.
A file that has gone is named, and its batch judged by what was typed of it then. Rows that pass enter with the ``known_at`` they would
have had and the commit in which they truly come. Killed anywhere, it is repeated and doubles nothing: what is in the lake already is
recognised, and the ledger moves in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from flows.intake.entering import enter_more
from flows.intake.ingest import ingest
from flows.intake.new_files import New, still_lying
from flows.intake.quarantine import require_known
from flows.intake.refusals import Refusals, refusals, standing
from flows.intake.right_datum import earlier_reports
from flows.intake.road import walk
from flows.stores import Context, bringing_back
from flows.stores.district import require_same_grid
from infra import progress
from infra.errors import StoreError
from infra.landing.landing import landed_rows
from infra.landing.scanning import scan
from infra.sources.fetching import UnreachableError
from infra.sources.table import UnusableFile
from infra.sources.unforeseen import refusing
from infra.warehouse.intake.batches import BatchRecord, order_of
from infra.warehouse.intake.ledger import resolve
from infra.warehouse.intake.quarantine import waiting
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.nights.nights import published_nights
from transforms.district.source import Source
from transforms.reports.delivery import Delivery
from transforms.reports.mapping import to_candidates
from transforms.reports.waiting import Again, Resolution
from transforms.reports.walked import NOT_WALKED, Walked


@dataclass(frozen=True)
class KeptBack:
    """A batch that could not be read or judged again, and why."""

    batch: str
    why: str


@dataclass(frozen=True)
class Retried:
    """What a retry came to, in rows; those of files that have ``gone`` could only be judged as they were read then. ``files_accepted`` were
    refused as a whole before, and ``refusals`` stand now.

    ``nights_from`` and ``nights_to`` span the published nights that the reports which entered may change; `backfill --stale` finds those
    that they do.
    """

    district: str
    resolved: int
    accepted: int
    merged: int
    duplicate: int
    waiting: int
    gone: int
    expired: int
    kept_back: tuple[KeptBack, ...]
    files_accepted: int
    refusals: Refusals
    nights_from: dt.date | None
    nights_to: dt.date | None


@dataclass(frozen=True)
class _Outcome:
    """What a retry of one batch came to: its waiting rows were resolved, wait on, or are past their time."""

    resolution: Resolution | None = None
    waiting: int = 0
    gone: int = 0
    expired: int = 0
    kept_back: KeptBack | None = None


def retry(context: Context, now: dt.datetime, *, source: str | None = None, reason: str | None = None) -> Retried:
    """Judge waiting rows again, of one source or reason where given, and let those in that pass.

    Raises:
        SifangError: there is no such source or reason, the key is another one, the lake or the warehouse cannot be written.
    """
    require_known(context, source, reason)
    require_same_grid(context)
    context.settings.hash_key()
    with bringing_back(context, now) as lease:
        rows = waiting(context.warehouse)
        rows = rows if source is None else rows.filter(pl.col("source") == source)
        chosen = rows if reason is None else rows.filter(pl.col("reason") == reason)
        by_source = chosen.partition_by("source", maintain_order=True)
        outcomes = [outcome for again in by_source for outcome in _of_source(context, rows, again, lease)]
    files = _files(context, now, source, reason)
    return _summed(context, outcomes, [f for f in files if f.state == "stored"], refusals(context, now))


def _files(context: Context, now: dt.datetime, source: str | None, reason: str | None) -> list[BatchRecord]:
    """Read files again that were refused as a whole."""
    chosen = frozenset(r.refusal_id for r in standing(context) if source in {None, r.source} and reason in {None, r.reason})
    return ingest(context, now, again=chosen) if chosen else []


def _summed(context: Context, outcomes: list[_Outcome], files: list[BatchRecord], refused: Refusals) -> Retried:
    resolutions = [o.resolution for o in outcomes if o.resolution]
    days = [r.first_day for r in resolutions] + [f.first_day for f in files]
    first_day = min((day for day in days if day), default=None)
    touched = [n for n in published_nights(context.warehouse) if first_day is not None and n > first_day]
    return Retried(
        district=context.code,
        resolved=sum(len(r.resolved) for r in resolutions),
        accepted=sum(r.accepted for r in resolutions),
        merged=sum(r.merged for r in resolutions),
        duplicate=sum(r.duplicate for r in resolutions),
        waiting=sum(o.waiting for o in outcomes),
        gone=sum(o.gone for o in outcomes),
        expired=sum(o.expired for o in outcomes),
        kept_back=tuple(o.kept_back for o in outcomes if o.kept_back),
        files_accepted=len(files),
        refusals=refused,
        nights_from=touched[0] if touched else None,
        nights_to=touched[-1] if touched else None,
    )


def _of_source(context: Context, rows: pl.DataFrame, again: pl.DataFrame, lease: Lease) -> Iterator[_Outcome]:
    """Each batch of one source of which rows may be let in ``again``; ``rows`` are all that wait."""
    code = str(again["source"][0])
    batches = [_Waiting.of(chosen, rows) for chosen in again.partition_by("batch_id", maintain_order=True)]
    source = next((s for s in context.district.sources if s.code == code), None)
    if source is None:
        gone = f"the folder declares no source {code}"
        yield from (_Outcome(waiting=len(b.chosen), kept_back=KeptBack(b.batch_id, gone)) for b in batches)
        return
    waiting = {b.batch_id: b for b in batches}
    try:
        for new in still_lying(context, source, waiting):
            yield _read_again(context, waiting.pop(new.identity.batch_id), new, lease)
    except UnreachableError as error:
        # What cannot be looked into keeps no other source from being.
        yield from (_Outcome(waiting=len(b.chosen), kept_back=KeptBack(b.batch_id, error.message)) for b in waiting.values())
        return
    for batch in waiting.values():
        yield _as_typed_then(context, batch, source, lease)


@dataclass(frozen=True)
class _Waiting:
    """A batch of which rows wait: all of them, and the numbers of those that may be let in."""

    batch_id: str
    landed_at: dt.datetime
    rows: pl.DataFrame
    chosen: pl.Series

    @classmethod
    def of(cls, chosen: pl.DataFrame, rows: pl.DataFrame) -> _Waiting:
        """The batch of some of its waiting rows."""
        batch_id, landed_at = chosen.select("batch_id", "landed_at").row(0)
        return cls(batch_id, landed_at, rows.filter(pl.col("batch_id") == batch_id), chosen["row"].unique(maintain_order=True))


def _read_again(context: Context, batch: _Waiting, new: New, lease: Lease) -> _Outcome:
    """Read the city's file of a batch again, and let in what passes."""
    progress.tell(f"{new.source.code}: {batch.batch_id}")
    try:
        with refusing():
            read = scan(
                new.file.take(), new.file.name, new.source, new.identity, context.settings.district_key(context.code), context.erased()
            )
            zones, calendar = context.folder.zones_named_by(new.source), context.folder.calendar_of_clocks
            candidates = to_candidates(read.take(), new.source, context.district, batch.landed_at, zones, calendar)
            walked = _walked(context, batch, new.source, candidates)
    except UnusableFile as refusal:
        return _Outcome(waiting=len(batch.chosen), kept_back=KeptBack(batch.batch_id, f"{refusal.reason}: {refusal.detail}"))
    return _entered(context, batch, new.source, replace(walked, rejects=pl.concat([walked.rejects, read.personal])), lease)


def _as_typed_then(context: Context, batch: _Waiting, source: Source, lease: Lease) -> _Outcome:
    """Judge a batch whose file has gone by what was typed of it when it landed; what could not be read then cannot be read now."""
    rows = len(batch.chosen)
    try:
        candidates = landed_rows(context.settings.landing(context.code), source.code, batch.batch_id)
    except StoreError as error:
        # One landed file that cannot be read keeps no other from being.
        return _Outcome(waiting=rows, gone=rows, kept_back=KeptBack(batch.batch_id, str(error)))
    gone = KeptBack(batch.batch_id, "its file lies no more where it came from; put it back to read it again")
    if candidates is None:
        return _Outcome(gone=rows, expired=rows, kept_back=gone)
    try:
        with refusing():
            walked = _walked(context, batch, source, candidates)
    except UnusableFile as refusal:
        why = f"{refusal.reason}: {refusal.detail}; its file lies no more where it came from"
        return _Outcome(waiting=rows, gone=rows, kept_back=KeptBack(batch.batch_id, why))
    return replace(_entered(context, batch, source, walked, lease), gone=rows, kept_back=gone)


def _delivery(context: Context, batch: _Waiting, source: Source) -> Delivery:
    return Delivery(source, batch.batch_id, batch.landed_at, order_of(context.warehouse, batch.batch_id) or 0)


def _walked(context: Context, batch: _Waiting, source: Source, candidates: pl.DataFrame) -> Walked:
    delivery = _delivery(context, batch, source)
    spot_key = context.settings.spot_key(context.code)
    return walk(candidates, delivery, context.folder, spot_key, partial(earlier_reports, context, source))


def _entered(context: Context, batch: _Waiting, source: Source, walked: Walked, lease: Lease) -> _Outcome:
    """Let in what passed."""
    again = Again(batch.batch_id, walked, batch.rows, batch.chosen)
    corrections = walked.corrections(NOT_WALKED, only=batch.chosen)
    entered = enter_more(context, _delivery(context, batch, source), again.entering(), corrections, lease)
    resolution = again.resolved(entered)
    resolve(context.warehouse, resolution)
    return _Outcome(resolution, waiting=len(batch.chosen) - len(resolution.resolved))
