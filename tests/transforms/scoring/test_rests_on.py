"""What a score rests on: the newest report and what was observed, and never a sensitive one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.helpers.made import at, district, known_days, panel, reports
from transforms.panel.known import View
from transforms.reports.versions import promised
from transforms.scoring.rests_on import EXPOSURE_DAYS, RestsOn, rests_on
from transforms.words import Category

NIGHT = dt.date(2024, 6, 3)
DAY = dt.timedelta(days=1)


def view(*rows: tuple[str, str, int], silent_for: int = 0) -> View:
    """Reports of kinds in cells so many days before the night; ``order`` fell silent so many days ago."""
    made: list[dict[str, Any]] = [{"kind": k, "cell_id": c, "occurred_at": at(NIGHT - ago * DAY), "closed_at": None} for k, c, ago in rows]
    days = known_days(NIGHT - 100 * DAY, NIGHT - DAY).filter((pl.col("source") != "order") | (pl.col("day") < NIGHT - silent_for * DAY))
    seen = reports(made)
    return View(1, seen, days, panel(seen, days, NIGHT), ("", ""), promised(seen))


def on(seen: View, category: Category = Category.PUBLIC_ORDER, cell: str = "c0101", *, numbers: bool = True) -> RestsOn:
    return rests_on(seen, district(), category, cell, numbers=numbers)


def test_the_newest_report_of_the_cell_and_its_feed_counts() -> None:
    seen = view(("theft", "c0101", 9), ("assault", "c0101", 4), ("theft", "c0000", 1), ("dispute", "c0101", 2))
    assert on(seen) == RestsOn(NIGHT - 4 * DAY, 1.0, NIGHT - DAY)
    assert on(seen, cell="c0202") == RestsOn(None, 1.0, NIGHT - DAY)


def test_a_sensitive_report_is_nowhere_and_one_in_a_quiet_cell_has_no_day() -> None:
    assert on(view(("theft", "c0101", 9), ("domestic", "c0101", 2))).last_report_day == NIGHT - 9 * DAY
    assert on(view(("theft", "c0101", 9)), numbers=False) == RestsOn(None, 1.0, NIGHT - DAY)


def test_a_silence_shows_in_both_numbers() -> None:
    found = on(view(("theft", "c0101", 30), silent_for=7))
    assert found.exposure_28_days == pytest.approx(1 - 7 / EXPOSURE_DAYS)
    assert found.last_day_observed == NIGHT - 8 * DAY
    assert on(view(("theft", "c0101", 30), silent_for=7), Category.STABILITY).last_day_observed == NIGHT - DAY


def test_duty_is_counted_from_clocks_and_rests_on_no_cell() -> None:
    assert on(view(("theft", "c0101", 9)), Category.POLITICAL) == RestsOn()
