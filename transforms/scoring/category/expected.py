"""What is expected of one category: the forecasts of its series, with what overdue disputes bring, and the harm of all together.

Belongs here: forecasts and harm of a category under given models. Does not: one series (``transforms.scoring.forecast``), making the models
(``fit``), what the night says of it (``rows``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.category.view import CategoryView
from transforms.scoring.escalation import brought, shifted
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.forecast import Forecast, Setting, forecasts

Array = NDArray[np.float64]


def expected(view: CategoryView, model: CategoryModel, origins: list[dt.date], *, single: bool = False) -> list[Forecast]:
    """Forecasts of every series, in their order; ``single`` computes in single precision, for many origins."""
    return with_escalation(view, model, without_escalation(view, model, origins, single=single), origins)


def without_escalation(
    view: CategoryView, model: CategoryModel, origins: list[dt.date], *, only: Collection[str] | None = None, single: bool = False
) -> dict[str, Forecast]:
    """Forecasts by series, as its own past and its surroundings make them."""
    panel, columns, horizon = view.panel, view.columns(origins), view.district.horizon_days

    def of_series(codes: list[str]) -> list[Forecast]:
        models, pasts = [model.series[code] for code in codes], [view.pasts[code] for code in codes]
        setting = Setting(panel.days, view.holidays, panel.neighbours)
        return forecasts(models, pasts, setting, columns, horizon, single=single)

    return view.together(of_series, view.chosen(only), len(origins))


def with_escalation(view: CategoryView, model: CategoryModel, plain: Mapping[str, Forecast], origins: list[dt.date]) -> list[Forecast]:
    """Forecasts of every series, in their order, with what overdue disputes bring as they stand at ``origins``."""
    if not any(model.escalation.values()):
        return list(plain.values())
    overdue, covered = view.overdue(origins), view.covered_by_stability
    return [shifted(f, overdue, covered, model.escalation.get(code, 0.0)) for code, f in plain.items()]


def harm_of(view: CategoryView, of_series: list[Forecast], stock: Array) -> Array:
    """Harm over the horizon, shape (cells, origins): weighted means plus the open stock."""
    return stock + sum((s.weight * f.mean for s, f in zip(view.series, of_series, strict=True)), np.zeros_like(stock))


def harm_by_series(view: CategoryView, model: CategoryModel) -> dict[str, Array]:
    """Harm over the horizon that each series brings tonight, shape (cells,) each; with the open stock they are the whole."""
    of_series = expected(view, model, [view.panel.night])
    return {s.code: s.weight * f.mean[:, 0] for s, f in zip(view.series, of_series, strict=True)}


def escalated_harm(view: CategoryView, model: CategoryModel) -> dict[str, Array]:
    """Harm that overdue disputes bring to each cell tonight, per escalating series, shape (cells,); part of that of other series."""
    shares, night = {code: v for code, v in model.escalation.items() if v}, [view.panel.night]
    plain = without_escalation(view, model, night, only=list(shares))
    weights = {s.code: s.weight for s in view.series}
    covered = view.covered_by_stability
    return {c: weights[c] * brought(plain[c], view.overdue(night), covered, v)[:, 0] for c, v in shares.items()}
