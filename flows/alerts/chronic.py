"""The chronic list: places that are hot on most nights, which is no news and opens no alert.

Belongs here: who stands on it. Does not: that it opens nothing (``transforms.alerts.types.level``), alerts (``flows.alerts.looks``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from flows.stores import Context
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.nights.scores import hot_nights
from transforms.alerts.past import PAST_NIGHTS, hot_levels
from transforms.district.work import WorkRules
from transforms.words import Category, Outcome
from transforms.worklist.visits import visits_known

# A district without a work list reviews its chronic places all the same.
_EVERY_MONTH: Final = WorkRules(visits_per_day=1)


@dataclass(frozen=True)
class ChronicPlace:
    """A cell on the list: on so many of the last nights it was hot in a category, first on ``since``. ``reviewed_on`` is the last day of
    which somebody said what came of looking at it, ``outcome`` what; it is ``due`` where that was too long ago."""

    category: Category
    cell_id: str
    name: str
    subdistrict: str | None
    nights: int
    since: dt.date
    reviewed_on: dt.date | None
    outcome: Outcome | None
    due: bool


@dataclass(frozen=True)
class ChronicList:
    """The list as of a night, None before the first; those that are hot longest in front. Somebody looks at it every month."""

    district: str
    night: dt.date | None
    of_nights: int
    due: int
    places: tuple[ChronicPlace, ...]


def chronic_list(context: Context, now: dt.datetime) -> ChronicList:
    """The cells that were hot on more than half of the last ninety nights. Duty performance is of departments and on no such list."""
    night, rules = latest_night(context.warehouse), context.district.alerts
    if night is None:
        return ChronicList(context.code, None, PAST_NIGHTS, 0, ())
    found = hot_nights(context.warehouse, night, hot_levels(rules)).filter(
        pl.col("nights") > PAST_NIGHTS / 2, pl.col("category") != Category.POLITICAL.value
    )
    places = {
        cell: (name, subdistrict) for cell, name, subdistrict in context.folder.cells.select("cell_id", "name", "subdistrict").iter_rows()
    }
    reviewed, since = _reviews(context, now), night - dt.timedelta(days=(context.district.worklist or _EVERY_MONTH).review_days)
    listed = []
    for category, cell, nights, first in found.iter_rows():
        if cell in places:
            day, outcome = reviewed.get(cell, (None, None))
            listed.append(ChronicPlace(Category(category), cell, *places[cell], nights, first, day, outcome, day is None or day <= since))
    return ChronicList(context.code, night, PAST_NIGHTS, sum(place.due for place in listed), tuple(listed))


def _reviews(context: Context, now: dt.datetime) -> dict[str, tuple[dt.date, Outcome]]:
    """The last day of which an outcome is known, of each cell, and the outcome; a desk's word counts as a visit does."""
    visits = visits_known(context.lake.visits(), now, context.lake.sequence()).filter(pl.col("outcome").is_not_null()).sort("day")
    return {cell: (day, Outcome(outcome)) for cell, day, outcome in visits.select("cell_id", "day", "outcome").iter_rows()}
