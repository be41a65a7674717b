"""The steps of a night as Prefect sees them: tasks that are tried again where that may help, and what its pages show.

Belongs here: retries, names of task runs, artifacts. Does not: the work of a step (``flows.intake``, ``flows.nights``, ``flows.alerts``,
``flows.tell``), which runs without a server as well.
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar, cast

import polars as pl
from prefect import Task, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from flows.alerts.deliver import Sent, deliver
from flows.alerts.sweep import SweptAlerts, sweep_alerts
from flows.intake.ingest import ingest
from flows.nights.night import NightOutcome, run_night
from flows.steps.discretion import discreet
from flows.stores import Context
from flows.tell.brief import write_brief
from flows.tell.docs import write_docs
from flows.tell.site import Tier, write_site
from infra.warehouse.database.engine import WarehouseError
from infra.warehouse.intake.batches import BatchRecord
from infra.warehouse.nights.runs import RunTerms
from transforms.words import Category, Level, State

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State as TaskState

P = ParamSpec("P")
T = TypeVar("T")
# What a share or a network says that is away for a moment.
_PASSING: Final = {
    *(errno.EIO, errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH),
    *(errno.ENETDOWN, errno.ENETUNREACH, errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED),
}
_LEVELS: Final = (*Level, State.LEARNING)


def quoted(value: T) -> T:
    """A parameter that Prefect passes on without looking into it; a context holds open stores and whole frames."""
    return cast("T", quote(value))


def worth_retrying(_task: object, _run: object, state: TaskState[object]) -> bool:
    """Retry what another minute may heal: a busy database, a share that is away. A right that is missing, a full disk stay as they are."""
    error = state.result(raise_on_failure=False)
    return (isinstance(error, WarehouseError) and error.may_pass) or (isinstance(error, OSError) and error.errno in _PASSING)


def step(name: str, run_name: str | None = None) -> Callable[[Callable[P, T]], Task[P, T]]:
    """A task that is tried again after two and after fifteen seconds; what it returns is handed on and stored nowhere."""
    made = task(
        name=name,
        task_run_name=run_name,
        retries=2,
        retry_delay_seconds=[2, 15],
        retry_condition_fn=worth_retrying,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    # As a decorator of its own it opens anew for each call.
    return lambda function: made(discreet()(function))


@step("ingest")
def ingest_task(context: Context, now: dt.datetime) -> list[BatchRecord]:
    """Take in every new file."""
    return ingest(context, now)


@step("night", "night-{label}")
def night_task(context: Context, terms: RunTerms, label: str, before: pl.DataFrame | None = None) -> NightOutcome:
    """Score and publish one night. ``label`` names the task run."""
    del label
    return run_night(context, terms, before)


@step("brief")
def brief_task(context: Context, night: dt.date) -> str:
    """Write the brief of a published night."""
    return str(write_brief(context, night))


@step("site")
def site_task(context: Context) -> list[str]:
    """Write the site of each tier."""
    return [write_site(context, tier).first for tier in Tier]


@step("docs")
def docs_task(context: Context) -> str:
    """Write the Data Docs."""
    return str(write_docs(context))


@step("sweep")
def sweep_task(context: Context, now: dt.datetime) -> SweptAlerts:
    """Take what is due of every alert."""
    return sweep_alerts(context, now)


@step("deliver")
def deliver_task(context: Context) -> Sent:
    """Deliver what nights left in the outbox."""
    return deliver(context)


def show_levels(context: Context, outcome: NightOutcome) -> None:
    """An artifact with the night's cells by category and level."""
    summary = outcome.summary
    table = [
        {
            "category": category.value,
            **{level.value: summary.cells(category, level) for level in _LEVELS},
            "not scored": sum(summary.not_scored.get(category, {}).values()),
        }
        for category in Category
    ]
    create_table_artifact(
        table=table,
        key=f"levels-{context.code.replace('_', '-')}",
        description=f"{context.district.name_en}, night {outcome.night}, revision {outcome.revision}: cells by internal attention level",
    )
