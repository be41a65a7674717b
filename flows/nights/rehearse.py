"""Known nights again, as they were known, under a changed district folder: what would have become of their alerts.

Belongs here: running them beside the live ones, and what is compared. Does not: a night (``flows.nights.night``), the comparison
(``transforms.alerts.compared``).

The nights run in their order in a warehouse of their own that vanishes, from what the lake held then: models are fitted, references frozen
and alerts decided by the changed folder alone, as if it had been there. Nothing live is written. What is not rehearsed is what people did:
no alert is acknowledged, silenced or closed by anybody, and places were visited that the live lists sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from flows.nights.checks import RefusedNightError
from flows.nights.night import run_aside
from flows.stores import Context, aside
from flows.stores.district import require_same_grid
from infra import progress
from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from infra.warehouse.alerts.events import alert_events_before
from infra.warehouse.intake.refusals import refuse, refused_at, settle
from infra.warehouse.keeping.adoptions import lost_since
from infra.warehouse.keeping.erasures import erased_since
from infra.warehouse.nights.nights import PublishedNight, live_revisions, published_nights
from infra.warehouse.nights.runs import RunTerms
from transforms.alerts.compared import Compared, compared
from transforms.alerts.compared import Count as Count
from transforms.alerts.compared import Opened as Opened
from transforms.alerts.past import PAST_NIGHTS
from transforms.alerts.routing import Table
from transforms.words import Role
from transforms.words.counting import times

_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Rehearsed:
    """What some nights would have been under another folder.

    ``nights`` are those compared, ``ran_from`` is the first that was run: those in between only settle what stands open and what is always
    hot. ``withheld`` are nights that would not have been published. ``exact`` says that a home under this folder from the start would have
    opened the very same alerts; otherwise ``because`` says why it may differ. So many nights were published
    ``under_others``, folders other than today's: what differs there is not the change's alone.
    """

    district: str
    first: dt.date
    last: dt.date
    nights: int
    ran_from: dt.date
    withheld: tuple[dt.date, ...]
    exact: bool
    because: tuple[str, ...]
    under_others: int
    alerts: Compared


def rehearse(context: Context, folder: DistrictFolder, nights: int) -> Rehearsed:
    """Run the last so many nights under a folder, and those before them on which their alerts rest.

    Raises:
        SifangError: another district or another grid, no live night, or the inputs of one were purged or lost.
    """
    if folder.district.code != context.code:
        raise SifangError(
            f"The folder is of {folder.district.code}, not of {context.code}.", "Copy the folder of the district and change that."
        )
    require_same_grid(context.under(folder))
    live = live_revisions(context.warehouse, dt.date.min)
    asked = sorted({row.night for row in live})[-nights:]
    if not asked:
        raise SifangError(f"{context.code} has no night that a nightly published.", "Rehearse once it has.")
    begin = asked[0] - PAST_NIGHTS * _DAY
    rows = [row for row in live if row.night >= begin]
    _require_inputs(context, rows)
    withheld: list[dt.date] = []
    with aside(context, folder) as stage:
        for number, row in enumerate(rows):
            progress.tell(f"rehearse {row.night}", number, len(rows))
            _know_refusals(context, stage, row)
            try:
                run_aside(stage, RunTerms(row.night, row.as_of, row.lake_seq, "nightly", "nightly", "rehearsal"))
            except RefusedNightError:
                withheld.append(row.night)
        progress.tell("done", len(rows), len(rows))
        after = alert_events_before(stage.warehouse, asked[-1] + _DAY)
    before = alert_events_before(context.warehouse, asked[-1] + _DAY)
    because = tuple(_because(context, folder, rows, before))
    tables = _table(context.folder), _table(folder)
    return Rehearsed(
        district=context.code,
        first=asked[0],
        last=asked[-1],
        nights=len(asked),
        ran_from=rows[0].night,
        withheld=tuple(dict.fromkeys(night for night in withheld if night >= asked[0])),
        exact=not because,
        because=because,
        under_others=len(
            {row.night for row in rows if row.night >= asked[0] and row.district_version != context.on(row.night).folder.version}
        ),
        alerts=compared(_since(before, asked[0]), _since(after, asked[0]), tables),
    )


def _since(events: pl.DataFrame, first: dt.date) -> pl.DataFrame:
    return events.filter(pl.col("night") >= first)


def _table(folder: DistrictFolder) -> Table:
    return Table.of(folder.district.receivers, folder.district.routes)


def _require_inputs(context: Context, rows: Sequence[PublishedNight]) -> None:
    newest = rows[-1].night
    if purged := [row for row in rows if newest > row.replayable_until]:
        raise SifangError(
            f"The inputs of night {purged[-1].night} were purged after {purged[-1].replayable_until}.",
            "Rehearse fewer nights with --nights.",
        )
    if lost_since(context.warehouse, rows[0].lake_seq) is not None:
        raise SifangError(
            f"Night {rows[0].night} was computed from a lake that is no more, or under another key.", "Rehearse fewer nights with --nights."
        )


def _know_refusals(context: Context, stage: Context, row: PublishedNight) -> None:
    """Have the night know which files stood refused when it was published; a demo's nights have a time of their own."""
    by = min(row.published_at, row.as_of + _DAY)
    then = {refusal.refusal_id: refusal for refusal in refused_at(context.warehouse, by)}
    known = {refusal.refusal_id for refusal in refused_at(stage.warehouse, dt.datetime.max.replace(tzinfo=dt.UTC))}
    settle(stage.warehouse, dict.fromkeys(known - then.keys(), "accepted"), by)
    for refusal in then.values():
        refuse(stage.warehouse, replace(refusal, state="standing"))


def _because(context: Context, folder: DistrictFolder, rows: Sequence[PublishedNight], events: pl.DataFrame) -> Iterator[str]:
    """Why a home under the folder from the start might have told otherwise."""
    if (before := published_nights(context.warehouse)[0]) < rows[0].night:
        yield f"nights since {before} were published before the first one that was run, {rows[0].night}"
    acted = events.filter(pl.col("night") >= rows[0].night, pl.col("role") != Role.SYSTEM.value)
    if acted.height:
        yield f"people did something about alerts, {times(acted.height)}, and a rehearsal has no people"
    if any(erased_since(context.warehouse, row.as_of, row.lake_seq) is not None for row in rows):
        yield "reports were erased since that some of the nights had seen"
    if folder.district.sources != context.district.sources:
        yield "its sources are others: reports are those that were taken in under today's"
