"""The nightly flow: take in what arrived, score the night, publish it, deliver, write its brief.

Belongs here: the order of a night for Prefect, and what it came to. Does not: the steps (``flows.tasks``), which nights run as of when
(``flows.nights.plan``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from prefect import flow

from flows.intake.ingest import Refusal, refusals
from flows.nights.plan import asked_night, missed_nights, newest_known, nightly_run
from flows.stores import opened
from flows.tasks import brief_task, deliver_task, ingest_task, night_task, quoted, show_levels
from infra import clock
from transforms.district.codes import Code
from transforms.schema.night import NightSummary


@dataclass(frozen=True)
class Nightly:
    """What a nightly came to: the nights it ran, what the last of them published and says, what was delivered and refused."""

    district: str
    night: dt.date
    nights_run: tuple[dt.date, ...]
    revision: int
    rows_changed: int
    levels_changed: int
    batches: int
    refused: tuple[Refusal, ...]
    delivered: int
    brief: str
    summary: NightSummary


@flow(name="nightly", validate_parameters=True, persist_result=False)
def nightly(district: Code, night: dt.date | None = None, amend: bool = False) -> Nightly:
    """Run one night of one district: today's, or ``night``; nights that were missed before it are run first, in their order.

    ``amend`` makes a further revision with what is known now.

    Raises:
        SifangError: a later night is published already, the night has not begun, or something else the operator must mend.
    """
    with opened(district) as context:
        now = clock.now()
        # Refuse before taking anything in.
        chosen = asked_night(context, night, now)
        records = ingest_task(quoted(context), now)
        newest = now if amend else newest_known(context.district, records)
        nights = (*missed_nights(context, chosen), chosen)
        for each in nights:
            terms = nightly_run(context, each, newest, f"nightly-{each:%Y%m%d}-{now:%H%M%S}")
            outcome = night_task(quoted(context), quoted(terms), each.isoformat())
        show_levels(context, outcome)
        return Nightly(
            district=district,
            night=chosen,
            nights_run=nights,
            revision=outcome.revision,
            rows_changed=outcome.rows_changed,
            levels_changed=outcome.levels_changed,
            batches=len(records),
            refused=tuple(refusals(records)),
            delivered=deliver_task(quoted(context)),
            brief=brief_task(quoted(context), chosen),
            summary=outcome.summary,
        )
