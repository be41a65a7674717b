"""A warehouse with everything that a dashboard asks about: five weeks of nights, alerts that people acted on, deliveries, grades, runs.

Belongs here: filling it, and its tables as frames. Does not: expectations of any test.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import polars as pl

from infra.warehouse.alerts.alerts import store_events
from infra.warehouse.copying import snapshot
from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.engine import Warehouse, writing
from infra.warehouse.keeping.districts import DistrictVersion, record_district_version
from infra.warehouse.nights.areas import Areas
from infra.warehouse.publish import Live, publish
from infra.warehouse.tables import metadata
from tests.helpers.publication import CHINA, DISTRICT, RULES, publication, score_row
from transforms.alerts.alert import Subject
from transforms.alerts.machine.commands import SYSTEM, About, Actor, AlertEvent
from transforms.schema import CELLS, DUTY, DUTY_MEASURES, EVALUATIONS, SCORES, SOURCE_DAYS, WORK_LIST
from transforms.schema.areas import REPORT_COUNTS, SUBDISTRICTS, VISIT_COUNTS
from transforms.words import CONTRIBUTIONS, LEVELS, Event, Outcome, Role
from transforms.words.duty import Measure, Side

NIGHTS: Final = 35
FIRST: Final = dt.date(2024, 5, 10)
LAST: Final = FIRST + dt.timedelta(days=NIGHTS - 1)
AREAS: Final = ("s1", "s2", "s3")
CELL_IDS: Final = tuple(f"4107030010010{k:02d}" for k in range(15))
RESIDENTS: Final = ("public_order", "safety", "stability")
WHEN: Final = ("", "_before", "_last_year")
DAY: Final = dt.timedelta(days=1)
EAST: Final = Actor(Role.SUBDISTRICT, "s1")


def at(night: dt.date, hour: float) -> dt.datetime:
    """An hour of a day of the district, in UTC."""
    return (dt.datetime.combine(night, dt.time(), CHINA) + dt.timedelta(hours=hour)).astimezone(dt.UTC)


def cells() -> pl.DataFrame:
    rows = [
        (i, f"网格{i[-2:]}", AREAS[k % 3], 113.9 + k / 100, 35.3, 0.0, 0.0, 0.25, 100 + k, "", _square(k)) for k, i in enumerate(CELL_IDS)
    ]
    return pl.DataFrame(rows, CELLS, orient="row")


def _square(k: int) -> str:
    west, east = 113.895 + k / 100, 113.905 + k / 100
    return f'{{"type":"Polygon","coordinates":[[[{west},35.29],[{east},35.29],[{east},35.31],[{west},35.31],[{west},35.29]]]}}'


def scores(night: dt.date, revision: int = 1) -> pl.DataFrame:
    """Harms that drift a little from night to night; one cell is never scored."""
    draw = np.random.default_rng([night.toordinal(), revision])
    rows: list[dict[str, Any]] = []
    for n, category in enumerate((*RESIDENTS, "political")):
        for k, cell in enumerate(CELL_IDS):
            if k == 14:
                rows.append(dict.fromkeys(SCORES) | {"category": category, "cell_id": cell, "state": "not_scored", "reason": "stale"})
                continue
            parts = draw.gamma(0.4, 1.0, 6) * (1 + k % 3) * (n + 1)
            score = float(draw.uniform(0, 100))
            level = LEVELS[int(np.searchsorted([80, 95, 99], score, side="right"))]
            surge = "red" if draw.uniform() < 0.03 else "none"
            own = dict(zip(CONTRIBUTIONS, map(float, parts), strict=True)) | {"expected_harm": float(parts.sum()), "surge": surge}
            rows.append(score_row(category=category, cell_id=cell, score=score, level=level, **own))
    return pl.DataFrame(rows, SCORES)


def _duty(night: dt.date) -> pl.DataFrame:
    draw = np.random.default_rng(night.toordinal())
    rows = [
        dict.fromkeys(DUTY)
        | {"department": d, "subdistrict": s, "clocks": 40, "breached": int(draw.integers(0, 12)), "level": "yellow"}
        | {"share": float(draw.uniform(0, 0.4)), "lower": float(draw.uniform(0, 0.1)), "upper": 0.5, "overdue": int(draw.integers(0, 9))}
        for d in ("fire", "works")
        for s in AREAS
    ]
    return pl.DataFrame(rows, DUTY)


def _duty_measures(night: dt.date) -> pl.DataFrame:
    draw = np.random.default_rng([night.toordinal(), 3])
    of_places = [Measure.ON_TIME, Measure.DAYS_P50]
    sides = [("", Side.ALL, list(Measure)), ("old_estate", Side.TAGGED, of_places), ("old_estate", Side.OTHERS, of_places)]
    rows = []
    for department in ("fire", "works"):
        for tag, side, measured in sides:
            for measure in measured:
                value = float(draw.uniform(0.1, 0.9))
                figures = {"n": int(draw.integers(12, 90)), "value": value, "lower": 0.9 * value, "upper": 1.1 * value}
                before = {"n_before": 200, "value_before": 0.5, "lower_before": 0.45, "upper_before": 0.55}
                rows.append({"department": department, "measure": measure.value, "tag": tag, "side": side.value, **figures, **before})
    return pl.DataFrame(rows, DUTY_MEASURES)


def _source_days(night: dt.date) -> pl.DataFrame:
    states = ("missing", "late", "ok", "ok", "partial", "ok")
    rows = [
        (source, night - dt.timedelta(days=back), states[(back * 5 + len(source)) % 6], back, 0.5)
        for source in ("fire", "order", "hotline")
        for back in range(1, 15)
    ]
    return pl.DataFrame(rows, SOURCE_DAYS, orient="row")


def areas(night: dt.date) -> Areas:
    """Subdistricts whose harm drifts; few reports in one of them; visits of which half say what came of them."""
    draw = np.random.default_rng([night.toordinal(), 2])
    rows: list[dict[str, Any]] = []
    for category in RESIDENTS:
        for n, area in enumerate(("", *AREAS)):
            harm = 100.0 * (1 + night.toordinal() % 60 / 100) * (n + 1) * draw.uniform(0.8, 1.1)
            counts = {f"{name}{when}": int(draw.integers(2, 60)) for name in ("reports", "by_residents") for when in WHEN}
            observed = {f"observed{when}": share for when, share in zip(WHEN, (0.9, 1.0, None), strict=True)}
            rows.append(
                dict.fromkeys(SUBDISTRICTS)
                | {"category": category, "subdistrict": area, "before": night - 28 * DAY, "last_year": night - 364 * DAY}
                | {"cells": 15, "scored": 14, "learning": 0, "not_scored": 1, "blue": 8, "yellow": 3, "orange": int(draw.integers(0, 3))}
                | {"red": n, "households": 1000 + n, "expected_harm": harm, "open_stock_harm": harm / 10, "expected_events": harm / 2}
                | {"expected_events_low": 0.4 * harm, "expected_events_high": 0.6 * harm, **counts, **observed}
                | {"reference_version": "f1" if night < FIRST + 20 * DAY else "f2"}
            )
    parts = [
        (category, area, part, who, int(draw.integers(1, 40)))
        for category in RESIDENTS
        for area in ("", *AREAS)
        for part in ("evening", "night", "unknown")
        for who in ("patrol", "resident")
    ]
    visits = [(area, chosen, outcome, 2) for area in AREAS for chosen in ("listed", "random") for outcome in ("", "fixed")]
    frames = ((parts, REPORT_COUNTS), (visits, VISIT_COUNTS))
    counts_of_parts, counts_of_visits = (pl.DataFrame(rows, schema, orient="row") for rows, schema in frames)
    return Areas(pl.DataFrame(rows, SUBDISTRICTS), counts_of_parts, counts_of_visits, _duty_measures(night))


def _list(night: dt.date) -> pl.DataFrame:
    rows = [(1, CELL_IDS[3], "listed", "red high", "safety", "evening", None), (2, CELL_IDS[5], "random", "random", None, None, night)]
    return pl.DataFrame(rows, WORK_LIST, orient="row")


def _grades(night: dt.date) -> pl.DataFrame:
    graded = night - dt.timedelta(days=14)
    draw = np.random.default_rng(night.toordinal())
    numbers = {"cells": 14, "left_out": 1, "expected": 20.0, "spread": 4.0, "log_score": -0.5, "hit_rate": 0.2, "pai": 4.0}
    rows = [
        {"night": graded, "revision": 1, "evaluated_night": night, "category": category, "level": level, **numbers}
        | {"observed": float(draw.poisson(20))}
        for category in RESIDENTS
        for level in ("all", "red")
    ]
    return pl.DataFrame(rows, EVALUATIONS)


def fill(warehouse: Warehouse) -> None:
    """Fill an empty warehouse; the same on each database."""
    version = DistrictVersion(DISTRICT, "v1", "s1", "{}", "g1", at(FIRST, 5))
    record_district_version(warehouse, version, cells())
    for k in range(NIGHTS):
        night = FIRST + dt.timedelta(days=k)
        live = Live(evaluations=_grades(night) if k >= 14 and k % 7 == 0 else EVALUATIONS.to_frame(), work_list=_list(night))
        _publish(warehouse, night, f"r{k}", live=live)
    for k in (3, 4, 5, NIGHTS - 1):
        night = FIRST + dt.timedelta(days=k)
        _publish(warehouse, night, "again", revision=2, kind="backfill", mode="restate", reason="late-data:T-7", live=Live())
    _publish(warehouse, FIRST, "again", kind="backfill", mode="restate", reason="late-data:T-7", live=Live())
    with writing(warehouse) as connection:
        store_events(connection, DISTRICT, _events(), RULES)
        for name, frame in _deliveries().items():
            insert_frame(connection, metadata.tables[name], frame.with_columns(district=pl.lit(DISTRICT)))


def _publish(warehouse: Warehouse, night: dt.date, run_id: str, revision: int = 1, **changes: Any) -> None:
    enough = frozenset((c, cell) for c in RESIDENTS for cell in CELL_IDS[::2])
    times = {"as_of": at(night, 5), "started_at": at(night, 5.1), "finished_at": at(night, 5.1) + dt.timedelta(seconds=7.25)}
    tables: dict[str, Any] = {
        "scores": scores(night, revision),
        "duty": _duty(night),
        "source_days": _source_days(night),
        "enough_reports": enough,
    }
    tables["areas"] = areas(night)
    publish(warehouse, *publication(night=night, run_id=run_id, **tables, **times, **changes))


def _events() -> list[AlertEvent]:
    """Alerts of both months and several types; some come back, some are acknowledged late or never, one opening is taken back."""
    draw = np.random.default_rng(5)
    found: list[AlertEvent] = []
    for n in range(40):
        night = FIRST + dt.timedelta(days=int(draw.integers(0, NIGHTS - 2)))
        kind, category = (("level", "safety"), ("surge", "public_order"), ("overdue", "political"))[n % 3]
        about = About(Subject(kind, "cell", CELL_IDS[n % 14], category), night, AREAS[n % 3], quiet=n % 10 == 9)
        life = _Life(f"a{n:02d}", about, at(night, 5.2))
        life.add(Event.OPENED, 0, level="orange")
        if n % 4:
            life.add(Event.ACKNOWLEDGED, float(draw.exponential(6)), EAST)
        if n % 4 > 1:
            life.add(Event.ASSIGNED, float(draw.exponential(6)), EAST, departments=("fire",))
            life.add(Event.RESOLVED, float(draw.exponential(30)), EAST, outcome=(Outcome.FIXED, Outcome.NOTHING_FOUND)[n % 2])
        if n % 8 == 0:
            life.add(Event.ESCALATED, 3.0)
        if n % 5 == 0:
            life.add(Event.ENDED, 60.0)
            life.add(Event.REOPENED, 24.0, level="red")
            life.add(Event.ACKNOWLEDGED, float(draw.exponential(2)), EAST)
        found += life.events
    return found


class _Life:
    """The events of one alert, each so many hours after the one before."""

    def __init__(self, identity: str, about: About, begun: dt.datetime) -> None:
        self.identity, self.about, self.now = identity, about, begun
        self.events: list[AlertEvent] = []

    def add(self, event: Event, later: float, by: Actor = SYSTEM, **more: Any) -> None:
        self.now += dt.timedelta(seconds=round(3600 * later))
        seq, night = len(self.events) + 1, self.now.astimezone(CHINA).date()
        self.events.append(AlertEvent(self.identity, seq, event, self.now, night, f"{self.identity}:{seq}", by, self.about, **more))


def _deliveries() -> dict[str, pl.DataFrame]:
    """Batches of three sources, of which one was refused; rows that wait, one of them for two reasons; rows that wait no more."""
    batches, waiting, closed = [], [], []
    for k in range(12):
        source, feed = (("fire", "fire_hazard"), ("order", "public_order"), ("hotline", "stability"))[k % 3]
        state = "refused" if k == 7 else "stored"
        counts = {"accepted": 80 + k, "merged": k, "duplicate": 2, "quarantined": 3, "out_of_scope": 1}
        batches.append(
            {"batch_id": f"b{k}", "source": source, "feed": feed, "file_name": "f", "state": state, "reason": "empty" if k == 7 else None}
            | {"landed_at": at(LAST - dt.timedelta(days=12 - k), 4), "order_key": k, "recorded_seq": k, "district_version": "v1"}
            | {**counts, "delivered": sum(counts.values()), "withdrawn": 0, "warnings": "[]"}
        )
        if state == "stored":
            waiting += [(f"b{k}", row, reason, "") for row, reason in ((1, "kind_unknown"), (1, "time_missing"), (2, "outside_district"))]
            closed += [(f"b{k}", "resolved", "kind_unknown", "", 2 + k), (f"b{k}", "expired", "kind_unknown", "", 1)]
    return {
        "batches": pl.DataFrame(batches),
        "quarantine": pl.DataFrame(waiting, ["batch_id", "row", "reason", "column"], orient="row"),
        "quarantine_closed": pl.DataFrame(closed, ["batch_id", "outcome", "reason", "kind", "rows"], orient="row"),
    }


def tables_of(warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    """Every table as a frame: what an independent calculation begins with."""
    with snapshot(warehouse.engine) as state:
        return {name: pl.concat(state.parts(name)) for name in state.tables()}
