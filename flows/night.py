"""One night, from what was known to what is published, as a plain function.

Belongs here: the order of the steps: as-of, panel, references, forecast, score, level, alerts, publish. Does not: the steps themselves,
which night to run as of when (``flows.plan``).
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import polars as pl
from threadpoolctl import threadpool_limits

from flows.checks import check_night
from flows.context import Context
from infra import clock
from infra.errors import SifangError
from infra.warehouse.districts import DistrictVersion, record_district_version
from infra.warehouse.engine import WarehouseError
from infra.warehouse.locks import held
from infra.warehouse.outbox import Message
from infra.warehouse.publish import Kind, Mode, Publication, publish, record_failed_run
from infra.warehouse.read import ModelRecord, alert_events_before, latest_night, models_of, night_row
from transforms import panel as panels
from transforms.alerts import Event, level_events
from transforms.arrivals import source_days
from transforms.digests import exposure_digest, night_digest, reports_digest
from transforms.grids.succession import apportion
from transforms.nights import day_start
from transforms.schema import ALERT_EVENTS, Category, State
from transforms.scoring.reference import Reference
from transforms.scoring.risk import NightScores, freezes, make_reference, score_night
from transforms.versions import as_of as reports_as_of
from transforms.versions import known

# What the warehouse keeps of source-days per night: enough to see a gap, not the whole past again every night.
SOURCE_DAYS_KEPT = 60
# Events that people are told of; the others only count quiet nights.
TOLD = {Event.OPENED.value, Event.REOPENED.value, Event.RAISED.value, Event.ENDED.value}


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


@dataclass(frozen=True)
class View:
    """What a night sees of the lake: reports, source-days, panel, and the digest of both as inputs."""

    lake_seq: int
    reports: pl.DataFrame
    days: pl.DataFrame
    panel: panels.Panel
    digest: tuple[str, str]


@dataclass(frozen=True)
class Computed:
    """A night's scores with everything needed to publish or compare them. ``inputs`` is the digest of what they came from."""

    result: NightScores
    days: pl.DataFrame
    lake_seq: int
    inputs: str


def look(context: Context, night: dt.date, as_of: dt.datetime, lake_seq: int | None) -> View:
    """What ``night`` sees with what was known at ``as_of`` by lake commit ``lake_seq`` (the newest when None)."""
    district = context.district
    newest, everything = context.versions()
    sequence = newest if lake_seq is None else lake_seq
    start = day_start(night, district.zone)
    versions = known(everything, as_of, sequence)
    # The past is bounded after versions are chosen: a correction that moves a report far back must still replace it.
    reports = reports_as_of(versions, as_of, sequence, start).filter(
        pl.col("occurred_at") >= start - dt.timedelta(days=district.history_days + 1)
    )
    days = source_days(versions, reports, district, night, as_of)
    placed = apportion(reports, context.folder.former)
    panel = panels.build(placed, days, district, context.folder.cells, night)
    return View(sequence, placed, days, panel, (reports_digest(reports), exposure_digest(days)))


def compute(context: Context, run: NightRun, references: dict[Category, Reference] | None = None) -> Computed:
    """Score a night from what was known; writes nothing. ``references`` are those of the run's mode when not given."""
    view = look(context, run.night, run.as_of, run.lake_seq)
    chosen = choose_references(context, run, view) if references is None else references
    # Threads split sums differently on different machines, and a replay must give the same bits.
    with threadpool_limits(limits=1, user_api="blas"):
        result = score_night(view.panel, view.reports, context.district, context.holidays(run.night), chosen)
    return Computed(result, view.days, view.lake_seq, inputs_of(context, view, result.references))


def inputs_of(context: Context, view: View, references: list[Reference]) -> str:
    """The digest of a night's inputs, as stored with it."""
    return night_digest(*view.digest, context.folder.scoring_hash, {r.category.value: r.training for r in references})


def choose_references(context: Context, run: NightRun, view: View) -> dict[Category, Reference]:
    """The reference of each category for a run.

    Live, the one stored for the freeze day, so that a quarter is measured with one rule. As known, the one the night was published with.
    Restated, the one that today's knowledge gives; where that was trained on the same inputs as a stored one, the stored one.
    """
    stored = _stored_references(context)
    row = night_row(context.engine, context.code, run.night) if run.mode == "as_known" else None
    if row is not None:
        return {r.category: r for r in stored if r.model_id in row["model_ids"]}
    chosen = {}
    for category, (frozen_on, provisional) in freezes(view.panel, context.district).items():
        fitting = [r for r in stored if (r.category, r.frozen_on, r.provisional) == (category, frozen_on, provisional)]
        if run.mode == "restate" or not fitting:
            past, training = _training(context, frozen_on, run.as_of, view.lake_seq)
            fitting = [r for r in fitting if r.training == training]
            chosen[category] = fitting[0] if fitting else _reference(context, past, training, category, provisional, run.as_of)
        else:
            chosen[category] = fitting[0]
    return chosen


def _stored_references(context: Context) -> list[Reference]:
    """Every stored reference made under today's rules, the oldest freeze first, and within it the first one made."""
    records = models_of(context.engine, context.code, "reference", context.folder.scoring_hash)
    ordered = sorted(records, key=lambda m: (m.frozen_on, m.created_night, m.model_id))
    return [Reference.from_payload(dict(m.payload)) for m in ordered]


