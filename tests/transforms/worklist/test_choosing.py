"""The list of a day: why a place is on it, in which order, what rests, what is drawn, when to go."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl
import pytest

from tests.helpers.made import at, cells, district, reports, source
from transforms.district.columns import Columns
from transforms.district.work import WorkRules
from transforms.schema import SCORES, VISITS
from transforms.worklist.choosing import work_list
from transforms.worklist.drawing import drawn
from transforms.worklist.errands import Evening

NIGHT = dt.date(2025, 6, 4)
DAY = dt.timedelta(days=1)
CELLS = cells()["cell_id"].to_list()
PLACE = district()


def scores(changed: dict[str, dict[str, Any]] | None = None) -> pl.DataFrame:
    """Every cell is blue in public order and expects a little, the later the less; some are otherwise."""
    usual = {"category": "public_order", "state": "scored", "score": 50.0, "level": "blue", "surge": "none"}
    rows = [
        {**dict.fromkeys(SCORES), **usual, "cell_id": cell, "expected_harm": 1.0 - k / 100, **(changed or {}).get(cell, {})}
        for k, cell in enumerate(CELLS)
    ]
    return pl.DataFrame(rows, SCORES)


def hazard(cell: str, due: int, **more: Any) -> dict[str, Any]:
    return {"kind": "hazard", "cell_id": cell, "occurred_at": at(NIGHT - 40 * DAY), "due_at": at(NIGHT + due * DAY), **more}


def visit(cell: str, days_ago: int, outcome: str | None = None, chosen: str = "listed") -> dict[str, Any]:
    return {"cell_id": cell, "day": NIGHT - days_ago * DAY, "chosen": chosen, "outcome": outcome}


def evening(number: int = 4, share: float = 0.0, **more: Any) -> Evening:
    given: dict[str, Any] = {"scores": scores(), "reports": reports([]), "district": PLACE, "seed": "s"}
    rules = WorkRules(visits_per_day=number, random_share=share)
    visits = pl.DataFrame([dict.fromkeys(VISITS) | v for v in more.pop("visits", [])], VISITS)
    return Evening(NIGHT, **{**given, "rules": rules, "visits": visits, **more})


def listed(known: Evening) -> list[tuple[str, str]]:
    return list(work_list(known).select("cell_id", "errands").iter_rows())


def test_errands_take_turns_and_what_they_leave_over_goes_to_the_highest() -> None:
    stock = reports(
        [hazard(CELLS[9], -5), hazard(CELLS[8], -5, severity=4), hazard(CELLS[7], 3), hazard(CELLS[6], -5, closed_at=at(NIGHT - DAY))]
    )
    told = scores({CELLS[5]: {"level": "red"}, CELLS[12]: {"surge": "red", "surge_p": 1e-6, "surge_days": 3}})
    found = listed(evening(6, reports=stock, scores=told, chronic={CELLS[14]: "public_order"}))
    # The worst hazard, the surge, the red one, the chronic one; then the second hazard; then what most is expected of.
    assert found == [
        (CELLS[8], "overdue"),
        (CELLS[12], "surge"),
        (CELLS[5], "red"),
        (CELLS[14], "chronic"),
        (CELLS[9], "overdue"),
        (CELLS[0], "high"),
    ]


def test_a_place_stands_once_with_all_that_speaks_for_it() -> None:
    told = scores({CELLS[3]: {"level": "red", "surge": "red", "surge_p": 1e-5, "surge_days": 7}})
    assert listed(evening(1, reports=reports([hazard(CELLS[3], -1)]), scores=told)) == [(CELLS[3], "overdue surge red")]


def test_a_place_that_somebody_was_sent_to_rests_and_a_surge_as_long_as_its_window() -> None:
    told = scores({CELLS[3]: {"level": "red"}, CELLS[4]: {"surge": "red", "surge_p": 1e-5, "surge_days": 3}})
    assert listed(evening(2, scores=told, visits=[visit(CELLS[3], 6), visit(CELLS[4], 3)])) == [(CELLS[0], "high"), (CELLS[1], "high")]
    assert listed(evening(2, scores=told, visits=[visit(CELLS[3], 7), visit(CELLS[4], 4)])) == [(CELLS[4], "surge"), (CELLS[3], "red")]


def test_a_chronic_place_is_due_until_somebody_has_said_what_came_of_it() -> None:
    always = {CELLS[15]: "public_order"}
    assert listed(evening(1, chronic=always, visits=[visit(CELLS[15], 20)])) == [(CELLS[15], "chronic")]
    assert listed(evening(1, chronic=always, visits=[visit(CELLS[15], 20, "nothing_found")])) == [(CELLS[0], "high")]
    assert listed(evening(1, chronic=always, visits=[visit(CELLS[15], 30, "nothing_found")])) == [(CELLS[15], "chronic")]


def test_what_was_closed_waits_for_a_second_look_where_its_source_tells_of_such() -> None:
    columns = Columns.model_validate({"occurred_at": "o", "kind": "k", "zone": "z", "recheck_at": "r"})
    telling = district(sources=[source("fire", "fire_hazard", columns=columns)])
    closed = [
        hazard(CELLS[3], 9, closed_at=at(NIGHT - 4 * DAY)),
        hazard(CELLS[4], 9, closed_at=at(NIGHT - 4 * DAY), recheck_at=at(NIGHT - DAY)),
    ]
    rows = reports(closed)
    assert listed(evening(1, reports=rows, district=telling)) == [(CELLS[3], "recheck")]
    assert listed(evening(1, reports=rows)) == [(CELLS[0], "high")]
    # Somebody was there since.
    assert listed(evening(1, reports=rows, district=telling, visits=[visit(CELLS[3], 3, "visited")])) == [(CELLS[0], "high")]


def test_the_share_that_is_drawn_stands_evenly_among_the_rest_and_is_the_same_in_every_order() -> None:
    known = evening(10, 0.2)
    found = work_list(known)
    assert found["chosen"].to_list() == ["listed", "listed", "random", "listed", "listed", "listed", "listed", "random", "listed", "listed"]
    assert found["turn"].to_list() == list(range(1, 11))
    assert found["cell_id"].n_unique() == 10
    shuffled = evening(10, 0.2, scores=scores().sample(fraction=1.0, shuffle=True, seed=3))
    assert work_list(shuffled).equals(found)
    assert not work_list(evening(10, 0.2, seed="t")).equals(found)


def test_the_longer_nobody_has_looked_the_likelier_a_place_is_drawn() -> None:
    weights = {"seldom": 300.0, "often": 30.0, **{f"usual{k}": 100.0 for k in range(4)}}
    counts = Counter(place for k in range(4000) for place in drawn(weights, 1, str(k)))
    assert counts["seldom"] / 4000 == pytest.approx(300 / 730, abs=0.03)
    assert counts["often"] / 4000 == pytest.approx(30 / 730, abs=0.015)
    assert sorted(drawn(weights, 9, "x")) == sorted(weights)


def test_nobody_is_sent_at_random_where_no_source_would_tell_anything() -> None:
    told = scores({cell: {"expected_harm": None, "level": None, "state": "not_scored"} for cell in CELLS[4:]})
    assert set(work_list(evening(10, 0.5, scores=told))["cell_id"]) == set(CELLS[:4])


def test_one_goes_when_most_happens_there_and_a_place_without_a_past_follows_the_district() -> None:
    def some(cell: str, part: str, number: int) -> list[dict[str, Any]]:
        return [{"kind": "theft", "cell_id": cell, "occurred_at": at(NIGHT - 9 * DAY), "part_of_day": part} for _ in range(number)]

    rows = reports([*some(CELLS[0], "night", 30), *some(CELLS[5], "evening", 60), *some(CELLS[1], "night", 1)])
    found = dict(work_list(evening(3, reports=rows)).select("cell_id", "part_of_day").iter_rows())
    assert found == {CELLS[0]: "night", CELLS[1]: "evening", CELLS[2]: "evening"}
    assert work_list(evening(3))["part_of_day"].null_count() == 3


def test_a_list_may_be_longer_than_there_are_places() -> None:
    assert sorted(work_list(evening(200, 0.1))["cell_id"]) == sorted(CELLS)


def test_where_a_major_hazard_stands_open_somebody_goes_whether_or_not_it_is_overdue() -> None:
    place = district(premises={f"P{k}": {"category": "mall", "cell": CELLS[k]} for k in (5, 6, 7)})
    rows = [
        hazard(CELLS[5], 3, severity=4, premises="P5"),
        # Told a little beside where its register says; and one day longer.
        hazard(CELLS[9], 3, severity=4, premises="P6", reported_on=NIGHT - 41 * DAY),
        # None: closed, not major, at premises that are on no register any more.
        hazard(CELLS[7], 3, severity=4, premises="P7", closed_at=at(NIGHT - DAY)),
        hazard(CELLS[7], 3, severity=3, premises="P7"),
        hazard(CELLS[8], 3, severity=4, premises="P8"),
    ]
    found = listed(evening(3, reports=reports(rows), district=place))
    assert found == [(CELLS[6], "major"), (CELLS[5], "major"), (CELLS[0], "high")]
    # Somebody was sent there on the day before.
    assert listed(evening(1, reports=reports(rows), district=place, visits=[visit(CELLS[6], 1)])) == [(CELLS[5], "major")]
