"""How good the forecast is on a county's fire calls, with eight months of past in all: what a small world may claim."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from statistics import median

import pytest

from flows.backtest import Terms, backtest
from flows.context import open_context
from flows.ingest import ingest
from tests.flows import tiny
from tests.real_data import held
from transforms.backtest.report import Report
from transforms.schema import Category

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FIRST, LAST = dt.date(2016, 2, 15), dt.date(2016, 8, 15)


@pytest.fixture(scope="module")
def fire(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    held(real_data / "montgomery_911" / "911.csv.gz")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SIFANG_DISTRICT", "SIFANG_WAREHOUSE_URL", "SIFANG_LAKE_URL"):
            patch.delenv(name, raising=False)
        patch.setenv("SIFANG_HOME", str(tmp_path_factory.mktemp("montgomery")))
        patch.setenv("SIFANG_DISTRICTS", str(ROOT / "tests" / "districts"))
        patch.setenv("SIFANG_TEST_DATA", str(real_data.resolve()))
        patch.setenv("SIFANG_KEY", tiny.KEY)
        context = open_context("montgomery")
        try:
            assert all(r.state == "stored" for r in ingest(context, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
            _, report = backtest(context, Terms(FIRST, LAST, category=Category.SAFETY))
            return report
        finally:
            context.close()


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
        assert series.left_out == {"not_covered": 0, "window_not_observed": 0}


def test_it_is_calibrated(fire: Report) -> None:
    beyond = []
    for series in fire.series:
        grade = series.grade
        assert grade is not None
        assert grade.pit_deviation <= 0.4
        for group in grade.calibration["rank"][1:]:
            assert group.ratio is not None
            assert group.ratio_se is not None
            assert abs(group.ratio - 1) <= max(0.1, 3.5 * group.ratio_se)
            if abs(group.ratio - 1) > max(0.1, 2.5 * group.ratio_se):
                beyond.append((series.code, group.name, group.ratio))
        area = grade.at(0.05)
        assert area.gap_se is not None
        assert area.pei >= 0.95 * area.ceiling - 2 * area.gap_se
    # Of nine groups one may lie beyond 2.5 standard errors by chance (with one chance in nine), and one does: 1.18 ± .07.
    assert len(beyond) <= 1, beyond
