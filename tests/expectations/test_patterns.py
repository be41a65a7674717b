"""A batch beside those before it: what is unusual is named, chance is not, and too little history says nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.patterns import judge_patterns
from expectations.verdict import Verdict
from tests.helpers.batches import make_frame, make_row, make_source
from transforms.reports.measures import Measures, against, measure

LANDED = dt.datetime(2025, 3, 1, 4, 0, tzinfo=dt.UTC)


def made(**changes: Any) -> Measures:
    """The measures of an ordinary day of a hundred rows."""
    usual: dict[str, Any] = {
        "rows": 100, "days": 2.0, "lag_days": 0.3, "weekday": 6, "missing": {"department": 5}, "distinct": {"kind": 6, "status": 2},
        "kinds": {"a": 60, "b": 40}, "hours": {str(h): 4 + h % 3 for h in range(24)}, "timed": 100, "midnight": 1, "month_start": 3,
        "points": 100, "pile": 2, "cells": {f"C{n}": 20 for n in range(5)},
    }  # fmt: skip
    return Measures(**usual | changes)


HISTORY = [made() for _ in range(8)]


def found(verdict: Verdict) -> dict[str, float | None]:
    return {f.reason: f.measured for f in (*verdict.stops, *verdict.warnings)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rows": 4}, "rows_far_below_usual"),
        ({"rows": 450}, "rows_above_usual"),
        ({"lag_days": 5.0}, "not_fresh"),
        ({"missing": {"department": 70}}, "share_missing"),
        ({"kinds": {"a": 5, "b": 95}}, "kind_drift"),
        ({"hours": {"3": 100}}, "hour_drift"),
        ({"cells": {"C1": 50, "N1": 50}}, "cell_drift"),
        ({"distinct": {"kind": 1, "status": 2}}, "column_constant"),
        ({"pile": 30}, "point_pile"),
        ({"midnight": 40}, "midnight_spike"),
    ],
)
def test_what_is_unusual_is_named_with_its_number(changes: dict[str, Any], reason: str) -> None:
    assert found(judge_patterns(made(), HISTORY, make_source())) == {}
    verdict = judge_patterns(made(**changes), HISTORY, make_source())
    assert list(found(verdict)) == [reason]
    assert found(verdict)[reason] is not None
    assert [s.reason for s in verdict.stops] == ([reason] if reason == "rows_far_below_usual" else [])


def test_without_history_only_what_needs_none_is_said() -> None:
    odd = made(rows=4, lag_days=50.0, missing={"department": 4}, kinds={"x": 4}, hours={"3": 4}, cells={"N": 4})
    for history in ([], HISTORY[:3]):
        assert found(judge_patterns(odd, history, make_source())) == {}
    assert found(judge_patterns(made(pile=30), [], make_source())) == {"point_pile": 0.3}


def test_a_daily_file_after_months_is_not_too_small() -> None:
    months = [made(rows=3000, days=29.0) for _ in range(12)]
    assert found(judge_patterns(made(), months, make_source())) == {}


def test_a_weekday_is_compared_with_its_own() -> None:
    history = [made(rows=1000 if n % 7 == 6 else 100, weekday=n % 7 + 1) for n in range(56)]
    assert found(judge_patterns(made(weekday=7, rows=1050), history, make_source())) == {}
    assert "rows_far_below_usual" in found(judge_patterns(made(weekday=7, rows=90), history, make_source()))


def test_a_source_may_switch_the_floor_off() -> None:
    assert found(judge_patterns(made(rows=4), HISTORY, make_source(min_share_of_usual=0.0))) == {}


def test_what_was_constant_all_along_is_how_the_source_is() -> None:
    constant = {"kind": 6, "status": 1}
    assert found(judge_patterns(made(distinct=constant), [made(distinct=constant)] * 8, make_source())) == {}


def test_firsts_of_a_month_count_only_in_files_that_span_one() -> None:
    assert found(judge_patterns(made(month_start=60), [], make_source())) == {}
    assert list(found(judge_patterns(made(month_start=60, days=30.0), [], make_source()))) == ["month_start_spike"]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), mean=st.integers(5, 300))
def test_chance_alone_is_never_called_unusual(seed: int, mean: int) -> None:
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(8))

    def day() -> Measures:
        rows = int(rng.poisson(mean)) + 1
        kinds = {str(k): int(n) for k, n in enumerate(rng.multinomial(rows, shares)) if n}
        hours = {str(h): int(n) for h, n in enumerate(rng.multinomial(rows, np.ones(24) / 24)) if n}
        cells = {str(c): int(n) for c, n in enumerate(rng.multinomial(rows, np.ones(50) / 50)) if n}
        empty = {"department": int(rng.binomial(rows, 0.1))}
        return made(rows=rows, kinds=kinds, hours=hours, cells=cells, missing=empty, timed=rows, points=rows, midnight=0, pile=1)

    assert found(judge_patterns(day(), [day() for _ in range(12)], make_source())) == {}


def test_measures_hold_counts_and_no_value() -> None:
    rows = [make_row(n, department=None if n % 4 == 0 else "secretword") for n in range(60)]
    measured = measure(make_frame(*rows), make_source(), "Asia/Shanghai", LANDED)
    assert (measured.rows, measured.missing["department"], measured.pile) == (60, 15, 60)
    assert measured.kinds == {"stability_a": 60}
    assert measured.lag_days == pytest.approx((LANDED - max(r["reported_at"] for r in rows)).total_seconds() / 86_400, abs=0.01)
    assert sum(measured.hours.values()) == measured.timed == 60
    assert 2.0 < measured.days < 4.0
    assert measured.distinct["kind"] == 1
    assert "secretword" not in repr(measured)
    empty = measure(make_frame(make_row(0, occurred_at=None, reported_at=None, lon=None, lat=None)), make_source(), "Asia/Shanghai", LANDED)
    assert (empty.days, empty.lag_days, empty.points) == (0.0, None, 0)
    # One row that nobody can read, where a hundred are usual.
    assert against(empty, HISTORY)["volume"] == 0.01


def test_a_zone_decides_what_midnight_is() -> None:
    frame = make_frame(make_row(0, occurred_at=dt.datetime(2025, 2, 1, 16, tzinfo=dt.UTC)))
    assert measure(frame, make_source(), "Asia/Shanghai", LANDED).midnight == 1
    assert measure(frame, make_source(), "UTC", LANDED).midnight == 0
