"""The chronic list: places that are hot on most nights, which is no news and opens no alert.

Belongs here: who stands on it. Does not: that it opens nothing (``transforms.alerts.types.level``), alerts (``flows.alerts.looks``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from flows.stores import Context
from infra.warehouse.nights import latest_night
from infra.warehouse.scores import hot_nights
from transforms.alerts.past import PAST_NIGHTS
from transforms.alerts.types import RANK
from transforms.words import Category


@dataclass(frozen=True)
class ChronicPlace:
    """A cell on the list: on so many of the last nights it was hot in a category, first on ``since``."""

    category: Category
    cell_id: str
    name: str
    subdistrict: str | None
    nights: int
    since: dt.date


@dataclass(frozen=True)
class ChronicList:
    """The list as of a night, None before the first; those that are hot longest in front. Somebody looks at it every month."""

    district: str
    night: dt.date | None
    of_nights: int
    places: tuple[ChronicPlace, ...]


def chronic_list(context: Context) -> ChronicList:
    """The cells that were hot on more than half of the last ninety nights. Duty performance is of departments and on no such list."""
    night, rules = latest_night(context.warehouse), context.district.alerts
    if night is None:
        return ChronicList(context.code, None, PAST_NIGHTS, ())
    levels = [level for level in RANK if RANK[level] >= RANK[rules.enter]]
    found = hot_nights(context.warehouse, night, levels).filter(
        pl.col("nights") > PAST_NIGHTS / 2, pl.col("category") != Category.POLITICAL.value
    )
    places = {
        cell: (name, subdistrict) for cell, name, subdistrict in context.folder.cells.select("cell_id", "name", "subdistrict").iter_rows()
    }
    return ChronicList(
        context.code,
        night,
        PAST_NIGHTS,
        tuple(
            ChronicPlace(Category(category), cell, *places[cell], nights, since)
            for category, cell, nights, since in found.iter_rows()
            if cell in places
        ),
    )
