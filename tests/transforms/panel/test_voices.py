"""Voices behind the reports of a fortnight: who calls four times is one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from tests.helpers.made import at, cells, district, reports
from transforms.panel.voices import voices

LAST = dt.date(2025, 3, 10)
IDS = cells()["cell_id"]


def counted(*told: tuple[int, int | None], kind: str = "theft", cell: str = "c0000") -> list[int]:
    """Voices in the month of the last day and in the one before, of reports so many days before it, each with its spot."""
    rows: list[dict[str, Any]] = [
        {"kind": kind, "cell_id": cell, "occurred_at": at(LAST - dt.timedelta(days=ago)), "spot": spot} for ago, spot in told
    ]
    found = voices(reports(rows), district(), IDS, ["theft"], LAST, 14)["theft"]
    assert found.shape == (len(IDS), 2)
    assert not np.delete(found, IDS.to_list().index("c0000"), axis=0).any()
    return list(found[IDS.to_list().index("c0000")])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(0, 5), (0, 5), (1, 5), (3, 5)], [1, 0]),
        ([(0, 5), (0, 6), (1, 7), (3, 5)], [3, 0]),
        # Without a point, one voice per day.
        ([(0, None), (0, None), (1, None), (2, 9)], [3, 0]),
        # A spot has another hash in every month: what cannot be told to be the same is not counted twice.
        ([(0, 1), (1, 2), (10, 3), (11, 4), (12, 5)], [2, 3]),
        ([(13, 1), (14, 2), (-1, 3)], [0, 1]),
    ],
)
def test_voices_are_counted_within_each_month(told: list[tuple[int, int | None]], expected: list[int]) -> None:
    assert counted(*told) == expected


def test_other_series_are_not_asked_for() -> None:
    assert counted((0, 1), (1, 2), kind="assault") == [0, 0]
