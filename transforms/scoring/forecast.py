"""The forecast of one series: season × shrunk rate × level, with a negative-binomial size, at one or many origins.

Level L = (κ + Σ a^age y_d) / (κ + Σ a^age expected_d) over the district, 14-day half-life, κ = 50 events: how much busier the last
weeks were than the rates say. In gaps it returns to 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from transforms.panel import Exposure
from transforms.scoring.negbin import fit_size
from transforms.scoring.rate import Rates, shrunk_rates
from transforms.scoring.season import Season, fit_season

Array = NDArray[np.float64]

LEVEL_HALF_LIFE_DAYS = 14.0
LEVEL_EVENTS = 50.0
LEVEL_DAYS = 120
SIZE_WINDOWS = 26
MIN_WINDOW_EXPOSURE = 0.9


@dataclass(frozen=True)
class Forecast:
    """Expected events over the horizon at several origins; arrays have shape (cells, origins), ``level`` (origins,).

    ``mean`` is the sum of ``recent``, ``long_run``, ``neighbours`` and ``district`` (the level's part, which may be negative).
    NaN where nothing near the cell was ever observed.
    """

    mean: Array
    recent: Array
    long_run: Array
    neighbours: Array
    district: Array
    level: Array
    size: float
    size_windows: int


def forecast(
    counts: NDArray[np.float32],
    exposure: Exposure,
    days: list[dt.date],
    holidays: Mapping[dt.date, str],
    origins: NDArray[np.int64],
    horizon: int,
    smoother: sparse.csr_matrix,
    *,
    learn_size: bool = True,
) -> Forecast:
    """Forecast one series at each origin from the days before it.

    Nothing on or after the last origin is looked at, in any part; the season is fitted once, on the days before the last origin.

    Args:
        counts: events, shape (cells, days).
        exposure: of the same cells and days.
        days: dates of the columns.
        holidays: public holidays by date, reaching past the last origin by the horizon.
        origins: columns; ``len(days)`` is the night itself.
        horizon: days ahead.
        smoother: see ``rate.gaussian``.
        learn_size: estimate the size from past windows; without it the prior's is given.
    """
    end = int(origins.max())
    season = _season(counts[:, :end], Exposure(exposure.pattern, exposure.share[:, :end]), days[:end], holidays)
    ahead = [days[0] + dt.timedelta(days=k) for k in range(len(days) + horizon)]
    factor = season.factor(ahead, holidays)
    # Past windows whose count is fully known teach the size; they are forecast in the same pass.
    taught = _size_origins(exposure, factor[: len(days)], end, horizon) if learn_size else np.empty(0, dtype=np.int64)
    every = np.concatenate([origins, taught])
    rates = shrunk_rates(counts, factor[: len(days)], exposure, every, smoother)
    level = _level(counts, exposure, factor[: len(days)], rates, every)
    offset = np.array([factor[o : o + horizon].sum() for o in every])
    mean = rates.shrunk * offset * level
    means, came = [np.empty(0)], [np.empty(0)]
    for k, start in enumerate(taught, start=len(origins)):
        # What was expected of the days that were observed, in the cells that were observed almost whole.
        observed = (exposure.share[:, start : start + horizon] @ factor[start : start + horizon])[exposure.pattern] / offset[k]
        seen = (observed >= MIN_WINDOW_EXPOSURE) & (rates.exposure[:, k] > 0)
        means.append(mean[seen, k] * observed[seen])
        came.append(counts[seen, start : start + horizon].sum(axis=1, dtype=float))
    size = fit_size(np.concatenate(means), np.concatenate(came))
    now = slice(0, len(origins))
    plain = offset[now]
    return Forecast(
        mean=mean[:, now],
        recent=rates.recent[:, now] * plain,
        long_run=rates.long_run[:, now] * plain,
        neighbours=rates.neighbours[:, now] * plain,
        district=rates.shrunk[:, now] * plain * (level[now] - 1),
        level=level[now],
        size=size,
        size_windows=sum(len(m) > 0 for m in means),
    )


def _season(counts: NDArray[np.float32], exposure: Exposure, days: list[dt.date], holidays: Mapping[dt.date, str]) -> Season:
    """Season of the district's total; a day's exposure is the share of the usual activity that was observed."""
    total = counts.sum(axis=0).astype(float)
    usual = counts.sum(axis=1).astype(float) + 1e-3
    by_pattern = np.bincount(exposure.pattern, weights=usual, minlength=len(exposure.share))
    observed = (by_pattern / by_pattern.sum()) @ exposure.share
    return fit_season(total, observed, days, holidays)


def _size_origins(exposure: Exposure, season: Array, days: int, horizon: int) -> NDArray[np.int64]:
    """Starts of the last weekly windows that end by column ``days`` and were observed almost whole, newest first."""
    seen = exposure.share.max(axis=0) * season
    starts = np.arange(days - horizon, max(days - 2 * SIZE_WINDOWS * 7, 56), -7)
    whole = [s for s in starts if seen[s : s + horizon].sum() >= MIN_WINDOW_EXPOSURE * season[s : s + horizon].sum()]
    return np.array(whole[:SIZE_WINDOWS], dtype=np.int64)


def _level(counts: NDArray[np.float32], exposure: Exposure, season: Array, rates: Rates, origins: NDArray[np.int64]) -> Array:
    total = counts.sum(axis=0).astype(float)
    rate = np.nan_to_num(rates.shrunk)
    level = np.ones(len(origins))
    for k, origin in enumerate(origins):
        first = max(0, int(origin) - LEVEL_DAYS)
        by_pattern = np.bincount(exposure.pattern, weights=rate[:, k], minlength=len(exposure.share))
        expected = season[first:origin] * (by_pattern @ exposure.share[:, first:origin])
        seen = exposure.share[:, first:origin].max(axis=0) > 0
        decay = 2.0 ** (-(origin - np.arange(first, origin)) / LEVEL_HALF_LIFE_DAYS) * seen
        level[k] = (LEVEL_EVENTS + decay @ total[first:origin]) / (LEVEL_EVENTS + decay @ expected)
    return level
