"""A small night to publish, with everything that is hard to store: nulls, Chinese, tiny and negative-zero floats."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import polars as pl

from infra.districts.calendars import calendar
from infra.warehouse.keeping.locks import Lease
from infra.warehouse.nights.models import ModelRecord
from infra.warehouse.nights.runs import RunTerms
from infra.warehouse.publish import Basis, Live, Measures, NightResult, NightTables
from transforms.alerts.alert import Subject
from transforms.alerts.machine.commands import SYSTEM, About, AlertEvent
from transforms.alerts.machine.rules import Rules
from transforms.clocks.rules import rosters
from transforms.schema import DISTRICT_SURGES, DUTY, SCORES, SOURCE_DAYS
from transforms.schema.night import NightSummary
from transforms.words import CONTRIBUTIONS, Event

Part = TypeVar("Part", RunTerms, NightResult, NightTables, Basis, Measures, Live)

DISTRICT = "weibin"
NIGHT = dt.date(2024, 6, 3)
CHINA = dt.timezone(dt.timedelta(hours=8))


def score_row(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(SCORES)
    row |= {"category": "safety", "cell_id": "C1", "state": "scored", "expected_harm": 0.1 + 0.2, "expected_count": 1e-300}
    row |= {"harm_low": 0.0, "harm_high": 2.5, "p_any": 0.125, "score": 97.25, "level": "orange"}
    row |= {"surge": "red", "surge_p": 1 / 7, "surge_series": "fire", "surge_days": 7, "surge_area": "cell"}
    row |= {"surge_observed": 9.0, "surge_expected": 1 / 3}
    row |= {name: 0.1 * i for i, name in enumerate(CONTRIBUTIONS)}
    return row | changes


def scores(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows or (score_row(), *_others()), schema=SCORES)


def _others() -> tuple[dict[str, Any], ...]:
    nulls: dict[str, Any] = dict.fromkeys(SCORES)
    return (
        score_row(cell_id='格子,"二"\\N', level=None, score=-0.0, long_run=None),
        nulls | {"category": "stability", "cell_id": "C1", "state": "not_scored", "reason": "stale"},
        nulls | {"category": "political", "cell_id": "C1", "state": "learning", "reason": "", "score": 1 / 3},
    )


def district_surges() -> pl.DataFrame:
    return pl.DataFrame(
        [
            ("fire", "", "safety", "none", 1.0, 1, 0.0, 1 / 3),
            ("noise", "", "stability", "none", 1.0, 14, 0.0, 1 / 3),
            ("noise", "东街", "stability", "red", 1e-5, 14, 30.0, 7.5),
            ("火", "", "safety", "red", 1e-5, 14, 70.0, 40.5),
        ],
        DISTRICT_SURGES,
        orient="row",
    )


def source_days() -> pl.DataFrame:
    rows = [
        ("fire_119", dt.date(2024, 6, 1), "ok", 12, 1.0),
        ("fire_119", dt.date(2024, 6, 2), "missing", None, None),
        ("热线", dt.date(2024, 6, 2), "partial", 3, 0.7),
    ]
    return pl.DataFrame(rows, schema=SOURCE_DAYS, orient="row")


def duty() -> pl.DataFrame:
    start = ("department", "subdistrict", "clocks", "breached", "share", "lower", "upper", "level", "overdue")
    rows = [("城管", "s1", 40, 4, 0.125, 0.08, 0.2, "blue", 3), ("消防", "s1", 0, 0, None, None, None, None, 0)]
    parts = {"late": 0.1, "borrowed": 0.025}
    return pl.DataFrame([{**dict.fromkeys(DUTY), **dict(zip(start, row, strict=True)), **parts} for row in rows], DUTY)


RULES = Rules(calendar("CN", "Asia/Shanghai"), rosters([]))


def event(name: str, night: dt.date = NIGHT, alert_id: str = "a1", level: str | None = "orange", seq: int = 1, **more: Any) -> AlertEvent:
    """An event of a night at one of its mornings, of the first number unless another one is given."""
    about = About(Subject("level", "cell", "C1", "safety"), NIGHT)
    at = dt.datetime.combine(night, dt.time(5, 2), CHINA).astimezone(dt.UTC)
    return AlertEvent(alert_id, seq, Event(name), at, night, f"{alert_id}:{seq}:{name}", SYSTEM, about, level=level, **more)


def model(**changes: Any) -> ModelRecord:
    values: dict[str, Any] = {
        "model_id": "m1",
        "kind": "reference",
        "category": "safety",
        "frozen_on": dt.date(2024, 4, 1),
        "created_night": NIGHT,
        "payload": {"quantiles": [0.1, 1 / 3, 1e-12], "说明": "季度"},
        "district_version": "v1",
    }
    return ModelRecord(**values | changes)


class Publication(NamedTuple):
    """What ``publish`` takes after the warehouse."""

    terms: RunTerms
    result: NightResult
    lease: Lease | None = None


def publication(**changes: Any) -> Publication:
    """The small night, with some of its parts changed, whichever of them they belong to."""
    terms = RunTerms(NIGHT, dt.datetime(2024, 6, 3, 5, 0, 0, 123456, tzinfo=CHINA), None, "nightly", "nightly", "run-1")
    result = NightResult(
        tables=NightTables(scores(), district_surges(), source_days(), duty()),
        basis=Basis(7, "v1", "s1", ""),
        measures=Measures([model()]),
        live=Live((event("opened"),), RULES),
        summary=NightSummary(),
        started_at=dt.datetime(2024, 6, 3, 5, 1, tzinfo=CHINA),
        finished_at=dt.datetime(2024, 6, 3, 5, 2, tzinfo=CHINA),
    )
    parts = {name: _changed(getattr(result, name), changes) for name in ("tables", "basis", "measures", "live")}
    made = Publication(_changed(terms, changes), _changed(replace(result, **parts), changes), changes.pop("lease", None))
    assert not changes, f"nothing is called {', '.join(changes)}"
    return made


def _changed(part: Part, changes: dict[str, Any]) -> Part:
    """A part with those changes that are its own, which are thereby used up."""
    own = {name: changes.pop(name) for name in type(part).__dataclass_fields__ if name in changes}
    return replace(part, **own)
