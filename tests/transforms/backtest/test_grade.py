from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from transforms.backtest.calibration import RANKS
from transforms.backtest.grade import grade
from transforms.backtest.rows import COMPETITORS, FORECASTS

FIRST = dt.date(2024, 1, 1)
CELLS, ORIGINS, SIZE = 400, 40, 2.0


def drawn(seed: int = 0, *, told: float = 1.0, origins: int = ORIGINS) -> pl.DataFrame:
    """Counts drawn around unequal means; the forecast says ``told`` times the truth, every baseline the district's mean."""
    rng = np.random.default_rng(seed)
    mean = rng.gamma(0.5, 0.8, CELLS)[None, :] * np.ones((origins, 1))
    count = rng.negative_binomial(SIZE, SIZE / (SIZE + mean)).astype(float)
    days = [FIRST + dt.timedelta(days=7 * k) for k in range(origins)]
    return pl.DataFrame(
        {
            "origin": np.repeat(np.array(days, dtype="datetime64[D]"), CELLS),
            "horizon_days": 7,
            "series": "theft",
            "cell_id": [f"c{k:03d}" for k in range(CELLS)] * origins,
            "subdistrict": (["W"] * (CELLS // 2) + ["E"] * (CELLS // 2)) * origins,
            "level": (["blue"] * 300 + ["red"] * 100) * origins,
            "mean": told * mean.ravel(),
            "size": SIZE,
            "observed": count.ravel(),
            "last_year": 50 * mean.ravel(),
            **dict.fromkeys(COMPETITORS, float(mean.mean())),
        },
        schema=FORECASTS,
    )


def test_counts_drawn_from_the_forecast_are_graded_as_calibrated() -> None:
    found = grade(drawn(), 7)
    assert found is not None
    assert (found.origins, found.cells, found.rows) == (ORIGINS, CELLS, ORIGINS * CELLS)
    assert found.events == drawn()["observed"].sum()
    assert found.pit_deviation < 0.8
    assert 0.04 < found.upper_5 < 0.06
    for groups in found.calibration.values():
        for group in groups:
            assert group.ratio is not None
            assert group.ratio_se is not None
            assert abs(group.ratio - 1) < 3.5 * group.ratio_se
    # What a ranking by the truth reaches is what the forecast says it would.
    for area in found.areas:
        assert area.gap_se is not None
        assert abs(area.pei - area.ceiling) < 3.5 * area.gap_se
        assert area.pai == pytest.approx(area.hit_rate / area.share)


def test_it_beats_baselines_that_know_no_place() -> None:
    found = grade(drawn(), 7)
    assert found is not None
    for against in found.against:
        assert against.gain_se is not None
        assert against.gain > 5 * against.gain_se
        assert against.crps > 1
        assert against.hit_gain > 0.1
    assert found.over("kde_365").gain == pytest.approx(float(np.mean([o.gain for o in found.by_origin])))


def test_a_forecast_of_too_much_is_found_in_every_group() -> None:
    found = grade(drawn(told=1.5), 7)
    assert found is not None
    for groups in found.calibration.values():
        assert all(g.ratio is not None and g.ratio_se is not None and g.ratio > 1 + 3 * g.ratio_se for g in groups)
    assert all(b.probability > b.share for b in found.reliability[-10:])
    assert found.expected == pytest.approx(1.5 * found.events, rel=0.1)


def test_groups_hold_every_row_once_and_add_up() -> None:
    found = grade(drawn(), 7)
    assert found is not None
    for groups in found.calibration.values():
        assert sum(g.rows for g in groups) == found.rows
        assert sum(g.observed for g in groups) == found.events
        assert sum(g.expected for g in groups) == pytest.approx(found.expected)
    ranks = {g.name: g for g in found.calibration["rank"]}
    assert list(ranks) == list(RANKS)
    assert ranks["top 1 %"].rows == ORIGINS * 4
    assert ranks["top 1 %"].expected / 4 > ranks["1–5 %"].expected / 16 > ranks["rest"].expected / 320
    assert [g.name for g in found.calibration["quarter"]] == ["2024-Q1", "2024-Q2", "2024-Q3"]


def test_a_repeat_and_another_order_of_rows_are_the_same() -> None:
    frame = drawn()
    assert grade(frame, 7) == grade(frame.sample(fraction=1.0, shuffle=True, seed=1), 7)


def test_without_events_there_is_no_grade_and_with_one_origin_no_error() -> None:
    assert grade(drawn().with_columns(observed=pl.lit(0.0)), 7) is None
    single = grade(drawn(origins=1), 7)
    assert single is not None
    assert {a.gain_se for a in single.against} == {None}


def test_an_origin_without_events_counts_against_false_alarms_and_in_no_hit_rate() -> None:
    frame = drawn(origins=4)
    quiet = frame.with_columns(observed=pl.when(pl.col("origin") == FIRST).then(0.0).otherwise("observed"))
    found, rest = grade(quiet, 7), grade(quiet.filter(pl.col("origin") > FIRST), 7)
    assert found is not None
    assert rest is not None
    assert found.areas[1].hit_rate == pytest.approx(rest.areas[1].hit_rate)
    assert found.log_score < rest.log_score
    assert found.by_origin[0].hit_rate is None
