from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.helpers.made import at, cells, district, reports
from transforms.scoring.stock import open_stock
from transforms.words import Category

NOW = dt.date(2025, 6, 1)
DAY = dt.timedelta(days=1)


def stock(rows: list[dict[str, Any]], category: Category = Category.SAFETY, moments: tuple[dt.date, ...] = (NOW,)) -> list[float]:
    """Harm in the first cell at each moment; every other cell must be empty."""
    found = open_stock(reports(rows), district(), category, cells(), [at(m, 0) for m in moments])
    assert found.shape == (16, len(moments))
    assert (found[1:] == 0).all()
    return [float(v) for v in found[0]]


def hazard(**more: Any) -> dict[str, Any]:
    return {"kind": "hazard", "occurred_at": at(NOW - 100 * DAY), **more}


@pytest.mark.parametrize("severity", [1, 2, 4])
def test_an_open_hazard_weighs_its_severity(severity: int) -> None:
    assert stock([hazard(severity=severity)]) == pytest.approx([0.02 * severity])


@pytest.mark.parametrize(("past", "growth"), [(-5, 1), (0, 1), (15, 1.25), (30, 1.5), (60, 2), (90, 2)])
def test_a_hazard_grows_to_double_past_its_deadline(past: float, growth: float) -> None:
    assert stock([hazard(severity=1, due_at=at(NOW, 0) - past * DAY)]) == pytest.approx([0.02 * growth])


@pytest.mark.parametrize(("past", "growth"), [(-30, 0), (-1, 0), (0, 0), (1, 1 + 1 / 60), (30, 1.5), (60, 2), (300, 2)])
@pytest.mark.parametrize("kind", ["dispute", "service"])
def test_a_case_inside_its_clock_is_exactly_nothing(kind: str, past: float, growth: float) -> None:
    row = {"kind": kind, "severity": 3, "occurred_at": at(NOW - 400 * DAY), "due_at": at(NOW, 0) - past * DAY}
    found = stock([row], Category.STABILITY)
    assert found == pytest.approx([0.05 * 3 * growth])
    assert found[0] == 0 or growth > 0


def test_a_case_without_a_deadline_is_never_past_it() -> None:
    assert stock([{"kind": "dispute", "occurred_at": at(NOW - 400 * DAY)}], Category.STABILITY) == [0.0]


def test_what_closed_after_the_moment_was_open_then() -> None:
    rows = [hazard(severity=1, occurred_at=at(NOW - 20 * DAY), closed_at=at(NOW - 10 * DAY, 0))]
    moments = (NOW - 21 * DAY, NOW - 20 * DAY, NOW - 19 * DAY, NOW - 10 * DAY, NOW - 9 * DAY)
    # It was found at noon of the second moment's day, and closed at the very start of the fourth's: open there, closed a day later.
    assert stock(rows, moments=moments) == pytest.approx([0, 0, 0.02, 0.02, 0])


def test_closed_without_saying_when_is_closed() -> None:
    assert stock([hazard(status="closed")]) == [0.0]


def test_reopened_is_open_whenever_it_was_closed_before() -> None:
    assert stock([hazard(severity=1, status="open", closed_at=at(NOW - 50 * DAY))]) == pytest.approx([0.02])


def test_cases_add_up_and_fall_into_their_cells() -> None:
    found = open_stock(
        reports([hazard(severity=1), hazard(severity=2), hazard(severity=4, cell_id="c0301"), hazard(cell_id="elsewhere")]),
        district(),
        Category.SAFETY,
        cells(),
        [at(NOW, 0)],
    )
    assert found[0, 0] == pytest.approx(0.06)
    assert found[13, 0] == pytest.approx(0.08)
    assert found.sum() == pytest.approx(0.14)


def test_only_standing_kinds_of_the_category() -> None:
    rows = [{"kind": k, "occurred_at": at(NOW - 90 * DAY), "due_at": at(NOW - 60 * DAY)} for k in ("fire_building", "service", "theft")]
    assert stock(rows) == [0.0]
    assert stock(rows, Category.STABILITY) == pytest.approx([0.05 * 2 * 2], rel=0.01)
    assert stock(rows, Category.PUBLIC_ORDER) == [0.0]


def test_a_sensitive_standing_case_never_enters() -> None:
    rows = [{"kind": "private_dispute", "occurred_at": at(NOW - 90 * DAY), "due_at": at(NOW - 60 * DAY)}]
    assert stock(rows, Category.STABILITY) == [0.0]


def test_a_district_without_a_stock_weight_has_no_stock() -> None:
    some = district(categories={})
    assert (open_stock(reports([hazard()]), some, Category.SAFETY, cells(), [at(NOW, 0)]) == 0).all()
