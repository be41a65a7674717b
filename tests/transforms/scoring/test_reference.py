from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms.scoring.reference import Reference, freeze, freeze_day, levels, origin_days, quarter_start, score
from transforms.scoring.silence import Heard
from transforms.words import Category, Level

DAY = dt.timedelta(days=1)


def reference(*harms: float) -> Reference:
    return frozen(np.array(harms)[:, None])


def frozen(harms: NDArray[np.float64], category: Category = Category.SAFETY) -> Reference:
    return freeze(category, dt.date(2025, 4, 1), False, harms, [f"c{k}" for k in range(len(harms))])


def test_score_is_the_share_below() -> None:
    # 0 … 1000: each harm is its own quantile.
    ref = reference(*np.arange(1001.0))
    assert score(np.array([0.0, 250.0, 799.0, 950.5, 1000.0]), ref) == pytest.approx([0, 25, 79.9, 95.05, 100])
    assert score(np.array([-5.0, 4000.0]), ref).tolist() == [0.0, 100.0]


def test_ties_share_the_middle_of_their_ranks() -> None:
    ref = reference(*[0.0] * 600, *np.linspace(1, 2, 401))
    found = score(np.array([0.0, 0.5, 1.0, 2.0]), ref)
    assert found[0] == pytest.approx(29.95, abs=0.05)
    assert found[0] < found[1] < found[2] < found[3] == 100
    assert found[1] == pytest.approx(60, abs=0.1)


def test_a_reference_of_nothing_but_zeros() -> None:
    assert score(np.array([0.0, 1e-9]), reference(*[0.0] * 50)).tolist() == [50.0, 100.0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from([0.0, 0.1, 0.5, 1.0]) | st.floats(0, 10), min_size=1, max_size=40),
    st.lists(st.floats(-1, 12), min_size=2, max_size=20),
)
def test_score_is_monotone_and_bounded(harms: list[float], asked: list[float]) -> None:
    found = score(np.sort(np.array(asked + harms)), reference(*harms))
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0
    assert found.max() <= 100


def test_scores_of_the_reference_itself_are_uniform() -> None:
    harms = np.random.default_rng(1).gamma(0.5, 1.0, 5000)
    found = score(harms, reference(*harms))
    assert [(found >= edge).mean() for edge in (50, 80, 95, 99)] == pytest.approx([0.5, 0.2, 0.05, 0.01], abs=0.002)


def test_a_growing_year_is_seen() -> None:
    harms = np.random.default_rng(2).gamma(0.5, 1.0, 5000)
    assert (score(1.5 * harms, reference(*harms)) >= 95).mean() > 0.08


def test_pooling_takes_all_origins() -> None:
    # Of 300 cells, two thirds could not be scored at the first origin, and nobody at the last.
    harms = np.column_stack([np.r_[np.zeros(100), np.full(200, np.nan)], np.ones(300), np.full(300, np.nan)])
    ref = frozen(harms)
    assert ref.origins == 2
    assert np.mean(ref.quantiles) == pytest.approx(0.75, abs=0.01)


def test_usual_is_the_median_of_the_cells_own_harms() -> None:
    nan = np.nan
    ref = frozen(np.array([[1.0, 5.0, 2.0], [4.0, nan, 2.0], [nan, nan, 7.0], [nan, nan, nan]]))
    assert ref.usual == {"c0": 2.0, "c1": 3.0, "c2": 7.0}


def test_it_survives_the_store_and_its_name_is_its_content() -> None:
    ref = reference(0.1, 0.2, 1 / 3)
    again = Reference.from_payload(json.loads(json.dumps(ref.payload())))
    assert again.quantiles.tolist() == ref.quantiles.tolist()
    assert again.model_id == ref.model_id
    assert reference(0.1, 0.2, 0.34).model_id != ref.model_id
    assert again.usual == ref.usual
    assert frozen(np.array([[0.1], [0.2], [1 / 3]]), Category.STABILITY).model_id != ref.model_id


@pytest.mark.parametrize(
    ("night", "first", "expected"),
    [
        ("2025-05-20", "2024-01-01", ("2025-04-01", False)),
        ("2025-04-01", "2024-01-01", ("2025-04-01", False)),
        ("2025-03-31", "2024-01-01", ("2025-01-01", False)),
        ("2025-12-31", "2020-01-01", ("2025-10-01", False)),
        # 147 days before the quarter are enough, 146 are not: then the Monday of the week.
        ("2025-05-20", "2024-11-05", ("2025-04-01", False)),
        ("2025-05-20", "2024-11-06", ("2025-05-19", True)),
        ("2025-05-19", "2025-03-01", ("2025-05-19", True)),
        # No Monday has a week behind it yet: the night itself.
        ("2025-05-20", "2025-05-13", ("2025-05-20", True)),
        ("2025-05-20", "2025-05-12", ("2025-05-19", True)),
        ("2025-05-20", "2025-05-19", ("2025-05-20", True)),
    ],
)
def test_freeze_day(night: str, first: str, expected: tuple[str, bool]) -> None:
    found = freeze_day(Heard(dt.date.fromisoformat(first), dt.date.fromisoformat(night)))
    assert (found[0].isoformat(), found[1]) == expected


def test_the_freeze_never_lies_ahead_and_has_days_behind_it() -> None:
    first = dt.date(2024, 11, 20)
    for k in range(1, 500):
        night = first + k * DAY
        frozen, provisional = freeze_day(Heard(first, night))
        assert first < frozen <= night
        assert provisional or frozen == quarter_start(night)
        assert all(first < d <= frozen for d in origin_days(frozen, first))


def test_origins_are_weekly_and_begin_after_eight_weeks() -> None:
    frozen = dt.date(2025, 4, 1)
    found = origin_days(frozen, dt.date(2020, 1, 1))
    assert found == [frozen - 7 * k * DAY for k in range(52)]
    assert len(origin_days(frozen, frozen - 56 * DAY)) == 1
    assert len(origin_days(frozen, frozen - 62 * DAY)) == 1
    assert len(origin_days(frozen, frozen - 63 * DAY)) == 2
    assert origin_days(frozen, frozen - 10 * DAY) == [frozen]


@pytest.mark.parametrize(
    ("points", "history", "expected"),
    [
        (100.0, 55, None),
        (0.0, 55, None),
        (100.0, 56, Level.ORANGE),
        (100.0, 363, Level.ORANGE),
        (100.0, 364, Level.RED),
        (99.0, 364, Level.RED),
        (98.999, 364, Level.ORANGE),
        (95.0, 364, Level.ORANGE),
        (94.999, 364, Level.YELLOW),
        (80.0, 56, Level.YELLOW),
        (79.999, 999, Level.BLUE),
    ],
)
def test_levels_and_their_caps(points: float, history: int, expected: Level | None) -> None:
    assert levels(np.array([points]), np.array([history]), np.array([False])) == [expected]


@pytest.mark.parametrize(
    ("points", "history", "expected"),
    [
        (50.0, 400, Level.YELLOW),
        (85.0, 400, Level.ORANGE),
        (97.0, 400, Level.RED),
        (99.5, 400, Level.RED),
        (85.0, 200, Level.ORANGE),
        (97.0, 200, Level.ORANGE),
        (99.5, 200, Level.ORANGE),
        (50.0, 40, None),
    ],
)
def test_a_red_surge_raises_the_level_by_one_within_the_caps(points: float, history: int, expected: Level | None) -> None:
    assert levels(np.array([points]), np.array([history]), np.array([True])) == [expected]
