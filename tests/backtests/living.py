"""A simulated town that is lived through night by night, as the product computes each and decides on alerts; the truth of it is known.

Belongs here: the town, its reports and what was added to them, its nights. Does not: what is measured of them (the tests beside this file).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from infra.districts.calendars import calendar
from tests.helpers.made import at, cells, district, events, reports
from transforms.alerts.events import alert_events
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.rules import Rules
from transforms.alerts.past import CELL_PAST, DISTRICT_PAST, Past, always_hot
from transforms.alerts.types import Tonight
from transforms.clocks.rules import rosters
from transforms.district.declaration import AlertRules
from transforms.grids.neighbours import Neighbours
from transforms.panel.known import Known, View
from transforms.scoring.frozen import Frozen, needs
from transforms.scoring.risk import NightScores, score_night

PAST_DAYS: Final = 365
FIRST: Final = dt.date(2025, 1, 6)
DAY: Final = dt.timedelta(days=1)
RATES: Final = {"fire_building": 0.012, "theft": 0.12, "assault": 0.03, "dispute": 0.06}
CATEGORY: Final = {"fire_building": "safety", "theft": "public_order", "assault": "public_order"}
SIZES: Final = (6, 8, 12)
# What is added comes within so many days.
WINDOW: Final = 14
PLACE: Final = district()
RULES: Final = AlertRules()
HANDLING: Final = Rules(calendar("CN", "Asia/Shanghai"), rosters([]))
# Nights that alerts and chronic lists look back upon.
_LOOKS_BACK: Final = 91


@dataclass(frozen=True)
class Town:
    """A square of ``side`` by ``side`` cells with a year of past and so many nights, and how many surges are added to them."""

    side: int
    nights: int
    added: int
    seed: int

    @cached_property
    def cells(self) -> pl.DataFrame:
        """Its cells, schema ``CELLS``."""
        return cells(self.side)


@dataclass(frozen=True)
class Addition:
    """Events added to one kind in one cell, by their days, the first first."""

    size: int
    kind: str
    cell: str
    days: tuple[dt.date, ...]


@dataclass(frozen=True)
class Truth:
    """What was added, and how much each cell truly has, in the order of the cells."""

    additions: tuple[Addition, ...]
    rates: NDArray[np.float64]


def reported(town: Town) -> tuple[pl.DataFrame, Truth]:
    """The reports of a town from the beginning of its past on, and the truth of them; cases are closed on the next day."""
    rng = np.random.default_rng(town.seed)
    span = PAST_DAYS + town.nights
    place = rng.gamma(0.8, 1.0, (len(town.cells), 1))
    rows: list[dict[str, Any]] = []
    for number, (kind, rate) in enumerate(RATES.items()):
        everywhere = np.broadcast_to(place * rate, (len(town.cells), span))
        rows += events(kind, everywhere, FIRST - PAST_DAYS * DAY, 10 * town.seed + number, town.cells)
    truth = []
    for k in range(town.added):
        begins = FIRST + int(rng.integers(1, town.nights - 2 * WINDOW)) * DAY
        days = tuple(begins + int(d) * DAY for d in np.sort(rng.integers(0, WINDOW, SIZES[k % len(SIZES)])))
        truth.append(Addition(len(days), list(CATEGORY)[k // len(SIZES) % len(CATEGORY)], str(rng.choice(town.cells["cell_id"])), days))
        rows += [{"kind": truth[-1].kind, "cell_id": truth[-1].cell, "occurred_at": at(day)} for day in days]
    for row in rows:
        row |= {"spot": int(rng.integers(0, 1 << 16)), "closed_at": row["occurred_at"] + DAY}
        if row["kind"] == "dispute":
            row["due_at"] = row["occurred_at"] + 10 * DAY
    found = [{**row, "report_id": f"{k:016x}"} for k, row in enumerate(rows)]
    return reports(found), Truth(tuple(truth), place[:, 0])


@dataclass
class Year:
    """What the nights told: surges by night, category and cell; alert events; who was on the chronic list on any night."""

    surges: dict[dt.date, dict[tuple[str, str], str]] = field(default_factory=dict)
    events: list[AlertEvent] = field(default_factory=list)
    chronic: dict[str, str] = field(default_factory=dict)


# Somebody who sees each night: what it knew, what it saw, and the events that it brought.
Watcher = Callable[[Tonight, View, tuple[AlertEvent, ...]], None]


def lived(town: Town, rows: pl.DataFrame, watcher: Watcher = lambda *_: None) -> Year:
    """Every night of a town, on one thread."""
    around = Neighbours(town.cells["x_m"].to_numpy(), town.cells["y_m"].to_numpy())
    known = Known(rows, at(FIRST + (PAST_DAYS + town.nights) * DAY), 9, PLACE, town.cells, {}, around)
    year, frozen = Year(), Frozen()
    past, whole, since = [CELL_PAST.to_frame()], [DISTRICT_PAST.to_frame()], FIRST
    for k in range(town.nights):
        view = known.on(FIRST + k * DAY)
        wanted = needs(view.panel, PLACE)
        kept = Frozen.of(made for made in frozen.all() if any(need.is_met_by(made) for need in wanted))
        with threadpool_limits(limits=1, user_api="blas"):
            made = score_night(view.panel, view.reports, PLACE, {}, kept)
        if {r.frozen_on for r in made.frozen.references.values()} != {r.frozen_on for r in frozen.references.values()}:
            # A new reference: nights under another one are no measure of what is usual.
            since, whole = FIRST + k * DAY, whole[:1]
        frozen = made.frozen
        before = pl.concat(past[-_LOOKS_BACK:])
        alike = frozenset(before.filter(pl.col("night") >= since)["night"])
        tonight = _tonight(town, made, FIRST + k * DAY, Past(before, pl.concat(whole[-_LOOKS_BACK:]), alike))
        brought = alert_events(year.events, tonight, HANDLING, at(tonight.night, 5.1))
        year.events += brought
        year.chronic |= always_hot(tonight.past, RULES)
        surging = made.scores.filter(pl.col("surge").is_in(["red", "watch"]))
        year.surges[tonight.night] = {(c, cell): how for c, cell, how in surging.select("category", "cell_id", "surge").iter_rows()}
        watcher(tonight, view, brought)
        residents = tonight.residents.with_columns(night=pl.lit(tonight.night))
        past.append(residents.select("category", "cell_id", "night", "score", "level", harm="expected_harm"))
        whole.append(residents.group_by("category", "night").agg(harm=pl.col("expected_harm").sum()))
    return year


def _tonight(town: Town, made: NightScores, night: dt.date, past: Past) -> Tonight:
    places = dict(town.cells.select("cell_id", "subdistrict").iter_rows())
    return Tonight("d", night, made.scores, made.district_surges, RULES, places, past, made.duty)
