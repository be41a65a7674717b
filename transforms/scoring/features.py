"""What the forecast of a series looks at: rates of the cell, its neighbourhood, the other series and the district.

Every feature is a rate, events per deseasonalised day of full exposure: f(i) = G(S)(i) / G(Z)(i) with decayed sums S of counts and Z of
season × exposure, and G the identity or a Gaussian over cell centres. Own series: half-lives 14, 90, 730 days and long-run, at the cell,
300 m and 2 km; all other series of the feed together: 14, 90 days and long-run at the cell and 300 m, scaled to the own total; the shrunk
rate of the cell; the district's mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.neighbours import Neighbours
from transforms.panel import Exposure
from transforms.scoring.decay import LONG_RUN, decayed_sums
from transforms.scoring.rate import PRIOR_SIGMA_M, shrink

Array = NDArray[np.float64]

NEAR_M, FAR_M = 300.0, 2000.0
# Exposure in days under which a rate is completed by that of the surroundings: three days of data are no rate.
LEAST_DAYS = 28.0


class Part(StrEnum):
    """The contribution that a feature belongs to."""

    LONG_RUN = "long_run"
    RECENT = "recent"
    NEIGHBOURS = "neighbours"
    OTHER_SERIES = "other_series"
    DISTRICT = "district"


@dataclass(frozen=True)
class Feature:
    """One rate: of the own series or the others, with a half-life in days and a range in metres (0: the cell itself)."""

    name: str
    part: Part
    half_life: float = LONG_RUN
    sigma_m: float = 0.0


_WORDS: Final = {14.0: "14d", 90.0: "90d", 730.0: "730d", LONG_RUN: "long_run"}
_RANGES: Final = {0.0: "cell", NEAR_M: "300m", FAR_M: "2km"}
OWN_HALF_LIVES: Final = (14.0, 90.0, 730.0, LONG_RUN)
OTHER_HALF_LIVES: Final = (14.0, 90.0, LONG_RUN)
SHRUNK_HALF_LIFE: Final = 365.0

OWN: Final = tuple(
    Feature(f"own_{_WORDS[h]}_{_RANGES[r]}", Part.NEIGHBOURS if r else Part.RECENT if h <= 90 else Part.LONG_RUN, half_life=h, sigma_m=r)
    for h in OWN_HALF_LIVES
    for r in (0.0, NEAR_M, FAR_M)
)
OTHER: Final = tuple(
    Feature(f"other_{_WORDS[h]}_{_RANGES[r]}", Part.OTHER_SERIES, half_life=h, sigma_m=r) for h in OTHER_HALF_LIVES for r in (0.0, NEAR_M)
)
SHRUNK: Final = Feature("shrunk", Part.LONG_RUN)
DISTRICT: Final = Feature("district", Part.DISTRICT)
FEATURES: Final = (*OWN, *OTHER, SHRUNK, DISTRICT)
NAMES: Final = tuple(f.name for f in FEATURES)


@dataclass(frozen=True)
class Past:
    """What was observed of a series: its counts and those of all others of its feed, shape (cells, days), and their exposure."""

    counts: NDArray[np.float32]
    others: NDArray[np.float32]
    exposure: Exposure

    def before(self, column: int) -> Past:
        """The same without anything from ``column`` on."""
        exposure = Exposure(self.exposure.pattern, self.exposure.share[:, :column])
        return Past(self.counts[:, :column], self.others[:, :column], exposure)


def make_features(
    past: Past,
    season: Array,
    origins: NDArray[np.int64],
    neighbours: Neighbours,
    wanted: Sequence[Feature] = FEATURES,
    *,
    single: bool = False,
) -> NDArray[np.floating]:
    """Features of every cell at every origin.

    Args:
        past: counts and exposure.
        season: factor per day, shape (days,).
        origins: columns; an origin sees the columns before it.
        neighbours: of the same cells.
        wanted: which features.
        single: smooth in single precision, for the many origins of a fit.

    Returns:
        Shape (wanted, cells, origins); NaN where neither a cell nor its surroundings were ever observed.
    """
    half_lives = tuple(sorted({f.half_life for f in wanted} | {SHRUNK_HALF_LIFE, LONG_RUN}))
    at = {h: k for k, h in enumerate(half_lives)}
    own = decayed_sums(past.counts, origins, half_lives)
    observed = past.exposure.share * season
    exposed = decayed_sums(observed, origins, half_lives)
    squared = decayed_sums(observed, origins, (SHRUNK_HALF_LIFE / 2,))[0]
    pattern = past.exposure.pattern
    members = np.eye(len(past.exposure.share))[pattern]
    smoothed = neighbours.smooth_many if single else neighbours.smooth

    def exposed_around(half_life: float, sigma_m: float) -> Array:
        # Exposure differs between patterns only, so a pattern is smoothed once and not every cell at every origin.
        if not sigma_m:
            return np.asarray(exposed[at[half_life]][pattern])
        around: Array = (neighbours.at(sigma_m) @ members) @ exposed[at[half_life]]
        return around

    total = own[at[LONG_RUN]].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        around = smoothed(own[at[SHRUNK_HALF_LIFE]], PRIOR_SIGMA_M) / exposed_around(SHRUNK_HALF_LIFE, PRIOR_SIGMA_M)
        shrunk = shrink(own[at[SHRUNK_HALF_LIFE]], exposed[at[SHRUNK_HALF_LIFE]][pattern], squared[pattern], around)
        everywhere = total / exposed[at[LONG_RUN]][pattern].sum(axis=0)
    sums = {False: own}
    if any(f in OTHER for f in wanted):
        others = decayed_sums(past.others, origins, half_lives)
        # Fewer events elsewhere than here say little, and would be blown up to the own total.
        sums[True] = others * (total / np.maximum(others[at[LONG_RUN]].sum(axis=0), np.maximum(total, 1.0)))
    made = np.empty((len(wanted), *shrunk.shape), dtype=np.float32 if single else np.float64)
    for k, feature in enumerate(wanted):
        if feature is SHRUNK:
            made[k] = shrunk
        elif feature is DISTRICT:
            made[k] = np.where(np.isfinite(shrunk), everywhere, np.nan)
        else:
            counted = smoothed(sums[feature in OTHER][at[feature.half_life]], feature.sigma_m)
            made[k] = _rate(counted, exposed_around(feature.half_life, feature.sigma_m), feature.half_life, shrunk)
    return made


def _rate(sums: Array, exposed: Array, half_life: float, shrunk: Array) -> Array:
    """Sums over exposure; what is missing of the least exposure is filled with the shrunk rate."""
    missing = np.maximum(0.0, least_exposure(half_life) - exposed)
    return (sums + missing * shrunk) / (exposed + missing)


def least_exposure(half_life: float) -> float:
    """Decayed days of exposure under which a rate leans on the shrunk one: four weeks, or half of what full exposure would amount to."""
    return min(LEAST_DAYS, 0.5 / (1.0 - 2.0 ** (-1.0 / half_life))) if half_life < LONG_RUN else LEAST_DAYS
