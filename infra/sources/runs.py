"""Which rows of a file are looked at that nobody has declared yet.

Belongs here: that. Does not: reading them (``sample``, ``parquet``).

Rows are taken in runs, for those of one incident stand together, all over the file, for many are sorted by place or by time.
"""

from __future__ import annotations

from typing import Final

import polars as pl

MAX_ROWS: Final = 20_000
RUN: Final = 500


def runs(total: int) -> list[range]:
    """Of so many rows which to take."""
    if total <= MAX_ROWS:
        return [range(start, min(start + RUN, total)) for start in range(0, max(total, 1), RUN)]
    count = MAX_ROWS // RUN
    return [range(start, start + RUN) for start in (n * (total - RUN) // (count - 1) for n in range(count))]


def spread(rows: pl.DataFrame) -> pl.DataFrame:
    """Those rows of a table."""
    return rows if len(rows) <= MAX_ROWS else pl.concat([rows.slice(run.start, len(run)) for run in runs(len(rows))])
