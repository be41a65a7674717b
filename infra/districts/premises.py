"""The register of premises of a district folder: ``premises.csv``.

Belongs here: reading it, and giving each entry its cell, of zones with versions among each set of zones that follow one another. Does not:
what a line may say (``transforms.district.premises``), which alert comes of one (``transforms.alerts.types.major_hazard``).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from infra.districts.problems import Problems
from transforms.district.declaration import District
from transforms.district.premises import COLUMNS, DATUMS, Entry, Premises, entry, wrong_sources
from transforms.district.standard import Row
from transforms.grids.datum import to_wgs84
from transforms.grids.locator import Locator
from transforms.grids.succession import Former
from transforms.words.counting import many

FILE: Final = "premises.csv"
# It is held with the declaration, and stored with every version of that.
MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 2 << 20
# So many lines are named; whoever mends these sees the next ones.
_NAMED: Final = 20

# For each code the cell that it lies in among each set of zones, the oldest first; None where it lies in none of them.
Lies = Mapping[str, Sequence[str | None]]


class Register(NamedTuple):
    """A register as it is written: the lines that could be read and what is wrong with the others, by their numbers; whether it
    is there."""

    entries: Mapping[int, Entry]
    wrong: Mapping[int, str]
    exists: bool


class Era(NamedTuple):
    """A set of zones that are in force together, and where the others count among them."""

    cells: pl.DataFrame
    former: Former


def read_register(folder: Path, raw: Row, problems: Problems) -> Register:
    """The register of a folder, without a line where there is none."""
    if raw.pop("premises", None) is not None:
        problems.add("district.toml", f"premises: the register stands in {FILE}; write it there")
    file = folder / FILE
    rows = problems.attempt(FILE, partial(_rows, file)) if file.is_file() else None
    found: dict[int, Entry] = {}
    wrong: dict[int, str] = {}
    on: dict[str, int] = {}
    for line, row in (rows or {}).items():
        read = entry(row)
        if isinstance(read, str):
            wrong[line] = read
        elif (first := on.setdefault(read.code, line)) != line:
            wrong[line] = f"the code stands on line {first} already"
        else:
            found[line] = read
    return Register(found, wrong, file.is_file())


def placed(register: Register, district: District, eras: Sequence[Era], problems: Problems) -> tuple[dict[str, Premises], Lies]:
    """The register by its codes, in their order, each with the cell that it lies in among the newest zones; and where they lie in each era.

    Args:
        register: as it was read.
        district: the declaration.
        eras: the sets of zones that follow one another; one alone where zones have no versions.
        problems: where it is told which lines are wrong, all of them together.
    """
    entries = register.entries
    where = [_cells(entries, district, era) for era in eras]
    lost = {line: e for line, e in entries.items() if where[-1][line] is None}
    said = {line: "its cell is none" if isinstance(e.place, str) else "it lies in no cell" for line, e in lost.items()}
    note_wrong({**register.wrong, **{line: f"{why} of this district" for line, why in said.items()}}, problems)
    for text in wrong_sources(district.sources, registered=register.exists):
        problems.add("district.toml", text)
    found = sorted((e.code, e.category, line) for line, e in entries.items() if line not in lost)
    lies = {code: [cells[line] for cells in where] for code, _, line in found}
    return {code: Premises(category=what, cell=str(where[-1][line])) for code, what, line in found}, lies


def note_wrong(wrong: Mapping[int, str], problems: Problems) -> None:
    """Tell what is wrong with lines of a register, by their numbers."""
    lines = sorted(wrong.items())
    for line, why in lines[:_NAMED]:
        problems.add(FILE, f"line {line}: {why}")
    if len(lines) > _NAMED:
        problems.add(FILE, f"and {many(len(lines) - _NAMED, 'further line')}")


def _rows(file: Path) -> dict[int, dict[str, str]]:
    """Its rows by the lines on which they end.

    Raises:
        ValueError: it is too large, or its first line names other columns.
    """
    if file.stat().st_size > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES >> 20} MiB; a register lists premises that matter, one a line")
    try:
        return _table(file)
    except csv.Error:
        raise ValueError("is no CSV: look for a quotation mark that is never closed") from None


def _table(file: Path) -> dict[int, dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        read = csv.reader(lines)
        header = [name.strip() for name in next(read, [])]
        columns = [COLUMNS.get(name, "") for name in header]
        if not {"code", "category"} <= set(columns) or not ({"cell"} <= set(columns) or {"lon", "lat"} <= set(columns)):
            raise ValueError("its first line must name the columns: code, category, and cell, or lon and lat")
        if others := [str(n) for n, name in enumerate(columns, start=1) if not name]:
            # Names, addresses and telephones stand in such registers, and their columns may be called anything.
            raise ValueError(f"column {', '.join(others)}: a register holds {', '.join(sorted(set(COLUMNS.values())))}, and nothing else")
        if len(set(columns)) < len(columns):
            raise ValueError("a column stands twice")
        rows: dict[int, list[str]] = {}
        for row in read:
            # A line without anything is none.
            if row:
                rows[read.line_num] = row
    if len(rows) > MOST_ROWS:
        raise ValueError(f"has more than {MOST_ROWS:,} rows; a register lists premises that matter")
    if uneven := [str(n) for n, row in rows.items() if len(row) != len(columns)]:
        raise ValueError(f"has more or fewer values than columns on line {', '.join(uneven[:_NAMED])}")
    return {n: dict(zip(columns, row, strict=True)) for n, row in rows.items()}


def _cells(entries: Mapping[int, Entry], district: District, era: Era) -> dict[int, str | None]:
    """The cell of each entry among the zones of an era, by its line; None where it lies in none of them.

    Of a cell that is not in force then, the one that most of it counts for.
    """
    known = set(era.cells["cell_id"])
    found: dict[int, str | None] = dict.fromkeys(entries)
    for line, one in entries.items():
        if isinstance(one.place, str):
            shares = {one.place: 1} if one.place in known else era.former.get(one.place, {})
            found[line] = max(sorted(shares), key=lambda cell: shares[cell], default=None)
    points = {line: (e.place, e.datum) for line, e in entries.items() if not isinstance(e.place, str)}
    if points and era.cells["outline"].null_count() < len(era.cells):
        locator = Locator(district.grid, era.cells)
        for datum in DATUMS:
            these = {line: place for line, (place, of) in points.items() if of == datum}
            given = np.array([*these.values()], dtype=np.float64).reshape(-1, 2)
            lon, lat = to_wgs84(given[:, 0], given[:, 1], datum)
            found |= dict(zip(these, locator.cell_ids(lon, lat), strict=True))
    return found
