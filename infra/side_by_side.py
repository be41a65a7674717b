"""Two pieces of work at once.

Belongs here: running them. Does not: any work. Threads of Python take turns, but Polars, NumPy and the stores let others run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import polars as pl

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(here: Callable[[], A], aside: Callable[[], B]) -> tuple[A, B]:
    """What both come to; whatever one of them raises, the other is over before it is raised, and ``here``'s comes first."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(aside)
        return here(), other.result()


def by_halves(work: Callable[[pl.DataFrame], pl.DataFrame], rows: pl.DataFrame) -> pl.DataFrame:
    """What ``work`` makes of the rows, one half beside the other; it must make of each row what it makes of it among others."""
    middle = len(rows) // 2
    return pl.concat(side_by_side(partial(work, rows[:middle]), partial(work, rows[middle:])))
