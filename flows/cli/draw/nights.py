"""How nights look: what one came to, what a backfill changed, how replayed ones compare.

Belongs here: tables of nights. Does not: one cell of a night (``flows.cli.draw.explain``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from flows.cli.draw.ledger import ledger, quarantine
from flows.cli.draw.refusals import refusals
from flows.cli.draw.table import console, marked, row, table
from transforms.words import Category, Level, State, Surge
from transforms.words.counting import many
from transforms.words.reasons import NotScored

if TYPE_CHECKING:
    from rich.console import Console

    from flows.backfill import Backfilled
    from flows.demo import Demonstrated
    from flows.nightly import Nightly
    from flows.nights.absence import Gap
    from flows.nights.plan import PlannedNight
    from flows.nights.replay import Replayed
    from flows.repair.retraction import Retracted
    from transforms.schema.night import NightSummary


def demo(result: Demonstrated) -> None:
    """The demo's one summary."""
    out = console()
    out.print(marked(f"\nWeibin (synthetic), nights {result.first_night} to {result.last_night}\n"))
    for part in (ledger(result.status.ledger), quarantine(result.status.quarantine), levels(result.last)):
        out.print(part)
        out.print()
    out.print(f"Alerts opened {result.alerts_opened:,}, ended {result.alerts_ended:,}, open now {result.status.alerts_open:,}")
    out.print(f"Scores: {many(result.rows_total, 'row')} in {many(result.nights, 'night')}; {many(result.rows_changed, 'row')} changed")
    out.print(f"Brief: {result.brief}", soft_wrap=True)


def nightly(result: Nightly) -> None:
    """One night's summary."""
    out, summary = console(), result.summary
    out.print(levels(summary))
    out.print(
        f"\nNight {result.night} is published, revision {result.revision}: {many(result.batches, 'new batch')}, "
        f"{many(result.rows_changed, 'row')} and {many(result.levels_changed, 'level')} changed; "
        f"alerts opened {summary.opened}, ended {summary.ended}"
    )
    out.print(surges(summary))
    if caught_up := result.nights_run[:-1]:
        out.print(f"Made up for {len(caught_up)} missed nights, {caught_up[0]} to {caught_up[-1]}")
    for one in result.withheld:
        out.print(one.why, markup=False, soft_wrap=True)
    missed(out, result.missed)
    refusals(out, result.refusals)
    for source in result.read_otherwise:
        told = f"{many(source.batches, 'batch')} of {source.source} read under another declaration"
        out.print(f"{told}: sifang source reread {source.source} --reason mended", soft_wrap=True)
    for night in result.products.made_up:
        out.print(f"Made up the brief of {night}")
    if result.products.brief:
        out.print(f"Brief: {result.products.brief}", markup=False, soft_wrap=True)
    for unmade in result.products.unmade:
        out.print(marked("Not made "), end="", soft_wrap=True)
        out.print(f"{unmade.product} of night {unmade.night}: {unmade.said} The next run tries again.", markup=False, soft_wrap=True)


def backfill(result: Backfilled) -> None:
    """A backfill's summary: the ledger, the last night, and what it changed."""
    out, nights = console(), result.nights
    out.print(ledger(result.ledger))
    out.print()
    if result.last is None:
        out.print(f"None of {many(result.nights_compared, 'night')} is stale; nothing was run")
        refusals(out, result.refusals)
        return
    out.print(levels(result.last))
    out.print(
        f"\n{many(len(nights), 'night')}, {nights[0].night} to {nights[-1].night} ({result.mode}, {result.reason}): "
        f"{result.rows_changed:,} of {many(result.rows_total, 'row')} changed, {many(result.levels_changed, 'level')} changed"
    )
    out.print(
        f"Would have opened {many(sum(n.would_have_opened for n in nights), 'alert')} and ended "
        f"{sum(n.would_have_ended for n in nights):,}; a backfill opens and ends none"
    )
    refusals(out, result.refusals)


