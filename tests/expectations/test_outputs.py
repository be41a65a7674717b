"""Our own tables before they are stored or published: what is right passes, and each thing that can be wrong stops."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from expectations.outputs import judge_alerts, judge_district_surges, judge_reports, judge_scores
from expectations.plain import judge_plainly
from expectations.questions import Between, Check, Present
from expectations.verdict import Verdict
from tests.helpers.batches import make_district, make_source
from transforms.schema import ALERT_EVENTS, DISTRICT_SURGES, REPORTS, SCORES
from transforms.words import CONTRIBUTIONS, Category, Words

CELLS = tuple(f"C{n}" for n in range(20))
NIGHT = dt.date(2025, 6, 9)
LEVELS = ("blue", "blue", "blue", "blue", "yellow")


def scores(**changes: Any) -> pl.DataFrame:
    """A night of twenty cells; ``changes`` are made to the fourth row."""
    rows = []
    for category in Category:
        for n, cell in enumerate(CELLS):
            parts: dict[str, float | None] = dict(zip(CONTRIBUTIONS, (0.1, 0.2, 0.05, 0.0, 0.01 * n, 0.3), strict=True))
            total = sum(p for p in parts.values() if p is not None)
            if category is Category.POLITICAL:
                parts = dict.fromkeys(CONTRIBUTIONS)
            row: dict[str, Any] = {"category": category.value, "cell_id": cell, "state": "scored", "expected_harm": total, "score": 4.0 * n}
            row |= {"expected_count": 1.0, "harm_low": 0.0, "harm_high": 2.0, "p_any": 0.5, "level": LEVELS[n % 5]}
            rows.append({**row, **parts})
    rows[3] |= changes
    return pl.DataFrame(rows, schema=SCORES)


SURGE = {"surge": "red", "surge_p": 1e-6, "surge_series": "fire", "surge_days": 7, "surge_area": "ring"}
SURGE |= {"surge_observed": 9.0, "surge_expected": 0.7}


def stops(verdict: Verdict | None) -> list[tuple[str, str | None]]:
    assert verdict is not None
    return [(s.reason, s.column) for s in verdict.stops]


def test_a_sound_night_passes() -> None:
    verdict = judge_scores(scores(), CELLS)
    assert stops(verdict) == []
    assert verdict.checks > 15


@pytest.mark.parametrize(
    ("changes", "reason", "column"),
    [
        ({"cell_id": "C99"}, "output_unknown_code", "cell_id"),
        ({"cell_id": "C2"}, "output_repeated", "cell_id"),
        ({"cell_id": None}, "output_incomplete", "cell_id"),
        ({"category": "weather"}, "output_unknown_code", "category"),
        ({"state": "guessed"}, "output_unknown_code", "state"),
        ({"level": "purple"}, "output_unknown_code", "level"),
        ({"score": 100.5}, "output_out_of_range", "score"),
        ({"score": -0.5}, "output_out_of_range", "score"),
        ({"score": float("nan")}, "output_out_of_range", "score"),
        ({"p_any": 1.01}, "output_out_of_range", "p_any"),
        ({"expected_count": float("inf")}, "output_out_of_range", "expected_count"),
        ({"harm_low": 3.0}, "output_contradicts", "harm_high"),
        ({"level": None}, "output_contradicts", "state"),
        ({"state": "not_scored"}, "output_contradicts", "state"),
        ({"reason": "stale"}, "output_contradicts", "state"),
        ({"recent": 0.2 + 1e-8}, "contributions_unequal", "expected_harm"),
        ({"expected_harm": 0.0}, "contributions_unequal", "expected_harm"),
    ],
)
def test_whatever_is_wrong_with_one_row_stops_the_night(changes: dict[str, Any], reason: str, column: str) -> None:
    assert (reason, column) in stops(judge_scores(scores(**changes), CELLS))


@pytest.mark.parametrize("changes", [SURGE, SURGE | {"surge": "watch"}, {"surge": "none", "surge_p": 0.3}])
def test_a_surge_that_tells_where_it_comes_from_passes(changes: dict[str, Any]) -> None:
    assert stops(judge_scores(scores(**changes), CELLS)) == []


@pytest.mark.parametrize(
    ("changes", "reason", "column"),
    [
        (SURGE | {"surge": "big"}, "output_unknown_code", "surge"),
        (SURGE | {"surge_area": "street"}, "output_unknown_code", "surge_area"),
        (SURGE | {"surge_p": 1.5}, "output_out_of_range", "surge_p"),
        (SURGE | {"surge_days": 0}, "output_out_of_range", "surge_days"),
        (SURGE | {"surge_observed": -1.0}, "output_out_of_range", "surge_observed"),
        (SURGE | {"surge_expected": float("inf")}, "output_out_of_range", "surge_expected"),
        (SURGE | {"surge_series": None}, "output_contradicts", "surge"),
        (SURGE | {"surge_p": None}, "output_contradicts", "surge"),
        (SURGE | {"surge": "none"}, "output_contradicts", "surge"),
        (SURGE | {"surge": None}, "output_contradicts", "surge"),
        (SURGE | {"state": "not_scored", "reason": "stale", "score": None, "level": None}, "output_contradicts", "surge"),
    ],
)
def test_a_surge_that_contradicts_itself_stops_the_night(changes: dict[str, Any], reason: str, column: str) -> None:
    assert (reason, column) in stops(judge_scores(scores(**changes), CELLS))


def test_duty_performance_has_no_surges() -> None:
    political = pl.col("category") == "political"
    told = scores().with_columns(surge=pl.when(political).then(pl.lit("none")), surge_p=pl.when(political).then(1.0))
    assert stops(judge_scores(told, CELLS)) == [("output_contradicts", "surge")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"series": "gossip"}, ("output_unknown_code", "series")),
        ({"surge": None}, ("output_incomplete", "surge")),
        ({"surge": "big"}, ("output_unknown_code", "surge")),
        ({"p": -0.1}, ("output_out_of_range", "p")),
        ({"expected": -0.1}, ("output_out_of_range", "expected")),
    ],
)
def test_surges_of_the_district(changes: dict[str, Any], expected: tuple[str, str] | None) -> None:
    row = {
        "series": "fire",
        "subdistrict": "",
        "category": "safety",
        "surge": "red",
        "p": 1e-5,
        "days": 7,
        "observed": 80.0,
        "expected": 41.5,
    }
    frame = pl.DataFrame([row | changes], schema=DISTRICT_SURGES)
    assert stops(judge_district_surges(frame, ["fire"])) == ([expected] if expected else [])
    assert ("output_repeated", "series") in stops(judge_district_surges(pl.concat([frame, frame]), ["fire"]))
    of_part = frame.with_columns(subdistrict=pl.lit("north"))
    assert ("output_repeated", "series") not in stops(judge_district_surges(pl.concat([frame, of_part]), ["fire"]))
    assert judge_district_surges(frame.clear(), ["fire"]) is None


def test_sums_may_round() -> None:
    assert stops(judge_scores(scores(recent=0.2 + 1e-12), CELLS)) == []


def test_missing_rows_and_columns_stop_the_night() -> None:
    assert stops(judge_scores(scores().head(-1), CELLS)) == [("output_incomplete", None)]
    assert stops(judge_scores(scores(), (*CELLS, "C20"))) == [("output_incomplete", None)]
    assert [s.reason for s in judge_scores(scores().clear(), CELLS).stops] == ["no_rows"]


USUAL = pl.DataFrame(
    [(c.value, level, share) for c in Category for level, share in (("blue", 0.8), ("yellow", 0.15), ("orange", 0.05))],
    schema={"category": pl.String, "level": pl.String, "share": pl.Float64},
    orient="row",
)


def test_a_level_that_jumps_stops_the_night_unless_it_is_explained() -> None:
    quiet = scores()
    assert stops(judge_scores(quiet, CELLS, USUAL)) == []
    jumped = quiet.with_columns(level=pl.when(pl.col("category") == "safety").then(pl.lit("red")).otherwise("level"))
    verdict = judge_scores(jumped, CELLS, USUAL)
    assert stops(verdict) == [("level_jump", "level")]
    # One department that moves takes all cells of its subdistrict with it.
    moved = quiet.with_columns(level=pl.when(pl.col("category") == "political").then(pl.lit("red")).otherwise("level"))
    assert stops(judge_scores(moved, CELLS, USUAL)) == []
    assert verdict.stops[0].rows == len(CELLS)
    assert stops(judge_scores(jumped, CELLS)) == []
    # A category that lost its scores for a reason did not jump.
    lost = {"level": None, "score": None, "state": "not_scored", "reason": "stale"}
    unscored = quiet.with_columns(
        pl.when(pl.col("category") == "safety").then(pl.lit(value)).otherwise(column).alias(column) for column, value in lost.items()
    )
    assert stops(judge_scores(unscored, CELLS, USUAL)) == []


def event(**changes: Any) -> pl.DataFrame:
    row = {"alert_id": "a", "seq": 1, "night": NIGHT, "event": "opened", "type": "level", "subject_kind": "cell", "subject": "C1"}
    return pl.DataFrame([row | {"category": "safety", "episode": NIGHT, "level": "red"} | changes], schema=ALERT_EVENTS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"subject": "C99"}, ("output_unknown_code", "subject")),
        ({"level": "purple"}, ("output_unknown_code", "level")),
        ({"category": "weather"}, ("output_unknown_code", "category")),
        ({"night": NIGHT + dt.timedelta(days=1)}, ("output_contradicts", "night")),
        ({"episode": NIGHT + dt.timedelta(days=1)}, ("output_contradicts", "episode")),
        ({"type": "rumour"}, ("output_unknown_code", "type")),
        ({"type": "surge", "subject_kind": "district", "subject": "d", "level": None}, None),
        ({"alert_id": None}, ("output_incomplete", "alert_id")),
    ],
)
def test_alert_events(changes: dict[str, Any], expected: tuple[str, str] | None) -> None:
    assert stops(judge_alerts(event(**changes), NIGHT, CELLS)) == ([expected] if expected else [])
    assert judge_alerts(event().clear(), NIGHT, CELLS) is None
    assert stops(judge_alerts(pl.concat([event(), event()]), NIGHT, CELLS)) == [("output_repeated", "alert_id")]


def report(**changes: Any) -> pl.DataFrame:
    at = dt.datetime(2025, 6, 1, 3, 30, tzinfo=dt.UTC)
    row = {"report_id": "r", "version_hash": 1, "feed": "stability", "source": "hotline", "kind": "stability_a", "severity": 2}
    row |= {
        "discovery": "resident",
        "occurred_on": at.date(),
        "reported_on": at.date(),
        "part_of_day": "morning",
        "clock_from": at,
        "count": 1,
    }
    row |= {"known_at": at, "recorded_seq": 0, "order_key": 1, "rank": 0, "cell_id": "C1", "spot": 7}
    return pl.DataFrame([row | {"located_by": "point", "status": "open", "batch_id": "b"} | changes], schema=REPORTS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"cell_id": "C99"}, ("output_unknown_code", "cell_id")),
        ({"cell_id": None}, ("output_incomplete", "cell_id")),
        ({"kind": "fire_hazard_a"}, ("output_unknown_code", "kind")),
        ({"status": "lost"}, ("output_unknown_code", "status")),
        ({"severity": 5}, ("output_out_of_range", "severity")),
        ({"known_at": None}, ("output_incomplete", "known_at")),
        ({"closed_at": dt.datetime(2025, 6, 2, 3, 32, tzinfo=dt.UTC)}, ("output_out_of_range", "clock_from")),
        ({"department": "J. Doe"}, ("output_unknown_code", "department")),
        ({"part_of_day": "03:30"}, ("output_unknown_code", "part_of_day")),
        ({"spot": 65536}, ("output_out_of_range", "spot")),
        ({"cell_id": "sub:S1"}, ("output_contradicts", "spot")),
        ({"cell_id": "sub:S1", "spot": None}, None),
    ],
)
def test_reports_before_they_enter(changes: dict[str, Any], expected: tuple[str, str] | None) -> None:
    source = make_source()
    assert stops(judge_reports(report(**changes), source, make_district(source), {*CELLS, "sub:S1"})) == ([expected] if expected else [])


def test_the_plain_judge_fails_closed() -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    assert [s.reason for s in judge_plainly(frame, ()).stops] == ["check_failed_to_run"]
    asks_for_another = Check("output_incomplete", "b", Present("b"), Words("有", "there"))
    assert [(s.reason, s.column) for s in judge_plainly(frame, (asks_for_another,)).stops] == [("check_failed_to_run", "b")]
    assert [s.reason for s in judge_plainly(frame.clear(), (asks_for_another,)).stops] == ["no_rows"]
    with pytest.raises(ValueError, match="would set rows aside: kind_missing"):
        judge_plainly(frame, (Check("kind_missing", "a", Between("a", 0), Words("有", "there")),))
