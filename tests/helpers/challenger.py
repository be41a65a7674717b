"""LightGBM on the features of the forecast: a challenger that keeps the mixture honest.

Belongs here: fitting and forecasting it as production would, on the same windows, features, offsets and refit calendar. Its parameters are
fixed beforehand; nothing is tuned on what it is graded by. It is given the mixture's levels as well, which it could not learn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import lightgbm
import numpy as np
from numpy.typing import NDArray

from tests.helpers.features import make_features
from transforms.grids.neighbours import Neighbours
from transforms.scoring.decay import window_sums
from transforms.scoring.features import Past
from transforms.scoring.level import LocalLevels, district_level
from transforms.scoring.model import MIN_EXPOSURE, closed_windows, season_of

Array = NDArray[np.float64]

ROUNDS = 150
PARAMETERS = {
    "objective": "poisson",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 500,
    "lambda_l2": 10.0,
    "feature_fraction": 0.7,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def forecast(past: Past, days: list[dt.date], holidays: Mapping[dt.date, str], horizon: int, neighbours: Neighbours) -> Array:
    """Means over the horizon after the last of ``days``, shape (cells,)."""
    end = len(days)
    season = season_of(past, days, holidays)
    ahead = [days[0] + dt.timedelta(days=k) for k in range(end + horizon)]
    factor = season.factor(ahead, holidays)
    starts = closed_windows(end, horizon)
    observed = past.exposure.share * factor[:end]
    offset = window_sums(observed, starts, horizon)[past.exposure.pattern]
    count = window_sums(past.counts, starts, horizon)
    features = make_features(past, factor[:end], starts, neighbours, single=True)
    usable = (offset >= MIN_EXPOSURE * window_sums(factor[None, :end], starts, horizon)[0]) & (np.nan_to_num(features[-1]) > 0)
    # Scores start at the district's rate, so that trees explain only where it differs.
    start = np.log(offset[usable] * features[-1][usable])
    data = lightgbm.Dataset(np.log(features[:, usable].T + 1e-6), count[usable], init_score=start, free_raw_data=False)
    trees = lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)
    now = np.array([end], dtype=np.int64)
    latest = make_features(past, factor[:end], now, neighbours)[:, :, 0]
    score = np.asarray(trees.predict(np.log(latest.T + 1e-6), raw_score=True))
    rate = (latest[-1] * np.exp(score))[:, None]
    level = district_level(past.counts.sum(axis=0, dtype=float), observed, past.exposure.by_pattern(rate), now)
    local = LocalLevels(past, factor[:end], now, neighbours).of(rate)
    return np.asarray((rate * level * local)[:, 0] * factor[end:].sum())
