"""Anybody's forecast beside ours: on the same cells and origins, by the same scores, paired.

A challenger says for each cell, origin and series a ``mean`` (with or without its own ``size``), or quantiles. A mean without a size gets
the one that suits it best in hindsight, as every baseline does, so that comparisons lean towards it. Means are compared in nats per event,
quantiles by the weighted interval score, ours at the same probabilities. Where it says nothing of a cell at an origin that it forecasts,
ours stands for it: choosing one's cells gains nothing.

Belongs here: what a challenger's file may say, and the comparison. Does not: reading files (``infra.pages.backtest.predictions``), making
our forecasts (``flows.nights.backtest``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from transforms.backtest.grade import HEADLINE_AREA
from transforms.backtest.metrics import LEAST_MEAN, caught, log_score, standard_error
from transforms.scoring.negbin import fit_size, quantile

Array = NDArray[np.float64]

KEYS: Final = ("origin", "horizon_days", "series", "cell_id")
# The part of Student's t below the upper end of an interval that holds 95 %.
_UPPER: Final = 0.975
# What our own forecasts are exported with, in the hubs' quantile layout.
QUANTILES: Final = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
PREDICTIONS: Final = pl.Schema(
    {"origin": pl.Date, "horizon_days": pl.Int64, "series": pl.String, "cell_id": pl.String, "mean": pl.Float64, "size": pl.Float64}
)


@dataclass(frozen=True)
class Challenge:
    """One series. ``gain`` is the challenger's over our forecast, with a 95 % interval (Student's t) over origins, None with one.

    It is in nats per event for means, and in percent of our own score for quantiles (``by``). ``hit_gain`` is the difference of the hit
    rates at 5 % of the area. Of the ``rows`` compared, cells by origins, the challenger is silent about so many that are ``missing``.
    """

    series: str
    by: str
    origins: int
    rows: int
    missing: int
    events: int
    gain: float
    low: float | None
    high: float | None
    hit_gain: float


def challenge(forecasts: pl.DataFrame, theirs: pl.DataFrame, every_days: int) -> list[Challenge]:
    """Compare, series by series.

    Args:
        forecasts: rows of ``FORECASTS``.
        theirs: ``KEYS`` with ``mean`` and perhaps ``size``, or with columns of quantiles named by their probability (``0.1``).
        every_days: days between origins.
    """
    levels = levels_of(theirs)
    columns = [c for c in ("mean", "size", *levels) if c in theirs.columns]
    told = theirs.select(*KEYS, *(pl.col(c).cast(pl.Float64).alias(f"their_{c}") for c in columns))
    found = []
    for (series,), own in forecasts.sort("series", "origin", "cell_id").group_by("series", maintain_order=True):
        both = own.join(told.with_columns(said=True), on=list(KEYS), how="left", maintain_order="left")
        asked = both.filter(pl.col("said").any().over("origin")).with_columns(pl.col("said").fill_null(value=False))
        if len(asked) and asked["observed"].sum():
            found.append(_compared(str(series), asked, levels, every_days))
    return found


def levels_of(frame: pl.DataFrame) -> list[str]:
    """The columns of quantiles, by their probability, rising."""
    return sorted((c for c in frame.columns if _is_level(c)), key=float)


def _is_level(column: str) -> bool:
    try:
        return 0 < float(column) < 1
    except ValueError:
        return False


def _compared(series: str, both: pl.DataFrame, levels: Sequence[str], every_days: int) -> Challenge:
    count, said = both["observed"].to_numpy(), both["said"].to_numpy()
    mean, size = np.maximum(both["mean"].to_numpy(), 1e-9), both["size"].to_numpy()
    days = both["origin"].rank("dense").to_numpy().astype(np.int64) - 1
    origins, events = int(days.max()) + 1, float(count.sum())
    if "their_mean" in both.columns:
        by, rank = "nats per event", np.where(said, np.maximum(both["their_mean"].to_numpy(), LEAST_MEAN), mean)
        spread = np.where(said, both["their_size"].to_numpy() if "their_size" in both.columns else fit_size(rank[said], count[said]), size)
        difference = (log_score(rank, spread, count) - log_score(mean, size, count)) * origins / events
    else:
        # Medians of rare events are nearly all 0 and tell no cells apart.
        ours = {p: quantile(mean, size, float(p)) for p in levels}
        theirs = {p: np.where(said, both[f"their_{p}"].to_numpy(), ours[p]) for p in levels}
        by, rank, own = "% of our interval score", np.mean(list(theirs.values()), axis=0), interval_score(ours, count)
        difference = 100 * (own - interval_score(theirs, count)) * origins / own.sum()
    gains = np.bincount(days, difference, origins).astype(float)
    se = standard_error(gains, every_days, int(both["horizon_days"][0]))
    gain, reach = float(gains.mean()), None if se is None else float(stats.t.ppf(_UPPER, origins - 1)) * se
    parts = [np.flatnonzero(days == k) for k in range(origins)]
    busy = [part for part in parts if count[part].any()]
    hits = [(caught(rank[p], count[p], HEADLINE_AREA) - caught(mean[p], count[p], HEADLINE_AREA)) / count[p].sum() for p in busy]
    low, high = (None, None) if reach is None else (gain - reach, gain + reach)
    return Challenge(series, by, origins, len(both), int((~said).sum()), int(events), gain, low, high, float(np.mean(hits)))


def interval_score(quantiles: dict[str, Array], count: Array) -> Array:
    """Twice the mean pinball loss over the quantiles, by their probability: the weighted interval score where they are symmetric; lower is
    better (Bracher et al. 2021)."""
    losses = [np.maximum(float(p) * (count - q), (float(p) - 1) * (count - q)) for p, q in quantiles.items()]
    return np.asarray(2 * np.mean(losses, axis=0))


def predictions(forecasts: pl.DataFrame) -> pl.DataFrame:
    """Our forecasts in the form of a challenger's, schema ``PREDICTIONS``."""
    return forecasts.select([pl.col(c).cast(t) for c, t in PREDICTIONS.items()])


def hub_quantiles(forecasts: pl.DataFrame) -> pl.DataFrame:
    """Our forecasts in the quantile layout of the forecasting hubs: a row per cell, origin, series and probability."""
    mean, size = forecasts["mean"].to_numpy(), forecasts["size"].to_numpy()
    common = forecasts.select(
        origin_date="origin",
        target="series",
        horizon="horizon_days",
        target_end_date=pl.col("origin") + pl.duration(days=pl.col("horizon_days") - 1),
        location="cell_id",
        output_type=pl.lit("quantile"),
    )
    return pl.concat([common.with_columns(output_type_id=pl.lit(p), value=pl.Series(quantile(mean, size, p))) for p in QUANTILES])
