"""One night, from what was known to what is published, as a plain function.

Belongs here: the order of the steps from DESIGN's road: as-of, panel, forecast, score, level, alerts, publish. Does not: the steps.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
from threadpoolctl import threadpool_limits

from flows.context import Context
from infra import clock
from infra.warehouse.districts import DistrictVersion, record_district_version
from infra.warehouse.publish import Kind, Mode, Publication, publish
from infra.warehouse.read import ModelRecord, alert_events_before, models_of
from transforms import panel as panels
from transforms.alerts import level_events
from transforms.arrivals import source_days
from transforms.nights import day_start
from transforms.schema import ALERT_EVENTS, Category, State
from transforms.scoring.reference import Reference
from transforms.scoring.risk import NightScores, score_night
from transforms.versions import as_of as reports_as_of
from transforms.versions import known

# What the warehouse keeps of source-days per night: enough to see a gap, not the whole past again every night.
SOURCE_DAYS_KEPT = 60


@dataclass(frozen=True)
class NightRun:
    """How to run one night. ``events`` are the alert events before it; a backfill passes those it would have raised itself."""

    night: dt.date
    as_of: dt.datetime
    lake_seq: int | None
    kind: Kind
    mode: Mode
    run_id: str
    reason: str | None = None
    events: pl.DataFrame | None = None


@dataclass(frozen=True)
class NightOutcome:
    """What a night came to. ``summary`` is plain values, as stored with the run."""

    night: dt.date
    revision: int
    rows_total: int
    rows_changed: int
    levels_changed: int
    events: pl.DataFrame
    summary: dict[str, Any]


def compute(context: Context, run: NightRun) -> tuple[NightScores, pl.DataFrame, int]:
    """Scores, source-days and the lake commit read, from what was known; writes nothing."""
    district, night = context.district, run.night
    newest, everything = context.versions()
    lake_seq = newest if run.lake_seq is None else run.lake_seq
    start = day_start(night, district.zone)
    oldest = start - dt.timedelta(days=district.history_days + 1)
    versions = known(everything, run.as_of, lake_seq).filter(pl.col("occurred_at") >= oldest)
    reports = reports_as_of(versions, run.as_of, lake_seq, start)
    days = source_days(versions, reports, district, night, run.as_of)
    panel = panels.build(reports, days, district, context.folder.cells, night)
    frozen = frozen_references(context, night)
    # Threads split sums differently on different machines, and a replay must give the same bits.
    with threadpool_limits(limits=1, user_api="blas"):
        return score_night(panel, reports, district, context.holidays(night), frozen), days, lake_seq


def run_night(context: Context, run: NightRun) -> NightOutcome:
    """Compute a night and publish it in one transaction.

    A backfill never opens or closes live alerts: its events are returned, not stored.
    """
    started = clock.now()
    result, days, lake_seq = compute(context, run)
    before = run.events if run.events is not None else alert_events_before(context.engine, context.code, run.night)
    events = level_events(before, result.scores, context.code, context.district.alerts, run.night)
    live = run.mode == "nightly"
    summary = _summary(result, events, live)
    _remember_district(context, started)
    kept = run.night - dt.timedelta(days=SOURCE_DAYS_KEPT)
    published = publish(
        context.engine,
        Publication(
            district=context.code,
            night=run.night,
            as_of=run.as_of,
            lake_seq=lake_seq,
            district_version=context.folder.version,
            scoring_hash=context.folder.scoring_hash,
            mode=run.mode,
            run_id=run.run_id,
            reason=run.reason,
            scores=result.scores,
            source_days=days.filter(pl.col("day") >= kept),
            duty=result.duty,
            alert_events=events if live else ALERT_EVENTS.to_frame(),
            models=[_model(context, reference, run.night) for reference in result.references],
            started_at=started,
            finished_at=clock.now(),
            kind=run.kind,
            summary=summary,
        ),
    )
    return NightOutcome(
        night=run.night,
        revision=published.revision,
        rows_total=published.rows_total,
        rows_changed=published.rows_changed,
        levels_changed=published.levels_changed,
        events=events,
        summary=summary,
    )


def frozen_references(context: Context, night: dt.date) -> dict[Category, Reference]:
    """The newest stored reference of each category that was frozen by ``night`` under today's rules."""
    stored = models_of(context.engine, context.code, "reference", context.folder.scoring_hash)
    found: dict[Category, Reference] = {}
    for record in stored:
        reference = Reference.from_payload(record.payload)  # type: ignore[arg-type]
        if reference.frozen_on <= night:
            found[reference.category] = reference
    return found


def _model(context: Context, reference: Reference, night: dt.date) -> ModelRecord:
    return ModelRecord(
        model_id=reference.model_id,
        kind="reference",
        category=reference.category.value,
        frozen_on=reference.frozen_on,
        created_night=night,
        payload=reference.payload(),
        district_version=context.folder.version,
    )


def _remember_district(context: Context, now: dt.datetime) -> None:
    folder = context.folder
    version = DistrictVersion(context.code, folder.version, folder.scoring_hash, folder.canonical, folder.cells_digest, now)
    record_district_version(context.engine, version, folder.cells)


def _summary(result: NightScores, events: pl.DataFrame, live: bool) -> dict[str, Any]:
    """Counts that people ask for first: cells by category and level, reasons for no score, alerts, trends."""
    by_level: dict[str, dict[str, int]] = {}
    reasons: dict[str, dict[str, int]] = {}
    for category, state, reason, level, cells in (
        result.scores.group_by("category", "state", "reason", "level")
        .agg(cells=pl.len())
        .sort("category", "state", "reason", "level")
        .iter_rows()
    ):
        if state == State.NOT_SCORED.value:
            reasons.setdefault(category, {})[reason] = cells
        else:
            name: Literal["learning"] | str = level or "learning"
            counts = by_level.setdefault(category, {})
            counts[name] = counts.get(name, 0) + cells
    counts = dict(events.group_by("event").agg(n=pl.len()).sort("event").iter_rows())
    return {
        "levels": by_level,
        "not_scored": reasons,
        "events": counts,
        "live": live,
        "against_last_year": {c.value: v for c, v in result.against_last_year.items()},
        "series_shares": {c.value: v for c, v in result.series_shares.items()},
    }
