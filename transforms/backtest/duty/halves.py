"""How far a published share is more than chance: the shares of two halves of the same clocks, over all lines that have a level.

Reliability is 2r / (1 + r), with r the correlation of the halves (Spearman 1910, Brown 1910): near 1 where lines differ by more than their
clocks happen to, near 0 where another month would rank them otherwise.

Belongs here: that number. Does not: the shares (``transforms.duty.share``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from transforms.duty.share import FEWEST_CLOCKS

# A correlation of fewer lines says nothing.
FEWEST_LINES = 5


class Halves(NamedTuple):
    """How many lines have clocks enough, and the reliability of their shares; None where they are too few or all alike."""

    lines: int
    reliability: float | None


def halves(clocks: pl.DataFrame, by: Sequence[str]) -> Halves:
    """Split the clocks of each line in two, by their ids, which are as good as drawn.

    Args:
        clocks: schema ``CLOCKS`` with ``missed``, a number in [0, 1].
        by: what a line is.
    """
    enough = clocks.filter(pl.len().over(by) >= FEWEST_CLOCKS).sort("report_id")
    odd = (pl.int_range(pl.len()).over(by) % 2).alias("odd")
    shares = enough.with_columns(odd).group_by(*by, "odd").agg(pl.col("missed").mean()).sort(*by, "odd")
    first, second = (shares.filter(pl.col("odd") == half)["missed"].to_numpy() for half in (0, 1))
    if len(first) < FEWEST_LINES or min(first.std(), second.std()) == 0:
        return Halves(len(first), None)
    r = float(np.corrcoef(first, second)[0, 1])
    return Halves(len(first), max(0.0, 2 * r / (1 + r)) if r > -1 else 0.0)
