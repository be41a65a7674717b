"""The forecast of one series at one or many origins: levels × season × Σ weight × feature, split into its contributions.

Belongs here: multiplying out what a fitted model says. Does not: fitting it (``model``), harm and scores (``transforms.scoring.category``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.decay import window_sums
from transforms.scoring.features import Part, Past
from transforms.scoring.level import LocalLevels, district_level
from transforms.scoring.model import SeriesModel
from transforms.scoring.rate import Rates
from transforms.scoring.silence import LastHeard
from transforms.scoring.sizes import Sizes
from transforms.scoring.structure import STRUCTURES, make_all

Array = NDArray[np.float64]

_PLACE = {part: place for place, part in enumerate(Part)}


@dataclass(frozen=True)
class Forecast:
    """Expected events over the horizon at several origins.

    ``parts`` has shape (parts, cells, origins), in the order of ``Part``; ``mean`` is their sum, shape (cells, origins), NaN where nothing
    near the cell was ever observed. ``level`` (of the district and of the cell's part of it) has shape (cells, origins), ``offset`` (season
    of the horizon, in ordinary days) shape (origins,). ``sizes`` say how far counts spread.
    """

    parts: Array
    mean: Array
    level: Array
    offset: Array
    sizes: Sizes

    @property
    def size(self) -> Array:
        """The negative-binomial size of each mean, shape (cells, origins)."""
        return self.sizes.of(self.mean)

    def part(self, which: Part) -> Array:
        """One contribution, shape (cells, origins)."""
        return np.asarray(self.parts[_PLACE[which]])


@dataclass(frozen=True)
class Setting:
    """What the series of a feed share: the dates of the columns, public holidays by date (past the last origin by the horizon), and the
    neighbours of the cells."""

    days: list[dt.date]
    holidays: Mapping[dt.date, str]
    neighbours: Neighbours


def forecast(
    model: SeriesModel, past: Past, setting: Setting, origins: NDArray[np.int64], horizon: int, *, single: bool = False
) -> Forecast:
    """Forecast one series at each origin from the days before it, each cell as it stood when it was last heard of (``silence``).

    Args:
        model: fitted on days before every origin, or on later ones where only the shape of the past is asked for (references).
        past: counts and exposure of the setting's days.
        setting: days, holidays, neighbours.
        origins: columns; ``len(days)`` is the night itself.
        horizon: days ahead.
        single: compute in single precision, for many origins.
    """
    return forecasts([model], [past], setting, origins, horizon, single=single)[0]


def forecasts(
    models: Sequence[SeriesModel],
    pasts: Sequence[Past],
    setting: Setting,
    origins: NDArray[np.int64],
    horizon: int,
    *,
    single: bool = False,
) -> list[Forecast]:
    """As ``forecast`` for several series of one feed together."""
    days, neighbours = setting.days, setting.neighbours
    ahead = [*days, *(days[-1] + dt.timedelta(days=k + 1) for k in range(horizon))]
    heard = LastHeard.before(pasts[0].exposure, origins)
    factors = [model.season.factor(ahead, setting.holidays) for model in models]
    seasons = [factor[: len(days)] for factor in factors]
    structures, partners = [STRUCTURES[model.version] for model in models], [model.partners for model in models]
    features = make_all(structures, partners, pasts, seasons, heard.columns, neighbours, single=single)
    made = []
    for model, past, factor, season, of_series in zip(models, pasts, factors, seasons, features, strict=True):
        rates = _rates(model, of_series)
        rate, observed = np.nan_to_num(rates.sum(axis=0)), past.exposure.share * season
        level = district_level(past.counts.sum(axis=0, dtype=float), observed, past.exposure.by_pattern(rate), heard.columns)
        level = heard.of_cells(level * LocalLevels(past, season, heard.columns, neighbours).of(rate))
        offset = window_sums(factor[None, :], origins, horizon)[0]
        parts = heard.of_cells(rates) * (offset * level)
        made.append(Forecast(parts, parts.sum(axis=0), level, offset, model.sizes))
    return made


def _rates(model: SeriesModel, features: Rates) -> Array:
    """Weighted features by contribution, shape (parts, cells, origins); NaN where nothing near the cell was ever observed."""
    rates = np.zeros((len(Part), *features.shape[1:]))
    for feature, weight, values in zip(model.features, model.weights, features, strict=True):
        if weight:
            rates[_PLACE[feature.part]] += weight * values
    rates[:, ~np.isfinite(features[-1])] = np.nan
    return rates
