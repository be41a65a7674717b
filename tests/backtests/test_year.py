"""Simulated years with a truth file of surges: what nights tell of +6, +8 and +12 events in 14 days, and how many alerts they open.

One command prints the table: ``pytest tests/backtests/test_year.py -m lengthy -s`` (forty minutes). Each year has 1,024 cells, four series,
a year of past and a year of nights, each scored by the models of its week; nothing is delivered late. An addition is found where the cell
is told, as red or at least on the watch list, within 14 nights of its first event; before the fourth event nothing can fire.

How many are added follows from what is asked: a district of 1,000 cells that may have seven new alerts a week has not a dozen true surges a
week. One a week and 1,000 cells is added, so that true ones are few among many cells, and several years are lived, so that shares rest on
enough additions. All alerts count against the limits, true ones as well; an addition in a place that is always hot counts like any other.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

import numpy as np
import polars as pl
import pytest

from tests.backtests.living import CATEGORY, DAY, FIRST, SIZES, WINDOW, Addition, Town, Truth, Year, lived, reported
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.handling import folds
from transforms.schema.night import OPENS

pytestmark = pytest.mark.lengthy

SIDE, NIGHTS = 32, 365
TOWNS = tuple(Town(SIDE, NIGHTS, added=round(SIDE * SIDE / 1000 * NIGHTS / 7), seed=seed) for seed in (3, 4, 5, 6))
IDS = TOWNS[0].cells
# Before the fourth event nothing can fire.
FOURTH = 4


def nights_until(addition: Addition, year: Year, enough: tuple[str, ...], since: dt.date) -> int | None:
    """Nights from a day on until the cell is told, within fourteen nights of the first event; None where it never is."""
    for k in range(1, WINDOW + 1):
        night = addition.days[0] + k * DAY
        if night > since and year.surges.get(night, {}).get((CATEGORY[addition.kind], addition.cell)) in enough:
            return (night - since).days
    return None


def explained(event: AlertEvent, truth: Iterable[Addition]) -> bool:
    """Whether an alert opened where, or beside where, events were being added or had lately been; more than one a night is added."""
    there = IDS.filter(pl.col("cell_id") == event.about.subject.code)
    if there.is_empty():
        return False
    near = IDS.filter(((pl.col("x_m") - there["x_m"][0]) ** 2 + (pl.col("y_m") - there["y_m"][0]) ** 2) < 750.0**2)["cell_id"].to_list()
    return any(a.cell in near and a.days[0] < event.night <= a.days[-1] + WINDOW * DAY for a in truth)


def _by_week(opened: Iterable[AlertEvent]) -> list[float]:
    """New alerts per night and 1,000 cells, of each week."""
    weeks = Counter((e.night - FIRST).days // 7 for e in opened)
    return [weeks[w] / 7 / len(IDS) * 1000 for w in range(NIGHTS // 7)]


@dataclass
class Told:
    """What years came to: additions with the year that told them or did not, alerts by week, and what became of them."""

    additions: list[tuple[Addition, Year]] = field(default_factory=list)
    a_week: list[float] = field(default_factory=list)
    unasked: list[float] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    alerts: int = 0
    standing: int = 0
    expired: int = 0
    chronic: int = 0
    chronic_right: int = 0

    def add(self, year: Year, truth: Truth) -> None:
        """Add a year that was lived."""
        opened = [e for e in year.events if e.event in OPENS]
        self.additions += [(a, year) for a in truth.additions]
        self.a_week += _by_week(opened)
        self.unasked += _by_week([e for e in opened if not explained(e, truth.additions)])
        self.types.update(e.about.subject.type for e in opened)
        alerts = folds(year.events).values()
        self.alerts += len(alerts)
        self.standing += sum(not a.is_over for a in alerts)
        self.expired += sum(a.state.value == "expired" for a in alerts)
        worst = {cell for cell, _ in sorted(zip(IDS["cell_id"], truth.rates, strict=True), key=lambda one: -one[1])[: len(IDS) // 20]}
        self.chronic += len(year.chronic)
        self.chronic_right += sum(cell in worst for cell in year.chronic)

    def share(self, size: int, *enough: str) -> float:
        """The share of the additions of a size that were told so."""
        return float(np.mean([nights_until(a, year, enough, a.days[0]) is not None for a, year in self.additions if a.size == size]))

    def late(self, size: int) -> list[int]:
        """Nights from the fourth event until red or watch, of those that came to it."""
        waits = [nights_until(a, year, ("red", "watch"), a.days[FOURTH - 1]) for a, year in self.additions if a.size == size]
        return sorted(n for n in waits if n is not None)


@pytest.fixture(scope="module")
def told() -> Told:
    """Several years, one after the other."""
    found = Told()
    for town in TOWNS:
        rows, truth = reported(town)
        found.add(lived(town, rows), truth)
    return found


def test_what_was_added_is_told_in_time(told: Told) -> None:
    print("\nadded in 14 days      n   red    red or watch   nights after the fourth event: median, nine in ten")
    for size in SIZES:
        late = told.late(size)
        n = sum(a.size == size for a, _ in told.additions)
        red, seen = told.share(size, "red"), told.share(size, "red", "watch")
        print(f"  +{size:<15} {n:5}   {red:.2f}   {seen:.2f}           {median(late)}, {late[len(late) * 9 // 10]}")
    assert told.share(12, "red") >= 0.95
    assert told.share(8, "red") >= 0.90
    assert told.share(8, "red", "watch") >= 0.95


def test_alerts_are_few(told: Told) -> None:
    for said, some in (("all", told.a_week), ("without those that additions explain", told.unasked)):
        print(f"\nnew alerts per night and 1,000 cells, {said}: median week {median(some):.2f}, worst {max(some):.2f}")
    print(f"by type: {dict(told.types)}; open at the ends {told.standing}; expired {told.expired} of {told.alerts}")
    right = told.chronic_right / max(1, told.chronic)
    print(f"always hot: {told.chronic / len(TOWNS):.0f} cells a year, {right:.0%} of them among the worst 5 % by their true rate")
    assert median(told.a_week) <= 1
    assert max(told.a_week) <= 3
    assert told.expired < 0.05 * told.alerts
    assert told.chronic
