"""How a forecast that was published did, once its days are over: counts by level, log score, hit rate, PAI.

Belongs here: grading one published night against what is known later. Does not: adding weeks up (``transforms.backtest.record``), trying
out forecasts that nobody published (a backtest), choosing the nights to grade (``flows.nights.evaluate``).

Only what was published is used: a cell's expected count and its probability of any event, which together name the negative-binomial
distribution the log score asks. Cells with less than 90 % of the horizon's exposure, to any series that counted in the category, are left
out and counted; in the others what was expected is multiplied by the share that has arrived. The forecast of ``political`` is a share of
clocks and is graded by nobody here.

PAI at 5 % of area: share of the events found in the 5 % of the area with the highest expected counts, over 5 %; see Chainey, Tompson and
Uhlig (2008), The utility of hotspot mapping for predicting spatial patterns of crime, Security Journal 21.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.backtest.record import ALL, LEARNING
from transforms.district.declaration import District, Series
from transforms.panel.panel import Exposure, Panel
from transforms.schema import EVALUATIONS, REPORTS
from transforms.scoring.category.counting import counted
from transforms.scoring.category.view import CategoryView, exposures
from transforms.scoring.negbin import log_probability, size_of
from transforms.scoring.reference import freeze_day
from transforms.scoring.silence import Heard
from transforms.words import LEVELS, RESIDENTS, Category

Array = NDArray[np.float64]

AREA_SHARE: Final = 0.05
LEAST_EXPOSURE: Final = 0.9


def evaluate(scores: pl.DataFrame, panel: Panel, district: District, origin: dt.date, revision: int) -> pl.DataFrame:
    """Grade a published night, schema ``EVALUATIONS``; empty where the panel does not hold every day of its horizon.

    Args:
        scores: the night as it was published, schema ``SCORES``.
        panel: of a later night, with what is known by then.
        district: series and horizon of that later night.
        origin: the night that is graded.
        revision: which revision of it.
    """
    first = panel.column(origin)
    window = slice(first, first + district.horizon_days)
    if first < 0 or window.stop > len(panel.days):
        return EVALUATIONS.to_frame()
    rows: list[dict[str, object]] = []
    for category in RESIDENTS:
        series = _counted(panel, district, category, origin)
        if not series:
            continue
        came = sum(panel.counts[s.code][:, window].sum(axis=1, dtype=float) for s in series)
        known = panel.cells.select("cell_id", "area_km2").with_columns(
            came=pl.Series(came), share=pl.Series(np.min([panel.observed(s.code).at(window).mean(axis=1) for s in series], axis=0))
        )
        told = scores.filter((pl.col("category") == category.value) & pl.col("score").is_not_null())
        both = told.join(known, on="cell_id", how="left", maintain_order="left")
        graded = both.filter(pl.col("share") >= LEAST_EXPOSURE)
        if graded.is_empty():
            continue
        left_out = both.filter(pl.col("share").fill_null(0.0) < LEAST_EXPOSURE)
        rows += [{"category": category.value, **row} for row in _graded(graded, left_out)]
    fixed = {"night": origin, "revision": revision, "evaluated_night": panel.night}
    return pl.DataFrame([fixed | row for row in rows], schema=EVALUATIONS)


def _counted(panel: Panel, district: District, category: Category, origin: dt.date) -> list[Series]:
    """The series that counted on the night that is graded, by when they were heard of before it."""
    told = panel.told(district.series_of(category))
    before = slice(0, panel.column(origin))
    then = [Exposure(e.pattern, e.share[:, before]) for e in exposures(panel, district, category)]
    heard = Heard.of(Exposure.best(then), panel.days) if then else None
    if heard is None:
        return told
    frozen_on, provisional = freeze_day(heard)
    view = CategoryView(panel, REPORTS.to_frame(), district, category, {})
    return counted(view, frozen_on, provisional=provisional).series


def _graded(graded: pl.DataFrame, left_out: pl.DataFrame) -> list[dict[str, object]]:
    """A row per level, lowest first, and one over all cells."""
    mean = (graded["expected_count"] * graded["share"]).to_numpy()
    size = size_of(graded["expected_count"].to_numpy(), graded["p_any"].to_numpy())
    came = graded["came"].to_numpy()
    variance = mean + mean**2 / size
    level = graded["level"].fill_null(LEARNING).to_numpy()
    out = left_out["level"].fill_null(LEARNING)

    def row(name: str, which: NDArray[np.bool_], number_out: int) -> dict[str, object]:
        return {
            "level": name,
            "cells": int(which.sum()),
            "left_out": number_out,
            "expected": float(mean[which].sum()),
            "observed": float(came[which].sum()),
            "spread": float(np.sqrt(variance[which].sum())),
        }

    rows = [row(v, level == v, int((out == v).sum())) for v in (*LEVELS, LEARNING) if (level == v).any()]
    hits = hit_rate(mean, came, graded["area_km2"].fill_null(1.0).to_numpy())
    whole = {
        "log_score": float(log_probability(mean, size, came).mean()),
        "hit_rate": hits,
        "pai": None if hits is None else hits / AREA_SHARE,
    }
    return [*rows, row(ALL, np.ones(len(mean), dtype=bool), len(left_out)) | whole]


def hit_rate(ranked: Array, came: Array, area: Array, share: float = AREA_SHARE) -> float | None:
    """Share of the events in the ``share`` of the area ranked highest; None without an event.

    Args:
        ranked: what the cells are ranked by, shape (cells,). Cells that tie at the edge share what is left of the area.
        came: events, same shape.
        area: same shape, any unit.
        share: of the area.
    """
    if came.sum() <= 0:
        return None
    values, group = np.unique(-ranked, return_inverse=True)
    size = np.bincount(group, weights=area, minlength=len(values))
    events = np.bincount(group, weights=came, minlength=len(values))
    before = np.cumsum(size) - size
    part = np.clip((share * area.sum() - before) / size, 0.0, 1.0)
    return float((part * events).sum() / came.sum())
