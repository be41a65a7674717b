from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest

from transforms.reports.unlikely import LEAST, unlikely

FIRST = dt.date(2025, 1, 1)
CELLS = 40


def usual(number: int = 1_200, days: int = 150) -> list[dict[str, Any]]:
    """Reports as they are anywhere."""
    chance = random.Random(7)
    return [
        {
            "occurred_on": FIRST + dt.timedelta(days=chance.randrange(days)),
            "kind": chance.choice(["theft", "fight", "robbery"]),
            "cell_id": f"c{chance.randrange(CELLS)}",
            "spot": chance.randrange(900),
            "part_of_day": chance.randrange(4),
        }
        for _ in range(number)
    ]


def told(rows: list[dict[str, Any]], cells: int = CELLS) -> list[str]:
    types = {"occurred_on": pl.Date, "kind": pl.String, "cell_id": pl.String, "spot": pl.Int32, "part_of_day": pl.Int8}
    return unlikely(pl.DataFrame(rows, schema=types), cells)


def test_usual_reports_are_not_remarkable() -> None:
    assert told(usual()) == []
    assert told(usual(LEAST - 1)[:1] * (LEAST - 1)) == []
    assert told([]) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: None if r["occurred_on"].weekday() == 6 else r, "none is of a Sunday"),
        (lambda r: r | {"occurred_on": r["occurred_on"].replace(day=1)}, "% are of the 1st of a month"),
        (lambda r: None if r["occurred_on"].month == 3 else r, r"hardly any is of 2025-03 \(\d+ are usual\)"),
        (lambda r: r | {"cell_id": "c1"} if r["spot"] % 4 == 0 else r, "lie in c1, one of 40 cells"),
        (lambda r: r | {"cell_id": "c1", "spot": 5} if r["spot"] % 3 == 0 else r, "lie within fifty metres of one another"),
    ],
)
def test_what_is_unlikely_is_told(change: Any, said: str) -> None:
    rows = [changed for row in usual() if (changed := change(row)) is not None]
    assert any(pl.Series([text]).str.contains(said).item() for text in told(rows)), told(rows)


def test_a_day_that_came_twice_under_other_numbers() -> None:
    rows = usual(4_000)
    day = FIRST + dt.timedelta(days=33)
    (said,) = told(rows + [row for row in rows if row["occurred_on"] == day])
    assert said.startswith("on 2025-02-03 nearly every report stands twice")


def test_a_month_of_sundays_without_a_report_is_not_judged_by_few_reports_or_days() -> None:
    rested = [row for row in usual() if row["occurred_on"].weekday() != 6]
    assert told(rested[:65]) == []
    assert told([row | {"occurred_on": FIRST} for row in rested]) == []


def test_what_is_sensitive_lies_in_no_cell_that_could_be_named() -> None:
    assert told([row | {"cell_id": "sub:s1", "spot": None} for row in usual()]) == []
    assert told([row | {"cell_id": "c1"} for row in usual()], cells=5) == []
