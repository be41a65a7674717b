"""Reading a source's deliveries again under today's declaration: what was read wrongly is put right, and what comes out no more withdrawn.

Belongs here: `sifang source reread`. Does not: which batches were read otherwise (``flows.tell.readings``), what the difference is
(``transforms.reports.rereading``), the road (``flows.intake.road``), the nights that it makes stale (`sifang backfill --stale`).

The city's own files are the archive. Those that still lie where they came from are read in their order, as a lake that begins today would
take them in; what stands is held against that, and the difference enters in one commit. Earlier nights read no later commit than their
own, and replay as they were. Rows that wait in quarantine are let in first, by the same road.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from flows.intake.new_files import New, still_lying
from flows.intake.retry import retry
from flows.intake.right_datum import no_earlier_reports
from flows.intake.road import walk
from flows.intake.whole import Whole, lacks_too_much
from flows.stores import Context, bringing_back
from flows.stores.district import remember, require_same_grid
from infra import progress
from infra.errors import SifangError
from infra.landing.scanning import scan
from infra.sources.table import UnusableFile
from infra.warehouse.batches import BatchRecord, batches_of, read_under
from infra.warehouse.ledger import record_batch
from infra.warehouse.locks import Lease
from infra.warehouse.nights import published_nights
from transforms.district.source import Source
from transforms.reports.corrections import withdrawals
from transforms.reports.delivery import Delivery, order_key
from transforms.reports.mapping import to_candidates
from transforms.reports.rereading import Difference, difference
from transforms.reports.versions import gone, without_known
from transforms.schema import QUARANTINED, REPORTS
from transforms.words.harmless import quoted

READING = "reread"


@dataclass(frozen=True)
class KindChange:
    """Reports that changed alike: ``change`` is added, changed or withdrawn; a kind is None where there is none."""

    change: str
    before: str | None
    after: str | None
    reports: int


@dataclass(frozen=True)
class Reread:
    """What a rereading came to, in deliveries and in reports.

    ``gone`` deliveries lie there no more, ``unusable`` ones would be refused today; ``left`` reports would come out otherwise, and stand
    as they did because of those. ``nights_from`` and ``nights_to`` span the published nights that it may change.
    """

    district: str
    source: str
    reason: str
    dry_run: bool
    deliveries: int
    gone: int
    unusable: int
    unchanged: int
    added: int
    changed: int
    withdrawn: int
    left: int
    kinds: tuple[KindChange, ...]
    nights_from: dt.date | None
    nights_to: dt.date | None


def reread(context: Context, code: str, reason: str, now: dt.datetime, *, since: dt.date | None = None, dry_run: bool = False) -> Reread:
    """Read the deliveries of a source again that still lie where they came from, those that landed since a day where one is given.

    Raises:
        SifangError: there is no such source, the key or the grid is another one, the lake or the warehouse cannot be written.
    """
    source = next((s for s in context.district.sources if s.code == code), None)
    if source is None:
        raise SifangError(
            f"{context.code} has no source {quoted(code)}.", f"Its sources: {', '.join(s.code for s in context.district.sources)}."
        )
    require_same_grid(context)
    context.settings.hash_key()
    if not dry_run:
        retry(context, now, source=code)
    with bringing_back(context, now) as lease:
        read = _read(context, source, since)
        token = f"{READING}{order_key(now, 0):x}"
        stored = context.lake.of_source(code)
        found = difference(stored, read.versions, read.lost_up_to, Delivery(source, token, now, order_key(now, 0)))
        if not dry_run:
            _enter(context, source, found, read, now, lease)
    return _summed(context, source, reason, found, read, stored, dry_run=dry_run)


@dataclass(frozen=True)
class _Read:
    """What the deliveries that lie there come to now, and which could not be read."""

    versions: pl.DataFrame
    batches: tuple[str, ...]
    gone: int
    unusable: int
    lost_up_to: int


@dataclass(frozen=True)
class _Part:
    """One file as it is read now: its versions, the reports that its rows say are no longer here, and the keys of all that is in it."""

    batch: BatchRecord
    versions: pl.DataFrame
    leaving: pl.DataFrame
    present: pl.Series
    whole: Whole | None


def _read(context: Context, source: Source, since: dt.date | None) -> _Read:
    """Every delivery that still lies there, in order, as a lake that begins today would take them in."""
    recorded = [b for b in batches_of(context.warehouse, source.code) if b.came_as_a_file]
    chosen = {b.batch_id: b for b in recorded if since is None or b.landed_at.astimezone(context.district.zone).date() >= since}
    parts: list[_Part] = []
    unusable = 0
    for new in still_lying(context, source, chosen):
        batch = chosen[new.identity.batch_id]
        progress.tell(f"{source.code}: {batch.batch_id}", len(parts) + 1, len(chosen))
        try:
            parts.append(_part(context, new, batch))
        except UnusableFile:
            unusable += 1
            if new.whole is not None:
                new.whole.broken = True
    parts.sort(key=lambda part: (part.batch.order_key, part.batch.recorded_seq or 0))
    done = tuple(part.batch.batch_id for part in parts)
    lost = [b.order_key for b in recorded if b.batch_id not in done]
    return _Read(_as_a_lake(parts, source), done, len(chosen) - len(done) - unusable, unusable, max(lost, default=0))


def _as_a_lake(parts: list[_Part], source: Source) -> pl.DataFrame:
    """The versions that parts make, taken in one after the other."""
    known = REPORTS.to_frame()
    for number, part in enumerate(parts, start=1):
        delivery = Delivery(source, part.batch.batch_id, part.batch.landed_at, part.batch.order_key)
        fresh = without_known(part.versions, known, source.released)
        left = withdrawals(part.leaving, pl.concat([known, fresh]), delivery)
        now = pl.concat([fresh, left]).with_columns(recorded_seq=pl.lit(2 * number, pl.Int64))
        known = pl.concat([known, now])
        if part.whole is not None and not part.whole.broken:
            part.whole.keys.append(part.present)
            if not any(later.whole is part.whole for later in parts[number:]):
                stood, vanished = gone(known, pl.concat(part.whole.keys).drop_nulls().unique(), delivery)
                if not lacks_too_much(stood, len(vanished)):
                    known = pl.concat([known, vanished.select(list(REPORTS)).with_columns(recorded_seq=pl.lit(2 * number + 1, pl.Int64))])
    return known


def _part(context: Context, new: New, batch: BatchRecord) -> _Part:
    """A file under today's declaration."""
    delivery = Delivery(new.source, batch.batch_id, batch.landed_at, batch.order_key)
    read = scan(new.file.take(), new.file.name, new.source, new.identity, context.settings.district_key(context.code), context.erased())
    zones = context.folder.zones_named_by(new.source)
    candidates = to_candidates(read.take(), new.source, context.district, batch.landed_at, zones, context.folder.calendar_of_clocks)
    walked = walk(candidates, delivery, context.folder, context.settings.spot_key(context.code), no_earlier_reports)
    return _Part(batch, walked.versions, walked.corrections(read.left_out).leaving, read.present, new.whole)


