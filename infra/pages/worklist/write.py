"""Writing a work list: one page and one table per subdistrict.

Belongs here: the files and their columns. Does not: what they say (``flows.tell.worklist``), the template (``templates/``).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.outputs import door
from infra.pages.brief.render import environment
from infra.whole_files import write_file
from transforms.words import Category, Chosen, Errand, PartOfDay, Words

# What somebody fills in and sends back stands in the last column; a spreadsheet takes a text for Chinese by the mark in front.
COLUMNS: Final = ("day", "turn", "cell", "name", "part_of_day", "why", "outcome")
_MARK: Final = "\ufeff"


@dataclass(frozen=True)
class Task:
    """A place to go to, why and when; ``looked_on`` is the last day on which somebody was sent there or went."""

    turn: int
    cell_id: str
    name: str | None
    subdistrict: str | None
    chosen: Chosen
    errands: tuple[Errand, ...]
    category: Category | None
    part_of_day: PartOfDay | None
    looked_on: dt.date | None


@dataclass(frozen=True)
class Sheet:
    """The tasks of one subdistrict on a day; of all that lie in none under no code."""

    name: Words
    code: str | None
    day: dt.date
    subdistrict: Words | None
    tasks: tuple[Task, ...]


def write_sheet(folder: Path, sheet: Sheet) -> list[Path]:
    """Write the page and the table of a subdistrict into a folder, over those of before, and return their paths.

    Raises:
        StoreError: they cannot be written.
    """
    stem = f"{sheet.day.isoformat()}_{sheet.code or 'elsewhere'}"
    files = [folder / f"{stem}.html", folder / f"{stem}.csv"]
    page = environment("infra.pages.worklist").get_template("worklist.html.j2").render(sheet=sheet)
    for file, content in zip(files, (page, table_of(sheet)), strict=True):
        with door(file):
            write_file(file, content.encode())
    return files


def table_of(sheet: Sheet) -> str:
    """The table of a subdistrict as CSV; what came of each visit is written into its last column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for task in sheet.tasks:
        part = task.part_of_day.words.joined if task.part_of_day else ""
        why = "; ".join(errand.words.joined for errand in task.errands)
        writer.writerow([sheet.day.isoformat(), task.turn, task.cell_id, task.name or "", part, why, ""])
    return _MARK + out.getvalue()
