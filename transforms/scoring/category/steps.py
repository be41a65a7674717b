"""Harm of one category on the way from the night before to tonight, cause by cause, under the models of the night before.

Belongs here: the harm after each step. Does not: what the causes are and what each did (``transforms.scoring.moves``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from transforms.scoring.category.expected import with_escalation, without_escalation
from transforms.scoring.category.view import CategoryView
from transforms.scoring.fitted import CategoryModel
from transforms.words import Cause

Array = NDArray[np.float64]


def steps(view: CategoryView, model: CategoryModel) -> dict[Cause, Array]:
    """Harm of every cell, shape (cells,), after each cause, in the order of the way."""
    nights = [view.panel.night - dt.timedelta(days=1), view.panel.night]
    plain, stock = without_escalation(view, model, nights), view.stock(nights)
    silent = replace(view, panel=view.panel.silent_on_last_day([s.code for s in view.series]))
    quiet = without_escalation(silent, model, nights[1:])
    # Disputes fall overdue and are closed in the step of the open stock, and not before.
    forecasts, still, tonight = (
        with_escalation(view, model, f, d) for f, d in ((plain, nights[:1] * 2), (quiet, nights[:1]), (plain, nights))
    )

    def harm(means: list[Array]) -> Array:
        return sum((s.weight * m for s, m in zip(view.series, means, strict=True)), stock[:, 0])

    return {
        Cause.LATE: harm([f.mean[:, 0] for f in forecasts]),
        Cause.SEASON: harm([f.mean[:, 0] / f.offset[0] * f.offset[1] for f in forecasts]),
        Cause.AGED_OUT: harm([q.mean[:, 0] / q.level[:, 0] * f.level[:, 0] for f, q in zip(forecasts, still, strict=True)]),
        Cause.NEW_REPORTS: harm([f.mean[:, 1] / f.level[:, 1] * f.level[:, 0] for f in forecasts]),
        Cause.DISTRICT: harm([f.mean[:, 1] for f in forecasts]),
        Cause.OPEN_STOCK: harm([f.mean[:, 1] for f in tonight]) - stock[:, 0] + stock[:, 1],
    }
