"""Ingest: every new delivered file through scan, land, check, locate and into the lake, with a ledger that balances.

Belongs here: the order of the steps and the counting. Does not: the steps themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from flows.intake.checks import Checking, UnfitFile, kinds_of
from flows.intake.new_files import LARGE_BYTES, New, Progress, new_files, silent
from flows.intake.right_datum import require_right_datum
from flows.stores import Context
from flows.stores.district import remember, require_same_grid
from infra.districts.folder import DistrictFolder
from infra.landing import landing
from infra.settings import fingerprint
from infra.side_by_side import by_halves, side_by_side
from infra.sources.deliveries import Seen
from infra.sources.table import UnusableFile
from infra.warehouse.batches import BatchRecord
from infra.warehouse.keys import require_same_key
from infra.warehouse.ledger import record_batch
from infra.warehouse.locks import Lease, held, require_still_held
from transforms.clocks.nights import local_day
from transforms.district.source import Source
from transforms.reports.checked import Checked, Notice
from transforms.reports.mapping import merge_incidents, to_candidates
from transforms.reports.versions import version_hash, without_known
from transforms.schema import QUARANTINED, REPORTS, UTC
from transforms.words import LocatedBy

# Fewer rows than this that lie outside the district are those rows' fault, not the source's declaration.
FEW_OUTSIDE = 10


def ingest(context: Context, now: dt.datetime, progress: Progress = silent) -> list[BatchRecord]:
    """Take in every new file. A refused one marks its source and the others go on.

    Raises:
        SifangError: the key is missing or is another one, the lake or the warehouse cannot be written.
    """
    require_same_grid(context)
    require_same_key(context.warehouse, fingerprint(context.settings.hash_key()), now)
    with held(context.warehouse) as lease:
        seen = Seen(context.settings.landing(context.code))
        records: list[BatchRecord] = []
        for new in new_files(context, seen, progress):
            if not records:
                remember(context, now)
            records.append(ingest_file(context, new, now, lease, progress))
        seen.save()
        return records


def ingest_file(context: Context, new: New, now: dt.datetime, lease: Lease, progress: Progress = silent) -> BatchRecord:
    """Take in one file; repeating it after a crash at any point completes it and doubles nothing.

    Raises:
        LockLostError: another writer has taken the district over; nothing of the file entered the lake.
    """
    source, identity = new.source, new.identity

    progress(f"{source.code}: {new.file.name}")
    large = len(new.file.content) >= LARGE_BYTES

    def tell(step: str) -> None:
        if large:
            progress(f"{source.code}: {new.file.name}: {step}")

    folder, key = context.settings.landing(context.code), context.settings.hash_key()
    record = BatchRecord(
        district=context.code,
        batch_id=identity.batch_id,
        source=source.code,
        feed=source.feed,
        content_sha256=identity.content_sha256,
        file_name=new.file.name,
        landed_at=now,
        state="refused",
        district_version=context.folder.version,
    )
    try:
        if new.file.refusal is not None:
            raise new.file.refusal
        # Handed on without a name of its own, so that the texts of a large file are gone before its reports are written.
        return _settle(
            context, source, landing.scan(new.file.take(), new.file.name, source, identity, folder, key, tell), record, now, lease, tell
        )
    except UnusableFile as refusal:
        landing.withdraw(folder, source.code, identity)
        checked = refusal.checked if isinstance(refusal, UnfitFile) else Checked()
        record = replace(record, reason=refusal.reason, warnings=(Notice(refusal.reason, refusal.detail),), checked=checked)
        record_batch(context.warehouse, record, QUARANTINED.to_frame())
        return record


@dataclass(frozen=True)
class Refusal:
    """A file that was refused: its name, the reason code, and what was found, which quotes no value."""

    file: str
    reason: str
    detail: str | None


def refusals(records: Sequence[BatchRecord]) -> list[Refusal]:
    """The refused files among those of a run."""
    refused = [r for r in records if r.state == "refused"]
    return [Refusal(r.file_name, r.reason or "", r.warnings[0].detail if r.warnings else None) for r in refused]


def _settle(
    context: Context, source: Source, batch: landing.Scanned, record: BatchRecord, now: dt.datetime, lease: Lease, tell: Progress
) -> BatchRecord:
    """Land, map, check, merge, locate, append and record one batch."""
    tell("landing and mapping")
    candidates, _ = side_by_side(partial(to_candidates, batch.rows, source, context.district, now), batch.land)
    # They are as large as the file, and writing the reports takes room of its own.
    batch = replace(batch, rows=batch.rows.clear())
    tell("checking")
    checking = Checking(context, source, now)
    good, rejects = checking.rows(candidates)
    kinds = kinds_of(candidates, context.district)
    # Of a large file, each of these takes half a GiB: none outlives the step that needs it.
    del candidates
    tell("locating")
    require_right_datum(context, source, good)
    good, merged = merge_incidents(good) if source.merge else (good, 0)
    located, outside = locate(context.folder, good)
    del good
    _require_mostly_inside(source, located, rejects, outside)
    set_aside = pl.concat([batch.personal, rejects, outside])

    tell("checking the batch as a whole")
    checking.batch(located)
    versions = by_halves(partial(as_versions, source=source, batch_id=batch.batch_id), located)
    del located
    checking.outgoing(versions)
    tell("appending")
    sequence, accepted = _enter(context, source, versions, batch.batch_id, lease)

    tell("recording")
    day = local_day("occurred_at", context.district.timezone)
    first_day, last_day = versions.select(first=day.min(), last=day.max()).row(0)
    record = replace(
        record,
        state="stored",
        recorded_seq=sequence,
        first_day=first_day,
        last_day=last_day,
        delivered=batch.delivered,
        accepted=accepted,
        merged=merged,
        duplicate=batch.duplicate + len(versions) - accepted,
        quarantined=len(set_aside),
        out_of_scope=batch.out_of_scope,
        warnings=batch.notices + checking.warnings(),
        checked=checking.told(),
    )
    record_batch(context.warehouse, record, set_aside, kinds)
    return record


def too_many_outside(source: Source, located: pl.DataFrame, rejects: pl.DataFrame, outside: pl.DataFrame) -> bool:
    """Whether so many rows lie in no cell that the place must be declared wrongly."""
    set_aside = len(rejects) + len(outside)
    return len(outside) >= FEW_OUTSIDE and set_aside > source.max_quarantined * (len(located) + set_aside)


def _require_mostly_inside(source: Source, located: pl.DataFrame, rejects: pl.DataFrame, outside: pl.DataFrame) -> None:
    """Raise ``UnusableFile`` when too many rows lie in no cell.

    Taken in, such a file would cover its days with hardly a report, and they would pass for quiet ones.
    """
    if too_many_outside(source, located, rejects, outside):
        detail = f"{len(outside)} rows lie in no cell of the district; check the datum, and which column is the longitude"
        raise UnusableFile("quarantine_share", detail)


def _enter(context: Context, source: Source, versions: pl.DataFrame, batch_id: str, lease: Lease) -> tuple[int | None, int]:
    """Append what is new to the lake; the commit in which the batch entered (None when nothing of it did), and how many rows entered.

    A run may have crashed between lake and warehouse, and other batches may have come since: what entered then is what counts.
    """
    if versions.is_empty():
        return None, 0
    stored = context.lake.versions().filter(pl.col("source") == source.code)
    related = stored.join(versions.lazy().select("report_id"), on="report_id", how="semi").collect()
    entered = related.filter(pl.col("batch_id") == batch_id)
    if len(entered):
        return int(entered["recorded_seq"][0]), len(entered)
    fresh = without_known(versions, related)
    if fresh.is_empty():
        return None, 0
    require_still_held(context.warehouse, lease)
    return context.lake.append(fresh, batch_id), len(fresh)


def locate(folder: DistrictFolder, candidates: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each candidate its cell; those in no cell are set aside. Coordinates and seconds end here."""
    located = by_halves(partial(_in_cells, folder), candidates)
    lost = located["cell_id"].is_null()
    outside = located.filter(lost).select(row="row", reason=pl.lit("outside_district"), column=pl.lit("lon"))
    return located.filter(~lost) if lost.any() else located, outside


