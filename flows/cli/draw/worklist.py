"""The work list on the terminal.

Belongs here: how it looks. Does not: gathering it (``flows.tell.worklist``).
"""

from __future__ import annotations

from flows.cli.draw.table import console, row, table
from flows.tell.worklist import WorkList
from transforms.words.counting import many


def worklist(found: WorkList) -> None:
    """One line a place, in the order in which to go; where files were written, where they are."""
    title = f"{found.district}: {many(len(found.tasks), 'visit')} on {found.day}"
    words = ("cell", "name", "chosen", "when", "why")
    made = table(title, "#", "cell", "name", "subdistrict", "chosen", "when", "why", "last", words=words)
    for task in found.tasks:
        part = task.part_of_day.words.en if task.part_of_day else None
        why = "; ".join(errand.words.en for errand in task.errands)
        row(made, task.turn, task.cell_id, task.name, task.subdistrict, task.chosen.words.en, part, why, task.looked_on or "never")
    console(made).print(made)
    for file in found.files:
        console().print(file, markup=False, soft_wrap=True)
