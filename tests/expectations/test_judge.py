from __future__ import annotations

import datetime as dt
import gc
import logging
import re
import warnings
import weakref
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.crossing import prepared
from expectations.plain import failing
from expectations.questions import Between, Check, HasColumns, Present, RowCount, columns_of
from expectations.suites import candidate_checks
from expectations.verdict import split
from tests.helpers.batches import NOW, ZONES, Judge, make_district, make_frame, make_row, make_source, reasons, spoiled
from transforms.district.source import KnownAt
from transforms.schema import CANDIDATES, QUARANTINED
from transforms.words import Words
from transforms.words.feeds import FEEDS
from transforms.words.reasons import Tier

OCCURRED = make_row(3)["occurred_at"]
REPORTED = make_row(3)["reported_at"]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NO_TIME = {"occurred_given": False, "occurred_at": None, "reported_at": None}


@pytest.mark.parametrize("feed", list(FEEDS))
def test_a_plausible_batch_passes_whole(judge: Judge, feed: str) -> None:
    frame = spoiled(feed)
    verdict = judge(frame, make_source(feed))
    assert (verdict.stops, verdict.warnings, len(verdict.rejects)) == ((), (), 0)
    assert verdict.rejects.schema == QUARANTINED
    assert verdict.checks > 20
    assert split(frame, verdict)[0].equals(frame)


@pytest.mark.parametrize(
    ("reason", "column", "changes"),
    [
        ("key_missing", "key_hash", {"key_hash": None}),
        ("time_missing", "occurred_at", NO_TIME),
        ("time_unreadable", "occurred_at", {"occurred_at": None, "reported_at": None}),
        ("time_out_of_range", "occurred_at", {"occurred_at": dt.datetime(1989, 12, 31, tzinfo=dt.UTC)}),
        ("time_out_of_range", "occurred_at", {"occurred_at": dt.datetime(9999, 12, 31, tzinfo=dt.UTC)}),
        ("time_out_of_range", "occurred_at", {"occurred_at": dt.datetime(201, 1, 1, tzinfo=dt.UTC)}),
        ("time_out_of_range", "occurred_at", {"occurred_at": NOW + DAY + HOUR, "reported_at": NOW + DAY + HOUR}),
        ("time_out_of_range", "reported_at", {"reported_at": dt.datetime(2300, 1, 1, tzinfo=dt.UTC)}),
        ("time_order", "reported_at", {"reported_at": OCCURRED - HOUR}),
        ("time_order", "known_at", {"known_at": REPORTED - DAY - HOUR}),
        ("time_order", "first_contact_at", {"first_contact_at": REPORTED - HOUR}),
        ("time_order", "closed_at", {"closed_at": OCCURRED - HOUR}),
        ("time_order", "closed_at", {"closed_at": REPORTED - dt.timedelta(minutes=10)}),
        ("kind_missing", "kind", {"kind_given": False, "kind": None}),
        ("kind_unknown", "kind", {"kind": None}),
        ("kind_unknown", "kind", {"kind": "fire_hazard_a"}),
        ("severity_invalid", "severity", {"severity": 0}),
        ("severity_invalid", "severity", {"severity": 5}),
        ("severity_invalid", "severity", {"severity": None}),
        ("time_order", "closed_at", {"first_contact_at": REPORTED + 30 * DAY}),
        ("deadline_implausible", "due_at", {"due_at": dt.datetime(2099, 12, 31, tzinfo=dt.UTC)}),
        ("deadline_implausible", "due_at", {"due_at": dt.datetime(1900, 1, 1, tzinfo=dt.UTC)}),
        ("status_unknown", "status", {"status": None}),
        ("status_unknown", "status", {"status": "lost"}),
        ("coordinates_missing", "lon", {"place_given": False, "lon": None, "lat": None}),
        ("coordinates_impossible", "lon", {"lon": None, "lat": None}),
        ("coordinates_impossible", "lat", {"lat": None}),
        ("coordinates_impossible", "lon", {"lon": 180.5}),
        ("coordinates_impossible", "lon", {"lon": float("inf")}),
        ("coordinates_impossible", "lat", {"lat": -90.5}),
        ("coordinates_impossible", "lon", {"lon": 0.0, "lat": 0.0}),
    ],
)
def test_one_spoiled_row_is_caught_with_its_reason_and_its_neighbours_pass(
    judge: Judge, reason: str, column: str, changes: dict[str, Any]
) -> None:
    verdict = judge(spoiled(**changes))
    assert verdict.rejects.rows() == [(3, reason, column)]
    assert (verdict.stops, verdict.warnings) == ((), ())


