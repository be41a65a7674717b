"""What the forecast of a series looks at: rates of the cell, its neighbourhood, the other series and the district.

Every feature is a rate, events per deseasonalised day of full exposure: f(i) = G(S)(i) / G(Z)(i) with decayed sums S of counts and Z of
season × exposure, and G the identity or a Gaussian over cell centres. Own series: half-lives 14, 90, 730 days and long-run, at the cell,
300 m and 2 km; all other series of the feed together: 14, 90 days and long-run at the cell and 300 m, scaled to the own total; the shrunk
rate of the cell; the district's mean.

Belongs here: these rates, and computing them at any origin. Does not: what a structure looks at beside them (``partners``, ``curves``), how
much each counts (``weights``), shrinking (``rate``), the level (``level``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.scoring.decay import LONG_RUN, Table, decayed_sums
from transforms.scoring.rate import PRIOR_SIGMA_M, shrink_each

Array = NDArray[np.float64]
# In single or in double precision.
Reals = NDArray[np.float32 | np.float64]

NEAR_M, FAR_M = 300.0, 2000.0
# Of the surroundings that the shrunk rate leans on, the nearest first.
PRIOR_RANGES_M: Final = (PRIOR_SIGMA_M, FAR_M)
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
    """One rate: of the own series or the others, with a half-life in days and a range in metres (0: the cell itself).

    ``partner`` is the code of the one other series it is of, where it is of one.
    """

    name: str
    part: Part
    half_life: float = LONG_RUN
    sigma_m: float = 0.0
    partner: str = ""


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


class Together:
    """All series of a feed together, by code. Their decayed sums are made once and serve every series, also where several ask at the same
    time."""

    def __init__(self, series: Mapping[str, Table]) -> None:
        self.series = series
        self._made: tuple[tuple[bytes, tuple[float, ...]], Array] | None = None
        self._each: tuple[bytes, dict[str, Array]] | None = None
        self._making = Lock()

    def sums(self, origins: NDArray[np.int64], half_lives: tuple[float, ...]) -> Array:
        """As ``decayed_sums``."""
        key = origins.tobytes(), half_lives
        with self._making:
            if self._made is None or self._made[0] != key:
                each: dict[str, Array] = {}
                total: Array | None = None
                for code, counts in self.series.items():
                    made = decayed_sums(counts, origins, half_lives)
                    if LONG_RUN in half_lives:
                        each[code] = made[half_lives.index(LONG_RUN)].copy()
                    total = made if total is None else np.add(total, made, out=total)
                assert total is not None
                self._made = key, total
                if each:
                    self._each = key[0], each
            return self._made[1]

    def long_run(self, origins: NDArray[np.int64]) -> Mapping[str, Array]:
        """The plain sum of everything before each origin, by series, shape (cells, origins)."""
        with self._making:
            kept = self._each
        if kept is None or kept[0] != origins.tobytes():
            # With those half-lives that the features will ask for as well.
            self.sums(origins, tuple(sorted(OTHER_HALF_LIVES)))
            return self.long_run(origins)
        return kept[1]


@dataclass(frozen=True)
class Past:
    """What was observed of a series: its counts, shape (cells, days), those of all others of its feed, and their exposure.

    ``others`` are counts as well, or those of all series of the feed ``Together``, less the own ones; ``code`` is then the own series'.
    """

    counts: Table
    others: Table
    exposure: Exposure
    code: str = ""

    def before(self, column: int) -> Past:
        """The same without anything from ``column`` on."""
        exposure = Exposure(self.exposure.pattern, self.exposure.share[:, :column])
        # All series together are only ever asked for origins that lie before.
        others = self.others if isinstance(self.others, Together) else self.others[:, :column]
        return Past(self.counts[:, :column], others, exposure, self.code)

    def other_sums(self, origins: NDArray[np.int64], half_lives: tuple[float, ...], own: Array) -> Array:
        """Decayed sums of the other series; ``own`` are those of this one."""
        if not isinstance(self.others, Together):
            return decayed_sums(self.others, origins, half_lives)
        # Where no other series has anything, rounding may leave less than nothing.
        return np.asarray(np.maximum(self.others.sums(origins, half_lives) - own, 0.0))


def make_features_of(
    pasts: Sequence[Past],
    seasons: Sequence[Array],
    origins: NDArray[np.int64],
    neighbours: Neighbours,
    wanted: Sequence[Feature] = FEATURES,
    *,
    single: bool = False,
) -> list[Reals]:
    """Features of every cell at every origin, for several series of one feed whose neighbourhoods are summed up in one go: at few origins,
    that is most of the work.

    Args:
        pasts: counts and exposure of each series.
        seasons: of each, a factor per day, shape (days,).
        origins: columns; an origin sees the columns before it.
        neighbours: of the same cells.
        wanted: which features.
        single: smooth in single precision, for the many origins of a fit.

    Returns:
        For each series shape (wanted, cells, origins); NaN where neither a cell nor its surroundings were ever observed.
    """
    half_lives = tuple(sorted({f.half_life for f in wanted} | {SHRUNK_HALF_LIFE, LONG_RUN}))
    sums = [_sums(past, season, origins, half_lives, wanted) for past, season in zip(pasts, seasons, strict=True)]
    made = _rates(_Sums.joined(sums), half_lives, pasts[0].exposure.pattern, neighbours, wanted, single=single)
    return np.split(made, len(pasts), axis=-1)


@dataclass(frozen=True)
class _Sums:
    """Decayed sums at some origins.

    ``own`` by half-life, shape (half-lives, cells, origins); ``others`` by those half-lives that are asked of them, scaled to the own
    total; ``exposed`` has shape (half-lives, patterns, origins), ``squared``, by the squared weights of the shrunk rate, (patterns,
    origins).
    """

    own: Array
    others: Mapping[float, Array]
    exposed: Array
    squared: Array

    @classmethod
    def joined(cls, sums: Sequence[_Sums]) -> _Sums:
        """Those of several series, one behind the other."""
        if len(sums) == 1:
            return sums[0]
        own, exposed, squared = (np.concatenate([getattr(s, name) for s in sums], axis=-1) for name in ("own", "exposed", "squared"))
        return cls(own, {h: np.concatenate([s.others[h] for s in sums], axis=-1) for h in sums[0].others}, exposed, squared)


def _sums(past: Past, season: Array, origins: NDArray[np.int64], half_lives: tuple[float, ...], wanted: Sequence[Feature]) -> _Sums:
    at = {h: k for k, h in enumerate(half_lives)}
    own = decayed_sums(past.counts, origins, half_lives)
    observed = past.exposure.share * season
    others: dict[float, Array] = {}
    if asked := {f.half_life for f in wanted if f in OTHER}:
        kept = tuple(sorted(asked | {LONG_RUN}))
        made_of = past.other_sums(origins, kept, own[[at[h] for h in kept]])
        total = own[at[LONG_RUN]].sum(axis=0)
        # Fewer events elsewhere than here say little, and would be blown up to the own total.
        made_of *= total / np.maximum(made_of[kept.index(LONG_RUN)].sum(axis=0), np.maximum(total, 1.0))
        others = dict(zip(kept, made_of, strict=True))
    squared = decayed_sums(observed, origins, (SHRUNK_HALF_LIFE / 2,))[0]
    return _Sums(own, others, decayed_sums(observed, origins, half_lives), squared)


def _rates(
    of: _Sums,
    half_lives: tuple[float, ...],
    pattern: NDArray[np.int64],
    neighbours: Neighbours,
    wanted: Sequence[Feature],
    *,
    single: bool,
) -> Reals:
    """The wanted features, shape (wanted, cells, origins)."""
    at = {h: k for k, h in enumerate(half_lives)}
    smoothed, number = (neighbours.smooth_many, np.float32) if single else (neighbours.smooth, np.float64)

    def exposed_around(half_life: float, sigma_m: float) -> Array:
        # Exposure differs between patterns only, so a pattern is smoothed once and not every cell at every origin.
        by_pattern = of.exposed[at[half_life]]
        return np.asarray(neighbours.of_patterns(pattern, len(by_pattern), sigma_m) @ by_pattern if sigma_m else by_pattern[pattern])

    shrunk_sums, long_run = of.own[at[SHRUNK_HALF_LIFE]], of.own[at[LONG_RUN]]
    sums = {f: of.own[at[f.half_life]] if f in OWN else of.others[f.half_life] for f in wanted if f in OWN or f in OTHER}
    ranges = {sigma_m: [f for f in sums if f.sigma_m == sigma_m] for sigma_m in sorted({f.sigma_m for f in sums} | set(PRIOR_RANGES_M))}
    # One product for all of a range, the last of them what the shrunk rate leans on.
    around = {
        sigma_m: smoothed(np.stack([*(sums[f] for f in alike), *[shrunk_sums] * (sigma_m in PRIOR_RANGES_M)], axis=1), sigma_m)
        for sigma_m, alike in ranges.items()
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        priors = [(around[sigma_m][:, -1], exposed_around(SHRUNK_HALF_LIFE, sigma_m)) for sigma_m in PRIOR_RANGES_M]
        shrunk = shrink_each(shrunk_sums, exposed_around(SHRUNK_HALF_LIFE, 0.0), of.squared[pattern], priors, single=single)
        everywhere = long_run.sum(axis=0) / exposed_around(LONG_RUN, 0.0).sum(axis=0)
    made = np.empty((len(wanted), *shrunk.shape), dtype=number)
    lean: Reals = shrunk.astype(number)
    for sigma_m, alike in ranges.items():
        for k, feature in enumerate(alike):
            exposure: Reals = exposed_around(feature.half_life, sigma_m).astype(number)
            made[wanted.index(feature)] = completed(around[sigma_m][:, k], exposure, feature.half_life, lean)
    if SHRUNK in wanted:
        made[wanted.index(SHRUNK)] = lean
    if DISTRICT in wanted:
        made[wanted.index(DISTRICT)] = np.where(np.isfinite(shrunk), everywhere, np.nan)
    return made


def completed(
    sums: Reals,
    exposed: Reals,
    half_life: float,
    shrunk: Reals,
) -> Reals:
    """Sums over exposure; what is missing of the least exposure is filled with the shrunk rate."""
    least = exposed.dtype.type(least_exposure(half_life))
    if (exposed >= least).all():
        rate = sums / exposed
        rate[~np.isfinite(shrunk)] = np.nan
        return rate
    missing = np.maximum(least - exposed, 0)
    return np.asarray((sums + missing * shrunk) / (exposed + missing))


def least_exposure(half_life: float) -> float:
    """Decayed days of exposure under which a rate leans on the shrunk one: four weeks, or half of what full exposure would amount to."""
    return min(LEAST_DAYS, 0.5 / (1.0 - 2.0 ** (-1.0 / half_life))) if half_life < LONG_RUN else LEAST_DAYS