def _in_cells(folder: DistrictFolder, candidates: pl.DataFrame) -> pl.DataFrame:
    lon, lat = (candidates[c].to_numpy().astype(np.float64) for c in ("lon", "lat"))
    by_point = folder.cell_ids(lon, lat, candidates.select(local_day("occurred_at", folder.district.timezone)).to_series())
    given = candidates["zone"].is_not_null()
    times = [c for c, t in REPORTS.items() if t == UTC and c in candidates.columns and c != "known_at"]
    return candidates.with_columns(
        cell_id=pl.when(given).then("zone").otherwise(by_point),
        located_by=pl.when(given).then(pl.lit(LocatedBy.ZONE.value)).otherwise(pl.lit(LocatedBy.POINT.value)),
        **{c: pl.col(c).dt.truncate("1m") for c in times},
    )


def as_versions(located: pl.DataFrame, source: Source, batch_id: str) -> pl.DataFrame:
    """Located candidates as report versions in schema ``REPORTS``; the lake gives ``recorded_seq`` on appending."""
    frame = located.with_columns(
        report_id=pl.col("key_hash"),
        feed=pl.lit(source.feed),
        source=pl.lit(source.code),
        batch_id=pl.lit(batch_id),
        recorded_seq=pl.lit(0, pl.Int64),
    )
    frame = frame.with_columns(version_hash(frame))
    return frame.select([pl.col(c).cast(t) for c, t in REPORTS.items()])
