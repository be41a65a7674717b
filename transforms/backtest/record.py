"""The record of published forecasts: several graded weeks added up.

Belongs here: adding up what was graded. Does not: grading a night (``transforms.backtest.evaluation``), which needs the mathematics of the
forecast; those who only read a record do not import it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.words import LEVELS

ALL: Final = "all"
LEARNING: Final = "learning"


def record(evaluations: pl.DataFrame) -> pl.DataFrame:
    """Several weeks added up, per category and level: ``weeks, first, last, cells, expected, observed, spread, hit_rate``.

    ``first`` and ``last`` are the first and last night graded; ``cells`` are cell-weeks; ``hit_rate`` is the mean of the weeks.
    """
    order = {name: k for k, name in enumerate((*map(str, LEVELS), LEARNING, ALL))}
    return (
        evaluations.group_by("category", "level")
        .agg(
            pl.col("cells", "left_out", "expected", "observed").sum(),
            weeks=pl.col("night").n_unique(),
            first=pl.col("night").min(),
            last=pl.col("night").max(),
            spread=(pl.col("spread") ** 2).sum().sqrt(),
            hit_rate=pl.col("hit_rate").mean(),
            log_score=pl.col("log_score").mean(),
        )
        .sort("category", pl.col("level").replace_strict(order, return_dtype=pl.Int64))
    )
