"""What a night knows of earlier ones about its hot cells: whether a level is entered, or was always there.

Only nights with the same rules and the same references are looked at: on the first of them nobody knows what was before, so a district's
first night, a new reference, a redrawn grid and a changed folder are no news by themselves.

Belongs here: the frames, and how a cell came to stand as it does. Does not: reading them (``infra.warehouse.scores``), what follows
(``transforms.alerts.types.level``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import Final, NamedTuple

import polars as pl

from transforms.district.declaration import AlertRules
from transforms.words import LEVELS

# What is told of a cell on an earlier night, and of all cells of a category together.
CELL_PAST: Final = pl.Schema(
    {"category": pl.String, "cell_id": pl.String, "night": pl.Date, "score": pl.Float64, "level": pl.String, "harm": pl.Float64}
)
DISTRICT_PAST: Final = pl.Schema({"category": pl.String, "night": pl.Date, "harm": pl.Float64})
# How many nights back are looked at, for what is always so; and for what is usual.
PAST_NIGHTS: Final = 90
USUAL_NIGHTS: Final = 28
_RANK: Final = {level.value: k for k, level in enumerate(LEVELS)}


class KnownNight(NamedTuple):
    """A cell on an earlier night on which it had a level."""

    night: dt.date
    score: float
    level: str
    harm: float


@dataclass(frozen=True)
class Past:
    """Earlier nights of the cells that are hot tonight (``CELL_PAST``), and of the whole district (``DISTRICT_PAST``)."""

    cells: pl.DataFrame = field(default_factory=CELL_PAST.to_frame)
    district: pl.DataFrame = field(default_factory=DISTRICT_PAST.to_frame)

    @cached_property
    def of_cells(self) -> dict[tuple[str, str], list[KnownNight]]:
        """The nights of each cell in each category, oldest first."""
        found: dict[tuple[str, str], list[KnownNight]] = {}
        known = self.cells.filter(pl.col("level").is_not_null(), pl.col("score").is_not_null()).sort("night")
        for category, cell, *rest in known.iter_rows():
            found.setdefault((category, cell), []).append(KnownNight(*rest))
        return found

    def usual(self) -> dict[str, float]:
        """What the whole district has in each category on most of the last nights."""
        newest: dt.date | None = self.district["night"].max()  # type: ignore[assignment]
        if newest is None:
            return {}
        recent = self.district.filter(pl.col("night") > newest - dt.timedelta(days=USUAL_NIGHTS))
        return dict(recent.group_by("category").agg(pl.col("harm").median()).sort("category").iter_rows())


class Came(NamedTuple):
    """How a cell came to stand as it does tonight.

    ``calmed_on`` is the last night on which it was known to be none of the hot ones, None where it always was; ``hot_before`` counts the
    nights just before tonight on which it was hot, ``hot_nights`` all of them; ``usual`` is its harm on most of the last nights.
    """

    calmed_on: dt.date | None
    hot_before: int
    hot_nights: int
    usual: float | None


def came(nights: Sequence[KnownNight], rules: AlertRules) -> Came:
    """How a cell came to stand as it does after these nights, oldest first."""
    calmed_on: dt.date | None = None
    calm = run = hot_nights = 0
    for k, known in enumerate(nights):
        hot = _RANK[known.level] >= _RANK[rules.enter]
        hot_nights += hot
        run = run + 1 if hot else 0
        calm = calm + 1 if not hot and known.score < rules.exit_score else 0
        if calm >= rules.calm_nights or (k == 0 and not hot):
            calmed_on = known.night
    recent = [known.harm for known in nights[-USUAL_NIGHTS:]]
    return Came(calmed_on, run, hot_nights, median(recent) if recent else None)


def always_hot(past: Past, rules: AlertRules) -> dict[str, str]:
    """The cells that are hot tonight and were so on most of the last nights, each with the first category in which it was."""
    found: dict[str, str] = {}
    for (category, cell), nights in sorted(past.of_cells.items()):
        if is_chronic(came(nights, rules)):
            found.setdefault(cell, category)
    return found


def is_chronic(stood: Came) -> bool:
    """Whether a cell was hot on more than half of the nights that are looked at."""
    return stood.hot_nights > PAST_NIGHTS / 2
