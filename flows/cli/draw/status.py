"""How ``status`` looks.

Belongs here: its one screen. Does not: the ledger's table, which other verbs show too (``flows.cli.draw.ledger``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from flows.cli.draw.doctor import findings
from flows.cli.draw.ledger import ledger, quarantine
from flows.cli.draw.nights import missed
from flows.cli.draw.refusals import refusals
from flows.cli.draw.table import console, marked, row, table
from transforms.words import Category, DayState, Level
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.tell.status import Graded, Status


def status(found: Status) -> None:
    """The last night, the ledger, what was set aside, then what there is of models, words, sources and grades."""
    out = console()
    findings(found.troubles)
    night = f"night {found.night}, revision {found.revision}, as of {found.as_of.isoformat()}" if found.as_of else "no night published yet"
    waiting = (
        "it is unknown how many files wait (SIFANG_KEY is not set)"
        if found.waiting_files is None
        else f"{many(found.waiting_files, 'file')} waiting"
    )
    asked = f"; asked over a network when a night runs: {', '.join(found.asked)}" if found.asked else ""
    out.print(marked(found.district, f": {night}; {many(found.alerts_open, 'alert')} open; {waiting}{asked}\n"))
    if found.swept_at:
        unknown = f"; {found.calendar_unknown} wait for a calendar that nobody knows yet" if found.calendar_unknown else ""
        out.print(f"Alerts swept {found.swept_at:%Y-%m-%d %H:%M} UTC, {found.alerts_overdue} due since{unknown}\n", markup=False)
    for gone in found.retracted:
        out.print(marked("Taken back", f" night {gone.night}, revision {gone.revision}, on {gone.at:%Y-%m-%d}: {gone.reason}"))
    out.print(ledger(found.ledger))
    out.print()
    out.print(quarantine(found.quarantine))
    if found.doubtful:
        out.print(f"{many(found.doubtful, 'row')} set aside would correct reports that stand, and these count as they were", soft_wrap=True)
    for one in found.read_otherwise:
        told = f"{many(one.batches, 'batch')} of {one.source} read under another declaration"
        out.print(f"{told}: sifang source reread {one.source} --reason mended", soft_wrap=True)
    if any(one.reason == "kind_unknown" for one in found.quarantine):
        out.print("Words without a kind, read from the source's own files: sifang doctor --codelist", soft_wrap=True)
    refusals(out, found.refusals)
    if found.missed.caught_up:
        first, last = found.missed.caught_up[0], found.missed.caught_up[-1]
        told = f" {many(len(found.missed.caught_up), 'night')}, {first} to {last}: the next nightly runs them first"
        out.print(marked("Not run", told))
    missed(out, found.missed.left)
    if found.undelivered.messages:
        out.print(marked("Not delivered", f" {many(found.undelivered.messages, 'message')}, the oldest of night {found.undelivered.since}"))
    for owed in found.owed:
        out.print(marked("Not made "), end="", soft_wrap=True)
        out.print(f"{owed.product} of night {owed.night}, tried {owed.tries} times: {owed.said}", markup=False, soft_wrap=True)
    if found.models:
        stands = "; ".join(f"{standing} {', '.join(codes)}" for standing, codes in sorted(found.models.items()))
        out.print(f"\nModels: {stands}")
    for turn in found.turned:
        out.print(f"From the last night on, {turn.series}: {turn.now.words.en}")
    if found.source_days:
        out.print(_source_days(found.source_days))
    if found.record:
        out.print(_record(found.record))


def _source_days(sources: Mapping[str, Mapping[DayState, int]]) -> Table:
    made = table("\nSources, last 14 days", "source", *DayState)
    for source, days in sources.items():
        row(made, source, *(days.get(state, 0) for state in DayState))
    return made


def _record(graded: Sequence[Graded]) -> Table:
    weeks, last = max(g.weeks for g in graded), max(g.last for g in graded)
    made = table(f"\nForecasts graded: {many(weeks, 'week')}, the last from night {last}", "category", "cells", "expected", "±", "observed")
    for one in graded:
        amounts = f"{one.expected:.1f}", f"{one.spread:.1f}", f"{one.observed:.0f}"
        row(made, Category(one.category).words.capital.joined, _level(one.level), *amounts)
    return made


def _level(code: str) -> str:
    """A level in both languages; what stands in its place, such as all levels together, as it is."""
    return Level(code).words.joined if code in set(Level) else code
