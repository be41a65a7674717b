"""Regret: what is lost by having chosen this forecast and not, each month, the single one that turned out best.

Belongs here: months and their best forecast. Does not: gains over each baseline (``grade``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.backtest.metrics import LEAST_MEAN, log_score
from transforms.backtest.rows import COMPETITORS
from transforms.scoring.negbin import fit_size


@dataclass(frozen=True)
class Regret:
    """Nats per event lost against the best single forecast of each month, in the mean and in the worst month; in how many it was best."""

    months: int
    best_months: int
    mean: float
    worst: float
    worst_month: str


def regret(frame: pl.DataFrame) -> Regret | None:
    """The regret of one series, from its rows of ``FORECASTS``; None where no event came.

    Every baseline has the one size that suits it best in hindsight, and is chosen in hindsight: no rule could do as well.
    """
    count = frame["observed"].to_numpy()
    if not count.sum():
        return None
    scores = {"own": log_score(np.maximum(frame["mean"].to_numpy(), 1e-9), frame["size"].to_numpy(), count)}
    for column in COMPETITORS:
        mean = np.maximum(frame[column].to_numpy(), LEAST_MEAN)
        scores[column] = log_score(mean, np.full(len(mean), fit_size(mean, count)), count)
    month = pl.col("origin").dt.strftime("%Y-%m").alias("month")
    sums = frame.select(month, "observed").with_columns(pl.DataFrame(scores)).group_by("month").sum().sort("month")
    busy = sums.filter(pl.col("observed") > 0)
    lost = (busy.select(pl.max_horizontal(*scores)).to_series() - busy["own"]).to_numpy()
    per_event = lost / busy["observed"].to_numpy()
    worst = int(per_event.argmax())
    return Regret(len(busy), int((lost == 0).sum()), float(lost.sum() / count.sum()), float(per_event[worst]), str(busy["month"][worst]))
