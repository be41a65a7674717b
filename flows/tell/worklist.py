"""The work list of a day, for people: on the terminal, as a page, as a table.

Belongs here: gathering what it says. Does not: choosing places (``transforms.worklist``), drawing (``flows.cli.draw.worklist``), pages
(``infra.pages.worklist``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from flows.stores import Context
from flows.tell.insight import published
from infra.errors import SifangError, WrongNameError
from infra.pages.worklist.write import Sheet, Task, write_sheet
from infra.warehouse.nights.work_lists import work_list_of
from transforms.words import Category, Chosen, Errand, PartOfDay
from transforms.words.harmless import quoted


@dataclass(frozen=True)
class WorkList:
    """The list of a day, in the order in which to go."""

    district: str
    day: dt.date
    tasks: tuple[Task, ...]
    files: tuple[str, ...] = ()


def work_list(context: Context, night: dt.date | None = None, subdistrict: str | None = None) -> WorkList:
    """The list that a night sent, by default the last one; of one subdistrict where one is named.

    Raises:
        WrongNameError: there is no such subdistrict.
        SifangError: the night was never published, or sent no list.
    """
    known = [s.code for s in context.district.subdistricts]
    if subdistrict is not None and subdistrict not in known:
        raise WrongNameError(f"{context.code} has no subdistrict {quoted(subdistrict)}.", f"Write one of: {', '.join(known)}.")
    day = published(context, night).night
    rows = work_list_of(context.warehouse, day)
    if rows.is_empty():
        if context.district.worklist is None:
            raise SifangError(f"{context.code} declares no work list.", "Write [worklist] and visits_per_day into its district.toml.")
        raise SifangError(
            f"Night {day} sent no list.",
            "A list is made by a nightly of its day; a backfill, and a day off without on_days_off, sends nobody.",
        )
    places = {cell: (name, area) for cell, name, area in context.folder.cells.select("cell_id", "name", "subdistrict").iter_rows()}
    tasks = [
        Task(
            row["turn"],
            row["cell_id"],
            *places.get(row["cell_id"], (None, None)),
            Chosen(row["chosen"]),
            tuple(Errand(code) for code in row["errands"].split()),
            Category(row["category"]) if row["category"] else None,
            PartOfDay(row["part_of_day"]) if row["part_of_day"] else None,
            row["looked_on"],
        )
        for row in rows.iter_rows(named=True)
    ]
    return WorkList(context.code, day, tuple(task for task in tasks if subdistrict in {None, task.subdistrict}))


def write_sheets(context: Context, found: WorkList, folder: Path) -> tuple[str, ...]:
    """Write a page and a table per subdistrict, and return their paths.

    Raises:
        StoreError: they cannot be written.
    """
    files: list[Path] = []
    names = {s.code: s.name for s in context.district.subdistricts}
    for code in sorted({task.subdistrict for task in found.tasks}, key=str):
        tasks = tuple(task for task in found.tasks if task.subdistrict == code)
        files += write_sheet(folder, Sheet(context.district.name, code, found.day, names.get(code) if code else None, tasks))
    return tuple(str(file) for file in files)
