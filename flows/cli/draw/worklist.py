"""The work list on the terminal.

Belongs here: how it looks. Does not: gathering it (``flows.tell.worklist``).
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich.table import Table

from flows.alerts.helped import Compared, Share, Standing
from flows.alerts.outcomes import TakenIn
from flows.cli.draw.table import console, row, table
from flows.tell.tickets import Tickets
from flows.tell.worklist import WorkList
from transforms.words import Chosen
from transforms.words.counting import many

# So many lines that were set aside are named one by one; the others are in the JSON.
_FIRST: Final = 20


def worklist(found: WorkList) -> None:
    """One line a place, in the order in which to go; where files were written, where they are."""
    title = f"{found.district}: {many(len(found.tasks), 'visit')} on {found.day}"
    words = ("cell", "name", "chosen", "when", "why")
    made = table(title, "#", "cell", "name", "subdistrict", "chosen", "when", "why", "last visit", words=words)
    for task in found.tasks:
        part = task.part_of_day.words.en if task.part_of_day else None
        why = "; ".join(errand.words.en for errand in task.errands)
        row(made, task.turn, task.cell_id, task.name, task.subdistrict, task.chosen.words.en, part, why, task.looked_on or "never")
    console(made).print(made)
    for file in found.files:
        console().print(file, markup=False, soft_wrap=True)


def taken_in(found: TakenIn) -> None:
    """What entered, then the lines that were set aside: the first ones, and how many more for which reason."""
    new = ", ".join(f"{count} {chosen.words.en}" for chosen, count in found.new.items() if count) or "none"
    said = f"{found.district}: {many(found.rows, 'row')}; new {new}; {found.known:,} known before, {found.empty:,} left empty"
    said += f", {found.overruled:,} overruled by later rows" if found.overruled else ""
    console().print(f"{said}; {many(found.alerts, 'alert')} moved", markup=False, soft_wrap=True)
    for one in found.set_aside[:_FIRST]:
        console().print(f"  line {one.line} set aside: {one.why.words.joined}", markup=False, soft_wrap=True)
    for why, count in Counter(one.why for one in found.set_aside[_FIRST:]).items():
        console().print(f"  {many(count, 'more line')} set aside: {why.words.joined}", markup=False, soft_wrap=True)


def standing(found: Standing) -> None:
    """Each way of coming there beside the draw."""
    console().print(f"{found.district}: {found.sent} places sent to in a year, {many(found.told, 'outcome')}", markup=False)
    console().print(f"Nobody was in {many(found.never_looked, 'cell')}", markup=False)
    if found.likeness is not None:
        console().print(f"Lists of two days in a row have {found.likeness:.0%} of their places in common", markup=False)
    if found.lead.median_days is not None:
        said = f"{many(found.lead.cases, 'case')} that a list was about and nobody went for: the city closed half of them"
        console().print(f"{said} {found.lead.median_days:g} days later or more", markup=False, soft_wrap=True)
    made = table("Something was there", "visits", "tell", "found", "share", "95 %", "above random", "helped", words=("helped",))
    for chosen, share in found.visits.items():
        _share(made, chosen.words.en, share, found.listed_helped if chosen is Chosen.LISTED else None)
    for kind, share in found.alerts.items():
        _share(made, f"alerts: {kind}", share, found.alerts_helped[kind])
    console(made).print(made)


def _share(made: Table, name: str, share: Share, against: Compared | None) -> None:
    part = None if share.share is None else f"{share.share:.0%}"
    more = None
    if against is not None and against.difference is not None:
        more = f"{against.difference:+.0%} ({against.low:+.0%} to {against.high:+.0%})"
    helped = against.says.words.en if against else None
    row(made, name, share.visits, share.found, part, f"{share.low:.0%} to {share.high:.0%}", more, helped)


def tickets(found: Tickets) -> None:
    """One number a line, under what was asked for."""
    title = f"{found.district}: {many(len(found.tickets), 'case')} of cell {found.cell_id}, {found.first} to {found.last}"
    # On a line of its own: above so narrow a table it would be broken within the cell's name.
    console().print(title, markup=False, soft_wrap=True)
    made = table("", "source", "number", words=("number",))
    for ticket in found.tickets:
        row(made, ticket.source, ticket.number)
    console(made).print(made)
    if found.missing or found.unread:
        said = f"{many(found.missing, 'report')} in no file that lies there; {many(found.unread, 'file')} could not be read"
        console().print(said, markup=False)
