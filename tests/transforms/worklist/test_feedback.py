"""Feedback is cut: what the list finds by itself says where the list sends, and counts nowhere but in its clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tests.helpers.made import at, cells, district, reports
from transforms.duty.clocks import Offices, clocks_of
from transforms.duty.share import duty_performance
from transforms.grids.neighbours import Neighbours
from transforms.panel.known import Known, View
from transforms.schema import VISITS
from transforms.scoring.category.view import CategoryView
from transforms.words import Category
from transforms.worklist.visits import as_rows, visits_known

NIGHT = dt.date(2025, 6, 4)
DAY = dt.timedelta(days=1)
CELLS = cells()
IDS = CELLS["cell_id"].to_list()
AROUND = Neighbours(CELLS["x_m"].to_numpy(), CELLS["y_m"].to_numpy())
PLACE = district()
PLACE = district(kinds={**PLACE.kinds, "hazard": PLACE.kinds["hazard"].model_copy(update={"series": "fire"})})
SEEN = at(NIGHT, 5)


def rows_of(visits: list[dict[str, Any]], seq: int = 2) -> pl.DataFrame:
    told = [{"outcome": None, "chosen": "listed", "known_at": at(v["day"], 5), "recorded_seq": 0, **v} for v in visits]
    return as_rows(pl.DataFrame(told, VISITS), "worklist", 1).with_columns(recorded_seq=pl.lit(seq, pl.Int64))


def seen(rows: list[dict[str, Any]], visits: list[dict[str, Any]], *, as_of: dt.datetime = SEEN, seq: int = 9) -> View:
    found = [{**row, "report_id": f"{k:016x}"} for k, row in enumerate(rows)]
    return Known(reports(found), as_of, seq, PLACE, CELLS, {}, AROUND, rows_of(visits)).on(NIGHT)


def hazard(day: dt.date, discovery: str = "inspection", cell: str = IDS[3], **more: Any) -> dict[str, Any]:
    return {"kind": "hazard", "cell_id": cell, "occurred_at": at(day), "discovery": discovery, "department": "a", **more}


def counts(view: View) -> tuple[float, float]:
    """What is counted of hazards, and what the open stock weighs."""
    of_category = CategoryView(view.panel, view.reports, PLACE, Category.SAFETY, {})
    return float(view.panel.counts["fire"].sum()), float(of_category.stock([NIGHT]).sum())


@pytest.mark.parametrize(
    ("found", "visit", "counts_it"),
    [
        (hazard(NIGHT - 5 * DAY), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY}, False),
        (hazard(NIGHT - 4 * DAY, "patrol"), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY}, False),
        (hazard(NIGHT - 5 * DAY), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY, "outcome": "fixed"}, False),
        # Two days later, the day before, or elsewhere.
        (hazard(NIGHT - 3 * DAY), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY}, True),
        (hazard(NIGHT - 6 * DAY), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY}, True),
        (hazard(NIGHT - 5 * DAY), {"cell_id": IDS[4], "day": NIGHT - 5 * DAY}, True),
        # Whoever looked was not sent by a score, or it was a resident who told.
        (hazard(NIGHT - 5 * DAY), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY, "chosen": "random"}, True),
        (hazard(NIGHT - 5 * DAY), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY, "chosen": "own"}, True),
        (hazard(NIGHT - 5 * DAY, "resident"), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY}, True),
        (hazard(NIGHT - 5 * DAY, "unknown"), {"cell_id": IDS[3], "day": NIGHT - 5 * DAY}, True),
    ],
)
def test_only_what_a_listed_visit_found_does_not_count(found: dict[str, Any], visit: dict[str, Any], counts_it: bool) -> None:
    other = hazard(NIGHT - 9 * DAY, cell=IDS[8])
    assert counts(seen([found, other], [])) == pytest.approx((2.0, 0.08))
    assert counts(seen([found, other], [visit])) == pytest.approx((2.0, 0.08) if counts_it else (1.0, 0.04))


def test_a_case_that_does_not_count_keeps_its_clock() -> None:
    late = hazard(NIGHT - 20 * DAY, due_at=at(NIGHT - 10 * DAY))
    view = seen([late], [{"cell_id": IDS[3], "day": NIGHT - 20 * DAY}])
    assert counts(view) == (0.0, 0.0)
    clocks = clocks_of(view.reports, CELLS, {"fire": at(NIGHT)}, Offices(PLACE.timezone))
    told = duty_performance(clocks, PLACE.duty, {}, PLACE.timezone)
    assert told["overdue"].sum() == 1


def test_it_is_an_input_of_the_night_and_known_from_its_own_moment_and_commit_on() -> None:
    found, visit = [hazard(NIGHT - 5 * DAY)], [{"cell_id": IDS[3], "day": NIGHT - 5 * DAY}]
    with_it, without = seen(found, visit), seen(found, [])
    assert with_it.digest != without.digest
    assert with_it.visits.height == 1
    # A visit that cut nothing changes no score, and makes no night stale.
    assert seen(found, [{"cell_id": IDS[9], "day": NIGHT - 5 * DAY}]).digest == without.digest
    assert seen(found, visit, seq=1).digest == without.digest
    assert seen(found, [{**visit[0], "known_at": at(NIGHT, 6)}]).digest == without.digest
    assert seen(found, [{**visit[0], "day": NIGHT}]).visits.is_empty()


def test_what_is_said_of_a_visit_later_overrules_and_one_that_was_not_sent_is_another() -> None:
    sent = rows_of([{"cell_id": IDS[3], "day": NIGHT - 5 * DAY}])
    told = [{"cell_id": IDS[3], "day": NIGHT - 5 * DAY, "outcome": "fixed", "chosen": "listed", "known_at": at(NIGHT - 4 * DAY)}]
    later = as_rows(pl.DataFrame([{"recorded_seq": 0, **told[0]}], VISITS), "told", 2).with_columns(recorded_seq=pl.lit(3, pl.Int64))
    both = pl.concat([later, sent])
    assert visits_known(both, SEEN, 9)["outcome"].to_list() == ["fixed"]
    assert visits_known(both, at(NIGHT - 5 * DAY, 6), 9)["outcome"].to_list() == [None]
    assert visits_known(both, SEEN, 2)["outcome"].to_list() == [None]


@pytest.mark.parametrize("cut", [True, False])
def test_listed_places_feed_themselves_unless_what_they_find_is_cut(cut: bool) -> None:
    """Every place has as many hazards as any other. Inspectors go where most was counted before, and find what is there."""
    rng = np.random.default_rng(5)
    rows: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
    for week in range(20):
        monday = NIGHT - (141 - 7 * week) * DAY
        # What residents tell of is the same everywhere.
        rows += [hazard(monday, "resident", IDS[c], known_at=at(monday, 13)) for c, n in enumerate(rng.poisson(0.3, 16)) for _ in range(n)]
        counted = shares(rows, visits if cut else [], monday + DAY)
        for c in np.argsort(-counted, kind="stable")[:3]:
            day = monday + 2 * DAY
            visits.append({"cell_id": IDS[c], "day": day})
            rows += [hazard(day, "inspection", IDS[c], known_at=at(day, 13)) for _ in range(rng.poisson(2.0))]
    residents = shares([row for row in rows if row["discovery"] == "resident"], [], NIGHT)
    counted = shares(rows, visits if cut else [], NIGHT)
    worst = np.argsort(-counted, kind="stable")[:3]
    assert residents[worst].sum() < 0.4
    if cut:
        assert counted == pytest.approx(residents)
    else:
        # The list has made three places out to be as bad as all the others together.
        assert counted[worst].sum() > 0.6


def shares(rows: list[dict[str, Any]], visits: list[dict[str, Any]], night: dt.date) -> NDArray[np.float64]:
    """The share of each place of all hazards that a night counts."""
    found = reports([{**row, "report_id": f"{k:016x}"} for k, row in enumerate(rows)])
    view = Known(found, at(night, 0), 9, PLACE, CELLS, {}, AROUND, rows_of(visits)).on(night)
    counted = np.asarray(view.panel.counts["fire"].sum(axis=1), dtype=float).reshape(-1)
    share: NDArray[np.float64] = counted / max(counted.sum(), 1.0)
    return share
