"""The backfill flow: run past nights again, one task per night, notifying nobody.

Belongs here: Prefect's view of a backfill. Does not: choosing the nights (``flows.nights.plan``), the work (``flows.nights.night``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import polars as pl
from prefect import flow
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact

from flows.intake.ingest import refusals
from flows.nightly import ingest_task, night_task, quoted
from flows.nights.night import NightOutcome
from flows.nights.plan import PastNights, backfill_runs, checked_reason, stale_runs
from flows.stores import opened
from infra import clock, progress
from infra.warehouse.alerts import alert_events_before
from transforms.district.codes import Code
from transforms.schema.plain import plain


@flow(name="backfill", validate_parameters=True)
def backfill(
    district: Code, first: dt.date, last: dt.date, reason: str, mode: Literal["restate", "as_known"] = "restate", stale: bool = False
) -> dict[str, Any]:
    """Run the nights ``first`` to ``last`` again: with what is known now (restate) or what was known then (as_known).

    ``stale`` runs only those whose inputs changed since they were published.

    Returns:
        Per night what changed, and which alerts it would have opened and ended; none is.
    """
    reason = checked_reason(reason)
    with opened(district) as context:
        now = clock.now()
        run_id = f"backfill-{now:%Y%m%d-%H%M%S}"
        backfill_runs(context, PastNights(first, last, reason, mode), now, run_id)
        records = ingest_task(quoted(context), now) if mode == "restate" else []
        # What landed in this very command is known now, too.
        now = max([now, *(r.landed_at for r in records)])
        runs = backfill_runs(context, PastNights(first, last, reason, mode), now, run_id)
        compared = len(runs)
        runs = stale_runs(context, runs, now) if stale else runs
        events = alert_events_before(context.warehouse, first)
        artifact = create_progress_artifact(
            progress=0.0, key=f"backfill-{district.replace('_', '-')}", description=f"{first} to {last}: {reason}"
        )
        outcomes: list[NightOutcome] = []
        for number, run in enumerate(runs, start=1):
            progress.tell(f"night {run.night}", number - 1, len(runs))
            outcome = night_task(quoted(context), quoted(run), run.night.isoformat(), quoted(events))
            events = pl.concat([events, outcome.events])
            outcomes.append(outcome)
            if number % 10 == 0 or number == len(runs):
                update_progress_artifact(artifact, progress=100 * number / len(runs))  # type: ignore[arg-type]
        progress.tell("done", len(runs), len(runs))
        nights = [_told(o) for o in outcomes]
        create_table_artifact(
            table=nights, key=f"backfill-nights-{district.replace('_', '-')}", description=f"What the backfill changed: {reason}"
        )
        return {
            "district": district,
            "run_id": run_id,
            "mode": mode,
            "reason": reason,
            "nights": nights,
            "rows_total": sum(o.rows_total for o in outcomes),
            "rows_changed": sum(o.rows_changed for o in outcomes),
            "levels_changed": sum(o.levels_changed for o in outcomes),
            "batches": len(records),
            "refused": refusals(records),
            "nights_compared": compared,
            "last": plain(outcomes[-1].summary) if outcomes else None,
        }


def _told(outcome: NightOutcome) -> dict[str, Any]:
    return {
        "night": outcome.night.isoformat(),
        "revision": outcome.revision,
        "rows": outcome.rows_total,
        "rows_changed": outcome.rows_changed,
        "levels_changed": outcome.levels_changed,
        "would_have_opened": outcome.summary.opened,
        "would_have_ended": outcome.summary.ended,
    }
