"""One night, from what was known to what is published, as a plain function.

Belongs here: the order of the steps: as-of, panel, models, forecast, score, level, alerts, publish. Does not: the steps themselves,
which night to run as of when (``flows.nights.plan``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
from threadpoolctl import threadpool_limits

from flows.nights.checks import check_night
from flows.nights.evaluate import evaluations_due
from flows.nights.frozen import choose, read_before, record
from flows.nights.look import NightRun, look
from flows.stores import Context
from flows.stores.district import remember, require_same_grid
from infra import clock
from infra.errors import SifangError
from infra.warehouse.alerts import alert_events_before
from infra.warehouse.engine import WarehouseError
from infra.warehouse.locks import held
from infra.warehouse.nights import latest_night, night_row
from infra.warehouse.outbox import Message
from infra.warehouse.publish import Publication, publish, record_failed_run
from transforms.alerts.events import Event, alert_events
from transforms.panel.digests import night_digest
from transforms.panel.known import View
from transforms.panel.panel import Panel
from transforms.schema import ALERT_EVENTS, EVALUATIONS, State, Surge
from transforms.schema.plain import plain
from transforms.scoring.frozen import Frozen
from transforms.scoring.risk import NightScores, score_night

# What the warehouse keeps of source-days per night: enough to see a gap, not the whole past again every night.
SOURCE_DAYS_KEPT = 60
# Events that people are told of; the others only count quiet nights.
TOLD = {Event.OPENED.value, Event.REOPENED.value, Event.RAISED.value, Event.ENDED.value}


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
class Computed:
    """A night's scores with everything needed to publish or compare them. ``inputs`` is the digest of what they came from."""

    result: NightScores
    panel: Panel
    days: pl.DataFrame
    lake_seq: int
    inputs: str


def compute(context: Context, run: NightRun, frozen: Frozen | None = None) -> Computed:
    """Score a night from what was known; writes nothing. Models and references are those of the run's mode when not given."""
    view = look(context, run.night, run.as_of, run.lake_seq)
    chosen = choose(context, run, view) if frozen is None else frozen
    # Threads split sums differently on different machines, and a replay must give the same bits.
    with threadpool_limits(limits=1, user_api="blas"):
        result = score_night(view.panel, view.reports, context.district, context.holidays(run.night), chosen, each=context.each)
    return Computed(result, view.panel, view.days, view.lake_seq, inputs_of(context, view, chosen.trainings()))


def inputs_of(context: Context, view: View, trainings: Mapping[str, str]) -> str:
    """The digest of a night's inputs, as stored with it."""
    return night_digest(*view.digest, context.folder.scoring_hash, trainings)


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
    last = latest_night(context.warehouse)
    if last is not None and night < last:
        raise SifangError(
            f"Night {night} is older than the last published one, {last}.",
            f"Use `sifang backfill --from {night} --to {night} --reason ...`.",
        )


def _as_published(context: Context, run: NightRun) -> Context:
    row = night_row(context.warehouse, run.night) if run.mode == "as_known" else None
    if row is not None:
        return context.at_version(row.district_version)
    require_same_grid(context)
    return context.on(run.night)


def _record_failure(context: Context, run: NightRun, started: dt.datetime, error: Exception) -> None:
    """Note the failure, unless the warehouse is what failed: the error itself must reach whoever waits for it."""
    with suppress(WarehouseError):
        record_failed_run(
            context.warehouse,
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
    with held(context.warehouse) as lease:
        if run.mode == "nightly":
            # Asked again under the lock: another writer may have published a later night while this one waited.
            refuse_past(context, run.night)
        computed = compute(context, run)
        result = computed.result
        before = run.events if run.events is not None else alert_events_before(context.warehouse, run.night)
        events = alert_events(before, result.scores, result.district_surges, context.code, context.district.alerts, run.night)
        live = run.mode == "nightly"
        models = [made.model_id for made in result.frozen.references.values()]
        checked = check_night(context, run.night, result, events, computed.days, models, reason=run.reason)
        summary = {**_summary(result, events, live), "checks": plain(checked)}
        remember(context, started)
        published = publish(
            context.warehouse,
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
                district_surges=result.district_surges,
                source_days=computed.days.filter(pl.col("day") >= run.night - dt.timedelta(days=SOURCE_DAYS_KEPT)),
                duty=result.duty,
                alert_events=events if live else ALERT_EVENTS.to_frame(),
                models=[record(context, made, run.night) for made in result.frozen.all()],
                read_before=read_before(context),
                started_at=started,
                finished_at=clock.now(),
                kind=run.kind,
                summary=summary,
                inputs=computed.inputs,
                messages=_messages(events) if live else [],
                evaluations=evaluations_due(context, computed.panel) if live else EVALUATIONS.to_frame(),
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
    surges = result.scores.filter(pl.col("surge").is_not_null()).group_by("surge").agg(n=pl.len()).sort("surge")
    return {
        "levels": by_level,
        "not_scored": reasons,
        "events": counts,
        "surges": dict(surges.iter_rows()),
        "district_surges": result.district_surges.filter(pl.col("surge") == Surge.RED.value)["series"].to_list(),
        "live": live,
        "against_last_year": {c.value: v for c, v in result.against_last_year.items()},
        "series_shares": {c.value: v for c, v in result.series_shares.items()},
    }
