"""The model of one series: season, weights and size, fitted once a week from the windows that had closed by then.

The newest windows are first held out: weights fitted on the older ones (the *trial*) forecast them, which teaches the size and decides
whether the mixture may be used (``promotion``). A mixture that may not is refused, and the shrunk rate alone is used (its *structure* is
then ``shrunk``), with the size of its own forecasts of the windows held out. The weights in use are fitted on all windows, unless the last
refit that can be judged made forecasts worse.

Belongs here: the order in which the parts are fitted. Does not: the parts (``season``, ``features``, ``weights``, ``negbin``), when a model
is made (``fitted``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.baselines import BASELINES, baseline_rates
from transforms.scoring.decay import window_sums
from transforms.scoring.features import FEATURES, NAMES, SHRUNK, Past, make_features
from transforms.scoring.level import LocalLevels, district_level
from transforms.scoring.negbin import fit_size
from transforms.scoring.promotion import ENOUGH_ORIGINS, REFIT_ORIGINS, Gain, log_scores, paired_gain, refit_is_worse, standing
from transforms.scoring.season import Season, fit_season
from transforms.scoring.surge import LAG_DAYS, SLOW, SurgeModel, fit_surge
from transforms.scoring.weights import Evidence, prior_events
from transforms.words import Standing

Array = NDArray[np.float64]

WINDOWS = 104
STEP_DAYS = 7
# A window needs this much past before it, or its features are no features.
WARM_UP_DAYS = 56
MIN_WINDOWS = 9
MIN_EXPOSURE = 0.9
# The forecast that is used where the mixture is refused stands beside the baselines under this name.
FALLBACK = "shrunk"

Structure = Literal["mixture", "shrunk"]
SHRUNK_ALONE = np.array([float(f is SHRUNK) for f in FEATURES])


@dataclass(frozen=True)
class SeriesModel:
    """A fitted model.

    ``gains`` are those of the trial mixture on the windows held out, over each baseline and over ``FALLBACK``, empty where none could be
    held out. ``size_windows`` is how many taught the size. ``keeps_incumbent`` says that the newest windows were left out of the weights,
    because those before them had made forecasts worse. ``surge`` is the baseline that surges are measured against, None while the past
    is too short for one.
    """

    season: Season
    weights: tuple[float, ...]
    structure: Structure
    standing: Standing
    size: float
    size_windows: int
    windows: int
    gains: dict[str, Gain]
    keeps_incumbent: bool
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
            Standing(payload["standing"]),
            payload["size"],
            payload["size_windows"],
            payload["windows"],
            {name: Gain(**gain) for name, gain in payload["gains"].items()},
            payload["keeps_incumbent"],
            SurgeModel(**{k: tuple(v) for k, v in payload["surge"].items()}) if payload["surge"] else None,
        )


def fit_model(past: Past, days: list[dt.date], holidays: Mapping[dt.date, str], horizon: int, neighbours: Neighbours) -> SeriesModel:
    """Fit a series from everything in ``past``, whose columns are ``days``; nothing later is known."""
    season = season_of(past, days, holidays)
    factor = season.factor(days, holidays)
    starts = closed_windows(len(days), horizon)
    if len(starts) < MIN_WINDOWS:
        size = fit_size(np.empty(0), np.empty(0))
        return SeriesModel(season, tuple(SHRUNK_ALONE.tolist()), "shrunk", Standing.LEARNING, size, 0, len(starts), {}, False, None)
    observed = past.exposure.share * factor
    offset = window_sums(observed, starts, horizon)[past.exposure.pattern]
    count = window_sums(past.counts, starts, horizon)
    features = _known(make_features(past, factor, starts, neighbours, single=True))
    whole = window_sums(factor[None, :], starts, horizon)[0]
    # Before the first event of a series there is no rate to weigh.
    usable = (offset >= MIN_EXPOSURE * whole) & (features[-1] > 0)
    evidence, prior = Evidence(features, offset, count, usable), prior_events()
    # Half of a short past is held out, so that there is something to judge by.
    held = min(ENOUGH_ORIGINS, len(starts) // 2)
    totals, levels = past.counts.sum(axis=0, dtype=float), LocalLevels(past, factor, starts[:held], neighbours, single=True)

    def fitted_before(newest: int, near: Array | None = None) -> Array:
        """Weights from the windows that had closed when the ``newest`` began; with long horizons, windows overlap."""
        still_open = int((starts + horizon > starts[newest - 1]).sum()) if newest else 0
        return evidence.weights(prior, newest=still_open, near=near)

    def forecast_of(weights: Array, newest: int) -> Array:
        """Means of the ``newest`` windows, shape (cells, newest)."""
        rate = np.einsum("f,fcw->cw", weights, features[:, :, :newest], dtype=np.float64)
        level = district_level(totals, observed, past.exposure.by_pattern(rate), starts[:newest])
        return np.asarray(rate * offset[:, :newest] * level * levels.of(rate))

    seen, came = usable[:, :held], count[:, :held]
    events, overlap = (came * seen).sum(axis=0), max(1.0, horizon / STEP_DAYS)
    trial = fitted_before(held)
    rates = baseline_rates(past, factor, starts[:held], horizon, neighbours)
    means = {"mixture": forecast_of(trial, held), FALLBACK: forecast_of(SHRUNK_ALONE, held)}
    means |= {name: rates[name] * offset[:, :held] for name in BASELINES}
    # Each gets the size that suits it best in hindsight.
    sizes = {name: fit_size(mean[seen], came[seen]) for name, mean in means.items()}
    scores = {name: log_scores(mean, sizes[name], came, seen) for name, mean in means.items()}
    gains = {name: paired_gain(scores["mixture"], scores[name], events, overlap) for name in (*BASELINES, FALLBACK)}
    stands = standing(gains, FALLBACK, held)
    structure: Structure = "mixture" if stands.is_promoted else "shrunk"
    weights, keeps_incumbent = SHRUNK_ALONE, False
    if structure == "mixture":
        near = trial
        if held == ENOUGH_ORIGINS:
            near = fitted_before(REFIT_ORIGINS, trial)
            newest = slice(REFIT_ORIGINS)
            refit = log_scores(forecast_of(near, REFIT_ORIGINS), sizes["mixture"], came[:, newest], seen[:, newest])
            keeps_incumbent = refit_is_worse(paired_gain(refit, scores["mixture"][:, newest], events[newest], overlap))
        weights = trial if keeps_incumbent else fitted_before(0, near)
    lagged = starts + LAG_DAYS <= len(days)
    slow = features[[FEATURES.index(f) for f in SLOW]][:, :, lagged]
    surge = fit_surge(slow, past, factor, starts[lagged], held)
    return SeriesModel(
        season, tuple(weights.tolist()), structure, stands, sizes[structure], held, len(starts), gains, keeps_incumbent, surge
    )


def _known(features: NDArray[np.floating]) -> NDArray[np.floating]:
    """The same features with nothing, for unknown, wherever a cell and its surroundings were never observed."""
    features[:, ~np.isfinite(features[-1])] = 0
    return features


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
