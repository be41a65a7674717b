"""`sifang backtest` on the tiny district: what was known then, every covered cell, files and page, errors with their remedy."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app as cli
from flows.nights.backtest import Asked, Terms, backtest, terms, with_horizon
from flows.nights.challenge import challenged
from infra.errors import SifangError
from infra.pages.backtest.page import render
from infra.pages.backtest.predictions import export
from infra.pages.backtest.write import write
from tests.helpers import tiny
from tests.helpers.homes import opened
from tests.helpers.html import Page
from tests.helpers.tiny import Tiny
from transforms.backtest.challenge import predictions
from transforms.backtest.report import Report
from transforms.backtest.rows import FORECASTS
from transforms.words import Baseline, Category, Grouping

FIRST, LAST = dt.date(2025, 5, 19), dt.date(2025, 6, 2)
DAY = dt.timedelta(days=1)


def asked(**changes: object) -> Terms:
    return Terms(**({"first": FIRST, "last": LAST, "every_days": 7} | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def done(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, Report]:
    """One backtest of every series, for the tests that only look."""
    with pytest.MonkeyPatch.context() as patch, opened(filled, patch) as made:
        return backtest(made.context, asked())


def test_every_covered_cell_and_origin_is_graded_and_the_rest_counted(done: tuple[pl.DataFrame, Report]) -> None:
    frame, report = done
    assert frame.schema == FORECASTS
    assert frame.null_count().sum_horizontal().item() == 0
    assert frame["origin"].unique().sort().to_list() == [FIRST, FIRST + 7 * DAY, LAST]
    for series in report.series:
        rows = len(frame.filter(pl.col("series") == series.code))
        left = series.left_out
        assert rows + sum(left.values()) == 3 * tiny.CELLS
        covered_by_half = Category(series.category) is Category.PUBLIC_ORDER
        assert left == {"not_covered": 3 * tiny.UNCOVERED if covered_by_half else 0, "no_number": 0, "window_not_observed": 0}
        assert sum(series.standings.values()) == 3
    assert {s.code for s in report.series} >= {"theft", "violence", "fire_other", "dispute"}


def test_what_came_is_what_the_files_say(done: tuple[pl.DataFrame, Report]) -> None:
    frame, _ = done
    rows = tiny.reports("order", tiny.FIRST_DAY, tiny.NIGHT - DAY)
    day = pl.col("happened").str.slice(0, 10).str.to_date()
    for origin in (FIRST, LAST):
        thefts = rows.filter((pl.col("kind") == "theft") & day.is_between(origin, origin + 6 * DAY))
        covered = thefts.filter(pl.col("lon").cast(pl.Float64) < tiny.COVERED_EAST)
        counted = float(frame.filter((pl.col("origin") == origin) & (pl.col("series") == "theft"))["observed"].sum())
        assert abs(counted - len(covered)) <= 0.1 * len(thefts)


def test_a_report_that_became_known_later_changes_what_came_and_no_forecast(district: Tiny) -> None:
    before, _ = backtest(district.context, asked(series=frozenset({"theft"})))
    late = (
        tiny.reports("order", FIRST - 20 * DAY, FIRST - 2 * DAY, seed=9)
        .head(200)
        .with_columns(kind=pl.lit("theft"), released=pl.lit("2025-06-08 12:00:00"))
    )
    tiny.deliver(district.inbox, "order", late, "late")
    district.ingest(tiny.moment(tiny.NIGHT, 8))
    after, _ = backtest(district.context, asked(series=frozenset({"theft"})))
    assert before.drop("observed").equals(after.drop("observed"))
    known_now, _ = backtest(district.context, asked(series=frozenset({"theft"}), restated=True))
    assert known_now["mean"].to_numpy().sum() > 1.2 * before["mean"].to_numpy().sum()


def test_a_repeat_is_the_same_and_a_series_alone_as_among_others(district: Tiny, done: tuple[pl.DataFrame, Report]) -> None:
    frame, report = backtest(district.context, asked(series=frozenset({"theft"})))
    whole = done[0].filter(pl.col("series") == "theft")
    # Levels need the whole category.
    assert frame.drop("level").equals(whole.drop("level"))
    assert [s.code for s in report.series] == ["theft"]
    own = {s.code: s for s in done[1].series}["theft"]
    assert own.grade is not None
    assert report.series[0].grade is not None
    assert report.series[0].grade.against == own.grade.against


def test_another_horizon_is_another_window(district: Tiny) -> None:
    context = with_horizon(district.context, 3)
    frame, report = backtest(context, asked(series=frozenset({"theft"})))
    week, _ = backtest(district.context, asked(series=frozenset({"theft"})))
    assert report.horizon_days == 3
    assert frame["horizon_days"].unique().to_list() == [3]
    assert 0.2 < frame["mean"].to_numpy().sum() / week["mean"].to_numpy().sum() < 0.7
    assert frame["observed"].sum() < week["observed"].sum()


def test_the_page_says_everything_twice_and_needs_nothing(done: tuple[pl.DataFrame, Report], tmp_path: Path) -> None:
    frame, report = done
    files = write(tmp_path / "out", frame, report)
    assert [f.name for f in files] == ["forecasts.parquet", "report.html", "summary.json"]
    text = files[1].read_text("utf-8")
    page = Page(text)
    assert page.crooked == []
    assert "http" not in text.replace("http-equiv", "")
    assert text == render(report)
    graded = [s for s in report.series if s.grade]
    assert len([e for e in page.elements if e[0] == "svg"]) == len(graded) * (4 + len(Grouping)) + len(
        report.duty.ages if report.duty else ()
    )
    for words in [v.words.capital for v in (*Baseline, *Grouping)]:
        assert words.zh in text
        assert words.en in text
    assert text.count('class="zh"') == text.count('class="en"')
    summary = json.loads(files[2].read_text("utf-8"))
    told = {s["code"]: s["grade"] for s in summary["series"]}
    assert {code for code, grade in told.items() if grade} == {s.code for s in graded}
    assert told["theft"]["against"][0].keys() >= {"gain", "gain_se"}
    assert pl.read_parquet(files[0]).equals(frame)


def test_the_command_prints_a_table_and_where_the_page_is(district_root: Path, tmp_path: Path) -> None:
    options = ["--from", "2025-05-26", "--to", "2025-06-02", "--series", "theft", "--out", str(tmp_path / "out")]
    said = CliRunner().invoke(cli.app, ["backtest", "--district", tiny.CODE, *options])
    assert said.exit_code == 0
    assert "theft" in said.stdout
    assert (tmp_path / "out" / "report.html").is_file()
    again = CliRunner().invoke(cli.app, ["backtest", "--district", tiny.CODE, *options, "--json"])
    found = json.loads(again.stdout)
    assert found["report"]["origins"] == 2
    assert found["page"] == str(tmp_path / "out" / "report.html")
    assert found["report"]["series"][0]["left_out"] == {"not_covered": 2 * tiny.UNCOVERED, "no_number": 0, "window_not_observed": 0}


@pytest.mark.parametrize(
    ("first", "last", "category", "series", "what", "remedy"),
    [
        (LAST, FIRST, None, [], "lies after", "Swap"),
        (FIRST, dt.date(2025, 6, 5), None, [], "has not been observed", "2025-06-02"),
        (dt.date(2025, 4, 1), LAST, None, [], "eight weeks", "--from 2025-04-2"),
        (None, None, "morale", [], "Nothing is forecast", "public_order, stability, political"),
        (None, None, None, ["thefts"], "no series 'thefts'", "theft"),
        (None, None, "safety", ["theft"], "no series of safety", "Leave out"),
        (dt.date(2027, 1, 1), None, None, [], "lies after the last origin, 2025-06-02", "choose --from 2025-06-02"),
    ],
)
def test_what_cannot_be_tested_is_refused_with_a_remedy(
    district: Tiny, first: dt.date | None, last: dt.date | None, category: str | None, series: list[str], what: str, remedy: str
) -> None:
    with pytest.raises(SifangError) as refused:
        terms(district.context, Asked(first, last, category=category, series=frozenset(series)))
    assert what in str(refused.value)
    assert remedy in str(refused.value)


def test_without_dates_it_goes_as_far_back_as_there_is_history(district: Tiny) -> None:
    chosen = terms(district.context, Asked())
    assert chosen.origins[0] >= tiny.FIRST_DAY + 56 * DAY
    assert chosen.origins[-1] <= LAST
    assert len(chosen.origins) >= 5


def test_what_is_exported_comes_back_as_a_challenger_that_gains_nothing(district: Tiny, tmp_path: Path) -> None:
    frame, _ = backtest(district.context, asked(series=frozenset({"theft"})))
    files = export(tmp_path, frame)
    told = challenged(district.context, files[0], restated=False)
    assert [(one.series, one.missing, round(one.gain, 9)) for one in told] == [("theft", 0, 0.0)]
    assert abs(challenged(district.context, files[1], restated=False)[0].gain) < 1e-9


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda f: f.drop("origin"), "no column origin"),
        (lambda f: f.drop("mean", "size"), "says nothing"),
        (lambda f: pl.concat([f, f]), "twice"),
        (lambda f: f.with_columns(mean=None), "empty"),
        (lambda f: f.with_columns(cell_id=pl.lit("x") + pl.col("cell_id")), "Nothing in"),
    ],
)
def test_a_file_that_cannot_be_graded_is_refused_with_a_remedy(
    district: Tiny, tmp_path: Path, change: Callable[[pl.DataFrame], pl.DataFrame], what: str
) -> None:
    frame, _ = backtest(district.context, asked(series=frozenset({"theft"})))
    file = tmp_path / "theirs.parquet"
    change(predictions(frame)).write_parquet(file)
    with pytest.raises(SifangError, match=what):
        challenged(district.context, file, restated=False)


def test_a_series_is_tried_alone_where_another_one_escalates(district: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.scoring.category.fit.MIN_WINDOWS", 1)
    assert district.context.district.series["violence"].escalates
    _, report = backtest(district.context, asked(series=frozenset({"theft"})))
    assert [series.code for series in report.series] == ["theft"]
