"""Rows of ``SCORES`` that no forecast stands behind: categories without anything to go by, and duty, which is counted from clocks.

Belongs here: those rows. Does not: shares of clocks (``duty``), rows of forecasts (``category.rows``).
"""

from __future__ import annotations

import polars as pl

from transforms.schema import SCORES, SURGE_COLUMNS
from transforms.words import CONTRIBUTIONS, Category, State


def unscored(cells: pl.DataFrame, category: Category, reason: str) -> pl.DataFrame:
    """Rows of ``SCORES`` for a category that nothing can be said of."""
    fixed = {"category": category.value, "state": State.NOT_SCORED.value, "reason": reason}
    return cells.select("cell_id").select([pl.col(c) if c == "cell_id" else pl.lit(fixed.get(c), t).alias(c) for c, t in SCORES.items()])


def political(cells: pl.DataFrame, by_subdistrict: pl.DataFrame, stale: pl.DataFrame) -> pl.DataFrame:
    """Cells inherit their subdistrict's share breached; without clocks there is nothing to say.

    Args:
        cells: schema ``CELLS``.
        by_subdistrict: schema ``DUTY``, of the feeds heard of lately.
        stale: the same of the feeds silent for too long: where these had clocks, the others' share is not the whole.
    """
    is_stale = pl.col("subdistrict").is_in(stale.filter(pl.col("clocks") > 0)["subdistrict"].to_list())
    has = (pl.col("clocks").fill_null(0) > 0) & ~is_stale
    joined = cells.select("cell_id", "subdistrict").join(by_subdistrict, on="subdistrict", how="left", maintain_order="left")
    values = {
        "expected_harm": pl.col("share"),
        "expected_count": pl.col("clocks").cast(pl.Float64),
        "harm_low": pl.col("lower"),
        "harm_high": pl.col("upper"),
        "score": 100 * pl.col("share"),
        "level": pl.col("level"),
    }
    return joined.select(
        category=pl.lit(Category.POLITICAL.value),
        cell_id=pl.col("cell_id"),
        state=pl.when(has).then(pl.lit(State.SCORED.value)).otherwise(pl.lit(State.NOT_SCORED.value)),
        reason=pl.when(has).then(None).when(is_stale).then(pl.lit("stale")).otherwise(pl.lit("no_clocks")),
        **{c: pl.when(has).then(e) for c, e in values.items()},
        **{c: pl.lit(None) for c in ("p_any", *CONTRIBUTIONS, *SURGE_COLUMNS)},
    ).select([pl.col(c).cast(t) for c, t in SCORES.items()])
