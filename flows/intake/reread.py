"""Reading a source's deliveries again under today's declaration: what was read wrongly is put right, and what comes out no more withdrawn.

Belongs here: `sifang source reread`. Does not: which batches were read otherwise (``flows.tell.readings``), what the difference is
(``transforms.reports.rereading``), the road (``flows.intake.road``), the nights that it makes stale (`sifang backfill --stale`).

The city's own files are the archive. Those that still lie where they came from are read in their order, as a lake that begins today would
take them in; what stands is held against that, and the difference enters in one commit. Earlier nights read no later commit than their
own, and replay as they were. Rows that wait in quarantine are let in first, by the same road. A source that is asked is its own archive:
what is new is taken in first, then all is asked for again; what it no longer tells of counts as gone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from flows.intake.ingest import ingest
from flows.intake.new_files import still_lying
from flows.intake.retry import retry
from flows.intake.right_datum import no_earlier_reports
from flows.intake.road import walk
from flows.intake.whole import Whole, lacks_too_much
from flows.stores import Context, bringing_back
from flows.stores.district import remember, require_same_grid
from infra import progress
from infra.errors import SifangError
from infra.landing.identity import Identity, identify
from infra.landing.scanning import scan
from infra.sources.connectors.live import Ask
from infra.sources.connectors.memory import Memory
from infra.sources.deliveries import delivered_in
from infra.sources.table import UnusableFile
from infra.sources.unpack import Delivered
from infra.warehouse.intake.batches import READING, BatchRecord, batches_of, read_under
from infra.warehouse.intake.ledger import record_batch
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.nights.nights import published_nights
from transforms.district.live import Paged
from transforms.district.source import Source
from transforms.reports.corrections import withdrawals
from transforms.reports.delivery import Delivery, order_key
from transforms.reports.mapping import to_candidates
from transforms.reports.rereading import Difference, difference, told_by_lost
from transforms.reports.versions import gone, standing, without_known
from transforms.schema import QUARANTINED, REPORTS
from transforms.words.counting import many
from transforms.words.harmless import quoted


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

    ``gone`` deliveries lie there no more, ``unusable`` ones would be refused today; ``left`` reports would come out otherwise or no more,
    and stand as they did because what told of them has gone. ``nights_from`` and ``nights_to`` span the published nights that it may
    change.
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
    """Read the deliveries of a source again that still lie where they came from, those that landed since a day where one is given; ask a
    source again that is asked, for what changed since that day.

    Raises:
        SifangError: there is no such source, it cannot be asked, or most of what stands is no longer among what it tells; the key or the
            grid is another one, the lake or the warehouse cannot be written.
    """
    source = next((s for s in context.district.sources if s.code == code), None)
    if source is None:
        raise SifangError(
            f"{context.code} has no source {quoted(code)}.", f"Its sources: {', '.join(s.code for s in context.district.sources)}."
        )
    require_same_grid(context)
    context.settings.hash_key()
    asked = isinstance(source.live, Paged)
    if not dry_run:
        retry(context, now, source=code)
        if asked:
            # What is news is known since now; what is left then comes of the declaration alone.
            ingest(context, now, source=code)
    with bringing_back(context, now) as lease:
        reading = Delivery(source, f"{READING}{order_key(now, 0):x}", now, order_key(now, 0))
        stored = context.lake.of_source(code)
        read = _asked(context, reading, stored, since) if asked else _read(context, source, stored, since)
        found = difference(stored, read.versions, read.unsure, reading)
        if not dry_run:
            _enter(context, source, found, read, now, lease)
    return _summed(context, source, reason, found, read, stored, dry_run=dry_run)


@dataclass(frozen=True)
class _Read:
    """What the deliveries that lie there come to now, which could not be read, and the reports that these may have told of."""

    versions: pl.DataFrame
    batches: tuple[str, ...]
    deliveries: int
    gone: int
    unusable: int
    unsure: pl.Series


@dataclass(frozen=True)
class _Part:
    """One file as it is read now: its versions, the reports that its rows say are no longer here, and the keys of all that is in it."""

    delivery: Delivery
    versions: pl.DataFrame
    leaving: pl.DataFrame
    present: pl.Series
    whole: Whole | None


def _read(context: Context, source: Source, stored: pl.DataFrame, since: dt.date | None) -> _Read:
    """Every delivery that still lies there, in order, as a lake that begins today would take them in."""
    recorded = [b for b in batches_of(context.warehouse, source.code) if b.came_as_a_file]
    chosen = {b.batch_id: b for b in recorded if since is None or b.landed_at.astimezone(context.district.zone).date() >= since}
    parts: list[_Part] = []
    unusable = 0
    for new in still_lying(context, source, chosen):
        batch = chosen[new.identity.batch_id]
        progress.tell(f"{source.code}: {batch.batch_id}", len(parts) + 1, len(chosen))
        try:
            delivery = Delivery(new.source, batch.batch_id, batch.landed_at, batch.order_key)
            parts.append(_part(context, new.file, new.identity, delivery, new.whole))
        except UnusableFile:
            unusable += 1
            if new.whole is not None:
                new.whole.broken = True
    parts.sort(key=lambda part: (part.delivery.order_key, chosen[part.delivery.batch_id].recorded_seq or 0))
    done = tuple(part.delivery.batch_id for part in parts)
    lost = [b.order_key for b in recorded if b.batch_id not in done]
    unsure = told_by_lost(stored, max(lost, default=0))
    return _Read(_as_a_lake(parts, source), done, len(done), len(chosen) - len(done) - unusable, unusable, unsure)


def _asked(context: Context, reading: Delivery, stored: pl.DataFrame, since: dt.date | None) -> _Read:
    """What a source tells that is asked again, for all there is or what changed since a day."""
    source, own_key = reading.source, context.settings.batch_key(context.code, reading.source.code)
    memory, key = Memory(context.settings.landing(context.code)), context.settings.district_key(context.code)
    ask = Ask(memory, reading.landed_at, key, since, again=True)
    parts: list[_Part] = []
    for place, read_as in context.folder.deliveries(source.code):
        for file in delivered_in(place, read_as, ask):
            if file.refusal is not None:
                raise SifangError(f"{source.code} cannot be asked again: {file.refusal}", f"sifang doctor --connect {source.code}")
            progress.tell(f"{source.code}: part {len(parts) + 1}", len(parts) + 1, len(parts) + 1)
            identity = identify(file.content, own_key)
            parts.append(_part(context, file, identity, replace(reading, source=read_as, batch_id=identity.batch_id), None))
    stands = standing(stored, source.released)
    told = pl.concat([REPORTS.to_frame(), *(part.versions for part in parts)])["report_id"]
    leaving = pl.concat([pl.Series("report_id", [], pl.String), *(part.leaving["report_id"] for part in parts)])
    unsure = stands.filter(~pl.col("report_id").is_in(told.implode()) & ~pl.col("report_id").is_in(leaving.implode()))["report_id"]
    if since is None and 2 * len(unsure) > len(stands):
        raise SifangError(
            f"Of {many(len(stands), 'report')} of {source.code} that stand, {len(unsure):,} are not among what it tells now: their key is "
            "declared otherwise, or it has lost them.",
            "Restore the key, or declare the source under a new code.",
        )
    versions = _as_a_lake(parts, source)
    if not source.released:
        # Only the declaration is another one: what is mended was known when its report was.
        known = stands.select("report_id", was="known_at")
        versions = versions.join(known, on="report_id", how="left", maintain_order="left").with_columns(
            pl.coalesce("was", "known_at").alias("known_at")
        )
    batches = () if since is not None else tuple(b.batch_id for b in batches_of(context.warehouse, source.code))
    return _Read(versions.select(list(REPORTS)), batches, len(parts), 0, 0, unsure)


def _as_a_lake(parts: list[_Part], source: Source) -> pl.DataFrame:
    """The versions that parts make, taken in one after the other."""
    known = REPORTS.to_frame()
    for number, part in enumerate(parts, start=1):
        delivery = replace(part.delivery, source=source)
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


def _part(context: Context, file: Delivered, identity: Identity, delivery: Delivery, whole: Whole | None) -> _Part:
    """A file under today's declaration."""
    source = delivery.source
    read = scan(file.take(), file.name, source, identity, context.settings.district_key(context.code), context.erased())
    zones = context.folder.zones_named_by(source)
    candidates = to_candidates(read.take(), source, context.district, delivery.landed_at, zones, context.folder.calendar_of_clocks)
    walked = walk(candidates, delivery, context.folder, context.settings.spot_key(context.code), no_earlier_reports)
    return _Part(delivery, walked.versions, walked.corrections(read.left_out).leaving, read.present, whole)


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
        deliveries=read.deliveries,
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
