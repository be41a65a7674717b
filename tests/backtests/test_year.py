"""A simulated year with a truth file of surges: what nights tell of +6, +8 and +12 events in 14 days, and how many alerts they open.

One command prints the table: ``pytest tests/backtests/test_year.py -m lengthy -s``. 256 cells, four series, a year of past and a year of
nights, each scored by the models of its week; nothing is delivered late. An addition is found where the cell is told, as red or at least on
the watch list, within 14 nights of its first event; before the fourth event nothing can fire.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from infra.districts.calendars import calendar
from tests.helpers.made import at, cells, district, events, reports
from transforms.alerts.events import alert_events
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.handling import folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.past import CELL_PAST, DISTRICT_PAST, Past, always_hot
from transforms.alerts.types import Tonight
from transforms.clocks.rules import rosters
from transforms.district.declaration import AlertRules
from transforms.grids.neighbours import Neighbours
from transforms.panel.known import Known
from transforms.schema.night import OPENS
from transforms.scoring.frozen import Frozen, needs
from transforms.scoring.risk import NightScores, score_night

pytestmark = pytest.mark.lengthy

SIDE, NIGHTS, PAST_DAYS = 16, 365, 365
FIRST = dt.date(2025, 1, 6)
DAY = dt.timedelta(days=1)
RATES = {"fire_building": 0.012, "theft": 0.12, "assault": 0.03, "dispute": 0.06}
CATEGORY = {"fire_building": "safety", "theft": "public_order", "assault": "public_order"}
SIZES, EACH, WINDOW = (6, 8, 12), 36, 14
FOURTH = 4
PLACE = district()
IDS = cells(SIDE)
RULES = AlertRules()
HANDLING = Rules(calendar("CN", "Asia/Shanghai"), rosters([]))


@dataclass(frozen=True)
class Addition:
    """Events added to one kind in one cell, by their days, the first first."""

    size: int
    kind: str
    cell: str
    days: tuple[dt.date, ...]


def world() -> tuple[pl.DataFrame, list[Addition], np.ndarray[Any, Any]]:
    """Two years of reports, the truth of what was added to the second, and how much harm each cell truly has."""
    rng = np.random.default_rng(3)
    span = PAST_DAYS + NIGHTS
    place = rng.gamma(0.8, 1.0, (SIDE * SIDE, 1))
    rows: list[dict[str, Any]] = []
    for number, (kind, rate) in enumerate(RATES.items()):
        rows += events(kind, np.broadcast_to(place * rate, (SIDE * SIDE, span)), FIRST - PAST_DAYS * DAY, number, IDS)
    truth = []
    for k in range(len(SIZES) * EACH):
        begins = FIRST + int(rng.integers(1, NIGHTS - 2 * WINDOW)) * DAY
        days = tuple(begins + int(d) * DAY for d in np.sort(rng.integers(0, WINDOW, SIZES[k % len(SIZES)])))
        truth.append(Addition(len(days), list(CATEGORY)[k // len(SIZES) % len(CATEGORY)], str(rng.choice(IDS["cell_id"])), days))
        rows += [{"kind": truth[-1].kind, "cell_id": truth[-1].cell, "occurred_at": at(day)} for day in days]
    for row in rows:
        row |= {"spot": int(rng.integers(0, 1 << 16)), "closed_at": row["occurred_at"] + DAY}
        if row["kind"] == "dispute":
            row["due_at"] = row["occurred_at"] + 10 * DAY
    found = [{**row, "report_id": f"{k:016x}"} for k, row in enumerate(rows)]
    return reports(found), truth, place[:, 0]


@dataclass
class Year:
    """What the nights of the year told: surges by night, category and cell; alert events; who was always hot."""

    surges: dict[dt.date, dict[tuple[str, str], str]] = field(default_factory=dict)
    events: list[AlertEvent] = field(default_factory=list)
    chronic: dict[str, str] = field(default_factory=dict)


def lived(rows: pl.DataFrame) -> Year:
    """Every night of the year, as the product computes it and decides on alerts."""
    known = Known(rows, at(FIRST + 2 * NIGHTS * DAY), 9, PLACE, IDS, {}, Neighbours(IDS["x_m"].to_numpy(), IDS["y_m"].to_numpy()))
    year, frozen = Year(), Frozen()
    past, whole = [CELL_PAST.to_frame()], [DISTRICT_PAST.to_frame()]
    for k in range(NIGHTS):
        night = FIRST + k * DAY
        view = known.on(night)
        wanted = needs(view.panel, PLACE)
        kept = Frozen.of(made for made in frozen.all() if any(need.is_met_by(made) for need in wanted))
        made = score_night(view.panel, view.reports, PLACE, {}, kept)
        if {r.frozen_on for r in made.frozen.references.values()} != {r.frozen_on for r in frozen.references.values()}:
            # A new reference: nights under another one are no measure.
            past, whole = past[:1], whole[:1]
        frozen = made.frozen
        before = Past(pl.concat(past[-91:]), pl.concat(whole[-91:]))
        year.events += decided(year.events, made, night, before)
        year.chronic = always_hot(before, RULES)
        surging = made.scores.filter(pl.col("surge").is_in(["red", "watch"]))
        year.surges[night] = {(c, cell): how for c, cell, how in surging.select("category", "cell_id", "surge").iter_rows()}
        residents = made.scores.filter(pl.col("category") != "political").with_columns(night=pl.lit(night))
        past.append(residents.select("category", "cell_id", "night", "score", "level", harm="expected_harm"))
        whole.append(residents.group_by("category", "night").agg(harm=pl.col("expected_harm").sum()))
    return year


def decided(before: Iterable[AlertEvent], made: NightScores, night: dt.date, past: Past) -> tuple[AlertEvent, ...]:
    places = dict(IDS.select("cell_id", "subdistrict").iter_rows())
    tonight = Tonight("d", night, made.scores, made.district_surges, RULES, places, past, made.duty)
    return alert_events(before, tonight, HANDLING, at(night, 5.1))


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


def test_what_a_year_of_nights_tells() -> None:
    rows, truth, place = world()
    with threadpool_limits(limits=1, user_api="blas"):
        year = lived(rows)
    red, watch = {}, {}
    print("\nadded in 14 days   red    red or watch   median nights after the fourth event")
    for size in SIZES:
        of_size = [a for a in truth if a.size == size]
        red[size] = np.mean([nights_until(a, year, ("red",), a.days[0]) is not None for a in of_size])
        watch[size] = np.mean([nights_until(a, year, ("red", "watch"), a.days[0]) is not None for a in of_size])
        late = [n for a in of_size if (n := nights_until(a, year, ("red", "watch"), a.days[FOURTH - 1])) is not None]
        print(f"  +{size:<15} {red[size]:.2f}   {watch[size]:.2f}           {median(late) if late else '-'}")
    opened = [e for e in year.events if e.event in OPENS]
    a_week, unasked = (_by_week(some) for some in (opened, [e for e in opened if not explained(e, truth)]))
    alerts = folds(year.events).values()
    standing = [a for a in alerts if not a.is_over]
    expired = sum(a.state.value == "expired" for a in alerts) / max(1, len(alerts))
    worst = {cell for cell, _ in sorted(zip(IDS["cell_id"], place, strict=True), key=lambda one: -one[1])[: len(IDS) // 20]}
    right = sum(cell in worst for cell in year.chronic)
    for said, some in (("all", a_week), ("without those that additions explain", unasked)):
        print(f"new alerts per night and 1,000 cells, {said}: median week {median(some):.2f}, worst {max(some):.2f}")
    print(f"by type: {dict(Counter(e.about.subject.type for e in opened))}; open at the end {len(standing)}; expired {expired:.1%}")
    print(f"always hot: {len(year.chronic)} cells, {right} of them among the worst 5 % by their true rate")
    assert red[12] >= 0.95
    assert red[8] >= 0.90
    assert watch[8] >= 0.90
    assert median(unasked) <= 1
    assert expired < 0.05
