"""A night of 10,000 cells with 20,000 open alerts: reading, folding, deciding and writing, and a sweep over them.

Seconds are those of the processor: what else the machine is at does not enter.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from infra.districts.calendars import calendar
from infra.warehouse.alerts.alerts import alerts_of, going_on, store_events
from infra.warehouse.alerts.handling import sweep
from infra.warehouse.database.engine import Warehouse, connect, writing
from infra.warehouse.upgrade import upgrade
from transforms.alerts.alert import Subject, alert_id
from transforms.alerts.events import alert_events
from transforms.alerts.machine.commands import SYSTEM, About, AlertEvent
from transforms.alerts.machine.rules import Rules
from transforms.alerts.types import Tonight
from transforms.clocks.rules import rosters
from transforms.district.declaration import AlertRules
from transforms.schema import DISTRICT_SURGES, SCORES
from transforms.words import Event

CELLS, CATEGORIES = 10_000, ("safety", "public_order")
NIGHT_SECONDS, SWEEP_SECONDS = 2.0, 0.5
NIGHT = dt.date(2026, 3, 31)
AT = dt.datetime(2026, 3, 30, 21, 5, tzinfo=dt.UTC)
RULES = Rules(calendar("CN", "Asia/Shanghai"), rosters([]))


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    engine = connect(f"sqlite:///{tmp_path / 'warehouse.db'}")
    upgrade(engine)
    made = Warehouse(engine, "d")
    began = NIGHT - dt.timedelta(days=3)
    with writing(made) as connection:
        store_events(
            connection, "d", [opened(Subject("level", "cell", f"c{k}", c), began) for k in range(CELLS) for c in CATEGORIES], RULES
        )
    return made


def opened(subject: Subject, night: dt.date) -> AlertEvent:
    at = dt.datetime.combine(night, dt.time(21), dt.UTC)
    return AlertEvent(alert_id("d", subject, night), 1, Event.OPENED, at, night, "k", SYSTEM, About(subject, night), level="orange")


def tonight() -> Tonight:
    """Nine in ten cells are as they were; the others are calm, or became red."""
    rows = [
        {
            **dict.fromkeys(SCORES),
            "category": category,
            "cell_id": f"c{k}",
            "state": "scored",
            "score": {0: 50.0, 1: 99.5}.get(k % 20, 96.0),
            "level": {0: "blue", 1: "red"}.get(k % 20, "orange"),
            "expected_harm": 1.0,
        }
        for k in range(CELLS)
        for category in CATEGORIES
    ]
    return Tonight("d", NIGHT, pl.DataFrame(rows, SCORES), DISTRICT_SURGES.to_frame(), AlertRules())


def test_a_night_with_twenty_thousand_open_alerts(benchmark: BenchmarkFixture, warehouse: Warehouse) -> None:
    seen = tonight()
    taken: list[float] = []

    def night() -> int:
        began = time.process_time()
        events = alert_events(going_on(warehouse, NIGHT), seen, RULES, AT)
        with writing(warehouse) as connection:
            store_events(connection, "d", events, RULES, 1)
        taken.append(time.process_time() - began)
        return len(events)

    found = benchmark.pedantic(night, rounds=1)  # type: ignore[no-untyped-call]
    assert found == 2_000
    assert alerts_of(warehouse).height == CELLS * len(CATEGORIES)
    assert taken[0] <= NIGHT_SECONDS, taken


def test_a_sweep_over_them(benchmark: BenchmarkFixture, warehouse: Warehouse) -> None:
    # Swept before: then only what has come due since is looked at, which is nothing.
    now = AT + dt.timedelta(hours=1)
    sweep(warehouse, NIGHT, RULES, now)
    taken: list[float] = []

    def swept() -> int:
        began = time.process_time()
        due = sweep(warehouse, NIGHT, RULES, now + dt.timedelta(minutes=15)).due
        taken.append(time.process_time() - began)
        return due

    assert benchmark.pedantic(swept, rounds=3) == 0  # type: ignore[no-untyped-call]
    assert min(taken) <= SWEEP_SECONDS, taken
