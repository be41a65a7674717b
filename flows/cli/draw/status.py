"""How ``status`` looks.

Belongs here: its one screen, and its books. Does not: the ledger's table, which other verbs show too (``flows.cli.draw.ledger``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from flows.cli.draw.doctor import findings
from flows.cli.draw.ledger import ledger, quarantine
from flows.cli.draw.refusals import refusals
from flows.cli.draw.table import OK, console, marked, row, table
from transforms.words import Category, DayState, Level
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.tell.status import Graded, Status


def status(found: Status) -> None:
    """One screen: the last night, what waits for somebody, the worst first, the files that are refused, the days of each source."""
    out = console()
    night = f"night {found.night}, revision {found.revision}, as of {found.as_of.isoformat()}" if found.as_of else "no night published yet"
    waiting = (
        "files waiting unknown (SIFANG_KEY is not set)" if found.waiting_files is None else f"{many(found.waiting_files, 'file')} waiting"
    )
    asked = f"; asked over a network when a night runs: {', '.join(found.asked)}" if found.asked else ""
    out.print(marked(found.district, f": {night}; {many(found.alerts_open, 'alert')} open; {waiting}{asked}"))
    if found.attention:
        findings(found.attention)
    elif found.night:
        out.print(OK, "nothing waits for anybody")
    refusals(out, found.refusals)
    if found.source_days:
        out.print(_source_days(found.source_days))
    if found.night:
        out.print("\nRows by source, what was set aside, how forecasts did: sifang status --ledger")


def books(found: Status) -> None:
    """What became of every row, how models stand and how forecasts did."""
    out = console()
    out.print(ledger(found.ledger))
    out.print()
    out.print(quarantine(found.quarantine))
    if found.models:
        stands = "; ".join(f"{standing} {', '.join(codes)}" for standing, codes in sorted(found.models.items()))
        out.print(f"\nModels: {stands}")
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
