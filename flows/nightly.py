"""The nightly flow: take in what arrived, score the night, publish it, then deliver, write its brief.

Belongs here: the order of a night for Prefect, and what it came to. Does not: the steps (``flows.steps.tasks``), which nights run as of
when (``flows.nights.plan``, ``flows.nights.absence``), what follows a published night (``flows.steps.products``).
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass

from prefect import flow, get_run_logger

from flows.intake.refusals import Refusals, refusals, told
from flows.nights.absence import Absence, Gap, absence
from flows.nights.checks import RefusedNightError
from flows.nights.night import NightOutcome
from flows.nights.plan import asked_night, newest_known, nightly_run, run_id
from flows.steps.discretion import discreet
from flows.steps.overtaken import named_for_its_night, unless_overtaken
from flows.steps.products import Products, follow
from flows.steps.tasks import ingest_task, night_task, quoted
from flows.stores import Context, opened
from flows.tell.readings import ReadOtherwise, read_otherwise
from infra import clock, progress
from infra.warehouse.database.engine import WarehouseError
from transforms.district.codes import Code
from transforms.schema.night import NightSummary
from transforms.words.counting import many
from transforms.words.harmless import harmless


@dataclass(frozen=True)
class Withheld:
    """A missed night that was run and must not be published, and why."""

    night: dt.date
    why: str


@dataclass(frozen=True)
class Nightly:
    """What a nightly came to. The night is published, or there is no such value.

    ``nights_run`` are the nights that it published, missed ones first, ``withheld`` missed ones that it ran and that must not be published,
    ``missed`` all that are left to be asked for; ``summary`` is of the last night, ``products`` what was made beside it;
    ``read_otherwise`` are sources of which batches were read under a declaration that reads otherwise.
    """

    district: str
    night: dt.date
    nights_run: tuple[dt.date, ...]
    withheld: tuple[Withheld, ...]
    missed: tuple[Gap, ...]
    revision: int
    rows_changed: int
    levels_changed: int
    batches: int
    refusals: Refusals
    read_otherwise: tuple[ReadOtherwise, ...]
    products: Products
    summary: NightSummary


@flow(name="nightly", flow_run_name=named_for_its_night, timeout_seconds=6 * 3600, validate_parameters=True, persist_result=False)
@unless_overtaken
def nightly(district: Code, night: dt.date | None = None, amend: bool = False) -> Nightly:
    """Run one night of one district: today's, or ``night``; nights that were missed before it are run first, in their order.

    ``amend`` makes a further revision with what is known now.

    Raises:
        SifangError: a later night is published already, the night has not begun, or something else the operator must mend.
    """
    with discreet(), opened(district) as context:
        now = clock.now()
        # Refuse before taking anything in.
        chosen = asked_night(context, night, now)
        records = ingest_task(quoted(context), now)
        refused = refusals(context, now)
        newest = now if amend else newest_known(context.district, records)
        run = _Nights(context, now, newest, run_id("nightly", now))
        missed = absence(context.warehouse, context.district, chosen)
        caught_up, withheld = run.missed(missed)
        outcome = run.one(chosen)
        result = Nightly(
            district=district,
            night=chosen,
            nights_run=(*caught_up, chosen),
            withheld=tuple(withheld),
            missed=run.left(chosen, missed),
            revision=outcome.revision,
            rows_changed=outcome.rows_changed,
            levels_changed=outcome.levels_changed,
            batches=sum(record.state == "stored" for record in records),
            refusals=refused,
            read_otherwise=read_otherwise(context.warehouse, context.folder),
            products=follow(context, outcome, now),
            summary=outcome.summary,
        )
        # A run that cannot say so tells of them again.
        with suppress(WarehouseError):
            told(context, refused, now)
        _warn(result)
        return result


def _warn(result: Nightly) -> None:
    """Tell the run's own log what somebody must look at, for those who start nights by a schedule and read no terminal."""
    log = get_run_logger()

    def warn(text: str) -> None:
        log.warning("%s", harmless(text))

    for file in result.refusals.new:
        warn(f"refused: {file.file} of {file.source} ({file.size_bytes} bytes, changed {file.changed_at}): {file.reason}")
    for gap in result.missed:
        warn(f"not run: {many(gap.nights, 'night')}, {gap.first} to {gap.last}: {gap.command}")
    for unmade in result.products.unmade:
        warn(f"not made: {unmade.product} of night {unmade.night}: {unmade.said}")


@dataclass(frozen=True)
class _Nights:
    """Running nights of one command, with what is known to it."""

    context: Context
    now: dt.datetime
    newest: dt.datetime | None
    run_id: str

    def one(self, night: dt.date) -> NightOutcome:
        """Run a night."""
        terms = nightly_run(self.context, night, self.newest, self.run_id)
        return night_task(quoted(self.context), quoted(terms), night.isoformat())

    def left(self, night: dt.date, before: Absence) -> tuple[Gap, ...]:
        """What is left to be asked for once a night is published; as it was before where that cannot be read."""
        try:
            return absence(self.context.warehouse, self.context.district, night).left
        except WarehouseError:
            return before.left

    def missed(self, found: Absence) -> tuple[list[dt.date], list[Withheld]]:
        """Run missed nights in their order. One that must not be published stays missed, and keeps none after it from running."""
        for gap in found.left:
            progress.tell(f"missed: {many(gap.nights, 'night')}, {gap.first} to {gap.last}; {gap.command}")
        published: list[dt.date] = []
        withheld: list[Withheld] = []
        for number, night in enumerate(found.caught_up):
            progress.tell(f"missed: night {night}", number, len(found.caught_up))
            try:
                self.one(night)
                published.append(night)
            except RefusedNightError as error:
                withheld.append(Withheld(night, str(error)))
        return published, withheld