@pytest.mark.parametrize(
    "changes",
    [
        {"reported_at": OCCURRED - dt.timedelta(minutes=4), "closed_at": None},
        {"reported_at": None, "known_at": None, "first_contact_at": None, "closed_at": None},
        # Dates without a time, read as midnight in the district (16:00 UTC the day before), may follow anything on their day.
        {"reported_at": dt.datetime(2025, 1, 31, 16, tzinfo=dt.UTC), "closed_at": dt.datetime(2025, 1, 31, 16, tzinfo=dt.UTC)},
        {"known_at": REPORTED - DAY + HOUR},
        {"occurred_at": NOW + DAY - HOUR, "reported_at": NOW + DAY - HOUR, "first_contact_at": None, "closed_at": None},
        {"due_at": OCCURRED - DAY},
        {"status_given": False, "status": None},
        {"lon": 0.0},
        {"closed_at": dt.datetime(9999, 12, 31, tzinfo=dt.UTC)},
    ],
)
def test_what_only_looks_odd_passes(judge: Judge, changes: dict[str, Any]) -> None:
    assert reasons(judge(spoiled(**changes))) == {}


def test_a_date_does_not_excuse_the_day_before(judge: Judge) -> None:
    midnight = dt.datetime(2025, 1, 30, 16, tzinfo=dt.UTC)
    assert reasons(judge(spoiled(closed_at=midnight))) == {3: "time_order"}


def test_zones_instead_of_points(judge: Judge) -> None:
    source = make_source(place={"zone": "z"})
    no_point: dict[str, Any] = {"lon": None, "lat": None, "place_given": False}
    frame = make_frame(make_row(0, **no_point), make_row(1, zone=None, **no_point), make_row(2, zone="Z9", **no_point))
    assert reasons(judge(frame, source)) == {1: "coordinates_missing", 2: "zone_unknown"}
    assert reasons(judge(frame, source, known_zones=None)) == {1: "coordinates_missing"}
    assert reasons(judge(frame, source, known_zones=())) == {0: "zone_unknown", 1: "coordinates_missing", 2: "zone_unknown"}


def test_a_zone_or_a_point_will_do_where_a_source_has_both(judge: Judge) -> None:
    source = make_source(place={"zone": "z", "lon": "x", "lat": "y"})
    frame = make_frame(
        make_row(0),
        make_row(1, zone=None),
        make_row(2, lon=None, lat=None),
        make_row(3, zone=None, lat=None),
        make_row(4, zone=None, lon=999.0),
    )
    assert reasons(judge(frame, source)) == {3: "coordinates_missing", 4: "coordinates_impossible"}


def test_one_key_with_two_contents_is_a_conflict_unless_the_source_merges(judge: Judge) -> None:
    frame = make_frame(make_row(0), make_row(1, key_hash="key0"), make_row(2), make_row(3, key_hash=None), make_row(4, key_hash=None))
    missing = {3: "key_missing", 4: "key_missing"}
    assert reasons(judge(frame)) == {0: "key_conflict", 1: "key_conflict", **missing}
    assert reasons(judge(frame, make_source(merge=True))) == missing


def test_rows_of_one_key_that_were_released_one_after_the_other_are_versions_and_no_conflict(judge: Judge) -> None:
    earlier = NOW - dt.timedelta(hours=1)
    frame = make_frame(make_row(0), make_row(1, key_hash="key0", known_at=earlier), make_row(2), make_row(3, key_hash="key2"))
    released = make_source(known_at=KnownAt(rule="column", column="p"))
    assert reasons(judge(frame, released)) == {2: "key_conflict", 3: "key_conflict"}
    assert reasons(judge(frame)) == dict.fromkeys(range(4), "key_conflict")


