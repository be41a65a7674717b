"""Whether a forecast is of use where people act on it: harm found at so many visits, how steady the choice is, whom it falls on.

Of each category the cells with the most expected harm are visited at every origin, and beside them those with the most harm in the year
before, which is what a district does without a forecast.

Belongs here: what follows from choosing cells. Does not: how good the numbers are (``grade``), the real work list
(``transforms.alerts``), which knows of open stock, alerts and routes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.backtest.metrics import standard_error

VISITS: Final = 20
# Nights that lie so far apart are compared, where a backtest has them.
APART_DAYS: Final = (1, 7)


@dataclass(frozen=True)
class LevelShare:
    """One level: the share of cells that had it, the share of all harm that came there, and expected over observed harm."""

    level: str
    cells: float
    harm: float
    expected: float
    observed: float
    ratio: float | None
    ratio_se: float | None


@dataclass(frozen=True)
class TagShare:
    """Cells with one tag: their share of all cells, of the visits and of the harm that came, and expected over observed harm there."""

    tag: str
    cells: float
    visits: float
    harm: float
    ratio: float | None


@dataclass(frozen=True)
class Use:
    """One category at ``visits`` cells an origin.

    ``found`` is the mean share of all harm that came in the cells visited, ``extra`` how much more harm that is at each origin than last
    year's counts would have found, ``extra_share`` the same as a share of theirs. ``jaccard`` is the overlap of the cells chosen, by days
    apart; ``days_in`` and ``days_out`` how long a cell that is ever chosen stays so, and stays away.
    """

    category: str
    visits: int
    found: float
    extra: float
    extra_se: float | None
    extra_share: float | None
    jaccard: Mapping[int, float]
    days_in: float
    days_out: float | None
    levels: tuple[LevelShare, ...]
    tags: tuple[TagShare, ...]


def use(category: str, forecasts: pl.DataFrame, weights: Mapping[str, float], tags: Mapping[str, str], every_days: int) -> Use | None:
    """What choosing by a forecast comes to; None where no harm came.

    Args:
        category: whose series these are.
        forecasts: rows of ``FORECASTS`` of all of them.
        weights: harm per event, by series.
        tags: tags of each cell, by ID, several parted by blanks.
        every_days: days between origins.
    """
    weight = pl.col("series").replace_strict(dict(weights), return_dtype=pl.Float64)
    harm = (
        forecasts.group_by("origin", "cell_id", maintain_order=True)
        .agg(
            pl.col("level").first(),
            **{name: (weight * pl.col(column)).sum() for name, column in _HARM.items()},
        )
        .sort("origin", "cell_id")
    )
    if harm.is_empty() or not harm["observed"].sum():
        return None
    visits = min(VISITS, harm["cell_id"].n_unique())
    chosen = _chosen(harm, "expected", visits)
    own, theirs, every = (f.group_by("origin").agg(pl.col("observed").sum()).sort("origin") for f in _beside(harm, chosen, visits))
    horizon = int(forecasts["horizon_days"][0])
    extra = (own["observed"] - theirs["observed"]).to_numpy()
    busy = (every["observed"] > 0).to_numpy()
    before = float(theirs["observed"].sum())
    sets = {day: frozenset(part["cell_id"]) for (day,), part in chosen.group_by("origin", maintain_order=True) if isinstance(day, dt.date)}
    days_in, days_out = _stays(sets, every_days)
    return Use(
        category=category,
        visits=visits,
        found=float((own["observed"].to_numpy()[busy] / every["observed"].to_numpy()[busy]).mean()),
        extra=float(extra.mean()),
        extra_se=standard_error(extra, every_days, horizon),
        extra_share=float(extra.sum()) / before if before else None,
        jaccard={days: value for days in sorted({*APART_DAYS, every_days}) if (value := _overlap(sets, days)) is not None},
        days_in=days_in,
        days_out=days_out,
        levels=_levels(harm, every_days, horizon),
        tags=_tags(harm, chosen, tags),
    )


_HARM: Final = {"expected": "mean", "observed": "observed", "before": "last_year"}


def _beside(harm: pl.DataFrame, chosen: pl.DataFrame, visits: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return chosen, _chosen(harm, "before", visits), harm


def _chosen(harm: pl.DataFrame, by: str, visits: int) -> pl.DataFrame:
    """The rows of the cells with the most at each origin; of equal ones the first by ID."""
    return harm.filter(pl.col(by).rank("ordinal", descending=True).over("origin") <= visits)


def _overlap(sets: Mapping[dt.date, frozenset[str]], days: int) -> float | None:
    """Mean Jaccard index of the cells chosen so many days apart; None where no two origins are."""
    pairs = [(one, sets[later]) for day, one in sets.items() if (later := day + dt.timedelta(days=days)) in sets]
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs])) if pairs else None


def _stays(sets: Mapping[dt.date, frozenset[str]], every_days: int) -> tuple[float, float | None]:
    """Mean days that a cell which is ever chosen stays so, and stays away between two stays (None where none comes back)."""
    ordered = [sets[day] for day in sorted(sets)]
    inside: list[int] = []
    outside: list[int] = []
    for cell in sorted(frozenset().union(*ordered)):
        there = np.array([cell in chosen for chosen in ordered])
        edges = np.flatnonzero(np.diff(there)) + 1
        runs = np.diff([0, *edges, len(there)])
        is_in = there[[0, *edges]]
        inside += runs[is_in].tolist()
        # Before its first stay and after its last, nobody knows how long it is away.
        outside += runs[1:-1][~is_in[1:-1]].tolist()
    return every_days * float(np.mean(inside)), every_days * float(np.mean(outside)) if outside else None


def _levels(harm: pl.DataFrame, every_days: int, horizon: int) -> tuple[LevelShare, ...]:
    cells, came = len(harm), float(harm["observed"].sum())
    found = []
    for level in ("none", "blue", "yellow", "orange", "red"):
        own = harm.filter(pl.col("level") == level)
        if own.is_empty():
            continue
        sums = own.group_by("origin").agg(pl.col("expected", "observed").sum()).sort("origin")
        expected, observed = float(sums["expected"].sum()), float(sums["observed"].sum())
        se = standard_error((sums["observed"] - sums["expected"]).to_numpy(), every_days, horizon)
        ratio_se = se * len(sums) / observed if observed and se is not None else None
        found.append(LevelShare(level, len(own) / cells, observed / came, expected, observed, _ratio(expected, observed), ratio_se))
    return tuple(found)


def _tags(harm: pl.DataFrame, chosen: pl.DataFrame, tags: Mapping[str, str]) -> tuple[TagShare, ...]:
    found = []
    for tag in sorted({t for of_cell in tags.values() for t in of_cell.split()}):
        tagged = [cell for cell, of_cell in tags.items() if tag in of_cell.split()]
        own, visited = harm.filter(pl.col("cell_id").is_in(tagged)), chosen.filter(pl.col("cell_id").is_in(tagged))
        expected, observed = float(own["expected"].sum()), float(own["observed"].sum())
        share = observed / float(harm["observed"].sum())
        found.append(TagShare(tag, len(own) / len(harm), len(visited) / len(chosen), share, _ratio(expected, observed)))
    return tuple(found)


def _ratio(expected: float, observed: float) -> float | None:
    return expected / observed if observed else None
