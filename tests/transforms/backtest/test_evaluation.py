from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.made import at, cells, district, known_days, panel, reports
from transforms.backtest.evaluation import evaluate, hit_rate
from transforms.backtest.record import ALL, record
from transforms.panel.panel import Panel
from transforms.schema import EVALUATIONS, SCORES
from transforms.scoring.negbin import log_probability, p_any, size_of

ORIGIN = dt.date(2025, 6, 2)
DAY = dt.timedelta(days=1)
LATER = ORIGIN + 14 * DAY
LEVELS = ["red"] + 3 * ["orange"] + 12 * ["blue"]


def scores(expected: list[float], size: float = 1.5, levels: list[str] = LEVELS) -> pl.DataFrame:
    """A night of `public_order` with these counts expected in the sixteen cells."""
    mean = np.array(expected)
    any_event = p_any(mean, size)
    rows = [
        {"category": "public_order", "cell_id": c, "state": "scored", "expected_count": m, "p_any": p, "score": 50.0, "level": v}
        for c, m, p, v in zip(cells()["cell_id"], expected, any_event, levels, strict=True)
    ]
    return pl.DataFrame([{c: r.get(c) for c in SCORES} for r in rows], schema=SCORES, orient="row")


def later(came: dict[str, int], share: float = 1.0, day: int = 3, **changes: Any) -> Panel:
    """What is known two weeks on: thefts per cell on one day of the horizon."""
    rows = [{"kind": "theft", "cell_id": c, "occurred_at": at(ORIGIN + day * DAY)} for c, n in came.items() for _ in range(n)]
    rows += [{"kind": "theft", "cell_id": "c0000", "occurred_at": at(ORIGIN + k * DAY)} for k in (-1, 7)]
    known = known_days(ORIGIN - 30 * DAY, LATER - DAY, share=share)
    return panel(reports(rows), changes.get("days", known), LATER, ids=changes.get("ids"))


EXPECTED = [3.0, 1.0, 1.0, 1.0, *[0.25] * 12]


def test_counts_are_compared_level_by_level() -> None:
    found = evaluate(scores(EXPECTED), later({"c0000": 4, "c0001": 1, "c0303": 2}), district(), ORIGIN, 2)
    assert found.schema == EVALUATIONS
    assert found.select("category", "level", "cells", "expected", "observed").rows() == [
        ("public_order", "blue", 12, 3.0, 2.0),
        ("public_order", "orange", 3, 3.0, 1.0),
        ("public_order", "red", 1, 3.0, 4.0),
        ("public_order", "all", 16, 9.0, 7.0),
    ]
    assert set(found.select("night", "revision", "evaluated_night", "left_out").rows()) == {(ORIGIN, 2, LATER, 0)}
    red = found.filter(pl.col("level") == "red")
    assert red["spread"].item() == pytest.approx((3 + 9 / 1.5) ** 0.5, rel=1e-6)
    assert found.filter(pl.col("level") != ALL).select("log_score", "hit_rate", "pai").null_count().row(0) == (3, 3, 3)


def test_the_log_score_is_that_of_the_distribution_published() -> None:
    found = evaluate(scores(EXPECTED), later({"c0000": 4, "c0303": 2}), district(), ORIGIN, 1)
    came = np.array([4.0, *[0.0] * 14, 2.0])
    assert found.filter(pl.col("level") == ALL)["log_score"].item() == pytest.approx(log_probability(np.array(EXPECTED), 1.5, came).mean())


def test_what_has_not_arrived_is_not_expected() -> None:
    found = evaluate(scores(EXPECTED), later({"c0000": 4}, share=0.95), district(), ORIGIN, 1)
    assert found.filter(pl.col("level") == ALL)["expected"].item() == pytest.approx(9 * 0.95)
    assert evaluate(scores(EXPECTED), later({"c0000": 4}, share=0.89), district(), ORIGIN, 1).is_empty()


def test_cells_without_a_score_or_no_longer_there_are_left_out() -> None:
    fewer = cells().filter(pl.col("cell_id") != "c0000")
    told = scores(EXPECTED).with_columns(score=pl.when(pl.col("cell_id") == "c0001").then(None).otherwise("score"))
    found = evaluate(told, later({"c0303": 2}, ids=fewer), district(), ORIGIN, 1)
    whole = found.filter(pl.col("level") == ALL)
    assert (whole["cells"].item(), whole["left_out"].item(), whole["expected"].item()) == (14, 1, 5.0)


def test_days_that_are_not_over_are_not_graded() -> None:
    assert evaluate(scores(EXPECTED), later({}), district(), LATER - 6 * DAY, 1).is_empty()
    assert len(evaluate(scores(EXPECTED), later({}), district(), LATER - 7 * DAY, 1)) == 4
    assert evaluate(scores(EXPECTED), later({}), district(), ORIGIN - 40 * DAY, 1).is_empty()


def test_weeks_add_up() -> None:
    one = evaluate(scores(EXPECTED), later({"c0000": 4}), district(), ORIGIN, 1)
    two = evaluate(scores(EXPECTED), later({"c0000": 1, "c0303": 1}), district(), ORIGIN, 1).with_columns(night=ORIGIN + 7 * DAY)
    total = record(pl.concat([one, two]))
    assert total["level"].to_list() == ["blue", "orange", "red", "all"]
    red = total.row(by_predicate=pl.col("level") == "red", named=True)
    assert (red["weeks"], red["first"], red["last"], red["expected"], red["observed"]) == (2, ORIGIN, ORIGIN + 7 * DAY, 6.0, 5.0)
    assert red["spread"] == pytest.approx((2 * (3 + 9 / 1.5)) ** 0.5, rel=1e-6)


def test_hit_rate_takes_the_share_of_the_area() -> None:
    came, area = np.array([5.0, 3.0, 2.0, 0.0]), np.ones(4)
    assert hit_rate(np.array([4.0, 3.0, 2.0, 1.0]), came, area, 0.25) == 0.5
    assert hit_rate(np.array([4.0, 3.0, 2.0, 1.0]), came, area, 0.125) == 0.25
    # Cells that tie share the place; a large cell takes more of it.
    assert hit_rate(np.ones(4), came, area, 0.25) == pytest.approx(0.25)
    assert hit_rate(np.array([4.0, 3.0, 2.0, 1.0]), came, np.array([5.0, 1.0, 1.0, 3.0]), 0.25) == pytest.approx(0.25)
    assert hit_rate(np.ones(4), np.zeros(4), area, 0.25) is None


@given(st.lists(st.tuples(st.floats(0, 9), st.integers(0, 5), st.floats(0.01, 3)), min_size=1, max_size=30), st.floats(0, 1))
def test_a_hit_rate_is_a_share(rows: list[tuple[float, int, float]], share: float) -> None:
    ranked, came, area = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = hit_rate(ranked, came, area, share)
    assert found is None or -1e-9 <= found <= 1 + 1e-9
    assert hit_rate(ranked, came, area, 1.0) in (None, pytest.approx(1.0))


def test_mean_and_chance_name_the_size() -> None:
    mean, size = np.array([0.01, 0.5, 3.0, 40.0]), np.array([0.3, 1.0, 5.0, 20.0])
    assert size_of(mean, p_any(mean, size)) == pytest.approx(size, rel=1e-6)
    # More than a Poisson count could have: as good as Poisson.
    assert size_of(np.array([1.0]), np.array([0.9]))[0] > 1e5
