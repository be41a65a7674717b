from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tests.helpers.made import cells
from transforms.backtest.rows import FORECASTS, Came, Origin, forecast_rows
from transforms.grids.neighbours import Neighbours
from transforms.panel.panel import Exposure
from transforms.scoring.baselines import BASELINES, baseline_rates
from transforms.scoring.features import Past
from transforms.scoring.fitting import fit_model
from transforms.scoring.forecast import Setting, forecast
from transforms.scoring.model import SeriesModel

Array = NDArray[np.float64]

FIRST, DAYS, HORIZON = dt.date(2024, 1, 1), 150, 7
PLACE = cells(5)
N = len(PLACE)
# A cell in five is covered by nothing; it has neighbours that are.
PATTERN = (np.arange(N) % 5 == 4).astype(np.int64)
COVERED = PATTERN == 0


def origin() -> Origin:
    near = Neighbours(PLACE["x_m"].to_numpy(), PLACE["y_m"].to_numpy())
    return Origin(FIRST + dt.timedelta(days=DAYS), [FIRST + dt.timedelta(days=k) for k in range(DAYS)], {}, PLACE, near)


def past() -> Past:
    rng = np.random.default_rng(1)
    counts = (rng.poisson(rng.gamma(0.8, 0.2, N)[:, None] * np.ones(DAYS)) * COVERED[:, None]).astype(np.float32)
    return Past(counts, np.zeros_like(counts), Exposure(PATTERN, np.array([[1.0], [0.0]]) * np.ones(DAYS)))


def model() -> SeriesModel:
    at = origin()
    return fit_model(past(), at.days, {}, HORIZON, at.neighbours)


def came(share: Array | float = 1.0) -> Came:
    counts = np.random.default_rng(2).poisson(0.3, (N, HORIZON)).astype(np.float32)
    return Came(counts, np.broadcast_to(share, (N, HORIZON)) * COVERED[:, None])


def rows(what: Came, levels: pl.Series | None = None) -> tuple[pl.DataFrame, dict[str, int]]:
    return forecast_rows("theft", origin(), model(), past(), what, pl.Series([None] * N, dtype=pl.String) if levels is None else levels)


def test_every_covered_cell_is_graded_and_the_others_are_counted() -> None:
    frame, left_out = rows(came())
    assert frame.schema == FORECASTS
    assert frame["cell_id"].to_list() == PLACE.filter(pl.Series(COVERED))["cell_id"].to_list()
    assert left_out == {"not_covered": 5, "no_number": 0, "window_not_observed": 0}
    assert frame.null_count().sum_horizontal().item() == 0
    assert set(frame["level"]) == {"none"}


def test_means_and_baselines_are_those_of_the_origin() -> None:
    frame, _ = rows(came())
    at, fitted = origin(), model()
    made = forecast(fitted, past(), Setting(at.days, {}, at.neighbours), np.array([DAYS]), HORIZON)
    assert frame["mean"].to_numpy() == pytest.approx(made.mean[COVERED, 0])
    season = fitted.season.factor(at.days, {})
    for name, rate in baseline_rates(past(), season, np.array([DAYS]), HORIZON, at.neighbours).items():
        assert frame[f"baseline_{name}"].to_numpy() == pytest.approx(rate[COVERED, 0] * made.offset[0])
    assert [c for c in frame.columns if c.startswith("baseline_")] == [f"baseline_{name}" for name in BASELINES]
    assert frame["observed"].to_list() == came().counts.sum(axis=1)[COVERED].tolist()
    assert frame["size"].to_numpy() == pytest.approx(fitted.sizes.of(made.mean)[COVERED, 0])


def test_of_a_window_observed_in_part_only_that_part_is_expected() -> None:
    whole, _ = rows(came())
    most, _ = rows(came(0.95))
    for column in ("mean", "baseline_long_run"):
        assert most[column].to_numpy() == pytest.approx(0.95 * whole[column].to_numpy())
    none, left_out = rows(came(0.85))
    assert none.is_empty()
    assert left_out == {"not_covered": 5, "no_number": 0, "window_not_observed": N - 5}


def test_what_came_changes_no_forecast_and_levels_are_passed_on() -> None:
    levels = pl.Series(["red"] * 3 + [None] * (N - 3))
    one, _ = rows(came(), levels)
    other, _ = rows(Came(came().counts + 9, came().share), levels)
    assert one.drop("observed").equals(other.drop("observed"))
    assert one["level"].to_list()[:4] == ["red", "red", "red", "none"]


def test_forecasts_that_are_no_numbers_are_counted_apart() -> None:
    broken = replace(model(), weights=tuple(float("nan") for _ in model().weights))
    frame, left_out = forecast_rows("theft", origin(), broken, past(), came(), pl.Series([None] * N, dtype=pl.String))
    assert frame.is_empty()
    assert left_out == {"not_covered": 5, "no_number": N - 5, "window_not_observed": 0}
