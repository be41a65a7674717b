"""A source's second file: what it says of each value that a delivery may name.

Belongs here: reading it, small as it has to be. Does not: which rows it is put beside (``transforms.reports.joining``), codelists of words
(``codelists``).
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Final

from infra.districts.codelists import rows_by

# It is held with the declaration, and every version of that knows what it said.
MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 4 << 20


def told_by(file: Path, on: str, columns: Collection[str]) -> dict[str, list[str | None]]:
    """The values of some columns by that of another.

    Raises:
        ValueError: it is too large, lacks a column, or says two things of one value.
    """
    if file.stat().st_size > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES >> 20} MiB; join it before it is delivered")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header = next(csv.reader(lines), [])
    if lacking := [c for c in columns if c not in header]:
        raise ValueError(f"has no column {', '.join(map(repr, lacking))}; its first line must name the columns")
    rows = rows_by(file, on)
    if len(rows) > MOST_ROWS:
        raise ValueError(f"has more than {MOST_ROWS:,} rows; join it before it is delivered")
    return {value.strip(): [None if (v := row.get(c)) is None else str(v).strip() for c in columns] for value, row in rows.items()}
