"""How good the forecast is on Chicago, 2014-07 to 2015-12: against baselines and a challenger, calibrated, as good as its own ceiling.

The figures stand in ``transforms/scoring/README.md``. The data is not part of the project; the fixture ``real_data`` finds it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from flows.nights.backtest import Terms, backtest
from flows.nights.look import look
from flows.stores import Context
from tests.helpers import challenger, chicago
from tests.helpers.calibrated import beyond
from tests.helpers.homes import LONG_AFTER, opened_city
from tests.helpers.real_data import held
from tests.helpers.shipped import shipping
from transforms.backtest.grade import SeriesGrade
from transforms.backtest.metrics import log_score, standard_error
from transforms.backtest.rows import COMPETITORS
from transforms.scoring.category.view import CategoryView
from transforms.scoring.negbin import fit_size
from transforms.words import Category

pytestmark = pytest.mark.lengthy

FIRST, LAST = dt.date(2014, 7, 7), dt.date(2015, 12, 21)
# Trees take seconds per fit: the challenger is asked at every sixth origin.
CHALLENGED_EVERY = 42
SERIES = sorted(chicago.SERIES)


@dataclass(frozen=True)
class Done:
    context: Context
    forecasts: pl.DataFrame
    grades: dict[str, SeriesGrade]
    left_out: dict[str, int]


@pytest.fixture(scope="module")
def done(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    held(real_data / "chicago" / "crimes_2015.parquet")
    root = tmp_path_factory.mktemp("chicago")
    chicago.write_district(root / "districts", real_data)
    with shipping(chicago.SHIPPED), opened_city(chicago.CODE, root / "districts", root, real_data) as context:
        forecasts, report = backtest(context, Terms(FIRST, LAST))
        grades = {s.code: s.grade for s in report.series if s.grade}
        yield Done(context, forecasts, grades, {s.code: sum(s.left_out.values()) for s in report.series})


def test_every_cell_and_origin_is_graded(done: Done) -> None:
    assert sorted(done.grades) == SERIES
    assert set(done.left_out.values()) == {0}
    origins = (LAST - FIRST).days // 7 + 1
    assert {g.rows for g in done.grades.values()} == {origins * len(done.context.folder.cells)}


def test_gains_over_the_baselines(done: Done) -> None:
    headline = {code: grade.over("shrunk_ewma") for code, grade in done.grades.items()}
    assert median(a.gain for a in headline.values()) >= 0.025
    for code, against in headline.items():
        assert against.gain_se is not None
        assert against.gain > against.gain_se, code
    assert median(grade.over("long_run").gain for grade in done.grades.values()) >= 0.035
    for grade in done.grades.values():
        assert grade.over("kde_365").gain > 0
        assert grade.over("last_period").gain > 0


@pytest.mark.parametrize("code", SERIES)
def test_it_is_not_worse_than_trees_on_the_same_features(done: Done, code: str) -> None:
    view = look(done.context, LAST + dt.timedelta(days=7), LONG_AFTER, None)
    holidays = done.context.holidays(LAST)
    seen = CategoryView(view.panel, view.reports, done.context.district, Category.PUBLIC_ORDER, holidays)
    own = done.forecasts.filter(pl.col("series") == code)
    frames = []
    for day in [FIRST + dt.timedelta(days=k) for k in range(0, (LAST - FIRST).days + 1, CHALLENGED_EVERY)]:
        end = view.panel.column(day)
        with threadpool_limits(limits=1, user_api="blas"):
            theirs = challenger.forecast(seen.pasts[code].before(end), view.panel.days[:end], holidays, 7, view.panel.neighbours)
        told = pl.DataFrame({"origin": [day] * len(theirs), "cell_id": view.panel.cells["cell_id"], "theirs": theirs})
        frames.append(own.join(told, on=["origin", "cell_id"]))
    both = pl.concat(frames)
    spread = fit_size(both["theirs"].to_numpy(), both["observed"].to_numpy())
    events = float(both["observed"].sum())
    gains = []
    for _, part in both.group_by("origin", maintain_order=True):
        mean, size, theirs, came = (part[c].to_numpy() for c in ("mean", "size", "theirs", "observed"))
        gains.append(
            float((log_score(mean, size, came) - log_score(theirs, np.full(len(came), spread), came)).sum()) * len(frames) / events
        )
    se = standard_error(np.array(gains), CHALLENGED_EVERY, 7)
    assert se is not None
    print(f"\n{code}: {np.mean(gains):+.4f} ± {se:.4f} nats per event over trees, {len(gains)} origins")
    assert np.mean(gains) > -se


@pytest.mark.parametrize("code", SERIES)
def test_calibration_by_rank_and_quarter(done: Done, code: str) -> None:
    grade = done.grades[code]
    assert grade.pit_deviation <= 0.4
    top, *others = grade.calibration["rank"]
    assert beyond([top], 0.2) == []
    assert beyond([*others, *grade.calibration["quarter"]], 0.1) == []


def test_calibration_by_police_district(done: Done) -> None:
    """Of 132 districts and series, chance alone puts one or two beyond 2.5 standard errors; none may lie far beyond."""
    groups = [g for grade in done.grades.values() for g in grade.calibration["subdistrict"] if g.observed]
    assert len(groups) > 120
    assert len(beyond(groups, 0.1)) <= 3
    assert beyond([g for g in groups if abs((g.ratio or 0) - 1) > 3.5 * (g.ratio_se or 0)], 0.1) == []


@pytest.mark.parametrize("code", SERIES)
def test_hits_are_those_of_the_best_baseline_and_near_the_ceiling(done: Done, code: str) -> None:
    grade = done.grades[code]
    assert len(grade.against) == len(COMPETITORS)
    best = max(grade.against, key=lambda a: a.hit_rate)
    assert best.hit_gain_se is not None
    assert best.hit_gain >= -1.5 * best.hit_gain_se
    area = grade.at(0.05)
    assert area.gap_se is not None
    assert area.pei >= 0.95 * area.ceiling - 2 * area.gap_se
