"""What a night knows of earlier ones about its hot cells: whether a level is entered, or was always there.

What is entered or usual is looked for on nights with the same rules and the same references alone: on the first of them nobody knows what
was before, so a district's first night, a new reference, a redrawn grid and a changed folder are no news by themselves. What was always hot
stays so under a new reference.

Belongs here: the frames, and how a cell came to stand as it does. Does not: reading them (``infra.warehouse.nights.scores``), what follows
(``transforms.alerts.types.level``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
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
_OF_CELL: Final = ("category", "cell_id")


class Came(NamedTuple):
    """How a cell came to stand as it does tonight.

    ``calmed_on`` is the last night on which it was known to be none of the hot ones, None where it always was; ``hot_before`` counts the
    nights just before tonight on which it was hot; ``usual`` is its harm on most of the last nights. ``hot_nights`` counts all on which it
    was hot, however they were measured.
    """

    calmed_on: dt.date | None = None
    hot_before: int = 0
    usual: float | None = None
    hot_nights: int = 0


@dataclass(frozen=True)
class Past:
    """Earlier nights of the cells that are hot tonight (``CELL_PAST``), and of the whole district on those that were measured alike
    (``DISTRICT_PAST``). ``alike`` names these nights; None where all were."""

    cells: pl.DataFrame = field(default_factory=CELL_PAST.to_frame)
    district: pl.DataFrame = field(default_factory=DISTRICT_PAST.to_frame)
    alike: frozenset[dt.date] | None = None

    def came(self, rules: AlertRules) -> dict[tuple[str, str], Came]:
        """How each cell that had a level on an earlier night came to stand as it does, by category and cell."""
        hot = pl.col("level").is_in(hot_levels(rules))
        known = (
            self.cells.filter(pl.col("level").is_not_null(), pl.col("score").is_not_null())
            .sort(*_OF_CELL, "night")
            .with_columns(hot=hot, calm=~hot & (pl.col("score") < rules.exit_score))
        )
        always = known.group_by(_OF_CELL).agg(hot_nights=pl.col("hot").sum())
        alike = known if self.alike is None else known.filter(pl.col("night").is_in(list(self.alike)))
        calm_in_a_row = pl.col("calm").cast(pl.Int64).rolling_sum(rules.calm_nights).over(_OF_CELL)
        began_cool = ~pl.col("hot") & (pl.int_range(pl.len()).over(_OF_CELL) == 0)
        stood = (
            alike.with_columns(calmed=(calm_in_a_row == rules.calm_nights).fill_null(value=False) | began_cool)
            .group_by(_OF_CELL)
            .agg(
                calmed_on=pl.col("night").filter("calmed").max(),
                hot_before=pl.col("hot").reverse().cast(pl.Int64).cum_min().sum(),
                usual=pl.col("harm").tail(USUAL_NIGHTS).median(),
            )
        )
        both = always.join(stood, on=_OF_CELL, how="left").with_columns(pl.col("hot_before").fill_null(0))
        rows = both.select(*_OF_CELL, "calmed_on", "hot_before", "usual", "hot_nights")
        return {(category, cell): Came(*rest) for category, cell, *rest in rows.iter_rows()}

    def usual(self) -> dict[str, float]:
        """What the whole district has in each category on most of the last nights."""
        newest: dt.date | None = self.district["night"].max()  # type: ignore[assignment]
        if newest is None:
            return {}
        recent = self.district.filter(pl.col("night") > newest - dt.timedelta(days=USUAL_NIGHTS))
        return dict(recent.group_by("category").agg(pl.col("harm").median()).sort("category").iter_rows())


def hot_levels(rules: AlertRules) -> list[str]:
    """The levels at which a cell is hot."""
    values = [level.value for level in LEVELS]
    return values[values.index(rules.enter) :]


def always_hot(past: Past, rules: AlertRules) -> dict[str, str]:
    """The cells that are hot tonight and were so on most of the last nights, each with the first category in which it was."""
    found: dict[str, str] = {}
    for (category, cell), stood in sorted(past.came(rules).items()):
        if is_chronic(stood):
            found.setdefault(cell, category)
    return found


def is_chronic(stood: Came) -> bool:
    """Whether a cell was hot on more than half of the nights that are looked at."""
    return stood.hot_nights > PAST_NIGHTS / 2
