"""The backfill flow: run past nights again, one task per night, notifying nobody.

Belongs here: the order of a backfill for Prefect, and what it changed. Does not: the steps (``flows.steps.tasks``), choosing the nights
(``flows.nights.plan``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import polars as pl
from prefect import flow
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from pydantic import Field

from flows.intake.refusals import Refusals, refusals, told
from flows.nights.night import NightOutcome
from flows.nights.plan import PastMode, PastNights, PlannedNight, Reason, backfill_runs, checked_reason, planned, run_id, stale_runs
from flows.steps.discretion import discreet
from flows.steps.overtaken import named_for_its_time
from flows.steps.tasks import ingest_task, night_task, quoted
from flows.stores import Context, looking, opened
from flows.tell.ledger import SourceLedger, ledger_by_source
from infra import clock, progress
from infra.warehouse.alerts.events import alert_events_before
from infra.warehouse.nights.runs import RunTerms
from transforms.district.codes import Code
from transforms.schema.night import NightSummary
from transforms.words.backfills import BackfillReason
from transforms.words.counting import many

# One choice of three: what is stale is seen with what is known now.
Which: TypeAlias = Literal["restate", "as_known", "stale"]
# On a form a drop-down; a command may write a ticket behind it.
Chosen = Annotated[Reason, Field(json_schema_extra={"enum": [str(reason) for reason in BackfillReason]})]


@dataclass(frozen=True)
class Planned:
    """The nights that a dry run found; none was run."""

    district: str
    nights: tuple[PlannedNight, ...]


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
def backfill(
    district: Code, first: dt.date, last: dt.date, reason: Chosen, mode: Which = "restate", dry_run: bool = False
) -> Backfilled | Planned:
    """Run past nights again. Nobody is told of it, and no live alert is touched.

    Cancelled, it leaves published nights whole; started again it finds them unchanged. Its artifacts say what moved, night by night.

    Args:
        district: its code.
        first: the first of the nights, by the district's calendar.
        last: the last of them, today's at most.
        reason: why; it is stored with every night that moves.
        mode: restate looks with what is known now, as_known with what was known then; stale restates only nights whose inputs have changed.
        dry_run: only say which nights would run; nothing is changed.
    """
    stale = mode == "stale"
    looks: PastMode = "as_known" if mode == "as_known" else "restate"
    if dry_run:
        with discreet(), looking(district) as context:
            return _would_run(context, PastNights(first, last, checked_reason(reason, context.district.ticket), looks), stale=stale)
    with discreet(), opened(district) as context:
        wanted = PastNights(first, last, checked_reason(reason, context.district.ticket), looks)
        now = clock.now()
        name = run_id("backfill", now)
        # Refuse before taking anything in.
        backfill_runs(context, wanted, now, name)
        records = ingest_task(quoted(context), now) if looks == "restate" else []
        # What landed in this very command is known now, too.
        now = max([now, *(r.landed_at for r in records)])
        every = backfill_runs(context, wanted, now, name)
        outcomes = _run(context, stale_runs(context, every, now) if stale else every, wanted)
        nights = tuple(_changed(outcome) for outcome in outcomes)
        _show(district, nights, wanted)
        result = Backfilled(
            district=district,
            run_id=name,
            mode=looks,
            reason=wanted.reason,
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


def _would_run(context: Context, wanted: PastNights, *, stale: bool) -> Planned:
    """An artifact with the nights that would run, and how they stand."""
    nights = tuple(planned(context, wanted, clock.now(), stale=stale))
    table = [{"night": n.night.isoformat(), "revision": n.stored_revision, "why": n.why} for n in nights]
    described = f"A dry run: {many(len(nights), 'night')} would run again, and nothing was changed. Start it without the dry run."
    create_table_artifact(table=table, key=f"backfill-plan-{context.code.replace('_', '-')}", description=described)
    return Planned(context.code, nights)


def _run(context: Context, runs: list[RunTerms], wanted: PastNights) -> list[NightOutcome]:
    """Every night in order; each sees the alerts that those before it would have raised."""
    before = alert_events_before(context.warehouse, wanted.first)
    key, described = context.code.replace("_", "-"), f"{wanted.first} to {wanted.last}: {wanted.reason}"
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


def _show(district: str, nights: tuple[PastNight, ...], wanted: PastNights) -> None:
    """An artifact with what changed, night by night."""
    table = [vars(night) | {"night": night.night.isoformat()} for night in nights]
    key = f"backfill-nights-{district.replace('_', '-')}"
    create_table_artifact(table=table, key=key, description=f"What the backfill changed: {wanted.reason}")
