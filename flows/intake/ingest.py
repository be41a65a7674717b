"""Ingest: every new delivered file through scan, type, land, the road and into the lake, with a ledger that balances.

Belongs here: whose turn it is, refusing, and the counting. Does not: which files are new (``flows.intake.new_files``), the road itself
(``flows.intake.road``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from flows.intake.checks import UnfitFile, check_as_a_whole
from flows.intake.entering import enter
from flows.intake.new_files import Looking, New, new_files
from flows.intake.ordering import Orders, is_late, without_overruled
from flows.intake.refusals import may_succeed, settle_refusals, standing
from flows.intake.right_datum import earlier_reports
from flows.intake.road import walk
from flows.intake.whole import Whole, withdraw_gone
from flows.stores import Context, writing
from flows.stores.district import remember, require_same_grid
from infra import progress
from infra.landing import landing
from infra.landing.scanning import Scanned, keys_in, scan
from infra.sources.connectors.live import Ask
from infra.sources.connectors.memory import Memory
from infra.sources.deliveries import Seen
from infra.sources.fetching import LARGE_BYTES
from infra.sources.guarded import asking
from infra.sources.table import UnusableFile
from infra.sources.unforeseen import refusing
from infra.sources.unpack import Delivered
from infra.version import program_version
from infra.warehouse.intake.batches import BatchRecord, batches_of, measured_before, stored_batches
from infra.warehouse.intake.ledger import record_batch
from infra.warehouse.intake.refusals import RefusalRecord, refuse
from infra.warehouse.keeping.locks import Lease
from transforms.district.source import Deletions, Source
from transforms.reports.checked import Checked, Notice
from transforms.reports.delivery import Delivery
from transforms.reports.mapping import to_candidates
from transforms.reports.outlook import too_many_outside
from transforms.reports.walked import Walked
from transforms.schema import QUARANTINED
from transforms.words.counting import many

# What the checks say with a look at the clock: where it is wrong, so are they, and another day may be another answer.
_WITH_CLOCK = frozenset({"time_out_of_range"})
# From so many batches on a filter has shown what it lets through; rarer than this is no chance.
_BATCHES_TELLING = 3
_NO_CHANCE = 1e-5


def ingest(
    context: Context,
    now: dt.datetime,
    *,
    source: str | None = None,
    since: dt.date | None = None,
    again: frozenset[str] | None = None,
) -> list[BatchRecord]:
    """Take in every new file, and every refused one that may be accepted by now. A refused one marks its source and the others go on.

    Args:
        context: the district.
        now: this moment.
        source: of this one alone.
        since: live sources are asked for what they have since a day; without it, where they were left off.
        again: only these refused files, whether or not they may be accepted, and no new ones.

    Raises:
        SifangError: the key is missing or is another one, the lake or the warehouse cannot be written.
    """
    require_same_grid(context)
    context.settings.hash_key()
    with writing(context, now) as lease:
        stand = standing(context)
        wanted = [r for r in stand if (may_succeed(context, r, now) if again is None else r.refusal_id in again)]
        done = stored_batches(context.warehouse) | {r.refusal_id for r in stand} - {r.refusal_id for r in wanted}
        memory = context.settings.landing(context.code)
        looking = Looking(Seen(memory), done, Ask(Memory(memory), now, context.settings.district_key(context.code), since))
        records, orders = list[BatchRecord](), Orders(context, now, looking.found)
        for number, new in enumerate(new_files(context, looking, _sources(source, again, wanted))):
            if again is not None and again.isdisjoint({new.identity.batch_id, new.place}):
                continue
            if not records:
                remember(context, now)
            records += take_in(context, new, looking, orders.delivery(new, number), lease)
        looking.seen.save()
        asking.let_go()
        settle_refusals(context, looking.found, now, again)
        return records


def _sources(one: str | None, again: frozenset[str] | None, wanted: Sequence[RefusalRecord]) -> set[str] | None:
    """The sources that are looked at; None for all."""
    if again is not None:
        return {r.source for r in wanted}
    return None if one is None else {one}


def take_in(context: Context, new: New, looking: Looking, delivery: Delivery, lease: Lease) -> Iterator[BatchRecord]:
    """What becomes of one file, and of what a delivery of everything lacks once its last part is in."""
    if new.known:
        if new.whole is not None and new.file.table is not None:
            new.whole.note(keys_in(new.file.table, new.source, context.settings.district_key(context.code)), new.identity)
    else:
        record = ingest_file(context, new, delivery, lease)
        new.file.settled = record.state == "stored"
        yield record
    if new.whole is None:
        return
    new.whole.broken |= not new.file.settled
    # What an older delivery lacks a newer one may have brought.
    if new.file.last and not new.whole.broken and not is_late(context, delivery):
        gone = replace(
            new, identity=new.whole.identity(context, new.source.code), file=Delivered(f"{new.source.code}: gone", b""), known=False
        )
        looking.found.batches[new.source.code, new.place].append(gone.identity.batch_id)
        yield from _withdrawn(context, gone, new.whole, delivery, lease)


def _withdrawn(context: Context, gone: New, whole: Whole, delivery: Delivery, lease: Lease) -> Iterator[BatchRecord]:
    """The record of what vanished, where something did."""
    begun = _begun(context, gone, delivery)
    try:
        done = withdraw_gone(context, whole, delivery, lease)
    except UnusableFile as refusal:
        record = _refused(begun, refusal)
        record_batch(context.warehouse, record, QUARANTINED.to_frame(), None)
        refuse(context.warehouse, _standing(context, gone, refusal, delivery.landed_at))
    else:
        if not done.reports:
            return
        record = replace(begun, state="stored", recorded_seq=done.sequence, delivered=done.reports, accepted=done.reports)
        record_batch(context.warehouse, record, QUARANTINED.to_frame(), None)
    yield record


def ingest_file(context: Context, new: New, delivery: Delivery, lease: Lease) -> BatchRecord:
    """Take in one file; repeating it after a crash at any point completes it and doubles nothing.

    Raises:
        LockLostError: another writer has taken the district over; nothing of the file entered the lake.
    """
    with progress.within(f"{new.source.code}: {new.shown(context.settings.hash_key())}", steps=len(new.file.content) >= LARGE_BYTES):
        try:
            record, set_aside, kinds = _taken(context, new, delivery, lease)
        except UnusableFile as refusal:
            landing.withdraw(context.settings.landing(context.code), new.source.code, new.identity.batch_id)
            record = _refused(_begun(context, new, delivery), refusal)
            # What was not read was not delivered: it is no batch, and known by its place.
            if new.identity.batch_id != new.place:
                record_batch(context.warehouse, record, QUARANTINED.to_frame(), None)
            # Last, for it is by this that a file is not tried again.
            refuse(context.warehouse, _standing(context, new, refusal, delivery.landed_at))
        else:
            record_batch(context.warehouse, record, set_aside, kinds)
        return record


def _begun(context: Context, new: New, delivery: Delivery) -> BatchRecord:
    """The record of a file of which nothing is known yet."""
    return BatchRecord(
        district=context.code,
        batch_id=new.identity.batch_id,
        source=new.source.code,
        feed=new.source.feed,
        file_name=new.shown(context.settings.hash_key()),
        landed_at=delivery.landed_at,
        order_key=delivery.order_key,
        state="refused",
        district_version=context.folder.version,
    )


def _refused(record: BatchRecord, refusal: UnusableFile) -> BatchRecord:
    checked = refusal.checked if isinstance(refusal, UnfitFile) else Checked()
    return replace(record, reason=refusal.reason, warnings=(Notice(refusal.reason, refusal.detail),), checked=checked)


def _standing(context: Context, new: New, why: UnusableFile, now: dt.datetime) -> RefusalRecord:
    """The record of a file that was refused now."""
    found = why.checked.found if isinstance(why, UnfitFile) else ()
    return RefusalRecord(
        refusal_id=new.identity.batch_id,
        source=new.source.code,
        place=new.place,
        file_name=new.shown(context.settings.hash_key()),
        size_bytes=new.stamp.size_bytes,
        changed_at=new.stamp.changed_at,
        reason=why.reason,
        detail=why.detail,
        district_version=context.folder.version,
        program=program_version(),
        with_clock=any(f.reason in _WITH_CLOCK for f in found),
        first_seen=now,
        last_seen=now,
        tried_at=now,
    )


def _taken(context: Context, new: New, delivery: Delivery, lease: Lease) -> tuple[BatchRecord, pl.DataFrame, pl.DataFrame]:
    """One file in the lake: its record, the rows set aside, and their kinds as far as they may be named.

    Raises:
        UnusableFile: it is refused.
    """
    source = new.source
    if new.file.refusal is not None:
        raise new.file.refusal
    spot_key = context.settings.spot_key(context.code)
    with refusing():
        batch = scan(new.file.take(), new.file.name, source, new.identity, context.settings.district_key(context.code), context.erased())
        _require_some_in_scope(context, source, batch)
        if new.whole is not None:
            new.whole.note(batch.present, new.identity)
        kept = partial(landing.land, context.settings.landing(context.code), source.code, new.identity.batch_id)
        walked = walk(_typed(context, batch, delivery), delivery, context.folder, spot_key, partial(earlier_reports, context, source), kept)
        _require_mostly_inside(source, walked)
    progress.step("checking the batch as a whole")
    said = check_as_a_whole(walked.said, measured_before(context.warehouse, source.code), source)
    progress.step("appending")
    entering = without_overruled(context, delivery, walked.versions, walked.corrections(batch.left_out))
    entered = enter(context, delivery, entering.versions, entering.corrections, lease)
    progress.step("recording")
    set_aside = pl.concat([batch.personal, walked.rejects, walked.outside])
    day = pl.col("occurred_on")
    first_day, last_day = walked.versions.select(first=day.min(), last=day.max()).row(0)
    record = replace(
        _begun(context, new, delivery),
        state="stored",
        recorded_seq=entered.sequence,
        first_day=first_day,
        last_day=last_day,
        delivered=batch.delivered,
        accepted=entered.accepted,
        withdrawn=entered.withdrawn,
        merged=walked.merged,
        duplicate=batch.duplicate + len(walked.versions) - entered.accepted,
        quarantined=len(set_aside),
        out_of_scope=batch.out_of_scope,
        warnings=batch.notices + _unsure(new) + said.notices + entering.notices,
        checked=said.checked,
    )
    return record, set_aside, _told(walked.rows, batch.personal, entered.doubtful)


def _unsure(new: New) -> tuple[Notice, ...]:
    said = "the names of the files do not tell which is newer; name the date in them, or say `order` in the source"
    return (Notice("order_unsure", said),) if new.unsure else ()


def _told(rows: pl.DataFrame, personal: pl.DataFrame, doubtful: pl.DataFrame) -> pl.DataFrame:
    """What is kept beside rows set aside: their kind as far as it may be named, and whether they cast doubt on a report that stands."""
    everyone = pl.concat([rows.select("row", "kind"), personal.select("row", kind=pl.lit(None, pl.String)).unique()])
    return everyone.with_columns(doubts=pl.col("row").is_in(doubtful["row"].implode()))


def _typed(context: Context, batch: Scanned, delivery: Delivery) -> pl.DataFrame:
    """The candidates of a batch: all that lands of it. Its texts are let go."""
    source = delivery.source
    progress.step("typing")
    folder = context.folder
    zones, calendar = folder.zones_named_by(source), folder.calendar_of_clocks
    return to_candidates(batch.take(), source, folder.district, delivery.landed_at, zones, calendar)


def _require_some_in_scope(context: Context, source: Source, batch: Scanned) -> None:
    """Raise ``UnusableFile`` when the source's own filter lets nothing through of so many rows that it always did of some.

    Where its words have changed, a day without a report would be taken for a quiet one.
    """
    if not batch.delivered or batch.out_of_scope < batch.delivered or isinstance(source, Deletions):
        return
    before = [b for b in batches_of(context.warehouse, source.code) if b.delivered]
    usual = 1 - sum(b.out_of_scope for b in before) / max(1, sum(b.delivered for b in before))
    if len(before) >= _BATCHES_TELLING and (1 - usual) ** batch.delivered < _NO_CHANCE:
        said = f"none of its {many(batch.delivered, 'row')} is one that `where` asks for, and usually {usual:.0%} are"
        raise UnusableFile("scope_empty", f"{said}; look whether the words changed by which it tells")


def _require_mostly_inside(source: Source, walked: Walked) -> None:
    """Raise ``UnusableFile`` when too many rows lie in no cell."""
    if too_many_outside(source, walked):
        detail = f"{many(len(walked.outside), 'row')} lie in no cell of the district; check the datum, and which column is the longitude"
        raise UnusableFile("quarantine_share", detail)
