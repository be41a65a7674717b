"""One night, from what was known to what is published, as a plain function.

Belongs here: the order of the steps: as-of, panel, models, forecast, score, level, alerts, checks, publish. Does not: the steps
themselves, which night to run as of when (``flows.nights.plan``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import polars as pl
from threadpoolctl import threadpool_limits

from flows.nights.checks import check_night
from flows.nights.evaluate import evaluations_due
from flows.nights.frozen import choose, read_before, record
from flows.nights.look import look
from flows.nights.work import enter_lists, list_of_night
from flows.stores import Context, writing
from flows.stores.district import remember, require_same_grid
from infra import clock
from infra.errors import SifangError, recorded
from infra.warehouse.alerts.alerts import going_on
from infra.warehouse.alerts.events import MovedOnError
from infra.warehouse.database.engine import WarehouseError, at_once
from infra.warehouse.intake.refusals import refused_files
from infra.warehouse.keeping.districts import district_version
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.nights.areas import Areas
from infra.warehouse.nights.nights import latest_night, live_night_before, night_row
from infra.warehouse.nights.runs import STOPPED, Doing, RunOutcome, RunTerms, record_failed_run
from infra.warehouse.nights.scores import past_of
from infra.warehouse.publish import Basis, Live, Measures, NightResult, NightTables, publish
from transforms.alerts.events import alert_events
from transforms.alerts.heard import Heard, NightBefore, cases_of, hazards_of
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.frames import events_of, frame_of
from transforms.alerts.machine.rules import Rules
from transforms.alerts.messages import Message, digest, messages
from transforms.alerts.past import Past, hot_levels
from transforms.alerts.types import Tonight
from transforms.alerts.types.source import source_stands
from transforms.areas.counts import placed, report_counts, visit_counts
from transforms.areas.standing import by_subdistrict
from transforms.district.stored import premises_in
from transforms.duty.known import Grounds
from transforms.panel.digests import night_digest
from transforms.panel.known import View
from transforms.panel.panel import Panel
from transforms.schema import EVALUATIONS
from transforms.schema.night import NightSummary
from transforms.scoring.explain import enough_reports
from transforms.scoring.frozen import Frozen
from transforms.scoring.risk import NightScores, score_night
from transforms.scoring.summary import summarise

# What the warehouse keeps of source-days per night: enough to see a gap, not the whole past again every night.
SOURCE_DAYS_KEPT = 60
# How often a night looks at alerts again that people are busy with while it is published.
LOOKS = 5


@dataclass(frozen=True)
class NightOutcome:
    """What a night came to. ``events`` are those this run brought, schema ``ALERT_EVENTS``, stored or not; ``ungraded`` says why forecasts
    that were due could not be graded."""

    night: dt.date
    revision: int
    rows_total: int
    rows_changed: int
    levels_changed: int
    events: pl.DataFrame
    summary: NightSummary
    ungraded: str | None = None


@dataclass(frozen=True)
class Computed:
    """A night's scores with everything needed to publish or compare them: what it saw, and the digest of all ``inputs``."""

    result: NightScores
    view: View
    inputs: str


def compute(context: Context, terms: RunTerms, frozen: Frozen | None = None) -> Computed:
    """Score a night from what was known; writes nothing. Models and references are those of the run's mode when not given."""
    view = look(context, terms.night, terms.as_of, terms.lake_seq)
    chosen = choose(context, terms, view) if frozen is None else frozen
    # Threads split sums differently on different machines, and a replay must give the same bits.
    with threadpool_limits(limits=1, user_api="blas"):
        holidays = context.holidays(terms.night)
        grounds = Grounds(view.promised, context.folder.calendar_of_clocks)
        result = score_night(view.panel, view.reports, context.district, holidays, chosen, grounds=grounds, each=context.each)
    return Computed(result, view, inputs_of(context, view, chosen.trainings()))


