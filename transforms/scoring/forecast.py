"""The forecast of one series at one or many origins: levels × season × Σ weight × feature, split into its contributions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.neighbours import Neighbours
from transforms.scoring.decay import window_sums
from transforms.scoring.features import FEATURES, Part, Past, make_features
from transforms.scoring.level import LocalLevels, district_level
from transforms.scoring.model import SeriesModel
from transforms.scoring.silence import LastHeard

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """Expected events over the horizon at several origins.

    ``parts`` has shape (parts, cells, origins), in the order of ``Part``; ``mean`` is their sum, shape (cells, origins), NaN where nothing
    near the cell was ever observed. ``level`` (of the district and of the cell's part of it) has shape (cells, origins), ``offset`` (season
    of the horizon, in ordinary days) shape (origins,).
    """

    parts: Array
    mean: Array
    level: Array
    offset: Array
    size: float

    def part(self, which: Part) -> Array:
        """One contribution, shape (cells, origins)."""
        return np.asarray(self.parts[list(Part).index(which)])


def forecast(
    model: SeriesModel,
    past: Past,
    days: list[dt.date],
    holidays: Mapping[dt.date, str],
    origins: NDArray[np.int64],
    horizon: int,
    neighbours: Neighbours,
    *,
    single: bool = False,
) -> Forecast:
    """Forecast one series at each origin from the days before it, each cell as it stood when it was last heard of (``silence``).

    Args:
        model: fitted on days before every origin, or on later ones where only the shape of the past is asked for (references).
        past: counts and exposure of ``days``.
        days: dates of the columns.
        holidays: public holidays by date, reaching past the last origin by the horizon.
        origins: columns; ``len(days)`` is the night itself.
        horizon: days ahead.
        neighbours: of the same cells.
        single: compute in single precision, for many origins.
    """
    ahead = [*days, *(days[-1] + dt.timedelta(days=k + 1) for k in range(horizon))]
    factor = model.season.factor(ahead, holidays)
    offset = window_sums(factor[None, :], origins, horizon)[0]
    season = factor[: len(days)]
    heard = LastHeard.before(past.exposure, origins)
    features = make_features(past, season, heard.columns, neighbours, single=single)
    weights = np.array(model.weights)
    rates = np.zeros((len(Part), *features.shape[1:]))
    for feature, weight, values in zip(FEATURES, weights, features, strict=True):
        if weight:
            rates[list(Part).index(feature.part)] += weight * values
    rates[:, ~np.isfinite(features[-1])] = np.nan
    rate, observed = np.nan_to_num(rates.sum(axis=0)), past.exposure.share * season
    level = district_level(past.counts.sum(axis=0, dtype=float), observed, past.exposure.by_pattern(rate), heard.columns)
    level = heard.of_cells(level * LocalLevels(past, season, heard.columns, neighbours).of(rate))
    parts = heard.of_cells(rates) * (offset * level)
    return Forecast(parts, parts.sum(axis=0), level, offset, model.size)
