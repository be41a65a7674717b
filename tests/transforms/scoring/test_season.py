from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from numpy.typing import NDArray

from transforms.scoring.season import FLAT, Season, around_spring_festival, fit_season

FIRST = dt.date(2022, 1, 1)
SPRING = (dt.date(2022, 2, 1), dt.date(2023, 1, 22), dt.date(2024, 2, 10), dt.date(2025, 1, 29))
WEEKDAY = np.array([1.0, 1.1, 1.0, 0.9, 1.3, 0.8, 0.6])
Array = NDArray[np.float64]


def holidays() -> dict[dt.date, str]:
    found = dict.fromkeys(SPRING, "spring_festival")
    found |= {s + dt.timedelta(days=k): "holiday" for s in SPRING for k in range(1, 6)}
    return found | {dt.date(year, 10, day): "holiday" for year in range(2022, 2026) for day in range(1, 8)}


def truth(days: list[dt.date]) -> Array:
    def one(day: dt.date) -> float:
        factor = WEEKDAY[day.weekday()] * np.exp(0.3 * np.sin(2 * np.pi * day.timetuple().tm_yday / 365.25))
        away = min((day - s).days for s in SPRING if abs((day - s).days) < 100) if any(abs((day - s).days) < 100 for s in SPRING) else 99
        factor *= 0.7 if -3 <= away < 0 else 0.4 if 0 <= away < 3 else 0.8 if 3 <= away < 8 else 1.0
        return float(factor * (1.5 if day.month == 10 and day.day <= 7 else 1.0))

    return np.array([one(d) for d in days])


def span(days: int) -> list[dt.date]:
    return [FIRST + dt.timedelta(days=k) for k in range(days)]


def draw(days: list[dt.date], rate: float = 200.0, growth: float = 0.0, seed: int = 1) -> Array:
    trend = np.exp(growth * np.arange(len(days)) / 365.25)
    return np.asarray(np.random.default_rng(seed).poisson(rate * truth(days) * trend), dtype=float)


def test_it_recovers_weekday_year_and_holidays() -> None:
    days = span(1461)
    season = fit_season(draw(days), np.ones(len(days)), days, holidays())
    expected = truth(days) / truth(days).mean()
    assert season.factor(days, holidays()) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("growth", [-0.4, 0.4])
def test_the_trend_is_left_out(growth: float) -> None:
    days = span(1461)
    counts = draw(days, growth=growth)
    factor = fit_season(counts, np.ones(len(days)), days, holidays()).factor(days, holidays())
    assert abs(np.log(counts[-365:].mean() / counts[:365].mean())) > 1
    assert factor[-365:].mean() == pytest.approx(factor[:365].mean(), rel=0.01)
    assert factor == pytest.approx(truth(days) / truth(days).mean(), rel=0.06)


def test_less_than_two_years_have_no_day_of_year() -> None:
    days = span(700)
    season = fit_season(draw(days), np.ones(len(days)), days, {})
    assert season.harmonics == ()
    assert season.factor(days, {})[:7] == pytest.approx(season.factor(days, {})[350:357])
    assert len(fit_season(draw(span(730)), np.ones(730), span(730), {}).harmonics) == 4


@pytest.mark.parametrize(("days", "per_day"), [(27, 100.0), (400, 0.04), (0, 1.0)])
def test_too_little_data_is_flat(days: int, per_day: float) -> None:
    counts = np.zeros(days)
    counts[: max(0, int(days * per_day))] = 1 if per_day < 1 else per_day
    season = fit_season(counts, np.ones(days), span(days), holidays())
    assert season == FLAT
    assert (season.factor(span(500), holidays()) == 1).all()


def test_enough_data_is_not_flat() -> None:
    assert fit_season(draw(span(28)), np.ones(28), span(28), {}) != FLAT


@pytest.mark.parametrize("days", [60, 500, 1000])
def test_the_mean_over_the_fit_is_one(days: int) -> None:
    exposure = np.random.default_rng(2).choice([0.0, 0.4, 1.0], days)
    counts = draw(span(days)) * exposure
    factor = fit_season(counts, exposure, span(days), holidays()).factor(span(days), holidays())
    assert np.average(factor, weights=exposure) == pytest.approx(1, abs=1e-9)


def test_counts_of_missing_days_are_not_looked_at() -> None:
    days = span(800)
    exposure = np.ones(800)
    exposure[300:420] = 0
    counts = draw(days)

    def fit(garbage: float) -> Season:
        return fit_season(np.where(exposure > 0, counts, garbage), exposure, days, holidays())

    assert fit(0.0) == fit(1e6)


def test_missing_days_leave_it_unchanged() -> None:
    days = span(1461)
    counts = draw(days)
    exposure = np.ones(len(days))
    # Every second Sunday and one whole May never came.
    exposure[[k for k, d in enumerate(days) if (d.weekday() == 6 and k % 14 < 7) or (d.year, d.month) == (2023, 5)]] = 0
    whole = fit_season(counts, np.ones(len(days)), days, holidays()).factor(days, holidays())
    holed = fit_season(counts * exposure, exposure, days, holidays()).factor(days, holidays())
    assert holed / holed.mean() == pytest.approx(whole, rel=0.03)


def test_half_arrived_is_not_half_as_busy() -> None:
    days = span(364)
    sunday = np.array([d.weekday() == 6 for d in days])
    exposure = np.where(sunday, 0.5, 1.0)
    season = fit_season(np.full(364, 100.0) * exposure, exposure, days, {})
    assert season.factor(days, {}) == pytest.approx(np.ones(364), rel=1e-3)
    # The same counts with nothing missing are a quiet Sunday.
    quiet = fit_season(np.full(364, 100.0) * exposure, np.ones(364), days, {}).factor(days, {})
    assert quiet[sunday].mean() / quiet[~sunday].mean() == pytest.approx(0.5, rel=1e-2)


def test_a_weekday_without_any_event_stays_finite_and_small() -> None:
    days = span(364)
    closed = np.array([d.weekday() >= 5 for d in days])
    factor = fit_season(np.where(closed, 0.0, 50.0), np.ones(364), days, {}).factor(days, {})
    assert np.isfinite(factor).all()
    assert factor[closed].max() < 0.1
    assert factor[~closed] == pytest.approx(np.full((~closed).sum(), 1.4), rel=0.05)


def test_a_holiday_seen_once_in_a_quiet_series_hardly_counts() -> None:
    days = span(400)
    counts = np.ones(400)
    counts[days.index(dt.date(2022, 10, 1))] = 4
    once = {dt.date(2022, 10, 1): "holiday"}
    assert 1 < fit_season(counts, np.ones(400), days, once).factor([dt.date(2022, 10, 1)], once)[0] < 1.6


@pytest.mark.parametrize(("first", "last", "near"), [(-9, -4, False), (-9, -3, True), (0, 0, True), (7, 9, True), (8, 40, False)])
def test_spring_festival_is_near_from_three_days_before_its_first_day_to_seven_after(first: int, last: int, near: bool) -> None:
    begins, day = dt.date(2026, 2, 17), dt.timedelta(days=1)
    holidays = {begins: "spring_festival", begins + 40 * day: "qingming"}
    assert around_spring_festival(begins + first * day, begins + last * day, holidays) is near