def inputs_of(context: Context, view: View, trainings: Mapping[str, str]) -> str:
    """The digest of a night's inputs, as stored with it."""
    return night_digest(*view.digest, context.folder.scoring_hash, trainings)


def run_night(context: Context, terms: RunTerms, before: pl.DataFrame | None = None) -> NightOutcome:
    """Compute a night and publish it in one transaction, as the district's only writer.

    A backfill never opens or closes live alerts and tells nobody: its events are returned, not stored. A night run as known uses the
    district version it was published with. A run that fails or is stopped is recorded as such, and one that is killed once the next one
    takes its lock.

    Args:
        context: the district.
        terms: how to run it.
        before: the alert events of the nights before it, schema ``ALERT_EVENTS``; those that are stored when None. A backfill passes what
            its own nights would have brought, too.
    """
    started = clock.now()
    try:
        return _run_night(_as_published(context, terms), terms, started, before)
    except BaseException as error:
        # What is no error of the work is somebody who stops it: Ctrl-C, a signal, a cancellation on Prefect's page.
        stopped = not isinstance(error, Exception) and type(error).__name__ != "PanicException"
        # Unless the warehouse is what failed: the error itself must reach whoever waits for it.
        with suppress(WarehouseError):
            outcome = RunOutcome("failed", started, clock.now(), error=STOPPED if stopped else recorded(error))
            record_failed_run(at_once(context.warehouse), terms, outcome)
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


def _as_published(context: Context, terms: RunTerms) -> Context:
    row = night_row(context.warehouse, terms.night) if terms.mode == "as_known" else None
    if row is not None:
        return context.at_version(row.district_version)
    require_same_grid(context)
    return context.on(terms.night)


def _run_night(context: Context, terms: RunTerms, started: dt.datetime, before: pl.DataFrame | None) -> NightOutcome:
    with writing(context, started, Doing(terms, started)) as lease:
        if terms.is_live:
            # Asked again under the lock: another writer may have published a later night while this one waited.
            refuse_past(context, terms.night)
            enter_lists(context, terms.night, lease)
        return _published(context, terms, started, before, lease)


def run_aside(context: Context, terms: RunTerms) -> NightOutcome:
    """Run a night in a warehouse that is nobody else's: without a lock, the lake only read, and no forecast graded.

    Raises:
        RefusedNightError: it would not have been published.
    """
    return _published(context.on(terms.night), terms, clock.now(), None, None)


def _published(context: Context, terms: RunTerms, started: dt.datetime, before: pl.DataFrame | None, lease: Lease | None) -> NightOutcome:
    computed = compute(context, terms)
    scored = computed.result
    remember(context, started)
    grades, ungraded = _graded(context, computed.view.panel) if terms.is_live and lease else (EVALUATIONS.to_frame(), None)
    past = past_by(context, terms.night, scored)
    places = list_of_night(context, terms, computed, past, started)
    made = Measures([record(context, each, terms.night) for each in scored.frozen.all()], read_before(context))
    for left in reversed(range(LOOKS)):
        alerted = _alerted(context, terms, computed, past, before)
        result = NightResult(
            tables=_tables(context, computed, terms.night),
            basis=Basis(computed.view.lake_seq, context.folder.version, context.folder.scoring_hash, computed.inputs),
            measures=made,
            live=Live(alerted.events, alerted.rules, _told(alerted.events, terms.night), grades, places) if terms.is_live else Live(),
            summary=alerted.summary,
            started_at=started,
            finished_at=alerted.at,
        )
        try:
            published = publish(context.warehouse, terms, result, lease)
            break
        except MovedOnError:
            # Somebody did something about an alert in that moment: nobody waits for a night, so the night looks again.
            if not left:
                raise
    return NightOutcome(night=terms.night, **vars(published), events=frame_of(alerted.events), summary=alerted.summary, ungraded=ungraded)


def _told(events: tuple[AlertEvent, ...], night: dt.date) -> list[Message]:
    return [*messages(events), *digest(events, night)]