def _training(context: Context, frozen_on: dt.date, as_of: dt.datetime, lake_seq: int) -> tuple[View, str]:
    """What a reference frozen on a day sees, and the digest of it; kept, because a backfill asks for the same one every night."""
    key = ("training", frozen_on, as_of, lake_seq)
    if key not in context.memo:
        view = look(context, frozen_on, as_of, lake_seq)
        context.memo[key] = view, night_digest(*view.digest, context.folder.scoring_hash, {})
    kept: tuple[View, str] = context.memo[key]
    return kept


def _reference(context: Context, view: View, training: str, category: Category, provisional: bool, as_of: dt.datetime) -> Reference:
    key = ("reference", category, provisional, training)
    if key not in context.memo:
        night = view.panel.night
        with threadpool_limits(limits=1, user_api="blas"):
            made = make_reference(view.panel, view.reports, context.district, context.holidays(night), category, provisional=provisional)
        context.memo[key] = replace(made, training=training, as_of=as_of, lake_seq=view.lake_seq)
    kept: Reference = context.memo[key]
    return kept


def remake_references(context: Context, references: dict[Category, Reference]) -> dict[Category, Reference]:
    """The same references made again, each from what was known when it was frozen."""
    made = {}
    for category, reference in references.items():
        assert reference.as_of is not None
        assert reference.lake_seq is not None
        past, training = _training(context, reference.frozen_on, reference.as_of, reference.lake_seq)
        made[category] = _reference(context, past, training, category, reference.provisional, reference.as_of)
    return made


def run_night(context: Context, run: NightRun) -> NightOutcome:
    """Compute a night and publish it in one transaction, as the district's only writer.

    A backfill never opens or closes live alerts and tells nobody: its events are returned, not stored. A night run as known uses the
    district version it was published with. A run that fails is recorded as such.
    """
    started = clock.now()
    try:
        return _run_night(_as_published(context, run), run, started)
    except Exception as error:
        _record_failure(context, run, started, error)
        raise


def refuse_past(context: Context, night: dt.date) -> None:
    """Pass when no later night is published: live alerts go forward only.

    Raises:
        SifangError: a later one is.
    """
    last = latest_night(context.engine, context.code)
    if last is not None and night < last:
        raise SifangError(
            f"Night {night} is older than the last published one, {last}.",
            f"Use `sifang backfill --from {night} --to {night} --reason ...`.",
        )


def _as_published(context: Context, run: NightRun) -> Context:
    row = night_row(context.engine, context.code, run.night) if run.mode == "as_known" else None
    if row is not None:
        return context.at_version(row["district_version"])
    context.require_same_grid()
    return context.on(run.night)


def _record_failure(context: Context, run: NightRun, started: dt.datetime, error: Exception) -> None:
    """Note the failure, unless the warehouse is what failed: the error itself must reach whoever waits for it."""
    with suppress(WarehouseError):
        record_failed_run(
            context.engine,
            district=context.code,
            run_id=run.run_id,
            night=run.night,
            kind=run.kind,
            mode=run.mode,
            started_at=started,
            finished_at=clock.now(),
            error=getattr(error, "code", type(error).__name__),
            as_of=run.as_of,
            lake_seq=run.lake_seq,
            reason=run.reason,
        )


def _run_night(context: Context, run: NightRun, started: dt.datetime) -> NightOutcome:
    with held(context.engine, context.code) as lease:
        if run.mode == "nightly":
            # Asked again under the lock: another writer may have published a later night while this one waited.
            refuse_past(context, run.night)
        computed = compute(context, run)
        result = computed.result
        before = run.events if run.events is not None else alert_events_before(context.engine, context.code, run.night)
        events = level_events(before, result.scores, context.code, context.district.alerts, run.night)
        live = run.mode == "nightly"
        models = [r.model_id for r in result.references]
        checked = check_night(context, run.night, result.scores, events, computed.days, models, reason=run.reason)
        summary = {**_summary(result, events, live), "checks": checked}
        _remember_district(context, started)
        published = publish(
            context.engine,
            Publication(
                district=context.code,
                night=run.night,
                as_of=run.as_of,
                lake_seq=computed.lake_seq,
                district_version=context.folder.version,
                scoring_hash=context.folder.scoring_hash,
                mode=run.mode,
                run_id=run.run_id,
                reason=run.reason,
                scores=result.scores,
                source_days=computed.days.filter(pl.col("day") >= run.night - dt.timedelta(days=SOURCE_DAYS_KEPT)),
                duty=result.duty,
                alert_events=events if live else ALERT_EVENTS.to_frame(),
                models=[_model(context, reference, run.night) for reference in result.references],
                started_at=started,
                finished_at=clock.now(),
                kind=run.kind,
                summary=summary,
                inputs=computed.inputs,
                messages=_messages(events) if live else [],
                lease=lease,
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


def _messages(events: pl.DataFrame) -> list[Message]:
    """What leaves the house about a night's alerts: codes only, the same for the same night however often it runs."""
    told = events.filter(pl.col("event").is_in(TOLD))
    return [
        Message(
            f"{row['alert_id']}-{row['night'].isoformat()}-{row['event']}",
            {k: str(v) if k in {"night", "episode"} else v for k, v in row.items()},
        )
        for row in told.iter_rows(named=True)
    ]


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
