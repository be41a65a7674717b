"""Ingest: every new delivered file through scan, land, check, locate and into the lake, with a ledger that balances.

Belongs here: the order of the steps and the counting. Does not: the steps themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from flows.context import Context
from infra import landing
from infra.errors import SifangError
from infra.settings import fingerprint
from infra.sources.files import UnusableFile
from infra.warehouse.batches import BatchRecord, known_batches, record_batch
from infra.warehouse.keys import require_same_key
from infra.warehouse.locks import held
from transforms.district import Source
from transforms.mapping import drop_repeats, merge_incidents, to_candidates
from transforms.nights import local_day
from transforms.schema import QUARANTINED, REPORTS, UTC, LocatedBy
from transforms.versions import version_hash, without_known

Progress = Callable[[str], None]

# Fewer rows than this that lie outside the district are those rows' fault, not the source's declaration.
FEW_OUTSIDE = 10


def silent(_: str) -> None:
    """Tell nobody."""


def new_files(context: Context) -> Iterator[tuple[Source, Path, bytes, landing.Identity]]:
    """Every delivered file that is not yet stored or refused, by source and name."""
    known = known_batches(context.engine, context.code, context.folder.version)
    for source in context.district.sources:
        for file in context.folder.source_files(source.code):
            try:
                content = file.read_bytes()
            except OSError as error:
                raise SifangError(
                    f"{file.name} of source {source.code} cannot be read ({error.strerror}).", "Check its rights, then run this again."
                ) from error
            identity = landing.identify(content, context.code, source.code)
            if identity.batch_id not in known:
                known.add(identity.batch_id)
                yield source, file, content, identity


def ingest(context: Context, now: dt.datetime, progress: Progress = silent) -> list[BatchRecord]:
    """Take in every new file. A refused one marks its source and the others go on.

    Raises:
        SifangError: the key is missing or is another one, the lake or the warehouse cannot be written.
    """
    context.require_same_grid()
    require_same_key(context.engine, context.code, fingerprint(context.settings.hash_key()), now)
    with held(context.engine, context.code):
        records = []
        for source, file, content, identity in new_files(context):
            progress(f"{source.code}: {file.name}")
            records.append(ingest_file(context, source, file, content, identity, now))
        return records


def ingest_file(context: Context, source: Source, file: Path, content: bytes, identity: landing.Identity, now: dt.datetime) -> BatchRecord:
    """Take in one file; repeating it after a crash at any point completes it and doubles nothing."""
    key = context.settings.hash_key()
    record = BatchRecord(
        district=context.code,
        batch_id=identity.batch_id,
        source=source.code,
        feed=source.feed.value,
        content_sha256=identity.content_sha256,
        file_name=file.name,
        landed_at=now,
        state="refused",
        district_version=context.folder.version,
    )
    try:
        landed = landing.land(content, file, source, identity, context.settings.landing(context.code), key)
        record = _settle(context, source, landed, record, now)
    except UnusableFile as refusal:
        record = _with(record, reason=refusal.reason, warnings=[{"reason": refusal.reason, "detail": refusal.detail}])
        record_batch(context.engine, record, QUARANTINED.to_frame())
    return record


def _settle(context: Context, source: Source, landed: landing.Landed, record: BatchRecord, now: dt.datetime) -> BatchRecord:
    """Check, merge, locate, append and record one landed batch."""
    candidates, duplicate = drop_repeats(to_candidates(landed.rows, source, context.district, now))
    good, rejects, warnings = _check(context, source, candidates, now)
    good, merged = merge_incidents(good) if source.merge else (good, 0)
    located, outside = _locate(context, good)
    _require_mostly_inside(source, located, rejects, outside)
    set_aside = pl.concat([landed.personal, rejects, outside])

    versions = _versions(located, source, landed.batch_id)
    sequence, accepted = _enter(context, source, versions, landed.batch_id)

    days = versions.select(day=local_day("occurred_at", context.district.timezone))["day"].to_list()
    record = _with(
        record,
        state="stored",
        recorded_seq=sequence,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        delivered=landed.delivered,
        accepted=accepted,
        merged=merged,
        duplicate=duplicate + len(versions) - accepted,
        quarantined=len(set_aside),
        out_of_scope=landed.out_of_scope,
        warnings=[*({"reason": r, "detail": d} for r, d in landed.warnings.items()), *warnings],
    )
    record_batch(context.engine, record, set_aside)
    return record


def _require_mostly_inside(source: Source, located: pl.DataFrame, rejects: pl.DataFrame, outside: pl.DataFrame) -> None:
    """Raise ``UnusableFile`` when so many rows lie in no cell that the place must be declared wrongly.

    Taken in, such a file would cover its days with hardly a report, and they would pass for quiet ones.
    """
    set_aside = len(rejects) + len(outside)
    if len(outside) >= FEW_OUTSIDE and set_aside > source.max_quarantined * (len(located) + set_aside):
        detail = f"{len(outside)} rows lie in no cell of the district; check the datum, and which column is the longitude"
        raise UnusableFile("quarantine_share", detail)


def _enter(context: Context, source: Source, versions: pl.DataFrame, batch_id: str) -> tuple[int | None, int]:
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
    return (context.lake.append(fresh, batch_id), len(fresh)) if len(fresh) else (None, 0)


def _check(
    context: Context, source: Source, candidates: pl.DataFrame, now: dt.datetime
) -> tuple[pl.DataFrame, pl.DataFrame, list[dict[str, str]]]:
    """Good rows, rejects, warnings. Raises ``UnusableFile`` when the verdict stops the batch.

    A file whose rows are all out of scope or personal has nothing to check.
    """
    if candidates.is_empty():
        return candidates, QUARANTINED.to_frame(), []
    # Great Expectations takes ten seconds to import; only a run with something to check pays for it.
    from expectations.judge import judge
    from expectations.verdict import split

    zones = set(context.folder.cells["cell_id"]) if source.columns.zone is not None else None
    verdict = judge(candidates, source, context.district, known_zones=zones, now=now)
    if verdict.stops:
        raise UnusableFile(verdict.stops[0].reason, "; ".join(f"{s.en} ({s.rows} rows)" for s in verdict.stops))
    good, rejects = split(candidates, verdict)
    return good, rejects, [{"reason": w.reason, "detail": f"{w.rows} rows"} for w in verdict.warnings]


def _locate(context: Context, candidates: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each candidate its cell; those in no cell are set aside. Coordinates and seconds end here."""
    lon, lat = (candidates[c].to_numpy().astype(np.float64) for c in ("lon", "lat"))
    by_point = context.folder.cell_ids(lon, lat, candidates.select(local_day("occurred_at", context.district.timezone)).to_series())
    given = candidates["zone"].is_not_null()
    times = [c for c, t in REPORTS.items() if t == UTC and c in candidates.columns and c != "known_at"]
    located = candidates.with_columns(
        cell_id=pl.when(given).then("zone").otherwise(by_point),
        located_by=pl.when(given).then(pl.lit(LocatedBy.ZONE.value)).otherwise(pl.lit(LocatedBy.POINT.value)),
        **{c: pl.col(c).dt.truncate("1m") for c in times},
    )
    lost = located["cell_id"].is_null()
    outside = located.filter(lost).select(row="row", reason=pl.lit("outside_district"), column=pl.lit("lon"))
    return located.filter(~lost), outside


def _versions(located: pl.DataFrame, source: Source, batch_id: str) -> pl.DataFrame:
    """Located candidates as report versions in schema ``REPORTS``; the lake gives ``recorded_seq`` on appending."""
    frame = located.with_columns(
        report_id=pl.col("key_hash"),
        feed=pl.lit(source.feed.value),
        source=pl.lit(source.code),
        batch_id=pl.lit(batch_id),
        recorded_seq=pl.lit(0, pl.Int64),
    )
    frame = frame.with_columns(version_hash(frame))
    return frame.select([pl.col(c).cast(t) for c, t in REPORTS.items()])


def _with(record: BatchRecord, **changes: object) -> BatchRecord:
    return BatchRecord(**{**vars(record), **changes})