@dataclass(frozen=True)
class _Alerted:
    """What a night does to alerts, and what is said of it."""

    events: tuple[AlertEvent, ...]
    rules: Rules
    summary: NightSummary
    at: dt.datetime


def _alerted(context: Context, terms: RunTerms, computed: Computed, past: Past, before: pl.DataFrame | None) -> _Alerted:
    """Decide on alerts as they stand at this moment, or as a backfill says that they would."""
    scored, declared, at = computed.result, context.district.alerts, clock.now()
    ended_since = terms.night - dt.timedelta(days=declared.reopen_nights)
    standing = going_on(context.warehouse, ended_since) if before is None else events_of(before)
    places = dict(context.folder.cells.select("cell_id", "subdistrict").iter_rows())
    refused = {file.source for file in refused_files(context.warehouse) if file.state == "standing"}
    tonight = Tonight(
        district=context.code,
        night=terms.night,
        scores=scored.scores,
        district_surges=scored.district_surges,
        rules=declared,
        subdistricts=places,
        premises={code: places.get(one.cell) for code, one in context.district.premises.items()},
        past=past,
        duty=scored.duty,
        heard=_heard(context, terms.night, computed.view),
        sources=source_stands(context.district, computed.view.days, terms.night, refused),
    )
    rules = Rules.of(context.district, context.folder.calendar)
    events = alert_events(standing, tonight, rules, at)
    rows = frame_of(events)
    checks = check_night(context, terms, scored, computed.view.days, rows)
    return _Alerted(events, rules, summarise(scored, rows, checks, live=terms.is_live), at)


def _heard(context: Context, night: dt.date, view: View) -> Heard:
    hazards = hazards_of(view.reports, context.district, _night_before(context, night))
    return Heard(cases_of(view.reports, context.district), view.visits, hazards)


def _night_before(context: Context, night: dt.date) -> NightBefore | None:
    row = live_night_before(context.warehouse, night)
    stored = None if row is None else district_version(context.warehouse, row.district_version)
    return None if row is None or stored is None else NightBefore(row.as_of, row.lake_seq, premises_in(stored.canonical))


def past_by(context: Context, night: dt.date, scored: NightScores, by: dt.datetime | None = None) -> Past:
    """What earlier nights say of the cells that are hot tonight; as published by a moment, or as they stand."""
    hot = scored.scores.filter(pl.col("level").is_in(hot_levels(context.district.alerts))).group_by("category").agg("cell_id")
    measured = [made.model_id for made in scored.frozen.references.values()]
    return past_of(context.warehouse, night, context.folder.scoring_hash, measured, dict(hot.iter_rows()), by)


def _graded(context: Context, panel: Panel) -> tuple[pl.DataFrame, str | None]:
    """Grades of forecasts that are due, schema ``EVALUATIONS``. Where they cannot be made the night goes on: they stay due.

    Raises:
        WarehouseError: the warehouse fails, and would fail the night as well.
    """
    try:
        return evaluations_due(context, panel), None
    except WarehouseError:
        raise
    except Exception as error:  # noqa: BLE001 - how former nights did is no part of this one
        return EVALUATIONS.to_frame(), f"{type(error).__name__}: forecasts could not be graded, and stay due"


def _tables(context: Context, computed: Computed, night: dt.date) -> NightTables:
    scored, view, district = computed.result, computed.view, context.district
    days = view.days.filter(pl.col("day") >= night - dt.timedelta(days=SOURCE_DAYS_KEPT))
    within = dict(context.folder.cells.select("cell_id", "subdistrict").iter_rows())
    told = placed(view.reports, night, within)
    areas = Areas(
        by_subdistrict(scored, view.panel, told, district),
        report_counts(told, night),
        visit_counts(view.visits, night, within),
        scored.duty_measures,
    )
    enough = enough_reports(view.reports, district, night)
    return NightTables(scored.scores, scored.district_surges, days, scored.duty, enough, areas)
