"""What speaks for a place: each errand with its places, the most urgent first.

Belongs here: one function per errand. Does not: how many of each are sent for (``transforms.worklist.choosing``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import polars as pl

from transforms.alerts.heard import hazards_of
from transforms.clocks.nights import day_start
from transforms.district.declaration import District
from transforms.district.work import WorkRules
from transforms.grids.succession import share
from transforms.schema import VISITS
from transforms.words import Category, Errand, Level, Status, Surge

# A hazard that was closed is looked at again within so many days, or the matter is settled.
RECHECK_DAYS: Final = 30
_DAYS_TO_DOUBLE: Final = 60.0


@dataclass(frozen=True)
class Evening:
    """What a night knows that a list may rest on.

    Attributes:
        night: it is the list of this day.
        scores: schema ``SCORES``, of this night.
        reports: schema ``REPORTS``, as the night sees them, apportioned or not.
        district: the declaration.
        rules: how much it can look at.
        visits: schema ``VISITS``, those of the days before as far as they are known.
        chronic: the places that are always hot, with the category in which they are.
        seed: of the draw; another one on every night, and nobody knows it before.
    """

    night: dt.date
    scores: pl.DataFrame
    reports: pl.DataFrame
    district: District
    rules: WorkRules
    visits: pl.DataFrame = field(default_factory=VISITS.to_frame)
    chronic: Mapping[str, str] = field(default_factory=dict)
    seed: str = ""

    @property
    def residents(self) -> pl.DataFrame:
        """The scores of places: duty performance is of departments, and nobody is sent for it."""
        return self.scores.filter(pl.col("category") != Category.POLITICAL.value)

    def looked_on(self) -> dict[str, dt.date]:
        """The last day on which somebody was sent to each place, or went there."""
        return dict(self.visits.group_by("cell_id").agg(pl.col("day").max()).iter_rows())

    def settled_on(self) -> dict[str, dt.date]:
        """The last day of which somebody said what came of going there."""
        return dict(self.visits.filter(pl.col("outcome").is_not_null()).group_by("cell_id").agg(pl.col("day").max()).iter_rows())


class Place(NamedTuple):
    """A place that an errand is about, in a category. It is not gone to again within ``rest_days``."""

    cell: str
    category: str
    rest_days: int


def errands(evening: Evening) -> dict[Errand, list[Place]]:
    """Every errand but the draw with its places, the most urgent first."""
    harm = dict(evening.residents.group_by("cell_id").agg(pl.col("expected_harm").sum()).iter_rows())
    return {
        Errand.MAJOR: _major(evening),
        Errand.OVERDUE: _overdue(evening),
        Errand.SURGE: _surging(evening),
        Errand.RED: _red(evening, harm),
        Errand.RECHECK: _rechecks(evening),
        Errand.CHRONIC: _chronic(evening, harm),
        Errand.HIGH: _high(evening, harm),
    }


def _hazards(evening: Evening) -> pl.LazyFrame:
    """Hazards that stand until somebody has put them right, as rows of ``REPORTS`` with their weight."""
    kinds = evening.district.kinds.values()
    feeds = evening.district.feeds_of(Category.SAFETY)
    standing = [k.code for k in kinds if k.standing and k.feed in feeds and not (k.sensitive or k.officer_initiated)]
    hazards = evening.reports.lazy().filter(pl.col("kind").is_in(standing), pl.col("cell_id").is_in(_scored(evening)))
    return hazards.with_columns(weight=pl.col("severity") * share(evening.reports))


def _scored(evening: Evening) -> list[str]:
    return evening.scores["cell_id"].unique().to_list()


def _major(evening: Evening) -> list[Place]:
    """Where a major hazard stands open at premises of the register, also one that is older than any alert; the longest first."""
    standing = hazards_of(evening.reports, evening.district, None).filter(pl.col("closed_on").is_null())
    cells = {code: one.cell for code, one in evening.district.premises.items()}
    places = standing.select("reported_on", cell_id=pl.col("premises").replace_strict(cells, return_dtype=pl.String))
    since = places.filter(pl.col("cell_id").is_in(_scored(evening))).group_by("cell_id").agg(pl.col("reported_on").min())
    ranked = since.sort("reported_on", "cell_id")["cell_id"]
    return [Place(cell, Category.SAFETY.value, evening.rules.rest_days) for cell in ranked]


def _overdue(evening: Evening) -> list[Place]:
    """By severity, growing to double sixty days past the deadline, as in the open stock."""
    now = pl.lit(day_start(evening.night, evening.district.zone))
    past = ((now - pl.col("due_at")).dt.total_seconds() / 86400).clip(0, _DAYS_TO_DOUBLE)
    late = _hazards(evening).filter(pl.col("status") == Status.OPEN.value, pl.col("due_at") < now)
    weighed = late.group_by("cell_id").agg(weight=(pl.col("weight") * (1 + past / _DAYS_TO_DOUBLE)).sum().round(9)).collect()
    return _places(weighed, evening.rules.rest_days)


def _rechecks(evening: Evening) -> list[Place]:
    """Only of sources that say when one was looked at again; a visit since then is such a look."""
    telling = [s.code for s in evening.district.sources if s.columns.recheck_at is not None]
    since = day_start(evening.night - dt.timedelta(days=RECHECK_DAYS), evening.district.zone)
    closed = _hazards(evening).filter(
        pl.col("source").is_in(telling),
        pl.col("status") == Status.CLOSED.value,
        pl.col("closed_at") >= pl.lit(since),
        pl.col("recheck_at").is_null(),
    )
    latest = pl.col("closed_at").dt.convert_time_zone(evening.district.timezone).dt.date().max()
    weighed = closed.group_by("cell_id").agg(weight=pl.col("weight").sum().round(9), closed_on=latest).collect()
    settled = evening.settled_on()
    waiting = [settled.get(cell, dt.date.min) <= day for cell, day in weighed.select("cell_id", "closed_on").iter_rows()]
    return _places(weighed.filter(pl.Series(waiting, dtype=pl.Boolean)), evening.rules.rest_days)


def _places(weighed: pl.DataFrame, rest_days: int) -> list[Place]:
    ranked = weighed.sort(["weight", "cell_id"], descending=[True, False])
    return [Place(cell, Category.SAFETY.value, rest_days) for cell in ranked["cell_id"]]


def _surging(evening: Evening) -> list[Place]:
    """The least likely first. A place is gone to again once its window has passed since somebody was there."""
    red = evening.residents.filter(pl.col("surge") == Surge.RED.value).sort("surge_p", "cell_id", "category")
    window = pl.col("surge_days").fill_null(1).clip(1, evening.rules.rest_days)
    return [
        Place(*row) for row in red.select("cell_id", "category", window).unique("cell_id", keep="first", maintain_order=True).iter_rows()
    ]


def _red(evening: Evening, harm: Mapping[str, float]) -> list[Place]:
    return _by_harm(evening, evening.residents.filter(pl.col("level") == Level.RED.value), harm)


def _high(evening: Evening, harm: Mapping[str, float]) -> list[Place]:
    return _by_harm(evening, evening.residents.filter(pl.col("expected_harm") > 0), harm)


def _chronic(evening: Evening, harm: Mapping[str, float]) -> list[Place]:
    """Those of which nobody has said for a month what came of looking at them."""
    since = evening.night - dt.timedelta(days=evening.rules.review_days)
    settled = evening.settled_on()
    due = [cell for cell in evening.chronic if settled.get(cell, dt.date.min) <= since]
    ranked = sorted(due, key=lambda cell: (-harm.get(cell, 0.0), cell))
    return [Place(cell, evening.chronic[cell], evening.rules.rest_days) for cell in ranked]


def _by_harm(evening: Evening, rows: pl.DataFrame, harm: Mapping[str, float]) -> list[Place]:
    """Places by what is expected there in all, each with the category that brings most of it."""
    worst = rows.sort(["expected_harm", "category"], descending=[True, False], nulls_last=True).unique("cell_id", keep="first")
    categories: dict[str, str] = dict(worst.select("cell_id", "category").iter_rows())
    ranked = sorted(categories, key=lambda cell: (-(harm[cell] or 0.0), cell))
    return [Place(cell, categories[cell], evening.rules.rest_days) for cell in ranked]


def covered(evening: Evening) -> Collection[str]:
    """The places that any source covers in any category: elsewhere nothing would be known, whoever looks."""
    return evening.residents.filter(pl.col("expected_harm").is_not_null())["cell_id"].unique().sort().to_list()
