"""What share of the cells usually has which level: what a night is compared with before it is published.

Belongs here: the usual share of each level over earlier nights, and from how many nights on one may speak of usual. Does not: counting the
cells of published nights (``infra.warehouse.nights.scores``), how far a night may differ (``expectations.outputs``).
"""

from __future__ import annotations

from statistics import median
from typing import Final

import polars as pl

LEVEL_COUNTS: Final = pl.Schema({"night": pl.Date, "category": pl.String, "level": pl.String, "cells": pl.Int64})
LEVEL_SHARES: Final = pl.Schema({"category": pl.String, "level": pl.String, "share": pl.Float64})


def usual_levels(counts: pl.DataFrame, nights: int) -> pl.DataFrame:
    """The median share of each level among the cells that have one, over the nights counted.

    Args:
        counts: ``LEVEL_COUNTS``, how many cells had each level; cells without one are counted under null.
        nights: over how many nights it was counted; from under half of them one cannot tell what is usual.

    Returns:
        ``LEVEL_SHARES``, sorted; empty where one cannot tell.
    """
    if 2 * counts["night"].n_unique() < nights:
        return LEVEL_SHARES.to_frame()
    having = counts.filter(pl.col("level").is_not_null())
    shares = having.with_columns(share=pl.col("cells") / pl.col("cells").sum().over("night", "category"))
    # A level that no cell had in a night had the share zero in it.
    counted = having.group_by("category").agg(nights=pl.col("night").n_unique())
    listed = shares.group_by("category", "level").agg(pl.col("share")).join(counted, on="category")
    padded = [(category, level, median([*found, *[0.0] * (of - len(found))])) for category, level, found, of in sorted(listed.iter_rows())]
    return pl.DataFrame(padded, schema=LEVEL_SHARES, orient="row")
