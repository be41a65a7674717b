"""Whether last night can be trusted: what each source delivered, what became of it, what was set aside or refused.

Belongs here: gathering ``Health`` from the warehouse. Does not: judging days or rows (they are stored as judged), drawing
(``templates/_health.html.j2``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import polars as pl

from infra.districts.folder import DistrictFolder
from infra.pages.brief.labels import strip_days
from infra.pages.brief.model import Health, LedgerLine, QuarantineLine, SourceHealth, StoppedBatch
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.intake.quarantine import quarantine_counts
from infra.warehouse.nights.nights import PublishedNight
from infra.warehouse.nights.source_days import source_days_of, young_days_seen
from transforms.district.source import Source
from transforms.grids.locator import covered
from transforms.panel.usual import AGES, NIGHTS, short_days
from transforms.words import Category, DayState, Words

COUNTS: Final = ("delivered", "accepted", "merged", "duplicate", "quarantined", "out_of_scope")


def health(
    warehouse: Warehouse, folder: DistrictFolder, row: PublishedNight, before: PublishedNight | None, notices: tuple[Words, ...]
) -> Health:
    """The health of a published night; ``before`` is the night before it, where that was published."""
    every = ledger(warehouse)
    batches = every.filter(pl.col("landed_at") <= _looked_at(every, row))
    # Tonight's deliveries are those since the night before looked; a backfill looks at everything it was built on.
    live = row.mode == "nightly" and before is not None and before.mode == "nightly"
    tonight = batches.filter(pl.col("landed_at") > _looked_at(every, before)) if live and before is not None else batches
    days, strip = source_days_of(warehouse, row.night), strip_days(row.night)
    short = short_days(days, young_days_seen(warehouse, row.night, NIGHTS, AGES), row.night) if row.mode == "nightly" else []
    return Health(
        sources=tuple(
            replace(_source(s, folder, days, batches, strip), short=tuple(one.day for one in short if one.source == s.code))
            for s in folder.district.sources
            if _delivers(s, strip)
        ),
        ledger=_ledger(tonight),
        quarantine=_set_aside(warehouse, tonight),
        stopped=tuple(StoppedBatch(*refused) for refused in tonight.filter(state="refused").select("source", "reason").iter_rows()),
        notices=notices,
    )


def _delivers(source: Source, strip: list[dt.date]) -> bool:
    """Whether a source says that it delivers on any of the days."""
    since, until = source.coverage.since, source.coverage.until
    return (until is None or until >= strip[0]) and (since is None or since <= strip[-1])


def _source(source: Source, folder: DistrictFolder, days: pl.DataFrame, batches: pl.DataFrame, strip: list[dt.date]) -> SourceHealth:
    known = {day: (state, reports) for day, state, reports in days.filter(source=source.code).select("day", "state", "reports").iter_rows()}
    last = batches.filter(source=source.code, state="stored")["landed_at"].max()
    nothing = DayState.MISSING.value, None
    return SourceHealth(
        code=source.code,
        feed=source.feed,
        days=tuple(DayState(known.get(day, nothing)[0]) for day in strip),
        last_delivery=last.astimezone(folder.district.zone) if isinstance(last, dt.datetime) else None,
        reports_last_night=known.get(strip[-1], nothing)[1],
        share_covered=float(covered(folder.cells, source.coverage.area).mean()),
        categories=tuple(category for category in Category if source.feed in folder.district.feeds_of(category)),
    )


def _ledger(tonight: pl.DataFrame) -> tuple[LedgerLine, ...]:
    stored = tonight.filter(state="stored").group_by("source").agg(pl.col(COUNTS).sum()).sort("source")
    return tuple(LedgerLine(*line) for line in stored.select("source", *COUNTS).iter_rows())


def _set_aside(warehouse: Warehouse, tonight: pl.DataFrame) -> tuple[QuarantineLine, ...]:
    by_reason = quarantine_counts(warehouse, tonight["batch_id"].to_list()).group_by("reason").agg(pl.col("rows").sum())
    return tuple(QuarantineLine(*line) for line in by_reason.sort("rows", "reason", descending=[True, False]).iter_rows())


def _looked_at(batches: pl.DataFrame, row: PublishedNight) -> dt.datetime:
    """The moment up to which a night took deliveries in.

    A nightly that starts at the cutoff lands its files moments after it; their rows, known earlier by the source's own rule, count.
    """
    used = batches.filter(pl.col("recorded_seq") <= row.lake_seq)["landed_at"].max()
    return max(row.as_of, used) if isinstance(used, dt.datetime) else row.as_of
