"""How lists follow one another, and how far they are ahead of the city's own order."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.helpers.made import ZONE, at, reports
from transforms.schema import UTC, VISITS
from transforms.worklist.following import Lead, lead, likeness

DAY = dt.timedelta(days=1)
FIRST = dt.date(2026, 3, 2)


def visits(*rows: tuple[str, int, str, str | None]) -> pl.DataFrame:
    """Cell, days after the first, how it came about, what came of it."""
    made = [(cell, FIRST + day * DAY, chosen, outcome, at(FIRST + day * DAY), 1) for cell, day, chosen, outcome in rows]
    return pl.DataFrame(made, {**VISITS, "known_at": UTC}, orient="row")


def test_two_days_in_a_row_are_compared_and_own_visits_are_no_list() -> None:
    sent = [
        ("a", 0, "listed", None),
        ("b", 0, "random", None),
        ("b", 1, "listed", None),
        ("c", 1, "listed", None),
        ("a", 1, "own", "fixed"),
    ]
    assert likeness(visits(*sent)) == pytest.approx(1 / 3)
    # A day without a list is none that the next could be like.
    assert likeness(visits(*sent, ("b", 3, "listed", None))) == pytest.approx(1 / 3)
    assert likeness(visits(*sent[:2])) is None


def case(cell: str, begins: int, closed: int | None) -> dict[str, object]:
    return {
        "kind": "hazard",
        "cell_id": cell,
        "occurred_at": at(FIRST + begins * DAY),
        "closed_at": None if closed is None else at(FIRST + closed * DAY),
    }


def test_a_list_is_ahead_by_the_days_until_the_city_closed_what_stood_open() -> None:
    rows = reports([case("a", -5, 10), case("a", -5, 4), case("a", 3, 9), case("a", -9, -2), case("b", -1, None), case("c", -1, 8)])
    sent = visits(("a", 0, "listed", None), ("a", 7, "listed", None), ("b", 0, "listed", None), ("c", 0, "random", None))
    # The first two were open on the first day, the third came after it and was open on the second.
    assert lead(sent, rows, ZONE.key) == Lead(3, 4.0)


def test_where_somebody_went_the_city_did_not_come_in_its_own_order() -> None:
    rows = reports([case("a", -5, 10), case("b", -5, 10)])
    sent = visits(("a", 0, "listed", None), ("b", 0, "listed", None), ("b", 2, "own", "visited"))
    assert lead(sent, rows, ZONE.key) == Lead(1, 10.0)
    assert lead(visits(), rows, ZONE.key) == Lead(0, None)
