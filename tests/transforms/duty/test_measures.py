"""What is measured of departments, against counting it by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.helpers.made import FEEDS, ZONE, at, cells, reports
from transforms.duty.clocks import CLOCKS, Offices, clocks_of
from transforms.duty.measures import FEWEST, measures
from transforms.schema import DUTY_MEASURES
from transforms.words.duty import Measure, Side

NIGHT = dt.date(2025, 6, 2)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def case(due: float, took: float | None, **more: Any) -> dict[str, Any]:
    """A case of ten days and five hours, due so many days before the night, closed so many days after its report, or open."""
    due_at = at(NIGHT, 0) - due * DAY
    begun = due_at - 10 * DAY - 5 * HOUR
    row = {"kind": "service", "occurred_at": begun, "due_at": due_at, "closed_at": None if took is None else begun + took * DAY}
    return {**row, "department": "a", "cell_id": "c0000", **more}


def measured(rows: list[dict[str, Any]], tags: dict[str, str] | None = None) -> pl.DataFrame:
    here = cells().with_columns(tags=pl.col("cell_id").replace_strict(tags or {}, default=None, return_dtype=pl.String))
    found = measures(clocks_of(reports(rows), here, dict.fromkeys(FEEDS, at(NIGHT, 0)), Offices(ZONE.key)), here)
    assert found.schema == DUTY_MEASURES
    return found


def figure(found: pl.DataFrame, measure: Measure, tag: str = "", side: Side = Side.ALL) -> dict[str, Any]:
    asked = (pl.col("department") == "a") & (pl.col("measure") == measure.value) & (pl.col("tag") == tag) & (pl.col("side") == side.value)
    rows = found.filter(asked)
    assert len(rows) == 1
    return rows.row(0, named=True)


def test_shares_are_counted_and_have_jeffreys_interval() -> None:
    rows = [case(k + 0.5, 12 if k < 7 else 4, reopens=k % 4, transfers=k % 2) for k in range(28)]
    found = measured(rows)
    on_time = figure(found, Measure.ON_TIME)
    assert (on_time["n"], on_time["value"]) == (28, 0.75)
    assert (on_time["lower"], on_time["upper"]) == pytest.approx(stats.beta.ppf([0.1, 0.9], 21.5, 7.5))
    assert figure(found, Measure.REOPENED)["value"] == 0.75
    assert figure(found, Measure.PASSED_ON)["value"] == 0.5
    # Nobody asks callers, and there is no clock of any other duty.
    assert not {m.value for m in (Measure.CONFIRMED, Measure.FIRST_CONTACT)} & set(found["measure"])


def test_what_falls_due_outside_of_the_weeks_is_of_the_year_before_or_of_nothing() -> None:
    on = {0: 1, 27.9: 1, 28: 0, 300: 0, 28 + 364.9: 0}
    rows = [case(due, 4) for due in (-0.1, *on, 28 + 365.1) for _ in range(12)]
    row = figure(measured(rows), Measure.ON_TIME)
    assert (row["n"], row["n_before"]) == (24, 36)


def test_callers_confirm_what_was_closed_and_asked() -> None:
    rows = [case(5, 4, confirmed=None if k % 3 == 0 else k % 3 == 1) for k in range(30)] + [case(5, None) for _ in range(9)]
    row = figure(measured(rows), Measure.CONFIRMED)
    assert (row["n"], row["value"]) == (30, pytest.approx(1 / 3))


def test_days_are_quantiles_and_what_is_open_is_the_longest() -> None:
    draw = np.random.default_rng(4)
    took = draw.exponential(5, 200).round(4)
    rows = [case(15, float(days) if days < 14 else None) for days in took]
    found = measured(rows)
    open_share = (took >= 14).mean()
    assert 0 < open_share < 0.2
    half, most = figure(found, Measure.DAYS_P50), figure(found, Measure.DAYS_P90)
    assert half["value"] == pytest.approx(np.sort(took)[99], abs=1e-3)
    assert half["lower"] < half["value"] < half["upper"]
    assert most["lower"] < most["value"]
    none = figure(measured([case(15, None if k % 2 else 4) for k in range(41)]), Measure.DAYS_P90)
    assert (none["value"], none["upper"]) == (None, None)


def test_the_interval_of_a_quantile_holds_the_truth_as_often_as_it_says() -> None:
    draw = np.random.default_rng(8)
    rows = [case(15, float(draw.exponential(2)), department=f"d{k % 200}") for k in range(200 * 60)]
    for measure, truth in ((Measure.DAYS_P50, 2 * np.log(2)), (Measure.DAYS_P90, 2 * np.log(10))):
        found = measured(rows).filter(pl.col("measure") == measure.value)
        assert 0.77 <= ((found["lower"] <= truth) & (found["upper"] >= truth)).mean() <= 0.95


def test_the_backlog_is_of_the_night_and_of_the_same_moment_before_those_weeks() -> None:
    rows = [case(3, None), case(3, None), case(-4, None), case(200, 4), case(40, 30)]
    row = figure(measured(rows), Measure.BACKLOG)
    assert (row["value"], row["n"]) == (2, 3)
    # 28 days ago one was open that was due twelve days before.
    assert (row["value_before"], row["n_before"]) == (1, 1)


def test_places_with_a_tag_stand_beside_the_others() -> None:
    rows = [case(5, 9, cell_id="c0000") for _ in range(20)] + [case(5, 2, cell_id="c0001") for _ in range(30)]
    found = measured([*rows, case(5, 2, cell_id="sub:W")], {"c0000": "old_estate no_property_manager", "c0002": "old_estate"})
    assert set(found["tag"]) == {"", "old_estate", "no_property_manager"}
    slow, fast = (figure(found, Measure.DAYS_P50, "old_estate", side) for side in (Side.TAGGED, Side.OTHERS))
    assert (slow["n"], fast["n"]) == (20, 30)
    assert slow["value"] == pytest.approx(9)
    assert fast["value"] == pytest.approx(2)
    assert slow["lower"] > fast["upper"]
    everywhere = dict.fromkeys(cells()["cell_id"], "old_estate")
    assert set(measured(rows, everywhere)["tag"]) == {""}


def test_of_few_nothing_is_said_but_their_number() -> None:
    for number in (FEWEST - 1, FEWEST):
        row = figure(measured([case(5, 4) for _ in range(number)]), Measure.ON_TIME)
        assert (row["n"], row["value"] is None) == (number, number < FEWEST)


def test_no_clocks_no_measures() -> None:
    found = measures(CLOCKS.to_frame(), cells())
    assert found.is_empty()
    assert found.schema == DUTY_MEASURES