def test_a_release_column_must_be_readable_and_not_in_the_future(judge: Judge) -> None:
    source = make_source(known_at=KnownAt(rule="column", column="released"))
    frame = make_frame(make_row(0), make_row(1, known_at=None), make_row(2, known_at=NOW + 2 * DAY))
    assert reasons(judge(frame, source)) == {1: "time_unreadable", 2: "time_out_of_range"}


def test_the_first_reason_in_suite_order_wins(judge: Judge) -> None:
    everything: dict[str, Any] = {**NO_TIME, "kind": None, "kind_given": False, "severity": 9, "lon": 500.0, "status": "lost"}
    assert reasons(judge(spoiled(**everything))) == {3: "time_missing"}
    assert reasons(judge(spoiled(**everything, key_hash=None))) == {3: "key_missing"}


def test_a_batch_too_small_is_stopped(judge: Judge) -> None:
    verdict = judge(spoiled(), make_source(min_rows=7))
    assert [(s.reason, s.rows) for s in verdict.stops] == [("rows_below_floor", 6)]


def test_too_large_a_share_of_rejects_stops_the_batch(judge: Judge) -> None:
    frame = make_frame(*(make_row(n) | ({"kind": None} if n < 3 else {}) for n in range(6)))
    assert judge(frame, make_source(max_quarantined=0.5)).stops == ()
    verdict = judge(frame, make_source(max_quarantined=0.49))
    assert [(s.reason, s.tier, s.rows) for s in verdict.stops] == [("quarantine_share", Tier.STOP, 3)]
    assert reasons(verdict) == dict.fromkeys(range(3), "kind_unknown")


@pytest.mark.parametrize(("feed", "warned"), [("stability", 3), ("fire_hazard", 2), ("public_order", None)])
def test_missing_departments_warn_where_somebody_is_in_charge(judge: Judge, feed: str, warned: int | None) -> None:
    nobody: list[dict[str, Any]] = [{"department": None}, {"department": None}, {"department": None, "due_at": None}]
    frame = make_frame(*(make_row(n, feed, **nobody[n]) for n in range(3)), make_row(3, feed))
    verdict = judge(frame, make_source(feed))
    expected = [] if warned is None else [("department_missing", Tier.WARN, "department", warned)]
    assert [(w.reason, w.tier, w.column, w.rows) for w in verdict.warnings] == expected
    assert reasons(verdict) == {}


def test_discovery_warns_only_above_half(judge: Judge) -> None:
    def batch(unknown: int) -> pl.DataFrame:
        return make_frame(*(make_row(n, discovery=[None, "unknown"][n % 2] if n < unknown else "patrol") for n in range(6)))

    assert judge(batch(3)).warnings == ()
    assert [(w.reason, w.rows) for w in judge(batch(4)).warnings] == [("discovery_unknown", 4)]


def test_an_empty_frame_is_stopped(judge: Judge) -> None:
    verdict = judge(make_frame())
    assert [s.reason for s in verdict.stops] == ["no_rows"]
    assert verdict.rejects.schema == QUARANTINED


@pytest.mark.parametrize("column", ["kind", "reopens"])
def test_an_absent_column_is_stopped(judge: Judge, column: str) -> None:
    verdict = judge(spoiled().drop(column))
    assert [s.reason for s in verdict.stops] == ["column_missing"]


def test_columns_beyond_the_schema_are_ignored(judge: Judge) -> None:
    assert reasons(judge(spoiled().with_columns(note=pl.lit("x"), flag=pl.lit(value=True)))) == {}


def test_a_column_of_another_type_is_a_mistake_of_the_caller(judge: Judge) -> None:
    with pytest.raises(ValueError, match="severity is String, not Int8"):
        judge(spoiled().with_columns(severity=pl.lit("secretword")))
    with pytest.raises(ValueError, match="number of its own"):
        judge(spoiled().with_columns(row=pl.lit(1, pl.Int64)))


