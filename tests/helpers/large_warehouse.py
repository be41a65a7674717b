"""A warehouse of five million scores: a night of 40,000 published as nights are, and the same on each of 124 nights before it.

Belongs here: making one. Does not: what is asked of it, and how long that may take (``tests.benchmarks.test_views``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import polars as pl
import sqlalchemy as sa

from infra.warehouse.alerts.alerts import store_events
from infra.warehouse.database.engine import Warehouse, writing
from infra.warehouse.keeping.districts import DistrictVersion, record_district_version
from infra.warehouse.nights.areas import Areas
from infra.warehouse.publish import Live, publish
from infra.warehouse.tables import metadata
from tests.helpers.publication import DISTRICT, RULES, publication
from transforms.alerts.alert import Subject, alert_id
from transforms.alerts.machine.commands import SYSTEM, About, Actor, AlertEvent
from transforms.schema import CELLS, DUTY, SCORES, SOURCE_DAYS, WORK_LIST
from transforms.schema.areas import REPORT_COUNTS, SUBDISTRICTS, VISIT_COUNTS
from transforms.words import CONTRIBUTIONS, RESIDENTS, Category, Chosen, Discovery, Event, Outcome, PartOfDay, Role

NIGHT: Final = dt.date(2026, 3, 31)
NIGHTS: Final = 125
CELL_IDS: Final = tuple(f"E{k % 100:03d}N{k // 100:03d}" for k in range(10_000))
_AREAS: Final = tuple(f"s{k}" for k in range(20))
_ALERTS: Final = 3_000
_DAY: Final = dt.timedelta(days=1)
_AT: Final = dt.datetime(2026, 3, 30, 21, tzinfo=dt.UTC)
# What stands once a night and is not told apart by revisions alone.
_CLONED: Final = ("nights", "scores", "duty", "source_days", "subdistricts", "report_counts", "visit_counts", "work_list", "runs")


def make(warehouse: Warehouse) -> None:
    """Fill an empty warehouse."""
    cells = [(c, f"网格{c}", _AREAS[k % 20], 113.9, 35.3, 0.0, 0.0, 0.25, 300, "", '{"type":"Polygon"}') for k, c in enumerate(CELL_IDS)]
    version = DistrictVersion(DISTRICT, "v1", "s1", "{}", "g1", _AT)
    record_district_version(warehouse, version, pl.DataFrame(cells, CELLS, orient="row"))
    publish_night(warehouse, NIGHT, seed=0)
    with writing(warehouse) as connection:
        for name in _CLONED:
            _clone(connection, metadata.tables[name])
        store_events(connection, DISTRICT, [event for k in range(_ALERTS) for event in _events(k)], RULES)


def publish_night(warehouse: Warehouse, night: dt.date, seed: int) -> None:
    """Publish a night of 40,000 scores; another seed makes another revision of it."""
    tables: dict[str, Any] = {"scores": _scores(seed), "duty": _duty(), "source_days": _source_days(night), "areas": _areas()}
    enough = frozenset((category.value, cell) for category in RESIDENTS for cell in CELL_IDS[::2])
    times = {"as_of": _AT, "started_at": _AT, "finished_at": _AT + _DAY / 24}
    rows = [(k, CELL_IDS[k], Chosen.LISTED.value, "red high", "safety", None, None) for k in range(1, 61)]
    live = Live(work_list=pl.DataFrame(rows, WORK_LIST, orient="row"))
    publish(warehouse, *publication(night=night, run_id=f"r{seed}", inputs=str(seed), enough_reports=enough, live=live, **tables, **times))


def _clone(connection: sa.Connection, table: sa.Table) -> None:
    columns = [column for column in table.columns if column.name != "night"]
    for back in range(1, NIGHTS):
        night = sa.literal(NIGHT - back * _DAY, sa.Date).label("night")
        rows = sa.select(night, *columns).where(table.c.night == NIGHT)
        connection.execute(sa.insert(table).from_select(["night", *(column.name for column in columns)], rows))


def _scores(seed: int) -> pl.DataFrame:
    draw, many = np.random.default_rng(seed), len(CELL_IDS)
    frames = []
    for category in Category:
        score = draw.uniform(0, 100, many)
        parts = {name: draw.gamma(0.4, 1.0, many) for name in CONTRIBUTIONS}
        level = np.array(["blue", "yellow", "orange", "red"])[np.searchsorted([80, 95, 99], score, side="right")]
        surge = np.where(draw.uniform(size=many) < 0.002, "red", "none")
        given = {"category": [category.value] * many, "cell_id": CELL_IDS, "state": ["scored"] * many, "level": level, "surge": surge}
        numbers = {"expected_harm": sum(parts.values()), "expected_count": draw.gamma(1, 1, many), "score": score, **parts}
        frames.append(pl.DataFrame({**given, **numbers}))
    made = pl.concat(frames)
    return made.select(pl.col(c).cast(t) if c in made.columns else pl.lit(None, t).alias(c) for c, t in SCORES.items())


def _filled(schema: pl.Schema, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema)


def _duty() -> pl.DataFrame:
    own = {"clocks": 40, "breached": 4, "level": "yellow", "share": 0.2, "lower": 0.1, "upper": 0.3, "overdue": 3}
    return _filled(DUTY, [{"department": f"d{d}", "subdistrict": s, **own} for d in range(20) for s in _AREAS])


def _source_days(night: dt.date) -> pl.DataFrame:
    rows = [(f"source_{n}", night - back * _DAY, "ok", 10, 1.0) for n in range(10) for back in range(1, 43)]
    return pl.DataFrame(rows, SOURCE_DAYS, orient="row")


def _areas() -> Areas:
    own = {"before": NIGHT - 28 * _DAY, "last_year": NIGHT - 364 * _DAY, "cells": 500, "scored": 500, "learning": 0, "not_scored": 0}
    own |= {"blue": 400, "yellow": 75, "orange": 20, "red": 5, "households": 9000, "expected_harm": 40.0, "open_stock_harm": 4.0}
    own |= {"expected_events": 20.0, "expected_events_low": 10.0, "expected_events_high": 30.0, "reference_version": "f1"}
    own |= {name: 50 for name in SUBDISTRICTS if name.startswith(("reports", "by_residents"))}
    areas = [{"category": c.value, "subdistrict": s, **own} for c in RESIDENTS for s in ("", *_AREAS)]
    parts = [(c.value, s, part.value, who.value, 12) for c in RESIDENTS for s in ("", *_AREAS) for part in PartOfDay for who in Discovery]
    visits = [(s, chosen.value, outcome.value, 2) for s in _AREAS for chosen in Chosen for outcome in Outcome]
    return Areas(
        _filled(SUBDISTRICTS, areas), pl.DataFrame(parts, REPORT_COUNTS, orient="row"), pl.DataFrame(visits, VISIT_COUNTS, orient="row")
    )


def _events(k: int) -> list[AlertEvent]:
    """An alert of one of the nights: opened, acknowledged, assigned; nine in ten were resolved and verified and ended since."""
    night = NIGHT - (k % NIGHTS) * _DAY
    subject = Subject("level", "cell", CELL_IDS[k], "safety")
    about, identity = About(subject, night, _AREAS[CELL_IDS.index(subject.code) % 20]), alert_id(DISTRICT, subject, night)
    mine = Actor(Role.SUBDISTRICT, about.subdistrict)
    way: list[tuple[Event, Actor, dict[str, Any]]] = [(Event.OPENED, SYSTEM, {"level": "orange"}), (Event.ACKNOWLEDGED, mine, {})]
    if k % 10:
        way += [(Event.RESOLVED, mine, {"outcome": Outcome.FIXED}), (Event.VERIFIED, mine, {}), (Event.ENDED, SYSTEM, {})]
    at = dt.datetime.combine(night, dt.time(), dt.UTC)
    return [
        AlertEvent(identity, n, event, at + n * _DAY / 24, night, f"{k}:{n}", by, about, **more)
        for n, (event, by, more) in enumerate(way, 1)
    ]
