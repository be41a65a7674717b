"""The fourth category tried out: on the tiny district, and on the cases of two cities."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app as cli
from flows.nights.backtest import Terms, backtest
from tests.helpers.homes import opened_city
from tests.helpers.real_data import held
from tests.helpers.tiny import Tiny
from transforms.backtest.duty.report import DutyReport
from transforms.words import Category
from transforms.words.backtests import Chance

ROOT = Path(__file__).parents[3]
SIMPLE = (Chance.DEPARTMENT, Chance.KIND)


def test_duty_alone_is_asked_for_and_told(district: Tiny) -> None:
    range_ = ["--category", "political", "--from", "2025-05-05", "--to", "2025-06-02"]
    told = CliRunner().invoke(cli, ["backtest", "--district", "tiny", *range_, "--json"])
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)["report"]
    assert report["series"] == []
    duty = report["duty"]
    assert duty["cases"] == sum(age["cases"] for age in duty["ages"]) > 0
    assert duty["origins"] == report["origins"] == 5
    drawn = CliRunner().invoke(cli, ["backtest", "--district", "tiny", *range_])
    assert "gain in log score per case" in " ".join(drawn.output.split())
    page = (district.context.settings.home / "backtests" / "tiny" / "2025-05-05_2025-06-02" / "report.html").read_text("utf-8")
    assert "履职" in page
    assert "总览" not in page


def test_a_case_is_asked_of_while_it_is_open_and_only_once_its_end_is_known(district: Tiny) -> None:
    def cases(last: dt.date) -> int:
        _, report = backtest(district.context, Terms(dt.date(2025, 5, 5), last, category=Category.POLITICAL))
        return report.duty.cases if report.duty else 0

    assert cases(dt.date(2025, 5, 5)) < cases(dt.date(2025, 5, 12)) < cases(dt.date(2025, 5, 19))


def duty_of(code: str, districts: Path, home: Path, data: Path, terms: Terms) -> DutyReport:
    with opened_city(code, districts, home, data) as context:
        frame, report = backtest(context, terms)
    assert frame.is_empty()
    assert report.duty is not None
    return report.duty


def no_worse_than_the_simple_ways(duty: DutyReport) -> None:
    for grade in duty.ages:
        for way in SIMPLE:
            gain = grade.gains[way]
            assert gain.brier_se is not None
            assert gain.log_se is not None
            assert gain.brier > -gain.brier_se, (grade.age, way)
            assert gain.log > -gain.log_se, (grade.age, way)


def printed(duty: DutyReport) -> None:
    print(f"\n{duty.cases} open clocks at {duty.origins} origins; reliability {duty.by_line}, by department and year {duty.by_department}")
    for grade in duty.ages:
        gains = {way: f"{g.brier:+.4f} ±{g.brier_se:.4f}, {g.log:+.3f} ±{g.log_se:.3f}" for way, g in grade.gains.items()}
        print(f"from {grade.age:.0%}: {grade.cases} clocks, {grade.missed:.0%} missed; gain in Brier and log score over {gains}")


@pytest.mark.lengthy
def test_boston_is_forecast_better_than_by_last_years_shares(real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held(real_data / "boston_311_sample" / "cases.csv.gz")
    terms = Terms(dt.date(2018, 1, 1), dt.date(2023, 12, 4), category=Category.POLITICAL)
    duty = duty_of("boston", ROOT / "tests" / "districts", tmp_path, real_data, terms)
    with capsys.disabled():
        printed(duty)
    no_worse_than_the_simple_ways(duty)
    assert duty.ages[0].gains[Chance.DEPARTMENT].log > 0.1
    # Some forty cases a month make no line of a department and a subdistrict.
    assert duty.by_line.reliability is None


@pytest.mark.lengthy
def test_san_franciscos_clocks_by_rule_are_forecast_better_too(real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = held(real_data / "san_francisco" / "cases_311_sample.csv.gz").parent
    folder = shutil.copytree(ROOT / "tests" / "districts" / "san_francisco", tmp_path / "districts" / "san_francisco")
    (folder / "data").symlink_to(data.resolve())
    terms = Terms(dt.date(2013, 6, 3), dt.date(2015, 5, 25), category=Category.POLITICAL)
    duty = duty_of("san_francisco", folder.parent, tmp_path, real_data, terms)
    with capsys.disabled():
        printed(duty)
    no_worse_than_the_simple_ways(duty)
