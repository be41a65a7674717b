"""Fitting the model of one series: season, trial, gate, weights and sizes.

Belongs here: the order of these steps, for every structure. Does not: what a structure looks at (``structure``), the rules of the gate
(``promotion``), the optimum (``weights``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.baselines import BASELINES, baseline_rates
from transforms.scoring.decay import window_sums
from transforms.scoring.features import Past
from transforms.scoring.level import LocalLevels, district_level
from transforms.scoring.model import FALLBACK, MIN_EXPOSURE, STEP_DAYS, SeriesModel, Used, closed_windows, season_of
from transforms.scoring.negbin import fit_size
from transforms.scoring.promotion import (
    ENOUGH_ORIGINS,
    REFIT_ORIGINS,
    Gain,
    has_fallen,
    log_scores,
    paired_gain,
    refit_is_worse,
    standing,
)
from transforms.scoring.rate import Rates
from transforms.scoring.season import Season
from transforms.scoring.sizes import Sizes, fit_sizes
from transforms.scoring.structure import CURRENT, Structure, make_all
from transforms.scoring.surge import LAG_DAYS, SLOW, SurgeModel, fit_surge
from transforms.scoring.weights import Evidence
from transforms.words import Standing

Array = NDArray[np.float64]
# A gain over fewer windows has no standard error.
_LEAST_JUDGED = 2


def fit_model(
    past: Past,
    days: list[dt.date],
    holidays: Mapping[dt.date, str],
    horizon: int,
    neighbours: Neighbours,
    structure: Structure = CURRENT,
    *,
    parts: NDArray[np.int64] | None = None,
) -> SeriesModel:
    """Fit a series from everything in ``past``, whose columns are ``days``; nothing later is known.

    Args:
        past: counts and exposure.
        days: dates of its columns.
        holidays: public holidays by date.
        horizon: days ahead.
        neighbours: of the same cells.
        structure: by which it is fitted; today's, or that of a model that is made again.
        parts: the number of each cell's subdistrict, shape (cells,), for what their totals drift by; None for none.
    """
    season = season_of(past, days, holidays)
    starts = _observed(past, closed_windows(len(days), horizon), horizon)
    if len(starts) < structure.min_windows:
        return _untaught(structure, season, len(starts))
    factor = season.factor(days, holidays)
    windows = _Windows.of(structure, past, factor, starts, horizon, neighbours)
    trial = _Trial.of(windows)
    judged = trial.judged()
    used: Used = "shrunk" if judged.standing in {Standing.REFUSED, Standing.FALLEN} else "mixture"
    weights, keeps_incumbent = (windows.shrunk, False) if used == "shrunk" else trial.settled(judged)
    sizes = trial.sizes(used, parts)
    return SeriesModel(
        season,
        tuple(weights.tolist()),
        used,
        judged.standing,
        sizes.one,
        trial.held,
        len(starts),
        judged.gains,
        keeps_incumbent,
        windows.surge(trial.held) if len(starts) >= structure.judged_windows else None,
        structure.version,
        windows.partners,
        sizes.slope,
        sizes.drift,
        sizes.part_drift,
    )


def _observed(past: Past, starts: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
    """Those of some windows that were observed somewhere: any other teaches nothing, and counts for no gate."""
    return starts[(window_sums(past.exposure.share, starts, horizon) >= MIN_EXPOSURE * horizon).any(axis=0)]


def _untaught(structure: Structure, season: Season, windows: int) -> SeriesModel:
    """The shrunk rate alone, which needs no window."""
    nothing = np.empty((0, 0))
    sizes = fit_sizes(nothing, nothing, nothing > 0) if structure.is_spread else Sizes(fit_size(nothing, nothing))
    alone = tuple(structure.shrunk_alone(()).tolist())
    model = SeriesModel(season, alone, "shrunk", Standing.LEARNING, sizes.one, 0, windows, {}, False, None, structure.version)
    return replace(model, slope=sizes.slope, drift=sizes.drift, part_drift=sizes.part_drift)


@dataclass(frozen=True)
class _Windows:
    """The closed windows that a fit sees, newest first: what was known when each began, and what came; arrays (cells, windows)."""

    structure: Structure
    partners: tuple[str, ...]
    past: Past
    factor: Array
    starts: NDArray[np.int64]
    horizon: int
    neighbours: Neighbours
    offset: Array
    count: Array
    features: Rates
    usable: NDArray[np.bool_]
    evidence: Evidence

    @classmethod
    def of(
        cls, structure: Structure, past: Past, factor: Array, starts: NDArray[np.int64], horizon: int, neighbours: Neighbours
    ) -> _Windows:
        """Gather them."""
        offset = window_sums(past.exposure.share * factor, starts, horizon)[past.exposure.pattern]
        count = window_sums(past.counts, starts, horizon)
        partners = structure.partners(past, starts)
        features = _known(make_all([structure], [partners], [past], [factor], starts, neighbours, single=True)[0])
        whole = window_sums(factor[None, :], starts, horizon)[0]
        # Before the first event of a series there is no rate to weigh.
        usable = (offset >= MIN_EXPOSURE * whole) & (features[-1] > 0)
        evidence = Evidence(features, offset, count, usable)
        return cls(structure, partners, past, factor, starts, horizon, neighbours, offset, count, features, usable, evidence)

    @property
    def shrunk(self) -> Array:
        """The weights of the shrunk rate alone."""
        return self.structure.shrunk_alone(self.partners)

    @property
    def overlap(self) -> float:
        """Windows that share a day with each: with long horizons, they overlap."""
        return max(1.0, self.horizon / STEP_DAYS)

    def fitted_before(self, newest: int, near: Array | None = None) -> Array:
        """Weights from the windows that had closed when the ``newest`` began."""
        still_open = int((self.starts + self.horizon > self.starts[newest - 1]).sum()) if newest else 0
        structure, partners = self.structure, self.partners
        return self.evidence.weights(structure.prior(partners), newest=still_open, near=near, kept=structure.kept(partners))

    def surge(self, sized: int) -> SurgeModel:
        """The baseline of surges."""
        lagged = self.starts + LAG_DAYS <= len(self.factor)
        places = [self.structure.features(self.partners).index(f) for f in SLOW]
        return fit_surge(self.features[places][:, :, lagged], self.past, self.factor, self.starts[lagged], sized)


@dataclass(frozen=True)
class _Judged:
    """What the gate said, and from what."""

    standing: Standing
    gains: dict[str, Gain]
    scores: dict[str, Array]
    sizes: dict[str, float]


class _Trial:
    """Forecasts of the newest windows by weights that have not seen them."""

    def __init__(self, windows: _Windows, held: int, weights: Array) -> None:
        self._windows, self.held, self._weights = windows, held, weights
        past, factor, starts = windows.past, windows.factor, windows.starts[:held]
        self._observed, self._totals = past.exposure.share * factor, past.counts.sum(axis=0, dtype=float)
        self._levels = LocalLevels(past, factor, starts, windows.neighbours, single=True)
        self._seen, self._came = windows.usable[:, :held], windows.count[:, :held]
        self._means = {"mixture": self._forecast(weights, held), FALLBACK: self._forecast(windows.shrunk, held)}

    @classmethod
    def of(cls, windows: _Windows) -> _Trial:
        """Half of a short past is held out, so that there is something to judge by."""
        held = min(ENOUGH_ORIGINS, len(windows.starts) // 2)
        return cls(windows, held, windows.fitted_before(held))

    def _forecast(self, weights: Array, newest: int) -> Array:
        """Means of the ``newest`` windows, shape (cells, newest)."""
        windows, exposure = self._windows, self._windows.past.exposure
        rate = np.einsum("f,fcw->cw", weights, windows.features[:, :, :newest], dtype=np.float64)
        level = district_level(self._totals, self._observed, exposure.by_pattern(rate), windows.starts[:newest])
        return np.asarray(rate * windows.offset[:, :newest] * level * self._levels.of(rate))

    def judged(self) -> _Judged:
        """Whether the mixture may be used."""
        windows, held = self._windows, self.held
        is_learning = len(windows.starts) < windows.structure.judged_windows
        if held < _LEAST_JUDGED:
            return _Judged(Standing.LEARNING, {}, {}, {})
        rates = baseline_rates(windows.past, windows.factor, windows.starts[:held], windows.horizon, windows.neighbours)
        means = self._means | {name: rates[name] * windows.offset[:, :held] for name in BASELINES}
        # Each gets the size that suits it best in hindsight.
        sizes = {name: fit_size(mean[self._seen], self._came[self._seen]) for name, mean in means.items()}
        scores = {name: log_scores(mean, sizes[name], self._came, self._seen) for name, mean in means.items()}
        events = (self._came * self._seen).sum(axis=0)
        gains = {n: paired_gain(scores["mixture"], scores[n], events, windows.overlap) for n in (*BASELINES, FALLBACK)}
        stands = Standing.LEARNING if is_learning else standing(gains, FALLBACK, held)
        if windows.structure.may_fall and stands.is_promoted and has_fallen(scores["mixture"], scores[FALLBACK], events, windows.overlap):
            stands = Standing.FALLEN
        return _Judged(stands, gains, scores, sizes)

    def settled(self, judged: _Judged) -> tuple[Array, bool]:
        """The weights to use, and whether they are an incumbent's."""
        windows, near = self._windows, self._weights
        if self.held == ENOUGH_ORIGINS:
            near, newest = windows.fitted_before(REFIT_ORIGINS, self._weights), slice(REFIT_ORIGINS)
            came, seen = self._came[:, newest], self._seen[:, newest]
            refit = log_scores(self._forecast(near, REFIT_ORIGINS), judged.sizes["mixture"], came, seen)
            gain = paired_gain(refit, judged.scores["mixture"][:, newest], (came * seen).sum(axis=0), windows.overlap)
            if refit_is_worse(gain):
                return self._weights, True
        return windows.fitted_before(0, near), False

    def sizes(self, used: Used, parts: NDArray[np.int64] | None) -> Sizes:
        """How far what came lay from the forecasts of the structure in use."""
        mean = self._means[used]
        if self._windows.structure.is_spread:
            return fit_sizes(mean, self._came, self._seen, parts, self._windows.overlap)
        return Sizes(fit_size(mean[self._seen], self._came[self._seen]))


def _known(features: Rates) -> Rates:
    """The same features with nothing, for unknown, wherever a cell and its surroundings were never observed."""
    features[:, ~np.isfinite(features[-1])] = 0
    return features
