"""The backfill flow: run past nights again, one task per night, notifying nobody.

Belongs here: the order of a backfill for Prefect, and what it changed. Does not: the steps (``flows.steps.tasks``), choosing the nights
(``flows.nights.plan``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from prefect import flow
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact

from flows.intake.refusals import Refusals, refusals, told
from flows.nights.night import NightOutcome
from flows.nights.plan import PastMode, PastNights, Reason, backfill_runs, checked_reason, run_id, stale_runs
from flows.steps.discretion import discreet
from flows.steps.overtaken import named_for_its_time
from flows.steps.tasks import ingest_task, night_task, quoted
from flows.stores import Context, opened
from flows.tell.ledger import SourceLedger, ledger_by_source
from infra import clock, progress
from infra.warehouse.alert_events import alert_events_before
from infra.warehouse.runs import RunTerms
from transforms.district.codes import Code
from transforms.schema.night import NightSummary


@dataclass(frozen=True)
class PastNight:
    """What a backfill changed of one night, and the alerts that it would have opened and ended; none is."""

    night: dt.date
    revision: int
    rows: int
    rows_changed: int
    levels_changed: int
    would_have_opened: int
    would_have_ended: int


@dataclass(frozen=True)
class Backfilled:
    """What a backfill came to: the nights it ran of those it compared, what the last of them says, and the ledger after it."""

    district: str
    run_id: str
    mode: PastMode
    reason: str
    nights: tuple[PastNight, ...]
    rows_total: int
    rows_changed: int
    levels_changed: int
    batches: int
    refusals: Refusals
    nights_compared: int
    last: NightSummary | None
    ledger: tuple[SourceLedger, ...]


@flow(name="backfill", flow_run_name=named_for_its_time, validate_parameters=True, persist_result=False)
def backfill(district: Code, first: dt.date, last: dt.date, reason: Reason, mode: PastMode = "restate", stale: bool = False) -> Backfilled:
    """Run the nights ``first`` to ``last`` again: with what is known now (restate) or what was known then (as_known).

    ``stale`` runs only those whose inputs changed since they were published.
    """
    with discreet(), opened(district) as context:
        asked = PastNights(first, last, checked_reason(reason, context.district.ticket), mode)
        now = clock.now()
        name = run_id("backfill", now)
        # Refuse before taking anything in.
        backfill_runs(context, asked, now, name)
        records = ingest_task(quoted(context), now) if mode == "restate" else []
        # What landed in this very command is known now, too.
        now = max([now, *(r.landed_at for r in records)])
        every = backfill_runs(context, asked, now, name)
        outcomes = _run(context, stale_runs(context, every, now) if stale else every, asked)
        nights = tuple(_changed(outcome) for outcome in outcomes)
        _show(district, nights, asked)
        result = Backfilled(
            district=district,
            run_id=name,
            mode=mode,
            reason=asked.reason,
            nights=nights,
            rows_total=sum(night.rows for night in nights),
            rows_changed=sum(night.rows_changed for night in nights),
            levels_changed=sum(night.levels_changed for night in nights),
            batches=sum(record.state == "stored" for record in records),
            refusals=refusals(context, now),
            nights_compared=len(every),
            last=outcomes[-1].summary if outcomes else None,
            ledger=ledger_by_source(context),
        )
        told(context, result.refusals, now)
        return result


def _run(context: Context, runs: list[RunTerms], asked: PastNights) -> list[NightOutcome]:
    """Every night in order; each sees the alerts that those before it would have raised."""
    before = alert_events_before(context.warehouse, asked.first)
    key, described = context.code.replace("_", "-"), f"{asked.first} to {asked.last}: {asked.reason}"
    shown = create_progress_artifact(progress=0.0, key=f"backfill-{key}", description=described)
    outcomes: list[NightOutcome] = []
    for number, terms in enumerate(runs, start=1):
        progress.tell(f"night {terms.night}", number - 1, len(runs))
        outcome = night_task(quoted(context), quoted(terms), terms.night.isoformat(), quoted(before))
        before = pl.concat([before, outcome.events])
        outcomes.append(outcome)
        if number % 10 == 0 or number == len(runs):
            update_progress_artifact(shown, progress=100 * number / len(runs))  # type: ignore[arg-type]
    progress.tell("done", len(runs), len(runs))
    return outcomes


def _changed(outcome: NightOutcome) -> PastNight:
    return PastNight(
        night=outcome.night,
        revision=outcome.revision,
        rows=outcome.rows_total,
        rows_changed=outcome.rows_changed,
        levels_changed=outcome.levels_changed,
        would_have_opened=outcome.summary.opened,
        would_have_ended=outcome.summary.ended,
    )


def _show(district: str, nights: tuple[PastNight, ...], asked: PastNights) -> None:
    """An artifact with what changed, night by night."""
    table = [vars(night) | {"night": night.night.isoformat()} for night in nights]
    key = f"backfill-nights-{district.replace('_', '-')}"
    create_table_artifact(table=table, key=key, description=f"What the backfill changed: {asked.reason}")
