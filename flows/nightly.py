"""The nightly flow: take in what arrived, score the night, publish it, write its brief.

Belongs here: Prefect's view of a night. Does not: the work (``flows.intake.ingest``, ``flows.nights.night``), which runs without a server
as well.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar, cast

import polars as pl
from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from flows.alerts.deliver import deliver
from flows.intake.ingest import ingest, refusals
from flows.nights.night import NightOutcome, run_night
from flows.nights.plan import missed_nights, nightly_run
from flows.stores import Context, opened
from flows.tell.brief import write_brief
from infra import clock, progress
from infra.warehouse.batches import BatchRecord
from infra.warehouse.engine import WarehouseError
from infra.warehouse.runs import RunTerms
from transforms.district.codes import Code
from transforms.schema import Category, Level, State
from transforms.schema.plain import plain

T = TypeVar("T")


def quoted(value: T) -> T:
    """A parameter that Prefect passes on without looking into it; a context holds open stores and whole frames."""
    return cast("T", quote(value))


def worth_retrying(_task: object, _run: object, state: Any) -> bool:
    """Retry what another minute may heal: a busy database, a share that is away. A faulty folder stays faulty."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, WarehouseError | OSError)


_RETRY: dict[str, Any] = {"retries": 2, "retry_delay_seconds": [2, 15], "retry_condition_fn": worth_retrying, "cache_policy": NO_CACHE}


@task(name="ingest", **_RETRY)
def ingest_task(context: Context, now: dt.datetime) -> list[BatchRecord]:
    """Take in every new file."""
    return ingest(context, now, progress.tell)


@task(name="night", task_run_name="night-{label}", **_RETRY)
def night_task(context: Context, terms: RunTerms, label: str, before: pl.DataFrame | None = None) -> NightOutcome:
    """Score and publish one night. ``label`` names the task run."""
    del label
    return run_night(context, terms, before)


@task(name="brief", **_RETRY)
def brief_task(context: Context, night: dt.date) -> str:
    """Write the brief of a published night."""
    return str(write_brief(context, night))


def publish_levels(context: Context, outcome: NightOutcome) -> None:
    """An artifact with the night's cells by category and level."""
    summary, stands = outcome.summary, (*Level, State.LEARNING)
    table = [
        {
            "category": category.value,
            **{level.value: summary.cells(category, level) for level in stands},
            "not scored": sum(summary.not_scored.get(category, {}).values()),
        }
        for category in Category
    ]
    create_table_artifact(
        table=table,
        key=f"levels-{context.code.replace('_', '-')}",
        description=f"{context.district.name_en}, night {outcome.night}, revision {outcome.revision}: cells by internal attention level",
    )


@task(name="deliver", **_RETRY)
def deliver_task(context: Context) -> int:
    """Deliver what nights left in the outbox."""
    return deliver(context)


@flow(name="nightly", validate_parameters=True)
def nightly(district: Code, night: dt.date | None = None, amend: bool = False) -> dict[str, Any]:
    """Run one night of one district: today's, or ``night``; nights that were missed before it are run first, in their order.

    ``amend`` makes a further revision with what is known now.

    Raises:
        SifangError: a later night is published already, the night has not begun, or something else the operator must mend.
    """
    with opened(district) as context:
        now = clock.now()
        chosen = night or now.astimezone(context.district.zone).date()
        # Refuse before taking anything in.
        nightly_run(context, chosen, None, "", now=now)
        records = ingest_task(quoted(context), now)
        landed = [r.landed_at for r in records if r.state == "stored" and _lands_when_seen(context, r)]
        newest = now if amend else max(landed, default=None)
        nights = [*missed_nights(context, chosen), chosen]
        for each in nights:
            run = nightly_run(context, each, newest, f"nightly-{each:%Y%m%d}-{now:%H%M%S}")
            outcome = night_task(quoted(context), quoted(run), each.isoformat())
        publish_levels(context, outcome)
        delivered = deliver_task(quoted(context))
        brief = brief_task(quoted(context), chosen)
        return {
            "district": district,
            "night": chosen.isoformat(),
            "nights_run": [n.isoformat() for n in nights],
            "revision": outcome.revision,
            "rows_changed": outcome.rows_changed,
            "levels_changed": outcome.levels_changed,
            "batches": len(records),
            "refused": refusals(records),
            "delivered": delivered,
            "brief": brief,
            **cast("dict[str, Any]", plain(outcome.summary)),
        }


def _lands_when_seen(context: Context, record: BatchRecord) -> bool:
    """Whether this batch's rows are known from the moment they landed, not by a declared rule."""
    return context.district.source(record.source).known_at.rule == "landing"
