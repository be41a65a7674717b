"""The model of one series: season, weights and sizes, fitted once a week from the windows that had closed by then.

The newest windows are first held out: weights fitted on the older ones (the *trial*) forecast them, which teaches the sizes and decides
whether the mixture may be used (``promotion``). A mixture that may not is refused, and the shrunk rate alone is used (its *structure* is
then ``shrunk``), with the sizes of its own forecasts of the windows held out. The weights in use are fitted on all windows, unless the
last refit that can be judged made forecasts worse. With too few windows to judge by, a young series is learning and its mixture is used
as it is, near the shrunk rate as far as its prior says.

Belongs here: a model as it is stored. Does not: how it is fitted (``fitting``), what it looks at (``structure``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from transforms.schema.plain import Json, read_back
from transforms.scoring.features import Feature, Past
from transforms.scoring.promotion import Gain
from transforms.scoring.season import Season, fit_season
from transforms.scoring.sizes import Sizes
from transforms.scoring.structure import STRUCTURES
from transforms.scoring.surge import SurgeModel
from transforms.words import Standing

WINDOWS = 104
STEP_DAYS = 7
# A window needs this much past before it, or its features are no features.
WARM_UP_DAYS = 56
MIN_EXPOSURE = 0.9
# The forecast that is used where the mixture is refused stands beside the baselines under this name.
FALLBACK = "shrunk"

Used = Literal["mixture", "shrunk"]
# What a model of the first structure has nothing of, and is stored without.
_SINCE_2: Final = ("version", "partners", "slope", "drift", "part_drift")


@dataclass(frozen=True)
class SeriesModel:
    """A fitted model.

    ``gains`` are those of the trial mixture on the windows held out, over each baseline and over ``FALLBACK``, empty where too few could
    be held out. ``size_windows`` is how many taught the sizes. ``keeps_incumbent`` says that the newest windows were left out of the
    weights, because those before them had made forecasts worse. ``surge`` is the baseline that surges are measured against, None while the
    past is too short for one. ``size``, ``slope`` and the drifts are the ``Sizes``; ``version`` is that of its ``Structure``, and
    ``partners`` are the series that it looks at one by one.
    """

    season: Season
    weights: tuple[float, ...]
    structure: Used
    standing: Standing
    size: float
    size_windows: int
    windows: int
    gains: dict[str, Gain]
    keeps_incumbent: bool
    surge: SurgeModel | None
    version: int = 1
    partners: tuple[str, ...] = ()
    slope: float = 0.0
    drift: float = 0.0
    part_drift: float = 0.0

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it looks at, in the order of its weights."""
        return STRUCTURES[self.version].features(self.partners)

    @property
    def sizes(self) -> Sizes:
        """How far counts spread about its means."""
        return Sizes(self.size, self.slope, self.drift, self.part_drift)

    def payload(self) -> dict[str, Json]:
        """Plain values, as stored."""
        plain = {**asdict(self), "weights": {f.name: w for f, w in zip(self.features, self.weights, strict=True)}}
        if self.version == 1:
            return {name: value for name, value in plain.items() if name not in _SINCE_2}
        return {**plain, "partners": list(self.partners)}

    @classmethod
    def from_payload(cls, payload: Mapping[str, object]) -> Self:
        """The model that ``payload()`` came from."""
        version, partners = read_back(int, payload.get("version", 1)), read_back(tuple[str, ...], payload.get("partners", ()))
        weights = read_back(dict[str, float], payload["weights"])
        ordered = tuple(weights[f.name] for f in STRUCTURES[version].features(partners))
        return read_back(cls, {**payload, "weights": ordered})


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
