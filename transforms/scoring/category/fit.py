"""The models of one category, fitted on the days before a day: one per series, and the share of some that overdue disputes predict.

Belongs here: which windows and which past the fits see. Does not: fitting one series (``transforms.scoring.fitting``), that share
(``transforms.scoring.escalation``), on which day it is done (``transforms.scoring.fitted``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.category.expected import without_escalation
from transforms.scoring.category.view import CategoryView
from transforms.scoring.decay import window_sums
from transforms.scoring.escalation import fit_share
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.fitting import fit_model
from transforms.scoring.model import MIN_EXPOSURE, SeriesModel, closed_windows
from transforms.scoring.structure import CURRENT, Structure

# With fewer there is no telling a share.
MIN_WINDOWS = 9

Array = NDArray[np.float64]


def fitted(view: CategoryView, day: dt.date, only: Collection[str] | None = None, *, structure: Structure = CURRENT) -> CategoryModel:
    """The models of every series, or of those asked for, fitted on the days before ``day``; ``structure`` is a former one where a model is
    made again."""
    panel, end, horizon = view.panel, view.panel.column(day), view.district.horizon_days
    codes = view.chosen(only)

    def fit(code: str) -> SeriesModel:
        past = view.pasts[code].before(end)
        return fit_model(past, panel.days[:end], view.holidays, horizon, panel.neighbours, structure, parts=view.parts)

    model = CategoryModel(view.category, day, dict(zip(codes, view.each(fit, codes), strict=True)))
    return replace(model, escalation=_escalation(view, model, day))


def _escalation(view: CategoryView, model: CategoryModel, day: dt.date) -> dict[str, float]:
    """The share of each escalating series that overdue disputes predict, fitted on the windows that closed before ``day``."""
    panel, horizon = view.panel, view.district.horizon_days
    starts = closed_windows(panel.column(day), horizon)
    escalating = [s.code for s in view.series if s.escalates and s.code in model.series]
    if not escalating or len(starts) < MIN_WINDOWS:
        return {}
    origins = [panel.days[k] for k in starts]

    def observed(code: str) -> Array:
        exposure = panel.observed(code)
        seen = (window_sums(exposure.share, starts, horizon) / horizon)[exposure.pattern]
        return np.where(seen >= MIN_EXPOSURE, seen, 0.0)

    overdue, covered = view.overdue(origins), view.covered_by_stability
    return {
        code: fit_share(made, overdue, covered, window_sums(panel.counts[code], starts, horizon), observed(code))
        for code, made in without_escalation(view, model, origins, only=escalating, single=True).items()
    }
