"""A moment that stands in several columns: year, month, day, and the time of day in one or in up to three more.

Belongs here: finding them. Does not: moments in one column (``moments``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.reports import spellings
from transforms.reports.shapes import present
from transforms.workshop.proposal.columns import share_of_clocks
from transforms.workshop.proposal.draft import Draft
from transforms.workshop.proposal.naming import ranked

# By part: how columns are named, and the least and the most that they hold.
_PARTS: Final = {
    "year": (r"year|^yr|年", 1990, 2060),
    "month": (r"month|^mon|月", 1, 12),
    "day": (r"^day|day.?of.?month|_day$|^dd$|日", 1, 31),
    "hour": (r"hour|^hr|时|時|点", 0, 24),
    "minute": (r"minute|^min|分", 0, 59),
}
_TIME: Final = r"time|clock|时间"
_SAME: Final = 0.98


def draft_parts(draft: Draft, rows: pl.DataFrame) -> bool:
    """Add the columns of a moment's parts; whether there is at least a day."""
    found: dict[str, str] = {}
    for part, (pattern, least, most) in _PARTS.items():
        free = [c for c in rows.columns if c not in found.values()]
        for column in ranked(free, (pattern,), draft.languages, part):
            if _within(rows[column], least, most, named=part == "month"):
                found[part] = column
                break
    if not {"year", "month", "day"} <= {*found}:
        return False
    if "hour" not in found:
        found.pop("minute", None)
        clocks = (c for c in ranked(rows.columns, (_TIME,), draft.languages, "hour") if c not in found.values())
        told = next((c for c in clocks if share_of_clocks(rows[c], as_number=False) > _SAME), None)
        found |= {"time": told} if told is not None else {}
    draft.parts.update(found)
    draft.take("occurred_at", ", ".join(found.values()), 0.9, f"the moment stands in {len(found)} columns")
    return True


def _within(column: pl.Series, least: int, most: int, *, named: bool) -> bool:
    """Whether nearly all values of a column are whole numbers between two bounds; months may be ``named``."""
    texts = present(column)
    numbers = (spellings.month(texts) if named else texts).str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    return len(texts) > 0 and int(numbers.is_between(least, most).fill_null(value=False).sum()) >= _SAME * len(texts)
