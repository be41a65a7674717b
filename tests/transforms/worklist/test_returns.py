"""One row of a table that comes back: what it says, or the plain word for why it is set aside."""

from __future__ import annotations

import datetime as dt

import pytest

from transforms.words import Helped, Outcome, Unfit
from transforms.worklist.precision import Share, compared
from transforms.worklist.returns import Known, Said, read_return

TODAY = dt.date(2026, 3, 31)
DAY = dt.date(2026, 3, 30)
# As a district in China calls its cells; one begins with a zero.
LONG, ZERO = "410703001003006", "010703001003006"
LISTED = {(DAY, 3): LONG, (DAY, 4): ZERO, (DAY, 5): "c1"}
KNOWN = Known(
    frozenset({"c1", LONG, ZERO}),
    lambda written: {"a1": ("a1f", "c1"), "b1": ("b1f", LONG)}.get(written[:2]),
    lambda day, turn: LISTED.get((day, turn)),
    TODAY,
)
ROW = {"day": "2026-03-30", "cell": "c1", "outcome": "fixed"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, Said(TODAY - dt.timedelta(days=1), "c1", Outcome.FIXED)),
        ({"day": "2026/3/30", "outcome": "已整改"}, Said(TODAY - dt.timedelta(days=1), "c1", Outcome.FIXED)),
        ({"outcome": " Nothing found "}, Said(TODAY - dt.timedelta(days=1), "c1", Outcome.NOTHING_FOUND)),
        ({"cell": "", "alert": "a1@4"}, Said(TODAY - dt.timedelta(days=1), "c1", Outcome.FIXED, "a1f")),
        ({"outcome": ""}, None),
        ({"outcome": "", "day": "never", "cell": "c9"}, None),
        ({"outcome": "burnt down"}, Unfit.OUTCOME),
        ({"cell": "c9"}, Unfit.PLACE),
        ({"cell": ""}, Unfit.PLACE),
        ({"alert": "b2"}, Unfit.ALERT),
        ({"day": "2026-02-30"}, Unfit.DAY),
        ({"day": "yesterday"}, Unfit.DAY),
        ({"day": "2026-04-01"}, Unfit.DAY),
        ({"day": "2026-01-29"}, Unfit.DAY),
        ({"day": "2026-01-30"}, Said(dt.date(2026, 1, 30), "c1", Outcome.FIXED)),
    ],
)
def test_a_row_says_something_or_is_set_aside(changed: dict[str, str], says: Said | Unfit | None) -> None:
    assert read_return({**ROW, **changed}, KNOWN) == says


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"cell": "4.10703E+14", "turn": "3"}, Said(DAY, LONG, Outcome.FIXED)),
        ({"cell": "4.10703001003E+014", "turn": "3"}, Said(DAY, LONG, Outcome.FIXED)),
        ({"cell": "4e14", "turn": "3"}, Said(DAY, LONG, Outcome.FIXED)),
        ({"cell": "10703001003006", "turn": "4"}, Said(DAY, ZERO, Outcome.FIXED)),
        ({"cell": "4.10703E+14", "alert": "b1"}, Said(DAY, LONG, Outcome.FIXED, "b1f")),
        # Another place's turn, a turn of no list, none at all, another day: which place it was nobody can tell.
        ({"cell": "4.10703E+14", "turn": "4"}, Unfit.SHORTENED),
        ({"cell": "4.10703E+14", "turn": "5"}, Unfit.SHORTENED),
        ({"cell": "4.10703E+14", "turn": "9"}, Unfit.SHORTENED),
        ({"cell": "4.10703E+14"}, Unfit.SHORTENED),
        ({"cell": "4.10703E+14", "turn": "3", "day": "2026-03-29"}, Unfit.SHORTENED),
        ({"cell": "4.10704E+14", "turn": "3"}, Unfit.SHORTENED),
        ({"cell": "10703001003006"}, Unfit.PLACE),
        ({"cell": "10703001003007", "turn": "4"}, Unfit.PLACE),
        ({"cell": "", "turn": "3"}, Unfit.PLACE),
        ({"cell": "4.10704E+14", "alert": "b1"}, Unfit.ELSEWHERE),
        ({"day": "2026年3月30日"}, Said(DAY, "c1", Outcome.FIXED)),
    ],
)
def test_a_code_that_a_spreadsheet_took_for_a_number_is_told_by_its_turn_on_the_list(
    changed: dict[str, str], says: Said | Unfit | None
) -> None:
    assert read_return({**ROW, **changed}, KNOWN) == says


def outcomes(found: int, nothing: int) -> list[Outcome]:
    return [Outcome.FIXED] * found + [Outcome.NOTHING_FOUND] * nothing


def test_shares_have_their_interval_and_a_visit_alone_tells_nothing() -> None:
    # Wilson's example of 81 of 263 (Newcombe 1998, table I).
    share = Share.of([*outcomes(81, 182), Outcome.VISITED])
    assert (share.visits, share.found) == (263, 81)
    assert [share.low, share.high] == pytest.approx([0.2553, 0.3662], abs=1e-4)
    assert Share.of([Outcome.VISITED]).share is None


def test_whether_going_there_helped_is_said_only_where_it_is_known() -> None:
    # 56 of 70 against 48 of 80 (Newcombe 1998, example a).
    against = compared(Share.of(outcomes(56, 14)), Share.of(outcomes(48, 32)))
    assert [against.low, against.high] == pytest.approx([0.0524, 0.3339], abs=1e-4)
    assert against.says is Helped.YES
    assert compared(Share.of(outcomes(48, 32)), Share.of(outcomes(56, 14))).says is Helped.NO
    assert compared(Share.of(outcomes(3, 1)), Share.of(outcomes(1, 2))).says is Helped.NOT_KNOWN
    assert compared(Share.of(outcomes(30, 1)), Share.of([])).says is Helped.NOT_KNOWN