def _enter(context: Context, source: Source, found: Difference, read: _Read, now: dt.datetime, lease: Lease) -> None:
    """Append the difference, and note under which declaration the deliveries were read."""
    remember(context, now)
    if len(found.versions):
        token = str(found.versions["batch_id"][0])
        sequence = context.pair.append(found.versions, token, lease)
        record_batch(context.warehouse, _record(context, source, found, token, now, sequence), QUARANTINED.to_frame())
    read_under(context.warehouse, read.batches, context.folder.version)


def _record(context: Context, source: Source, found: Difference, token: str, now: dt.datetime, sequence: int) -> BatchRecord:
    """The reading as the ledger knows it: a delivery of the versions that it made."""
    made = len(found.versions) - found.counted("withdrawn")
    return BatchRecord(
        district=context.code,
        batch_id=token,
        source=source.code,
        feed=source.feed,
        file_name=READING,
        landed_at=now,
        order_key=order_key(now, 0),
        state="stored",
        recorded_seq=sequence,
        delivered=made,
        accepted=made,
        withdrawn=found.counted("withdrawn"),
        district_version=context.folder.version,
    )


def _summed(
    context: Context, source: Source, reason: str, found: Difference, read: _Read, stored: pl.DataFrame, *, dry_run: bool
) -> Reread:
    ids = found.versions.select("report_id")
    days = pl.concat([found.versions["occurred_on"], stored.join(ids, on="report_id", how="semi")["occurred_on"]])
    first = days.min()
    touched = [n for n in published_nights(context.warehouse) if isinstance(first, dt.date) and n > first]
    return Reread(
        district=context.code,
        source=source.code,
        reason=reason,
        dry_run=dry_run,
        deliveries=len(read.batches),
        gone=read.gone,
        unusable=read.unusable,
        unchanged=found.unchanged,
        added=found.counted("added"),
        changed=found.counted("changed"),
        withdrawn=found.counted("withdrawn"),
        left=found.left,
        kinds=tuple(KindChange(*row) for row in found.changes.iter_rows()),
        nights_from=touched[0] if touched else None,
        nights_to=touched[-1] if touched else None,
    )
