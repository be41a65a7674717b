"""Calibration: expected beside observed, by rank, level, subdistrict and quarter, and the reliability of "anything at all".

A ratio expected / observed has a standard error from the spread of observed − expected over origins, which holds whatever the
distribution; it says nothing where fewer than two origins are at hand.

Belongs here: groups of cells, and what was expected and observed of each. Does not: how good a forecast is beside others (``metrics``),
pictures (``infra.pages.backtest``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.backtest.metrics import standard_error
from transforms.words import Grouping

Array = NDArray[np.float64]

# Cells by their rank at each origin, as the share of cells up to which a group reaches.
RANKS: Final = {"top 1 %": 0.01, "1–5 %": 0.05, "5–20 %": 0.20, "rest": 1.0}
RELIABILITY_BINS = 20


@dataclass(frozen=True)
class Group:
    """Expected and observed events of some cells over all origins. ``ratio`` is expected / observed, None where nothing came."""

    name: str
    rows: int
    expected: float
    observed: float
    ratio: float | None
    ratio_se: float | None


@dataclass(frozen=True)
class Reliability:
    """Cells of like probability: that probability of any event, and the share that had one."""

    probability: float
    share: float
    rows: int


def grouped(frame: pl.DataFrame, every_days: int, horizon_days: int) -> dict[str, list[Group]]:
    """Groups by grouping; ``frame`` has the columns of ``FORECASTS`` for one series."""
    named = frame.with_columns(
        rank=_rank(),
        quarter=pl.col("origin").dt.strftime("%Y-Q") + pl.col("origin").dt.quarter().cast(pl.String),
    )
    return {grouping: _groups(named, grouping, every_days, horizon_days) for grouping in map(str, Grouping)}


def _rank() -> pl.Expr:
    place = pl.col("mean").rank("ordinal", descending=True).over("origin")
    # Rounded as in the metrics: a group never reaches less than one cell.
    last = {name: pl.max_horizontal((share * pl.len().over("origin")).round(), 1) for name, share in RANKS.items()}
    reached = [pl.when(place <= end).then(pl.lit(name)) for name, end in last.items()]
    return pl.coalesce(reached)


def _groups(frame: pl.DataFrame, grouping: str, every_days: int, horizon_days: int) -> list[Group]:
    sums = (
        frame.group_by(grouping, "origin", maintain_order=True)
        .agg(rows=pl.len(), expected=pl.col("mean").sum(), observed=pl.col("observed").sum())
        .sort(grouping, "origin")
    )
    groups = []
    for (name,), part in sums.group_by(grouping, maintain_order=True):
        expected, observed = float(part["expected"].sum()), float(part["observed"].sum())
        se = standard_error((part["observed"] - part["expected"]).to_numpy(), every_days, horizon_days)
        groups.append(
            Group(
                str(name),
                int(part["rows"].sum()),
                expected,
                observed,
                expected / observed if observed else None,
                se * len(part) / observed if observed and se is not None else None,
            )
        )
    order = list(RANKS) if grouping == "rank" else ["none", "blue", "yellow", "orange", "red"] if grouping == "level" else []
    return sorted(groups, key=lambda g: order.index(g.name)) if order else groups


def reliability(probability: Array, any_event: NDArray[np.bool_]) -> list[Reliability]:
    """Twenty groups of cells, equal in number, by their probability of any event."""
    order = np.argsort(probability, kind="stable")
    return [
        Reliability(float(probability[part].mean()), float(any_event[part].mean()), len(part))
        for part in np.array_split(order, RELIABILITY_BINS)
        if len(part)
    ]
