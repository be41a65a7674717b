"""Totals: what a subdistrict and the whole district were forecast, with an interval, beside what came.

Belongs here: rows of totals from rows of forecasts, and how often their intervals held. Does not: the interval of a sum
(``transforms.scoring.totals``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.backtest.metrics import standard_error
from transforms.scoring.negbin import at_most
from transforms.scoring.sizes import Sizes
from transforms.scoring.totals import HIGH, LOW, total

Array = NDArray[np.float64]

# The area that is the whole district.
DISTRICT: Final = "district"
# Above it a plain share of counts inside an interval says what a randomised one does.
LARGE_MEAN: Final = 20.0
TOTALS: Final = pl.Schema(
    {
        "origin": pl.Date,
        "horizon_days": pl.Int64,
        "series": pl.String,
        # A subdistrict's code, or ``DISTRICT``.
        "area": pl.String,
        "mean": pl.Float64,
        "size": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "observed": pl.Float64,
    }
)


@dataclass(frozen=True)
class Coverage:
    """How often the 80 % intervals of some areas held: by randomised PIT, with its standard error over origins (None with one), and plainly
    where the mean exceeds 20 (None where none does)."""

    areas: int
    totals: int
    randomised: float
    se: float | None
    plain: float | None


def total_rows(forecasts: pl.DataFrame, sizes: Sizes) -> pl.DataFrame:
    """Rows of ``TOTALS`` of one series and origin, from its rows of ``FORECASTS``."""
    if forecasts.is_empty():
        return TOTALS.to_frame()
    parts = [str(code) for code in forecasts["subdistrict"].unique().drop_nulls().sort()]
    frames = {DISTRICT: forecasts} | {code: forecasts.filter(pl.col("subdistrict") == code) for code in parts}
    rows = []
    for area, part in frames.items():
        mean, observed = part["mean"].to_numpy(), float(part["observed"].sum())
        whole, size = total(float(mean.sum()), sizes.variance_of_sum(mean, is_part=area != DISTRICT))
        rows.append({"area": area, "mean": whole.mean, "size": size, "low": whole.low, "high": whole.high, "observed": observed})
    common = forecasts.select("origin", "horizon_days", "series").row(0, named=True)
    return pl.DataFrame([common | row for row in rows], schema=TOTALS)


def coverage(totals: pl.DataFrame, every_days: int) -> Coverage | None:
    """How often the intervals of these rows held, with so many days between origins; None without rows."""
    if totals.is_empty():
        return None
    mean, size, observed = (totals[c].to_numpy() for c in ("mean", "size", "observed"))
    large = mean > LARGE_MEAN
    inside = (totals["low"].to_numpy() <= observed) & (observed <= totals["high"].to_numpy())
    held = randomised(mean, size, observed)
    of_origins = totals.select("origin", held=held).group_by("origin", maintain_order=True).mean().sort("origin")["held"].to_numpy()
    se = standard_error(of_origins, every_days, int(totals["horizon_days"][0]))
    plain = float(inside[large].mean()) if large.any() else None
    return Coverage(totals["area"].n_unique(), len(totals), float(held.mean()), se, plain)


def randomised(mean: Array, size: Array, observed: Array) -> Array:
    """How much of each count lies between the tenth and the ninetieth percentile, spread evenly over its own step of the distribution."""
    upper, lower = at_most(mean, size, observed), at_most(mean, size, observed - 1)
    width = np.maximum(upper - lower, 1e-12)
    return np.asarray(np.clip((HIGH - lower) / width, 0, 1) - np.clip((LOW - lower) / width, 0, 1))
