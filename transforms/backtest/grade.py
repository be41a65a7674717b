"""The grade of one series: every number of the report page, from rows of ``FORECASTS``.

Against a baseline, the forecast keeps the size it was made with, and the baseline gets the one size that suits it best in hindsight, so
that comparisons lean towards the baselines.

Belongs here: putting the numbers of one series together. Does not: the formula of any of them (``metrics``, ``calibration``), making a
forecast (``rows``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.backtest.calibration import Group, Reliability, grouped, reliability
from transforms.backtest.metrics import LEAST_MEAN, area, caught, crps, log_score, most, pit, standard_error
from transforms.backtest.rows import COMPETITORS
from transforms.scoring.negbin import at_most, fit_size

Array = NDArray[np.float64]

AREAS: Final = (0.01, 0.05, 0.10)
# Of the areas, the one that comparisons and the course over time are shown for.
HEADLINE_AREA: Final = 0.05
HEADLINE: Final = "baseline_shrunk_ewma"
DRAWS = 20

# The rows of one origin.
Rows: TypeAlias = "slice[int, int, None]"
_StandardError = Callable[[list[float]], float | None]


@dataclass(frozen=True)
class AreaGrade:
    """The ``share`` of cells ranked highest: hit rate, PAI and PEI as means over origins with events.

    ``ceiling`` is the mean PEI if counts were drawn from the forecast itself: what a perfect model of this spread would reach.
    ``gap_se`` is the standard error of PEI − ceiling.
    """

    share: float
    hit_rate: float
    pai: float
    pei: float
    ceiling: float
    gap_se: float | None


@dataclass(frozen=True)
class Against:
    """Paired differences from one baseline; positive is better than it. ``gain`` in nats per event, ``crps`` in percent of its CRPS."""

    baseline: str
    gain: float
    gain_se: float | None
    crps: float
    hit_rate: float
    hit_gain: float
    hit_gain_se: float | None


@dataclass(frozen=True)
class OriginGrade:
    """One origin: events expected and observed, nats per event, gain over the headline baseline, hit rate and PEI at 5 % of the area."""

    day: dt.date
    expected: float
    observed: float
    log_score: float | None
    gain: float
    hit_rate: float | None
    pei: float | None


@dataclass(frozen=True)
class SeriesGrade:
    """Everything about one series. ``log_score`` is in nats per event, ``crps`` in events per thousand cells and window.

    ``pit`` has ten shares, ``pit_deviation`` is the largest distance of one from a tenth, in percentage points; ``upper_5`` is how often
    counts lay in the upper 5 % of their forecast; ``ece`` the mean distance of probability and share of any event.
    """

    series: str
    origins: int
    cells: int
    rows: int
    events: int
    expected: float
    log_score: float
    crps: float
    areas: list[AreaGrade]
    against: list[Against]
    pit: list[float]
    pit_deviation: float
    upper_5: float
    ece: float
    calibration: dict[str, list[Group]]
    reliability: list[Reliability]
    by_origin: list[OriginGrade]

    def over(self, baseline: str) -> Against:
        """The comparison with one baseline."""
        return next(a for a in self.against if a.baseline == baseline)

    def at(self, share: float) -> AreaGrade:
        """The grade of one area."""
        return next(a for a in self.areas if a.share == share)


def grade(frame: pl.DataFrame, every_days: int) -> SeriesGrade | None:
    """Grade one series; None where no event came.

    Args:
        frame: rows of ``FORECASTS`` of one series, one or more origins.
        every_days: days between origins.
    """
    frame = frame.sort("origin", "cell_id")
    days = frame["origin"].unique().sort().to_list()
    cut = np.searchsorted(frame["origin"].to_numpy(), np.array(days, dtype="datetime64[D]"))
    parts = [slice(int(a), int(b)) for a, b in zip(cut, [*cut[1:], len(frame)], strict=True)]
    mean, size, count = (frame[c].to_numpy() for c in ("mean", "size", "observed"))
    if not count.any():
        return None
    mean = np.maximum(mean, 1e-9)
    horizon = int(frame["horizon_days"][0])
    own = _Graded(mean, size, count, parts, log_score(mean, size, count), crps(mean, size, count))

    def se(values: list[float]) -> float | None:
        return standard_error(np.array(values), every_days, horizon)

    gains = {column: own.gains(frame[column].to_numpy()) for column in COMPETITORS}
    bins = reliability(1 - np.exp(log_score(mean, size, np.zeros_like(count))), count > 0)
    shares: list[float] = pit(mean, size, count).tolist()
    return SeriesGrade(
        series=str(frame["series"][0]),
        origins=len(days),
        cells=frame["cell_id"].n_unique(),
        rows=len(frame),
        events=int(count.sum()),
        expected=float(mean.sum()),
        log_score=float(own.log_score.sum()) / float(count.sum()),
        crps=1000 * float(own.crps.mean()),
        areas=[_area(share, mean, size, count, own.busy, _seed(frame), se) for share in AREAS],
        against=[_against(column, frame[column].to_numpy(), own, gains[column], se) for column in COMPETITORS],
        pit=shares,
        pit_deviation=100 * max(abs(share - 0.1) for share in shares),
        upper_5=_upper_5(mean, size, count),
        ece=sum(b.rows * abs(b.probability - b.share) for b in bins) / len(frame),
        calibration=grouped(frame, every_days, horizon),
        reliability=bins,
        by_origin=[
            _of_origin(day, mean[p], count[p], own.log_score[p], gain) for day, p, gain in zip(days, parts, gains[HEADLINE], strict=True)
        ],
    )


@dataclass(frozen=True)
class _Graded:
    """The forecast itself, all arrays (rows,), with the rows of each origin."""

    mean: Array
    size: Array
    count: Array
    parts: list[Rows]
    log_score: Array
    crps: Array

    @property
    def busy(self) -> list[Rows]:
        """Origins at which anything happened."""
        return [p for p in self.parts if self.count[p].sum() > 0]

    def hits(self, ranked: Array) -> list[float]:
        """The hit rate at each busy origin, had the cells been ranked by this."""
        return [caught(ranked[p], self.count[p], HEADLINE_AREA) / self.count[p].sum() for p in self.busy]

    def gains(self, other: Array) -> list[float]:
        """Gain over another mean at each origin, per event of an average one: an origin with few events must not weigh as much per event
        as one with many."""
        other = np.maximum(other, LEAST_MEAN)
        ahead = self.log_score - log_score(other, self.spread(other), self.count)
        return [float(ahead[p].sum()) * len(self.parts) / float(self.count.sum()) for p in self.parts]

    def spread(self, other: Array) -> Array:
        """The one size that suits another mean best in hindsight."""
        return np.full(len(other), fit_size(other, self.count))


def _against(column: str, other: Array, own: _Graded, gains: list[float], se: _StandardError) -> Against:
    other = np.maximum(other, LEAST_MEAN)
    theirs = own.hits(other)
    hit_gains = [a - b for a, b in zip(own.hits(own.mean), theirs, strict=True)]
    return Against(
        column.removeprefix("baseline_"),
        float(np.mean(gains)),
        se(gains),
        100 * (1 - float(own.crps.sum()) / float(crps(other, own.spread(other), own.count).sum())),
        float(np.mean(theirs)),
        float(np.mean(hit_gains)),
        se(hit_gains),
    )


def _upper_5(mean: Array, size: Array, count: Array) -> float:
    upper, lower = at_most(mean, size, count), at_most(mean, size, count - 1)
    return float(np.clip((upper - 0.95) / np.maximum(upper - lower, 1e-12), 0, 1).mean())


def _seed(frame: pl.DataFrame) -> int:
    """The same series is drawn with the same luck whatever else is graded beside it."""
    return int.from_bytes(hashlib.blake2b(str(frame["series"][0]).encode(), digest_size=4).digest(), "big")


def _area(share: float, mean: Array, size: Array, count: Array, busy: list[Rows], seed: int, se: _StandardError) -> AreaGrade:
    hits, pai, pei, ceiling = [], [], [], []
    rng = np.random.default_rng(seed)
    for p in busy:
        reached = caught(mean[p], count[p], share)
        hits.append(reached / count[p].sum())
        pai.append(hits[-1] / area(len(count[p]), share))
        pei.append(reached / most(count[p], share))
        drawn = rng.negative_binomial(size[p], size[p] / (size[p] + mean[p]), (DRAWS, len(mean[p]))).astype(float)
        efficient = [caught(mean[p], d, share) / most(d, share) for d in drawn if d.any()]
        ceiling.append(float(np.mean(efficient)) if efficient else pei[-1])
    gaps = [a - b for a, b in zip(pei, ceiling, strict=True)]
    return AreaGrade(share, float(np.mean(hits)), float(np.mean(pai)), float(np.mean(pei)), float(np.mean(ceiling)), se(gaps))


def _of_origin(day: dt.date, mean: Array, count: Array, own: Array, gain: float) -> OriginGrade:
    events = float(count.sum())
    reached = caught(mean, count, HEADLINE_AREA) if events else 0.0
    return OriginGrade(
        day,
        float(mean.sum()),
        events,
        float(own.sum()) / events if events else None,
        gain,
        reached / events if events else None,
        reached / most(count, HEADLINE_AREA) if events else None,
    )
