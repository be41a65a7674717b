"""Taking nights back that should never have been published: `sifang nights retract`.

Belongs here: the order, and what it came to. Does not: statements (``infra.warehouse.retraction``), rows of the lake
(``infra.lake.relanding``), publishing the nights anew (`sifang nightly`, `sifang backfill`).

The lake comes first: what it shows to come must have come before nights are published anew. Killed anywhere, the command is repeated and
finds what is left to do.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flows.nights.plan import checked_reason
from flows.stores import Context, writing
from infra.clock import TOLERANCE
from infra.errors import SifangError
from infra.lake.relanding import Ahead, landed_ahead, orders_of
from infra.pages.brief.retracted import retracted_page
from infra.warehouse.intake.batches import batch_moments
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.nights.nights import retracted_nights
from infra.warehouse.retraction import Revision, TakenBack, Terms, foreseen, retract
from transforms.alerts.machine.rules import Rules


@dataclass(frozen=True)
class Retracted:
    """What was taken back; only counted in a dry run.

    ``revisions`` are those that readers find no more. ``batches`` were landed at a moment that had not come, and ``rows`` of the lake were
    hidden by that until now; both now are of the moment of the retraction. ``pages`` of briefs say since that their night was taken back.
    """

    district: str
    dry_run: bool
    first: dt.date
    reason: str
    revisions: tuple[Revision, ...]
    alerts: int
    messages_dropped: int
    messages_sent: int
    grades: int
    batches: tuple[str, ...]
    rows: int
    pages: int


def retract_nights(context: Context, first: dt.date, reason: str, now: dt.datetime, *, dry_run: bool) -> Retracted:
    """Take back every published night from ``first`` on, and whatever a clock ahead recorded for moments that have not come.

    Raises:
        SifangError: the reason is no code, or the stores cannot be written.
    """
    code, _, note = checked_reason(reason, context.district.ticket).partition(":")
    terms = Terms(first, now, now + TOLERANCE, code.strip(), note.strip() or None)
    if dry_run:
        rows = sum(_ahead(context, terms).hidden.values())
        return _told(context, terms, foreseen(context.warehouse, terms), rows, pages=0, dry_run=True)
    with writing(context, now) as lease:
        rows = _show_hidden(context, terms, lease)
        # Of a run that was killed in between, the lake knows in which order it brought them down.
        orders = orders_of(context.lake, foreseen(context.warehouse, terms).batches)
        done = retract(context.warehouse, terms, lease, orders, Rules.of(context.district, context.folder.calendar))
        return _told(context, terms, done, rows, pages=_pages(context, done, now), dry_run=False)


def _told(context: Context, terms: Terms, done: TakenBack, rows: int, *, pages: int, dry_run: bool) -> Retracted:
    return Retracted(district=context.code, dry_run=dry_run, first=terms.first, reason=terms.reason, rows=rows, pages=pages, **vars(done))


def _ahead(context: Context, terms: Terms) -> Ahead:
    """What a clock ahead wrote into the lake.

    A batch that the ledger does not hold was left in the lake by a kill; nobody can say otherwise when it came.
    """
    found = landed_ahead(context.lake, terms.ahead_of)
    landed = batch_moments(context.warehouse, found.batches)
    return Ahead({batch: rows for batch, rows in found.hidden.items() if batch not in landed or landed[batch] > terms.ahead_of})


def _show_hidden(context: Context, terms: Terms, lease: Lease) -> int:
    batches = _ahead(context, terms).batches
    return context.pair.bring_down(batches, terms.ahead_of, terms.at, lease) if batches else 0


def _pages(context: Context, done: TakenBack, now: dt.datetime) -> int:
    """Have the briefs that were written of these nights say so; how many."""
    reasons = {night.night: night.reason for night in retracted_nights(context.warehouse)}
    written = 0
    for night in sorted({revision.night for revision in done.revisions}):
        file = context.settings.briefs / context.code / f"{night.isoformat()}.html"
        if not file.is_file():
            continue
        draft = file.with_name(f".{file.name}.draft")
        try:
            draft.write_text(retracted_page(context.district, night, now, reasons.get(night)), "utf-8")
            draft.replace(file)
        except OSError as error:
            raise SifangError(
                f"The nights were taken back, but the page {file.name} still shows one ({error.strerror}).",
                "Mend that folder, then run this again.",
            ) from error
        written += 1
    return written
