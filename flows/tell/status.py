"""How a district stands: `sifang status`.

Belongs here: gathering it, as one value. Does not: whether what a night needs is sound (``flows.tell.doctor``), drawing
(``flows.cli.draw.status``). Nothing here imports what computes a night: who only looks does not pay for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from flows.intake.new_files import Looking, new_files
from flows.intake.refusals import Refusals, refusals, standing
from flows.nights.absence import Absence, absence
from flows.stores import Context
from flows.tell.attention import attention
from flows.tell.doctor.finding import Finding
from flows.tell.doctor.troubles import troubles
from flows.tell.ledger import SetAside, SourceLedger, ledger_by_source, set_aside
from flows.tell.readings import ReadOtherwise, Unregistered, read_otherwise, unregistered
from flows.tell.rules import rules_changed
from infra import clock
from infra.errors import StoreError
from infra.sources.deliveries import Seen
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.handling import last_sweep
from infra.warehouse.alerts.outbox import Undelivered, undelivered
from infra.warehouse.intake.batches import stored_batches
from infra.warehouse.intake.quarantine import doubts
from infra.warehouse.nights.evaluations import evaluations_of
from infra.warehouse.nights.models import models_of
from infra.warehouse.nights.nights import PublishedNight, RetractedNight, latest_night, night_row, retracted_nights
from infra.warehouse.nights.owed import Owed, owed_products
from infra.warehouse.nights.runs import run_summary, runs_of
from infra.warehouse.nights.source_days import source_days_of
from transforms.alerts.machine.transitions import GOING_ON
from transforms.backtest.record import record
from transforms.panel.unheard import Unheard, uncounted, unheard
from transforms.schema.night import NightSummary
from transforms.schema.plain import Json, records
from transforms.scoring.standings import Turn, standings, turns
from transforms.words import RESIDENTS, Category, DayState, NoDue, Standing
from transforms.words.reasons import NotScored

SOURCE_DAYS_SHOWN = 14
RUNS_SHOWN = 5


@dataclass(frozen=True)
class Graded:
    """How the forecasts of the last graded weeks did at one level; ``first`` and ``last`` are nights, ``cells`` cell-weeks."""

    category: Category
    level: str
    weeks: int
    first: dt.date
    last: dt.date
    cells: int
    left_out: int
    expected: float
    spread: float
    observed: float
    hit_rate: float | None
    log_score: float | None


@dataclass(frozen=True)
class RunLine:
    """An attempt at a night, whether it published or failed."""

    run_id: str
    night: dt.date
    kind: str
    mode: str
    revision: int | None
    as_of: dt.datetime | None
    lake_seq: int | None
    started_at: dt.datetime
    finished_at: dt.datetime
    status: str
    reason: str | None
    note: str | None
    error: str | None
    rows_total: int
    rows_changed: int


@dataclass(frozen=True)
class Status:
    """The last published night (None before the first), what arrived and what was set aside, how models stand, alerts, the newest runs.

    ``attention`` is what waits for somebody, the worst first (``flows.tell.attention``); ``troubles`` are what the doctor finds wrong with
    the stores and the clock, told because it changes what the rest is worth. ``asked`` are the sources that lie beyond a network, of which
    ``waiting_files`` says nothing; ``retracted`` are nights that were taken back and not published since; ``doubtful`` counts rows set
    aside that would correct a report that stands; ``rules_changed`` are rules of clocks by which the nights of four weeks counted
    otherwise than today's folder would. ``source_days`` counts the last fourteen days of each source by their state; ``silent``
    are categories in which the last night scored no cell, for a source of theirs has been silent for too long, ``unheard`` series that
    nothing was heard of while others of their category were, ``uncounted`` those that no score counts yet; ``models`` are
    series by how their model stands, ``turned`` those for which this is different since the night before. ``missed`` are nights that were
    not run, ``owed`` what could not be made beside published ones. ``alerts_overdue`` wait for a sweep, of which the last was at
    ``swept_at``; of so many as ``calendar_unknown`` something has no due time until somebody fills in the calendar.
    """

    district: str
    attention: tuple[Finding, ...]
    troubles: tuple[Finding, ...]
    night: dt.date | None
    revision: int | None
    as_of: dt.datetime | None
    lake_seq: int | None
    waiting_files: int | None
    asked: tuple[str, ...]
    refusals: Refusals
    ledger: tuple[SourceLedger, ...]
    quarantine: tuple[SetAside, ...]
    doubtful: int
    read_otherwise: tuple[ReadOtherwise, ...]
    unregistered: tuple[Unregistered, ...]
    rules_changed: tuple[str, ...]
    source_days: Mapping[str, Mapping[DayState, int]]
    silent: tuple[Category, ...]
    unheard: tuple[Unheard, ...]
    uncounted: tuple[str, ...]
    record: tuple[Graded, ...]
    models: Mapping[Standing, list[str]]
    turned: tuple[Turn, ...]
    alerts_open: int
    alerts_overdue: int
    calendar_unknown: int
    swept_at: dt.datetime | None
    retracted: tuple[RetractedNight, ...]
    missed: Absence
    undelivered: Undelivered
    owed: tuple[Owed, ...]
    runs: tuple[RunLine, ...]


def status(context: Context) -> Status:
    """Gather it. Delivered files that have not changed since they were taken in are not read again."""
    warehouse = context.warehouse
    night = latest_night(warehouse)
    row = night_row(warehouse, night) if night else None
    summary = run_summary(warehouse, row.run_id, row.night) if row else NightSummary()
    models = _models(context, row)
    standing = alerts_of(warehouse, GOING_ON)
    found = Status(
        district=context.code,
        attention=(),
        troubles=troubles(context),
        night=night,
        revision=row.revision if row else None,
        as_of=row.as_of if row else None,
        lake_seq=_sequence(context),
        waiting_files=_waiting(context),
        asked=tuple(context.folder.asked()),
        refusals=refusals(context, clock.now()),
        ledger=ledger_by_source(context),
        quarantine=set_aside(context),
        doubtful=doubts(warehouse),
        read_otherwise=read_otherwise(warehouse, context.folder),
        unregistered=unregistered(warehouse, clock.now()),
        rules_changed=rules_changed(warehouse, context.folder, night) if night else (),
        source_days=_last_days(source_days_of(warehouse, night)) if night else {},
        silent=_silent(summary),
        unheard=tuple(unheard(context.district, source_days_of(warehouse, night), night)) if night else (),
        uncounted=tuple(c for which in RESIDENTS for c in uncounted(context.district, summary.series_shares.get(which, {}), which)),
        record=records(Graded, record(evaluations_of(warehouse, night))) if night else (),
        models=standings(models),
        turned=tuple(turns(_models(context, night_row(warehouse, night - dt.timedelta(days=1))), models)) if night else (),
        retracted=tuple(retracted_nights(warehouse)),
        alerts_open=standing.height,
        alerts_overdue=standing.filter(pl.col("next_due_at") <= clock.now()).height,
        calendar_unknown=standing.filter(pl.col("no_due") == NoDue.CALENDAR_UNKNOWN.value).height,
        swept_at=last_sweep(warehouse),
        missed=absence(context.warehouse, context.district, clock.now().astimezone(context.district.zone).date()),
        undelivered=undelivered(warehouse),
        owed=tuple(owed_products(warehouse)),
        runs=records(RunLine, runs_of(warehouse, RUNS_SHOWN)),
    )
    return replace(found, attention=tuple(attention(found, clock.now())))


def _sequence(context: Context) -> int | None:
    """The lake's newest commit; None where it cannot be read, which is told beside the status."""
    try:
        return context.lake.sequence()
    except StoreError:
        return None


