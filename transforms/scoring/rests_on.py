"""What a score rests on: how new the newest report of its cell is, and how much of the last weeks was observed there.

Belongs here: both, as of a night. Does not: what the score is made of (``transforms.scoring.category``), what is told in words
(``transforms.scoring.explain``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.district.declaration import District
from transforms.panel.known import View
from transforms.panel.panel import Exposure
from transforms.scoring.category.view import exposures, going_on
from transforms.words import Category

EXPOSURE_DAYS: Final = 28


@dataclass(frozen=True)
class RestsOn:
    """The day of a cell's newest report, its exposure of the last ``EXPOSURE_DAYS`` days, the last day on which every part of it was
    observed.

    Each is None where there is none: for a category that is counted from clocks, or a night whose inputs are past their time, all three.
    """

    last_report_day: dt.date | None = None
    exposure_28_days: float | None = None
    last_day_observed: dt.date | None = None


def rests_on(view: View, district: District, category: Category, cell: str, *, numbers: bool) -> RestsOn:
    """What the score of a cell rests on.

    Args:
        view: what the night saw.
        district: its declaration; sensitive kinds count nowhere.
        category: of the score.
        cell: one of the panel's.
        numbers: False where the cell had too few reports to be told in numbers: one report in a quiet cell is somebody's.
    """
    feeds, panel = district.scored_feeds(category), view.panel
    parts = going_on(panel, district, district.series_of(category)) or exposures(panel, district, category)
    if not parts:
        return RestsOn()
    place = panel.cells["cell_id"].to_list().index(cell)
    # What one part lacks the others do not make up for.
    share = Exposure.least(parts).at(slice(None))[place]
    seen = np.flatnonzero(share > 0)
    hidden = [k.code for k in district.kinds.values() if k.sensitive]
    reports = view.reports.filter(pl.col("feed").is_in(feeds), pl.col("cell_id") == cell, ~pl.col("kind").is_in(hidden))
    newest: dt.date | None = reports.select(pl.col("occurred_on").max()).item()
    return RestsOn(
        last_report_day=newest if numbers else None,
        exposure_28_days=float(share[-EXPOSURE_DAYS:].mean()),
        last_day_observed=panel.days[seen[-1]] if len(seen) else None,
    )
