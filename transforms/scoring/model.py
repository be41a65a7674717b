"""The model of one series: season, weights and size, fitted once a week from the windows that had closed by then.

The newest windows are first held out: weights fitted on the older ones forecast them, which teaches the size, shows whether the mixture
beats the baselines, and costs one more fit. A mixture that does not is refused, and the shrunk rate alone is used (its *structure* is
then ``shrunk``). The weights in use are fitted on all windows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from transforms.neighbours import Neighbours
from transforms.scoring.baselines import BASELINES, baseline_rates
from transforms.scoring.decay import window_sums
from transforms.scoring.features import FEATURES, NAMES, SHRUNK, Past, make_features
from transforms.scoring.level import district_level
from transforms.scoring.negbin import fit_size, log_probability
from transforms.scoring.season import Season, fit_season
from transforms.scoring.surge import LAG_DAYS, SLOW, SurgeModel, fit_surge
from transforms.scoring.weights import fit_weights, prior_events

Array = NDArray[np.float64]

WINDOWS = 104
STEP_DAYS = 7
# A window needs this much past before it, or its features are no features.
WARM_UP_DAYS = 56
HELD_OUT = 26
MIN_WINDOWS = 9
MIN_EXPOSURE = 0.9
LEAST_GAIN = -0.005

Structure = Literal["mixture", "shrunk"]
SHRUNK_ALONE = np.array([float(f is SHRUNK) for f in FEATURES])


@dataclass(frozen=True)
class SeriesModel:
    """A fitted model. ``gains`` are mean nats per event over each baseline on the windows held out, empty where none could be.

    ``surge`` is the baseline that surges are measured against, None while the past is too short for one.
    """

    season: Season
    weights: tuple[float, ...]
    structure: Structure
    size: float
    size_windows: int
    windows: int
    gains: dict[str, float]
    surge: SurgeModel | None

    def payload(self) -> dict[str, Any]:
        """Plain values, as stored."""
        return {**asdict(self), "weights": dict(zip(NAMES, self.weights, strict=True))}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """The model that ``payload()`` came from."""
        season = payload["season"]
        return cls(
            Season(tuple(season["weekday"]), tuple(season["harmonics"]), dict(season["holidays"]), season["log_scale"]),
            tuple(payload["weights"][n] for n in NAMES),
            payload["structure"],
            payload["size"],
            payload["size_windows"],
            payload["windows"],
            dict(payload["gains"]),
            SurgeModel(**{k: tuple(v) for k, v in payload["surge"].items()}) if payload["surge"] else None,
        )


def fit_model(past: Past, days: list[dt.date], holidays: Mapping[dt.date, str], horizon: int, neighbours: Neighbours) -> SeriesModel:
    """Fit a series from everything in ``past``, whose columns are ``days``; nothing later is known."""
    season = season_of(past, days, holidays)
    factor = season.factor(days, holidays)
    starts = closed_windows(len(days), horizon)
    if len(starts) < MIN_WINDOWS:
        size = fit_size(np.empty(0), np.empty(0))
        return SeriesModel(season, tuple(SHRUNK_ALONE.tolist()), "shrunk", size, 0, len(starts), {}, None)
    observed = past.exposure.share * factor
    offset = window_sums(observed, starts, horizon)[past.exposure.pattern]
    count = window_sums(past.counts, starts, horizon)
    features = make_features(past, factor, starts, neighbours, single=True)
    whole = window_sums(factor[None, :], starts, horizon)[0]
    # Before the first event of a series there is no rate to weigh.
    usable = (offset >= MIN_EXPOSURE * whole) & (np.nan_to_num(features[-1]) > 0)

    held = min(HELD_OUT, len(starts) // 3)
    new = np.zeros(usable.shape, dtype=bool)
    new[:, :held] = True
    # With a horizon of more than a week, windows overlap: the older ones have closed before the first of those held out begins.
    older, newer = usable & (starts + horizon <= starts[held - 1]), usable & new
    prior = prior_events()
    trial = fit_weights(features[:, older], offset[older], count[older], prior)
    rate = np.einsum("f,fcw->cw", trial, np.nan_to_num(features[:, :, :held]), dtype=np.float64)
    level = district_level(past.counts.sum(axis=0, dtype=float), observed, past.exposure.by_pattern(rate), starts[:held])
    seen = newer[:, :held]
    came, due = count[:, :held][seen], offset[:, :held]
    mean = (rate * due * level)[seen]
    size = fit_size(mean, came)
    rates = baseline_rates(past, factor, starts[:held], horizon, neighbours)
    gains = {name: _gain(mean, size, (rates[name] * due)[seen], came) for name in BASELINES}
    promoted = bool(gains) and np.mean(list(gains.values())) > 0 and min(gains.values()) > LEAST_GAIN
    weights = fit_weights(features[:, usable], offset[usable], count[usable], prior) if promoted else SHRUNK_ALONE
    lagged = starts + LAG_DAYS <= len(days)
    slow = features[[FEATURES.index(f) for f in SLOW]][:, :, lagged]
    surge = fit_surge(slow, past, factor, starts[lagged], held)
    return SeriesModel(season, tuple(weights.tolist()), "mixture" if promoted else "shrunk", size, held, len(starts), gains, surge)


def closed_windows(days: int, horizon: int) -> NDArray[np.int64]:
    """Starts of the weekly windows that closed before column ``days``, newest first, at most two years of them."""
    return np.arange(days - horizon, WARM_UP_DAYS - 1, -STEP_DAYS, dtype=np.int64)[:WINDOWS]


def season_of(past: Past, days: list[dt.date], holidays: Mapping[dt.date, str]) -> Season:
    """Season of the district's total; a day's exposure is the share of the usual activity that was observed."""
    total = past.counts.sum(axis=0).astype(float)
    usual = past.counts.sum(axis=1).astype(float) + 1e-3
    by_pattern = np.bincount(past.exposure.pattern, weights=usual, minlength=len(past.exposure.share))
    observed = (by_pattern / by_pattern.sum()) @ past.exposure.share
    return fit_season(total, observed, days, holidays)


def _gain(mean: Array, size: float, other: Array, count: Array) -> float:
    """Mean gain in nats per event; the other forecast gets the size that suits it best in hindsight."""
    if not count.sum():
        return 0.0
    own = log_probability(mean, size, count).sum()
    return float((own - log_probability(other, fit_size(other, count), count).sum()) / count.sum())
