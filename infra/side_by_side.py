"""Two pieces of work at once.

Belongs here: running them. Does not: any work. Threads of Python take turns, but Polars, NumPy and the stores let others run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import polars as pl

A = TypeVar("A")
B = TypeVar("B")

# Rows: the texts of a column of so many are some megabytes.
_PIECE: Final = 1 << 17


def side_by_side(here: Callable[[], A], aside: Callable[[], B]) -> tuple[A, B]:
    """What both come to; whatever one of them raises, the other is over before it is raised, and ``here``'s comes first."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(aside)
        return here(), other.result()


def in_pieces(work: Callable[[pl.DataFrame], A], rows: pl.DataFrame) -> list[A]:
    """What ``work`` makes of pieces of the rows, in their order, two at a time; what it makes of a row must not hang on the others.

    What a piece needs on the way is small, and is there for the next one when it is let go: of whole tables the memory goes back to the
    system at each step and is asked for again at the next, which takes a fifth of the time.
    """
    pieces = [rows[start : start + _PIECE] for start in range(0, max(1, len(rows)), _PIECE)]
    if len(pieces) == 1:
        return [work(rows)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, pieces))