def _waiting(context: Context) -> int | None:
    """How many files that lie on this machine nobody has looked into yet, those aside that cannot be; None where no key is at hand to know
    them by. A far side is asked when a night runs: a look at the status waits for nobody."""
    if context.settings.key is None:
        return None
    done = stored_batches(context.warehouse) | {r.refusal_id for r in standing(context)}
    looking = Looking(Seen(context.settings.landing(context.code)), done)
    here = {s.code for s in context.district.sources} - {*context.folder.asked()}
    return sum(new.file.refusal is None for new in new_files(context, looking, here))


def _silent(summary: NightSummary) -> tuple[Category, ...]:
    return tuple(c for c, why in summary.not_scored.items() if why.get(NotScored.STALE) and not any(summary.levels.get(c, {}).values()))


def _models(context: Context, night: PublishedNight | None) -> list[Mapping[str, Json]]:
    return [m.payload for m in models_of(context.warehouse, night.model_ids, kind="model")] if night else []


def _last_days(days: pl.DataFrame) -> Mapping[str, Mapping[DayState, int]]:
    recent = days.filter(pl.col("day") > pl.col("day").max() - pl.duration(days=SOURCE_DAYS_SHOWN))
    counted = recent.group_by("source", "state").agg(days=pl.len()).sort("source", "state")
    found: dict[str, dict[DayState, int]] = {}
    for source, state, number in counted.iter_rows():
        found.setdefault(source, {})[DayState(state)] = number
    return found
