"""The demo: fifteen simulated months of Weibin, the last sixty nights run as nightlies while their files arrive.

Belongs here: staging. Does not: anything that a real run does otherwise; ingest, night and brief are the same functions.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from prefect import flow

from flows.alerts.deliver import deliver
from flows.nights.night import NightOutcome
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.steps.discretion import discreet
from flows.steps.tasks import ingest_task, night_task, quoted, show_levels
from flows.stores import Context, Time, opened
from flows.tell.brief import write_brief
from flows.tell.docs import write_docs
from flows.tell.status import Status, status
from infra import progress
from infra.deploy.demo_home import inbox_of
from infra.districts.simulated import write_deliveries
from infra.warehouse.nights.nights import night_row
from transforms.clocks.nights import cutoff, span
from transforms.schema.night import NightSummary
from transforms.words.backfills import BackfillReason
from transforms.workshop.simulator.simulate import Delivery, Simulation, simulate

DISTRICT = "weibin"
FIRST_DAY = dt.date(2025, 1, 1)
DAYS = 455
NIGHTS = 60
SEED = 703
REASON = BackfillReason.DEMO.value


def stage(context: Context) -> Simulation:
    """Simulate the whole period. The same seed gives the same files, to the byte."""
    folder = context.folder
    return simulate(folder.cells, first_day=FIRST_DAY, days=DAYS, seed=SEED, history_days=DAYS - NIGHTS, register=folder.register)


def nights() -> list[dt.date]:
    """The sixty nights, the last one the morning after the last simulated day."""
    last = FIRST_DAY + dt.timedelta(days=DAYS)
    return list(span(last - dt.timedelta(days=NIGHTS - 1), last))


@dataclass(frozen=True)
class Demonstrated:
    """What the demo came to: its nights, what they changed, how the district stands after the last of them."""

    district: str
    first_night: dt.date
    last_night: dt.date
    nights: int
    batches_new: int
    rows_total: int
    rows_changed: int
    alerts_opened: int
    alerts_ended: int
    last: NightSummary
    status: Status
    brief: str


@flow(name="demo", persist_result=False)
def demo() -> Demonstrated:
    """Deliver, ingest and score night after night; a night that is already published is recomputed as it was known and compared.

    Its inbox is no parameter: Prefect stores those, and a path says whose machine this is.
    """
    with discreet(), opened(DISTRICT, whose_time=Time.OWN) as context:
        progress.tell("simulate 15 months")
        simulation = stage(context)
        outcomes: list[NightOutcome] = []
        batches, chosen = 0, nights()
        inbox = inbox_of(context.settings, DISTRICT)
        left = sorted(simulation.deliveries, key=lambda d: (d.day, d.source))
        for number, night in enumerate(chosen):
            progress.tell(f"night {night}", number, len(chosen))
            left = _deliver(left, night, inbox)
            moment = cutoff(night, context.district)
            batches += len(ingest_task(quoted(context), moment))
            outcomes.append(_night(context, night, moment))
        progress.tell("done", len(chosen), len(chosen))
        show_levels(context, outcomes[-1])
        deliver(context)
        write_docs(context)
        return Demonstrated(
            district=DISTRICT,
            first_night=chosen[0],
            last_night=chosen[-1],
            nights=len(chosen),
            batches_new=batches,
            rows_total=sum(o.rows_total for o in outcomes),
            rows_changed=sum(o.rows_changed for o in outcomes),
            alerts_opened=sum(o.summary.opened for o in outcomes),
            alerts_ended=sum(o.summary.ended for o in outcomes),
            last=outcomes[-1].summary,
            status=status(context),
            brief=str(write_brief(context, chosen[-1])),
        )


def _deliver(left: list[Delivery], night: dt.date, folder: Path) -> list[Delivery]:
    """Write what arrives by the morning of ``night``; return what is still to come."""
    write_deliveries([d for d in left if d.day < night], folder)
    return [d for d in left if d.day >= night]


def _night(context: Context, night: dt.date, moment: dt.datetime) -> NightOutcome:
    run_id = f"demo-{night:%Y%m%d}"
    if night_row(context.warehouse, night) is None:
        run = nightly_run(context, night, None, run_id, "demo")
    else:
        run = backfill_runs(context, PastNights(night, night, REASON, "as_known", "demo"), moment, f"{run_id}-again")[0]
    return night_task(quoted(context), quoted(run), night.isoformat())
