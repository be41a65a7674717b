"""Rows of ``SCORES`` that no forecast stands behind: categories without anything to go by, and duty, which is counted from clocks.

Belongs here: those rows. Does not: shares of clocks (``duty``), rows of forecasts (``category.rows``).
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from transforms.duty.halves import FEWEST_CLOCKS
from transforms.schema import SCORES, SURGE_COLUMNS
from transforms.words import CONTRIBUTIONS, Category, State


def unscored(cells: pl.DataFrame, category: Category, reason: str) -> pl.DataFrame:
    """Rows of ``SCORES`` for a category that nothing can be said of."""
    fixed = {"category": category.value, "state": State.NOT_SCORED.value, "reason": reason}
    return cells.select("cell_id").select([pl.col(c) if c == "cell_id" else pl.lit(fixed.get(c), t).alias(c) for c, t in SCORES.items()])


def political(cells: pl.DataFrame, duty: pl.DataFrame, stale: Collection[str]) -> pl.DataFrame:
    """Cells inherit from the department that stands worst in their subdistrict, of those with clocks enough for a level.

    Args:
        cells: schema ``CELLS``.
        duty: schema ``DUTY``, of the feeds heard of lately.
        stale: subdistricts where feeds that have been silent for too long had clocks: there, the others' share is not the whole.
    """
    # Levels follow the lower bound, so the highest level is among the highest bounds.
    levelled = duty.filter(pl.col("level").is_not_null()).sort("lower", "share", "department", descending=[True, True, False])
    worst = levelled.unique("subdistrict", keep="first", maintain_order=True)
    some = pl.col("subdistrict").is_in(duty.filter(pl.col("clocks") > 0)["subdistrict"].unique().to_list())
    is_stale = pl.col("subdistrict").is_in(sorted(stale))
    has = pl.col("level").is_not_null() & ~is_stale
    joined = cells.select("cell_id", "subdistrict").join(worst, on="subdistrict", how="left", maintain_order="left")
    enough = pl.col("subdistrict").is_in(duty.filter(pl.col("clocks") >= FEWEST_CLOCKS)["subdistrict"].unique().to_list())
    reason = (
        pl.when(is_stale)
        .then(pl.lit("stale"))
        .when(enough)
        .then(pl.lit("mere_chance"))
        .when(some)
        .then(pl.lit("few_clocks"))
        .otherwise(pl.lit("no_clocks"))
    )
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
        reason=pl.when(has).then(None).otherwise(reason),
        **{c: pl.when(has).then(e) for c, e in values.items()},
        **{c: pl.lit(None) for c in ("p_any", *CONTRIBUTIONS, *SURGE_COLUMNS)},
    ).select([pl.col(c).cast(t) for c, t in SCORES.items()])
