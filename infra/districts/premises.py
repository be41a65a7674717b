"""The register of premises of a district folder: ``premises.csv``.

Belongs here: reading it, and giving each entry its cell. Does not: what a line may say (``transforms.district.premises``), which alert
comes of one (``transforms.alerts.types.major_hazard``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from infra.districts.problems import Problems
from transforms.district.declaration import District
from transforms.district.premises import COLUMNS, DATUMS, Entry, Premises, entry, wrong_sources
from transforms.district.standard import Row
from transforms.grids.datum import to_wgs84
from transforms.grids.locator import Locator
from transforms.words.counting import many

FILE: Final = "premises.csv"
# It is held with the declaration, and stored with every version of that.
MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 2 << 20
# So many lines are named; whoever mends these sees the next ones.
_NAMED: Final = 20

# The entries of a register by the lines on which they stand.
Register = Mapping[int, Entry]


def read_register(folder: Path, raw: Row, problems: Problems) -> Register:
    """The register as it is written; empty where there is none. What is wrong with a line is noted with its number."""
    if raw.pop("premises", None) is not None:
        problems.add("district.toml", f"premises: the register stands in {FILE}; write it there")
    file = folder / FILE
    rows = problems.attempt(FILE, partial(_rows, file)) if file.is_file() else None
    found: dict[int, Entry] = {}
    wrong: list[tuple[int, str]] = []
    on: dict[str, int] = {}
    for line, row in (rows or {}).items():
        read = entry(row)
        if isinstance(read, str):
            wrong.append((line, read))
        elif (first := on.setdefault(read.code, line)) != line:
            wrong.append((line, f"the code stands on line {first} already"))
        else:
            found[line] = read
    _note(wrong, problems)
    return found


def placed(register: Register, district: District, cells: pl.DataFrame, problems: Problems) -> dict[str, Premises]:
    """The register by its codes, in their order, each with the cell that it lies in now."""
    where, known = _cells(register, district, cells), set(cells["cell_id"])
    lost = {line: e for line, e in register.items() if where.get(line) not in known}
    said = {line: "its cell is none" if isinstance(e.place, str) else "it lies in no cell" for line, e in lost.items()}
    _note([(line, f"{why} of this district") for line, why in said.items()], problems)
    for text in wrong_sources(district.sources, {e.code for e in register.values()}):
        problems.add("district.toml", text)
    found = {e.code: Premises(category=e.category, cell=cell) for line, e in register.items() if (cell := where.get(line)) in known}
    return dict(sorted(found.items()))


def _note(wrong: Iterable[tuple[int, str]], problems: Problems) -> None:
    lines = list(wrong)
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


def _cells(register: Register, district: District, cells: pl.DataFrame) -> dict[int, str | None]:
    """The cell of each entry by its line; None where a point lies in none."""
    found: dict[int, str | None] = {line: e.place for line, e in register.items() if isinstance(e.place, str)}
    points = {line: (e.place, e.datum) for line, e in register.items() if not isinstance(e.place, str)}
    if points and cells["outline"].null_count() < len(cells):
        locator = Locator(district.grid, cells)
        for datum in DATUMS:
            these = {line: place for line, (place, of) in points.items() if of == datum}
            given = np.array([*these.values()], dtype=np.float64).reshape(-1, 2)
            lon, lat = to_wgs84(given[:, 0], given[:, 1], datum)
            found |= dict(zip(these, locator.cell_ids(lon, lat), strict=True))
    return found
