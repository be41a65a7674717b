"""Which series of a category count in a score: those that the reference knows, which was frozen before some of them were heard of.

A series whose source is new would raise every score of a quarter that was measured without it, and one whose sources ended would lower
them: the one enters and the other leaves with a freeze. Until then a new one is forecast and tested for surges, and an ended one stands as
it was last heard of.

Belongs here: that choice. Does not: when a reference is frozen (``transforms.scoring.reference``), what is not heard of at all
(``transforms.panel.panel``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from transforms.scoring.category.view import CategoryView
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.reference import MIN_DAYS_BEFORE_FREEZE, Reference
from transforms.scoring.silence import Heard


def measured(view: CategoryView, model: CategoryModel, reference: Reference) -> CategoryView:
    """The view of those series alone that a model forecasts and a reference measures."""
    known = _without(view, frozenset(s.code for s in view.series if s.code not in model.series))
    return counted(known, reference.frozen_on, provisional=reference.provisional)


def counted(view: CategoryView, frozen_on: dt.date, *, provisional: bool) -> CategoryView:
    """The view of those series alone that count in what is frozen on a day."""
    latest = frozen_on - dt.timedelta(days=1 if provisional else MIN_DAYS_BEFORE_FREEZE)
    panel, until = view.panel, {s.code: s.coverage.until or dt.date.max for s in view.district.sources}
    heard = {s.code: Heard.of(panel.observed(s.code), panel.days) for s in view.series}
    young = frozenset(code for code, days in heard.items() if days is None or days.first > latest)
    ended = frozenset(code for code in heard if max(until[source] for source in panel.told_by[code]) < frozen_on)
    # Where all have ended there is nothing to leave them for: then the category is stale.
    return _without(view, young if ended >= heard.keys() - young else young | ended)


def _without(view: CategoryView, series: frozenset[str]) -> CategoryView:
    return replace(view, left_out=view.left_out | series) if series else view
