"""The reference of one category, frozen on a day over the weekly origins before it, and which one a night may be measured with.

Belongs here: what the origins see. Does not: quantiles and levels (``transforms.scoring.reference``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TypeGuard

import numpy as np

from transforms.scoring.category.counting import counted
from transforms.scoring.category.expected import expected, harm_of
from transforms.scoring.category.fit import fitted
from transforms.scoring.category.view import CategoryView
from transforms.scoring.reference import Reference, freeze, freeze_day, origin_days, quarter_start
from transforms.scoring.structure import CURRENT, Structure


def frozen(view: CategoryView, day: dt.date, *, provisional: bool, structure: Structure = CURRENT) -> Reference:
    """The reference frozen on ``day``, over the weekly origins before it, each seen with the days before it; by a former ``structure``
    where it is made again."""
    origins, view = origin_days(day, view.heard.first), counted(view, day, provisional=provisional)
    harm = harm_of(view, expected(view, fitted(view, day, structure=structure), origins, single=True), view.stock(origins))
    known = np.where(view.is_covered(origins), harm, np.nan)
    made = freeze(view.category, day, provisional, known, view.panel.cells["cell_id"].to_list())
    return replace(made, version=structure.version)


def may_measure(reference: Reference | None, view: CategoryView) -> TypeGuard[Reference]:
    """Whether a stored reference is one that the view's night may be measured with."""
    return reference is not None and (reference.frozen_on, reference.provisional) in {
        freeze_day(view.heard),
        (quarter_start(view.heard.until), False),
    }
