"""A process that runs nightlies and backfills over the same nights as another one does.

Belongs here: one writer. Does not: what both must have left (``test_two_writers``).

Called with one JSON object: ``root``, ``name``, ``rounds``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

from flows.alerts.deliver import deliver
from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.stores import Context, open_context
from infra.warehouse.alerts.events import alert_events_before
from tests.crash.child import receive
from tests.helpers import nine
from tests.helpers.stand_ins import stand_in_for_the_checks
from tests.helpers.tiny import moment


def nightly(context: Context, root: Path, number: int, run_id: str) -> None:
    """Take in and run one night live, as the flow does, unless the other writer is further already."""
    receive(root, number)
    night = nine.NIGHTS[number]
    ingest(context, moment(night, 6))
    run_night(context, nightly_run(context, night, None, run_id))
    deliver(context)


def backfill(context: Context, run_id: str, *, as_known: bool) -> None:
    """Run every night but the last again."""
    now = moment(nine.NIGHTS[-1], 12)
    events = alert_events_before(context.warehouse, nine.NIGHTS[0])
    for run in backfill_runs(
        context, PastNights(nine.NIGHTS[0], nine.NIGHTS[-2], "late-data", "as_known" if as_known else "restate"), now, run_id
    ):
        outcome = run_night(context, run, events)
        events = pl.concat([events, outcome.events])


def main(order: dict[str, Any]) -> None:
    """The last night again and again, with a backfill of the nights before it in between."""
    stand_in_for_the_checks()
    context = open_context(nine.CODE)
    try:
        for number in range(order["rounds"]):
            run_id = f"{order['name']}-{number}"
            nightly(context, Path(order["root"]), len(nine.NIGHTS) - 1, run_id)
            backfill(context, f"{run_id}-again", as_known=number % 2 == 1)
    finally:
        context.stores.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