@pytest.mark.parametrize("typed", [True, False])
def test_columns_without_any_value_keep_their_meaning(judge: Judge, typed: bool) -> None:
    held = {"row", "key_hash"}
    frame = spoiled().with_columns(pl.lit(None, t if typed else pl.Null).alias(c) for c, t in CANDIDATES.items() if c not in held)
    verdict = judge(frame)
    assert reasons(verdict) == dict.fromkeys(range(6), "time_missing")
    assert [w.reason for w in verdict.warnings] == ["department_missing", "discovery_unknown"]
    frame = spoiled().with_columns(pl.lit(None, t if typed else pl.Null).alias(c) for c, t in CANDIDATES.items() if t == pl.String)
    assert set(reasons(judge(frame.with_columns(key_hash=pl.lit("k"), kind_given=pl.lit(value=False)))).values()) == {"kind_missing"}


def test_a_suite_without_checks_is_stopped(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.judge.candidate_checks", lambda *_, **__: ())
    assert [s.reason for s in judge(spoiled()).stops] == ["check_failed_to_run"]


def test_a_check_that_raises_stops_the_batch_and_the_others_still_report(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    from expectations import suites

    def with_a_broken_one(*given: Any, **named: Any) -> tuple[Check, ...]:
        checks = suites.candidate_checks(*given, **named)
        # Comparing texts with numbers raises inside the library.
        return (*checks, Check("department_missing", "department", Between("kind", 1, 2), Words("坏的", "broken")))

    monkeypatch.setattr("expectations.judge.candidate_checks", with_a_broken_one)
    verdict = judge(spoiled(kind=None))
    assert [(s.reason, s.column) for s in verdict.stops] == [("check_failed_to_run", "department")]
    assert reasons(verdict) == {3: "kind_unknown"}


@pytest.mark.parametrize("call", [1, 2])
def test_a_library_that_raises_stops_the_batch_and_logs_no_value(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, call: int
) -> None:
    from expectations import engine

    judge(spoiled())
    working, calls = engine.run, []

    def breaks(*given: Any, **named: Any) -> list[Any]:
        calls.append(1)
        if len(calls) == call:
            raise RuntimeError("secretword")
        return working(*given, **named)

    monkeypatch.setattr(engine, "run", breaks)
    with caplog.at_level(logging.DEBUG):
        verdict = judge(spoiled(kind=None))
    assert {s.reason for s in verdict.stops} == {"check_failed_to_run"}
    assert "RuntimeError" in caplog.text
    assert "secretword" not in caplog.text


@pytest.mark.parametrize("results", ["none", "silent", "half"])
def test_results_that_do_not_come_back_stop_the_batch(judge: Judge, monkeypatch: pytest.MonkeyPatch, results: str) -> None:
    from expectations import engine

    working = engine.run

    def forgets(table: Any, questions: Any, *, positions: bool) -> list[Any]:
        found = working(table, questions, positions=positions)
        if results == "silent":
            for result in found:
                assert result is not None
                result.result.pop("unexpected_index_list", None)
            return found
        return [] if results == "none" else found[: len(found) // 2]

    monkeypatch.setattr(engine, "run", forgets)
    assert {s.reason for s in judge(spoiled(kind=None)).stops} == {"check_failed_to_run"}


def test_every_check_says_in_both_languages_what_it_expects() -> None:
    for feed in FEEDS:
        source = make_source(feed, place={"zone": "z", "lon": "x", "lat": "y"})
        checks = candidate_checks(source, make_district(source), known_zones=ZONES, now=NOW)
        assert all(re.search(r"[\u4e00-\u9fff]", c.words.zh) and not re.search(r"[\u4e00-\u9fff]", c.words.en) for c in checks)
        assert all(c.column is None or c.column in CANDIDATES for c in checks)
        assert len({c.words for c in checks}) == len(checks)
    with pytest.raises(ValueError, match="time zone"):
        candidate_checks(source, make_district(source), known_zones=ZONES, now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("tells", [True, False])
def test_rows_at_premises_that_are_on_no_register_are_counted(judge: Judge, tells: bool) -> None:
    source = make_source(place={"lon": "x", "lat": "y", **({"premises": "p"} if tells else {})})
    others: dict[str, Any] = {"premises": None, "premises_given": True}
    rows = [make_row(0), make_row(1, premises="P1", premises_given=True), make_row(2, **others), make_row(3, **others)]
    found = [(w.reason, w.tier, w.rows) for w in judge(make_frame(*rows), source).warnings if w.column == "premises"]
    assert found == ([("premises_unknown", Tier.WARN, 2)] if tells else [])


def test_no_value_of_a_row_is_in_the_verdict_or_the_log(judge: Judge, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        verdict = judge(spoiled(status="lostword", zone="Z77", lon=12345.25, department=None, kind_given=True))
    said = f"{verdict!r} {verdict!s} {verdict.rejects.rows()} {caplog.text}"
    for value in ("secretword", "lostword", "Z77", "12345", "秘密", "key3", "water"):
        assert value not in said


def test_the_table_is_forgotten_after_the_verdict(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    from expectations import crossing

    crossed, tables = crossing.cross, []

    def remember(*given: Any) -> Any:
        table = crossed(*given)
        tables.append(weakref.ref(table))
        return table

    monkeypatch.setattr("expectations.judge.cross", remember)
    judge(spoiled(kind=None))
    gc.collect()
    assert [table() for table in tables] == [None]


def test_the_engine_leaves_the_warnings_of_the_process_alone(judge: Judge) -> None:
    judge(spoiled())
    with pytest.warns(UserWarning, match="still here"):
        warnings.warn("still here", UserWarning, stacklevel=1)
    assert "logging" not in getattr(warnings.showwarning, "__module__", "")


BAD: dict[str, dict[str, Any]] = {
    "": {},
    "key_missing": {"key_hash": None},
    "time_missing": NO_TIME,
    "time_order": {"known_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)},
    "kind_unknown": {"kind": None},
    "severity_invalid": {"severity": 7},
    "coordinates_impossible": {"lat": 91.0},
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.sampled_from(sorted(BAD)), min_size=1, max_size=30), start=st.integers(0, 10**9))
def test_good_rows_are_never_rejected_and_every_row_is_kept_once(judge: Judge, chosen: list[str], start: int) -> None:
    rows = [make_row(n, **BAD[reason]) | {"row": start + 7 * (len(chosen) - n)} for n, reason in enumerate(chosen)]
    frame = make_frame(*rows)
    verdict = judge(frame)
    expected = {row["row"]: reason for row, reason in zip(rows, chosen, strict=True) if reason}
    assert reasons(verdict) == expected
    good, rejects = split(frame, verdict)
    assert sorted([*good["row"], *rejects["row"]]) == sorted(frame["row"])
    assert good.equals(frame.filter(~pl.col("row").is_in(list(expected))))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt=st.lists(st.sampled_from(sorted(BAD)), min_size=1, max_size=30), shares=st.integers(0, 2))
def test_polars_answers_every_question_as_great_expectations_does(judge: Judge, spoilt: list[str], shares: int) -> None:
    """One suite, two engines: what is measured as bare Polars in the benchmark is the same contract."""
    frame = make_frame(*(make_row(n // 2, **BAD[reason]) | {"row": n} for n, reason in enumerate(spoilt)))
    source = make_source(place=[{"zone": "z"}, {"lon": "x", "lat": "y"}, {"zone": "z", "lon": "x", "lat": "y"}][shares])
    district = make_district(source)
    checks = candidate_checks(source, district, known_zones=ZONES, now=NOW)
    table = prepared(frame, columns_of(checks), source, district)
    expected: dict[int, str] = {}
    for check in checks:
        if isinstance(check.asks, HasColumns | RowCount) or (isinstance(check.asks, Present) and check.tier is Tier.WARN):
            continue
        for row, fails in zip(frame["row"].to_list(), table.select(failing(check.asks)).to_series().to_list(), strict=True):
            if fails:
                expected.setdefault(row, check.reason)
    assert reasons(judge(frame, source)) == expected
