"""Weekly grades on the tiny district: which forecasts are graded, when, and where the grades show."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from flows.nights.evaluate import SETTLE_DAYS
from flows.nights.night import run_night
from flows.nights.plan import PastNights, backfill_runs, nightly_run
from flows.tell.status import status
from infra.warehouse.nights.evaluations import evaluations_of
from infra.warehouse.nights.scores import scores_of
from tests.helpers import tiny
from tests.helpers.tiny import NIGHT, Tiny, moment

DAY = dt.timedelta(days=1)
DUE = NIGHT + (7 + SETTLE_DAYS) * DAY


def _live(tiny_one: Tiny, night: dt.date) -> None:
    run_night(tiny_one.context, nightly_run(tiny_one.context, night, None, f"live-{night}"))


def _grades(tiny_one: Tiny, night: dt.date = DUE) -> pl.DataFrame:
    return evaluations_of(tiny_one.context.warehouse, night)


@pytest.fixture
def two_weeks_on(on_both: Tiny) -> Tiny:
    """A Monday's night published, and the files of the fortnight after it taken in."""
    _live(on_both, NIGHT)
    tiny.deliver_days(on_both.inbox, NIGHT, DUE - DAY)
    on_both.ingest(moment(DUE))
    return on_both


def test_a_published_forecast_is_graded_once_its_reports_are_in(two_weeks_on: Tiny) -> None:
    _live(two_weeks_on, DUE - DAY)
    assert _grades(two_weeks_on).is_empty()
    _live(two_weeks_on, DUE)
    grades = _grades(two_weeks_on)
    assert set(grades["category"]) == {"public_order", "safety", "stability"}
    assert set(grades.select("night", "revision", "evaluated_night").rows()) == {(NIGHT, 1, DUE)}
    whole = grades.filter((pl.col("level") == "all") & (pl.col("category") == "public_order")).row(0, named=True)
    published = scores_of(two_weeks_on.context.warehouse, NIGHT).filter(pl.col("category") == "public_order")
    assert whole["expected"] == pytest.approx(published["expected_count"].sum(), rel=0.1)
    assert abs(whole["observed"] - whole["expected"]) < 4 * whole["spread"]
    assert 0 < whole["hit_rate"] < 1
    assert whole["pai"] == pytest.approx(whole["hit_rate"] / 0.05)
    for one in grades.filter(pl.col("level") != "all").group_by("category").agg(pl.col("cells", "expected", "observed").sum()).to_dicts():
        total = grades.filter((pl.col("level") == "all") & (pl.col("category") == one["category"])).row(0, named=True)
        assert [one[c] for c in ("cells", "expected", "observed")] == pytest.approx([total[c] for c in ("cells", "expected", "observed")])
    # What a later night sees of it; and a brief of a night before does not know it yet.
    assert _grades(two_weeks_on, DUE - DAY).is_empty()
    told = status(two_weeks_on.context).record
    assert {one.level for one in told} >= {"all"}
    # Run again, the same night grades nothing anew and doubles nothing.
    _live(two_weeks_on, DUE)
    assert _grades(two_weeks_on).equals(grades)


def test_a_restated_forecast_is_not_graded(two_weeks_on: Tiny) -> None:
    context = two_weeks_on.context
    before = scores_of(context.warehouse, NIGHT)
    late = tiny.reports("order", NIGHT - 9 * DAY, NIGHT - 9 * DAY, seed=2).with_columns(released=pl.lit(f"{DUE - DAY} 12:00:00"))
    tiny.deliver(two_weeks_on.inbox, "order", late, "late")
    two_weeks_on.ingest(moment(DUE))
    run_night(context, backfill_runs(context, PastNights(NIGHT, NIGHT, "late-data"), moment(DUE), "again")[0])
    run_night(context, backfill_runs(context, PastNights(NIGHT - 7 * DAY, NIGHT - 7 * DAY, "late-data"), moment(DUE), "again")[0])
    assert not scores_of(context.warehouse, NIGHT).equals(before)
    # A backfill of the night that would grade gives no grades.
    run_night(context, backfill_runs(context, PastNights(DUE, DUE, "late-data"), moment(DUE), "again")[0])
    assert _grades(two_weeks_on).is_empty()
    _live(two_weeks_on, DUE)
    # The revision that people saw is graded, not the one made with hindsight, and not the night that never was live.
    assert set(_grades(two_weeks_on).select("night", "revision").rows()) == {(NIGHT, 1)}
