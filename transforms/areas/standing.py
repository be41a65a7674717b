"""How each subdistrict stands on a night: its cells by level, their harm summed, beside what was reported.

Belongs here: sums over cells. Does not: counting reports (``transforms.areas.counts``), comparing nights, which is a view's
(``dash_trends_v1``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.areas.counts import DAYS, WINDOWS, YEAR_DAYS, occurred_in
from transforms.district.declaration import District
from transforms.panel.panel import Exposure, Panel
from transforms.schema.areas import SUBDISTRICTS, WHOLE
from transforms.schema.totals import Total, Totals
from transforms.scoring.category.view import exposures
from transforms.scoring.frozen import Frozen
from transforms.words import LEVELS, RESIDENTS, Category, Discovery, State


class Scored(Protocol):
    """What a night says: its scores, the references they were measured with, and the events it expects."""

    @property
    def scores(self) -> pl.DataFrame:
        """Schema ``SCORES``."""

    @property
    def frozen(self) -> Frozen:
        """Models and references."""

    @property
    def totals(self) -> Mapping[Category, Totals]:
        """Events expected."""


def by_subdistrict(scored: Scored, panel: Panel, reports: pl.DataFrame, district: District) -> pl.DataFrame:
    """The subdistricts of a night, and the whole district (``SUBDISTRICTS``), sorted.

    Args:
        scored: what the night says.
        panel: what it saw.
        reports: the reports that count (``transforms.areas.counts.placed``).
        district: which sources a category is scored by.
    """
    rows = [row for category in RESIDENTS for row in _rows(category, scored, panel, reports, district)]
    return pl.DataFrame(rows, SUBDISTRICTS).sort("category", "subdistrict")


def _rows(category: Category, scored: Scored, panel: Panel, reports: pl.DataFrame, district: District) -> Iterator[Mapping[str, object]]:
    places = panel.cells.select("cell_id", "households", area=pl.col("subdistrict").fill_null(WHOLE))
    own = places.join(scored.scores.filter(category=category.value), on="cell_id", how="left", maintain_order="left")
    reference, totals = scored.frozen.references.get(category), scored.totals.get(category)
    told = reports.filter(category=category.value)
    parts = exposures(panel, district, category)
    exposure = Exposure.least(parts) if parts else None
    for area in [WHOLE, *sorted(set(places["area"]) - {WHOLE})]:
        here = np.ones(len(places), dtype=bool) if area == WHOLE else (places["area"] == area).to_numpy()
        of_area = told if area == WHOLE else told.filter(subdistrict=area)
        total = None if totals is None else totals.district if area == WHOLE else totals.parts.get(area)
        yield {
            "category": category.value,
            "subdistrict": area,
            "before": panel.night - dt.timedelta(days=DAYS),
            "last_year": panel.night - dt.timedelta(days=YEAR_DAYS),
            "reference_version": None if reference is None else reference.model_id,
            **_cells(own.filter(here)),
            **_events(total),
            **_reported(of_area, panel.night),
            **_observed(exposure, here),
        }


def _cells(own: pl.DataFrame) -> Mapping[str, object]:
    """Cells by state and level, and their harm; summed in the order of the cells, so that a replay comes to the same."""
    by = {state.value: int((own["state"] == state.value).sum()) for state in State}
    by |= {level.value: int((own["level"] == level.value).sum()) for level in LEVELS}
    return {
        "cells": len(own),
        **by,
        "households": _sum(own["households"]),
        **{f"{name}_harm": _sum(own[column]) for name, column in (("expected", "expected_harm"), ("open_stock", "open_stock"))},
    }


def _sum(column: pl.Series) -> float | None:
    known = column.drop_nulls().to_list()
    return sum(known) if known else None


def _events(total: Total | None) -> Mapping[str, object]:
    if total is None:
        return {}
    return {"expected_events": total.mean, "expected_events_low": total.low, "expected_events_high": total.high}


def _reported(told: pl.DataFrame, night: dt.date) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for suffix, back in WINDOWS.items():
        then = occurred_in(told, night, back)
        found[f"reports{suffix}"] = round(then["n"].sum())
        found[f"by_residents{suffix}"] = round(then.filter(discovery=Discovery.RESIDENT.value)["n"].sum())
    return found


def _observed(exposure: Exposure | None, here: NDArray[np.bool_]) -> Mapping[str, object]:
    """The mean exposure of some cells in each window; nothing of one that begins before anything is known."""
    if exposure is None or not here.any():
        return {}
    weights, end = np.bincount(exposure.pattern[here], minlength=len(exposure.share)) / here.sum(), exposure.share.shape[1]
    shares: Sequence[tuple[str, int]] = [(f"observed{suffix}", end - back) for suffix, back in WINDOWS.items()]
    return {name: float(weights @ exposure.share[:, last - DAYS : last].mean(axis=1)) for name, last in shares if last >= DAYS}
