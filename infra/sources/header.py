"""In which line of a table that nobody has declared the header stands: below its titles.

Belongs here: telling a header from titles. Does not: reading below it (``separated``, ``excel``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LOOKED_AT: Final = 30
_FILLED = 0.6


def header_line(lines: Sequence[Sequence[str | None]]) -> int:
    """The first line that fills nearly as many cells as lines usually do, each with another text; 1 where none does.

    Titles, dates of issue and empty lines above a table fill few.
    """
    filled = [[cell.strip() for cell in line if cell and cell.strip()] for line in lines]
    if not filled:
        return 1
    usual = sorted(map(len, filled))[len(filled) // 2]
    for number, texts in enumerate(filled, start=1):
        if texts and len(texts) >= _FILLED * usual and len({*texts}) == len(texts):
            return number
    return 1
