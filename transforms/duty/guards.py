"""What looks better than it is: how much a clock that was kept weighs, and which clocks are one.

A kept clock is taken at its word only as far as that has held. One that ended lately weighs what such closings of the department were
worth, 1 − the share that was reopened and then missed: who closes five minutes before the deadline and reopens the next day has kept
nothing. Where callers are asked, a closing that nobody confirmed weighs half and one that was denied nothing. Where a department keeps
far more clocks within the last moments than the others do, those weigh half unless confirmed. A weight below 1 makes a score less sure of
what is good and never better; a missed clock always weighs 1.

Reports of one kind, place and day that one department holds are one clock, and the worst of them stands for all.

Belongs here: weights, and what is marked. Does not: deadlines that are not believed (``transforms.duty.clocks``), shares
(``transforms.duty.share``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from transforms.words import DutyClock

LASTS_DAYS: Final = 21
LAST_MOMENTS: Final = 1 / 60
_BORROWED: Final = 10.0
_UNSURE, _DENIED = 0.5, 0.0
# A department is looked at for last moments once it kept so many clocks, and stands out from so large a share and such a multiple on.
_FEWEST, _SHARE, _TIMES = 20, 0.25, 3.0


def weighed(clocks: pl.DataFrame) -> pl.DataFrame:
    """Clocks with ``weight``, and ``last_moment`` where they ended in the last moments at a department that stands out.

    Args:
        clocks: schema ``CLOCKS`` with ``missed`` (1 or 0, or how likely), all of the past that the department is judged by.
    """
    # What is told of other clocks cannot be undone: an answer was given, or it was not.
    kept = pl.col("ended").is_not_null() & (pl.col("missed") == 0) & (pl.col("clock") == DutyClock.DEADLINE.value)
    lately = pl.col("ended") > pl.col("until") - dt.timedelta(days=LASTS_DAYS)
    undone = pl.col("reopened") & (pl.col("missed") == 1)
    lasted = kept & ~lately
    hurried = kept & ~pl.col("whole_days") & (pl.col("due") - pl.col("ended") < (pl.col("due") - pl.col("starts")) * LAST_MOMENTS)
    rate_all = undone.sum() / (undone.sum() + lasted.sum()).clip(1)
    rate = (undone.sum().over("department") + _BORROWED * rate_all) / ((undone.sum() + lasted.sum()).over("department") + _BORROWED)
    return (
        clocks.lazy()
        .with_columns(kept=kept, hurried=hurried, lasts=pl.when(kept & lately).then(1 - rate).otherwise(1.0))
        .with_columns(own_kept=pl.col("kept").sum().over("department"), own_hurried=pl.col("hurried").sum().over("department"))
        .with_columns(others=(pl.col("hurried").sum() - pl.col("own_hurried")) / (pl.col("kept").sum() - pl.col("own_kept")).clip(1))
        .with_columns(hurries=pl.col("own_hurried") / pl.col("own_kept").clip(1))
        .with_columns(
            last_moment=pl.col("hurried")
            & (pl.col("own_kept") >= _FEWEST)
            & (pl.col("hurries") >= pl.max_horizontal(pl.lit(_SHARE), pl.col("others") * _TIMES))
        )
        .with_columns(weight=pl.when("kept").then(pl.col("lasts") * _word()).otherwise(1.0))
        .drop("kept", "hurried", "lasts", "own_kept", "own_hurried", "others", "hurries")
        .collect()
    )


def _word() -> pl.Expr:
    """How much a closing is taken at its word."""
    unconfirmed = pl.when(pl.col("asked") | pl.col("last_moment")).then(_UNSURE).otherwise(1.0)
    return pl.when("confirmed").then(1.0).when(pl.col("confirmed").is_null()).then(unconfirmed).otherwise(_DENIED)


def each_once(clocks: pl.DataFrame) -> pl.DataFrame:
    """Clocks without those that another stands for, and ``duplicates``: how many others each stands for."""
    same = ["clock", "department", "kind", "cell_id", "spot", "occurred_on"]
    ordered = clocks.sort("missed", "weight", "starts", "due", descending=[True, False, False, False], maintain_order=True)
    first = pl.col("spot").is_null() | (pl.int_range(pl.len()).over(same) == 0)
    duplicates = pl.when(pl.col("spot").is_null()).then(0).otherwise(pl.len().over(same) - 1)
    return ordered.with_columns(duplicates=duplicates.cast(pl.Int64)).filter(first)
