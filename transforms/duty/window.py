"""Which clocks a share is of: those that fell due lately, and those that do soon.

Belongs here: that stretch. Does not: the share (``transforms.duty.share``), whether it is more than chance (``transforms.duty.halves``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

WINDOW_DAYS: Final = 28
AHEAD_DAYS: Final = 7


def in_window(clocks: pl.DataFrame) -> pl.DataFrame:
    """The clocks that the share is of, schema ``CLOCKS``: due in (N − 28, N + 7]."""
    begins, ends = (pl.col("until") + dt.timedelta(days=days) for days in (-WINDOW_DAYS, AHEAD_DAYS))
    return clocks.filter((pl.col("due") > begins) & (pl.col("due") <= ends))
