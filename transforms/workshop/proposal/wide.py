"""Tables with a column for each month: numbers that somebody added up, of which no row is a report.

Belongs here: knowing them by their header and what stands below it. Does not: saying so (``flows.tell.proposal``), names of months
(``transforms.words.months``).
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from transforms.words.months import MONTHS, plain

# A report may have a handful of columns of months (opened, due, closed), each with a day in it and none with a count.
_FEWEST: Final = 6
_MOSTLY: Final = 0.9
_NUMBERED: Final = re.compile(r"^(?:(?:19|20)\d{2})\s*[-/._年 m]?\s*(?:0?[1-9]|1[0-2])月?$|^(?:0?[1-9]|1[0-2])\s*月(?:份)?$")
_YEAR: Final = re.compile(r"[\s\-/._',]*(?:(?:19|20)?\d{2})?[\s\-/._',]*")
_COUNT: Final = r"^\s*-?\d{1,3}(?:[ .,\u00a0']?\d{3})*\s*$"


def month_columns(rows: pl.DataFrame) -> list[str]:
    """The columns that are each a month and hold counts; none where they are few."""
    named = [c for c in rows.columns if _is_month(c)]
    counts = [c for c in named if _share_of_counts(rows[c]) >= _MOSTLY]
    return counts if len(counts) >= _FEWEST else []


def _is_month(name: str) -> bool:
    text = plain(name.strip())
    return _NUMBERED.fullmatch(text) is not None or _YEAR.sub("", text).strip(".") in MONTHS


def _share_of_counts(column: pl.Series) -> float:
    told = column.drop_nulls().str.strip_chars()
    told = told.filter(told.str.len_chars() > 0)
    return float(told.str.contains(_COUNT).mean() or 0.0) if len(told) else 0.0  # type: ignore[arg-type]
