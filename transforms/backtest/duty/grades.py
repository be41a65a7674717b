"""Grades of the chances that open clocks are missed: Brier score, log score, AUC and reliability at four ages, and gains in pairs.

A gain is the mean loss of a simpler way less ours, per case; its standard error is that of sums per origin about it (a ratio estimate by
blocks), for cases of one origin see the same past. Brier (1950); AUC as in Hanley and McNeil (1982), ties for half.

Belongs here: numbers of a whole duty backtest. Does not: its rows (``cases``), the page (``infra.pages.backtest``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from transforms.words.backtests import Chance

Array = NDArray[np.float64]

# Where ages begin, as shares of the clock.
AGES: Final = (0.0, 0.25, 0.5, 0.75)
_BINS: Final = 10
_LEAST: Final = 1e-6


class Loss(NamedTuple):
    """What one way of telling chances loses per case, and how well it tells cases apart; ``auc`` is None where all ended alike."""

    brier: float
    log: float
    auc: float | None


class Gain(NamedTuple):
    """How much less we lose per case than another way, each with its standard error by origins; None with fewer than two."""

    brier: float
    brier_se: float | None
    log: float
    log_se: float | None


class Bin(NamedTuple):
    """Cases with about one chance: how many, the mean chance, and the share that was missed."""

    cases: int
    chance: float
    missed: float


@dataclass(frozen=True)
class AgeGrade:
    """The cases whose clock had run at least ``age`` of its time and less than the next age; ``reliability`` is of our own chances."""

    age: float
    cases: int
    missed: float
    losses: Mapping[str, Loss]
    gains: Mapping[str, Gain]
    reliability: tuple[Bin, ...]


def graded(rows: pl.DataFrame) -> tuple[AgeGrade, ...]:
    """A grade per age that has cases, of rows in schema ``CASES``."""
    ends = (*AGES[1:], np.inf)
    parts = ((age, rows.filter((pl.col("lived") >= age) & (pl.col("lived") < end))) for age, end in zip(AGES, ends, strict=True))
    return tuple(_grade(age, part) for age, part in parts if len(part))


def _grade(age: float, rows: pl.DataFrame) -> AgeGrade:
    missed, origin = rows["missed"].to_numpy(), rows["origin"].rank("dense").to_numpy() - 1
    chances = {way.value: rows[way.value].to_numpy() for way in Chance}
    losses = {way: (_brier(p, missed), _log(p, missed)) for way, p in chances.items()}
    own = losses[Chance.FORECAST]
    gains = {
        way: Gain(*_mean_and_se(brier - own[0], origin), *_mean_and_se(log - own[1], origin))
        for way, (brier, log) in losses.items()
        if way != Chance.FORECAST
    }
    told = {way: Loss(float(brier.mean()), float(log.mean()), auc(chances[way], missed)) for way, (brier, log) in losses.items()}
    return AgeGrade(age, len(rows), float(missed.mean()), told, gains, _reliability(chances[Chance.FORECAST], missed))


def _brier(chance: Array, missed: NDArray[np.bool_]) -> Array:
    return np.asarray((chance - missed) ** 2)


def _log(chance: Array, missed: NDArray[np.bool_]) -> Array:
    return np.asarray(-np.log(np.clip(np.where(missed, chance, 1 - chance), _LEAST, 1.0)))


def auc(chance: Array, missed: NDArray[np.bool_]) -> float | None:
    """How often a case that was missed had the higher chance than one that was not; None where all ended alike."""
    ones = int(missed.sum())
    if not 0 < ones < len(missed):
        return None
    ranks = stats.rankdata(chance)
    return float((ranks[missed].sum() - ones * (ones + 1) / 2) / (ones * (len(missed) - ones)))


def _mean_and_se(values: Array, origin: NDArray[np.int64]) -> tuple[float, float | None]:
    mean, n = float(values.mean()), int(origin.max()) + 1
    if n < 2:
        return mean, None
    sums = np.bincount(origin, weights=values - mean, minlength=n)
    return mean, float(np.sqrt(n / (n - 1) * (sums @ sums)) / len(values))


def _reliability(chance: Array, missed: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Ten groups of equal numbers, from the smallest chance on."""
    parts = np.array_split(np.argsort(chance, kind="stable"), min(_BINS, len(chance)))
    return tuple(Bin(len(part), float(chance[part].mean()), float(missed[part].mean())) for part in parts)