def missed(out: Console, gaps: Sequence[Gap]) -> None:
    """Nights that were not run, and what makes up for them."""
    for gap in gaps:
        out.print(marked("Not run "), end="", soft_wrap=True)
        out.print(f"{many(gap.nights, 'night')}, {gap.first} to {gap.last}: {gap.command}", markup=False, soft_wrap=True)


def plan(nights: list[PlannedNight]) -> None:
    """A dry run."""
    made = table("Would run", "night", "as of", "stored revision", "district version", "why")
    for night in nights:
        changes = "would change" if night.district_version_changes else "same" if night.stored_revision else "-"
        row(made, night.night, night.as_of.isoformat(), night.stored_revision or "-", changes, night.why)
    console().print(made)


def replayed(nights: Sequence[Replayed]) -> None:
    """How replayed nights compare."""
    made = table("Replay: computed again from what was known then", "night", "revision", "rows", "different", "verdict")
    for night in nights:
        differs = "inputs erased" if night.erased else "inputs differ" if not night.inputs_same else "work list DIFFERENT"
        differs = "DIFFERENT" if night.different and not night.erased else differs
        verdict = "identical" if night.identical else differs
        row(made, night.night, night.revision, night.rows, night.different, verdict)
    same = sum(night.identical for night in nights)
    out = console()
    out.print(made)
    out.print(f"\n{same} of {many(len(nights), 'night')} identical, row hash for row hash")
    if erased := sum(night.erased for night in nights):
        out.print(f"{erased} looked at reports that were erased since, and cannot be computed again; their numbers stay as published")


def retracted(result: Retracted) -> None:
    """What was taken back, or would be."""
    out, verb = console(), "Would take back" if result.dry_run else "Taken back"
    if not result.revisions and not result.batches and not result.rows:
        out.print(f"Nothing is published from {result.first} on, and nothing is recorded for a moment still to come.")
        return
    named = {revision.night for revision in result.revisions}
    span = f" ({min(named)} to {max(named)})" if named else ""
    out.print(
        f"{verb}: {many(len(named), 'night')}{span} for {result.reason}, {many(result.alerts, 'alert')} that they opened, "
        f"{many(result.grades, 'grade')}"
    )
    out.print(f"Messages: {result.messages_dropped:,} never leave, {result.messages_sent:,} that had left are followed by one that says so")
    if result.batches or result.rows:
        out.print(
            f"Landed at a moment that had not come: {many(len(result.batches), 'batch')}; "
            f"{many(result.rows, 'row')} that were hidden by it count now"
        )
        for batch in result.batches:
            out.print(f"  {batch}", markup=False)
    if not result.dry_run:
        out.print("Publish them anew with `sifang nightly`, which runs missed nights in order, or `sifang backfill`.")


def levels(summary: NightSummary) -> Table:
    """Cells by category and level."""
    made = table("Cells by category and level", "category", *(level.words.joined for level in Level), "learning", "not scored")
    made.columns[-1].no_wrap, made.columns[-1].max_width = False, 34
    for category in Category:
        counts = [summary.cells(category, level) for level in (*Level, State.LEARNING)]
        why = ", ".join(f"{n:,} {NotScored(r).words.en}" for r, n in summary.not_scored.get(category, {}).items()) or "0"
        row(made, category.words.capital.joined, *counts, why)
    return made


def surges(summary: NightSummary) -> str:
    """How many cells surge, and which series rose in all of a subdistrict or of the district."""
    everywhere = ", ".join(summary.district_surges) or "none"
    within = "".join(f"; of {subdistrict}: {series}" for series, subdistrict in summary.subdistrict_surges)
    red, watched = (summary.surges.get(surge, 0) for surge in (Surge.RED, Surge.WATCH))
    return f"Surges: {red:,} red, {watched:,} watched; of the whole district: {everywhere}{within}"
