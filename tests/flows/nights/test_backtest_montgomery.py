"""How good the forecast is on a county's fire calls, with eight months of past in all: what a small world may claim."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from statistics import median

import pytest

from flows.nights.backtest import Terms, backtest
from tests.helpers.calibrated import beyond
from tests.helpers.homes import opened_city
from tests.helpers.real_data import held
from transforms.backtest.report import Report
from transforms.words import Category

pytestmark = pytest.mark.lengthy

ROOT = Path(__file__).parents[3]
FIRST, LAST = dt.date(2016, 2, 15), dt.date(2016, 8, 15)


@pytest.fixture(scope="module")
def fire(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    held(real_data / "montgomery_911" / "911.csv.gz")
    with opened_city("montgomery", ROOT / "tests" / "districts", tmp_path_factory.mktemp("montgomery"), real_data) as context:
        _, report = backtest(context, Terms(FIRST, LAST, category=Category.SAFETY))
        return report


def test_it_beats_every_baseline_from_its_first_weeks_on(fire: Report) -> None:
    grades = [s.grade for s in fire.series if s.grade]
    assert len(grades) == 3
    for grade in grades:
        headline = grade.over("shrunk_ewma")
        assert headline.gain_se is not None
        assert headline.gain > headline.gain_se
        assert min(a.gain for a in grade.against) > 0
    assert median(g.over("shrunk_ewma").gain for g in grades) >= 0.025


def test_no_mixture_is_more_than_provisional(fire: Report) -> None:
    for series in fire.series:
        assert set(series.standings) <= {"learning", "provisional", "refused"}
        assert series.standings["provisional"] > series.standings.get("refused", 0)
        assert series.left_out == {"not_covered": 0, "window_not_observed": 0, "no_number": 0}


def test_it_is_calibrated_in_every_group_of_cells_and_every_quarter(fire: Report) -> None:
    for series in fire.series:
        grade = series.grade
        assert grade is not None
        assert grade.pit_deviation <= 0.4
        top, *others = grade.calibration["rank"]
        assert beyond([top], 0.2) == [], series.code
        assert beyond([*others, *grade.calibration["quarter"]], 0.1) == [], series.code


def test_it_finds_what_a_forecast_of_its_spread_can_find(fire: Report) -> None:
    for series in fire.series:
        assert series.grade is not None
        area = series.grade.at(0.05)
        assert area.gap_se is not None
        assert area.pei >= 0.95 * area.ceiling - 2 * area.gap_se
