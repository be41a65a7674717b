"""Shares of departments: what is counted, what is borrowed, which level follows, and what a share is made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.helpers.made import FEEDS, ZONE, at, cells, reports
from transforms.district.declaration import Duty
from transforms.duty.clocks import Offices, clocks_of
from transforms.duty.halves import FEWEST_CLOCKS
from transforms.duty.share import SHRINKAGE_CLOCKS, _posterior, duty_performance, level_of
from transforms.schema import DUTY
from transforms.scoring.unforecast import political
from transforms.words import Level

NIGHT = dt.date(2025, 6, 2)
DAY = dt.timedelta(days=1)
CELL = {"W": "c0000", "E": "c0300"}
PARTS = ("late", "overdue_now", "reopened", "unanswered", "passed_on", "likely_late", "borrowed")


def clock(department: str | None, place: str, due: float, *, late: bool | None) -> dict[str, Any]:
    """A case that fell due ``due`` days before the night; ``late`` is null while it is open. Its times are no whole days."""
    due_at = at(NIGHT, 0) - due * DAY
    closed = None if late is None else due_at + (dt.timedelta(hours=1) if late else -dt.timedelta(hours=30))
    return {
        "kind": "service",
        "occurred_at": due_at - 20 * DAY - dt.timedelta(minutes=5),
        "due_at": due_at,
        "closed_at": closed,
        "department": department,
        "cell_id": CELL[place],
    }


def performance(rows: list[dict[str, Any]], duty: Duty | None = None, until: dict[str, dt.datetime] | None = None) -> pl.DataFrame:
    seen = dict.fromkeys(FEEDS, at(NIGHT, 0)) if until is None else until
    return duty_performance(clocks_of(reports(rows), cells(), seen, Offices(ZONE.key)), duty or Duty(), {}, ZONE.key)


def random_rows(seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    late = [None, True, False, False, False]
    rows = []
    for _ in range(300):
        due, which = float(rng.uniform(-10, 120)), late[int(rng.integers(5))]
        rows.append(
            clock(str(rng.choice(["a", "b", "c"], p=[0.6, 0.3, 0.1])), str(rng.choice(["W", "E"])), due, late=which if due > 0 else None)
        )
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_what_is_known_counts_as_it_is_and_the_parts_add_up(seed: int) -> None:
    rows = random_rows(seed)
    counted: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        ago, closed = (at(NIGHT, 0) - row["due_at"]) / DAY, row["closed_at"]
        is_open = closed is None or closed >= at(NIGHT, 0)
        entry = counted.setdefault((row["department"], "W" if row["cell_id"] == CELL["W"] else "E"), [0, 0, 0, 0])
        entry[0] += -7 <= ago < 28
        entry[1] += 0 <= ago < 28 and (is_open or closed > row["due_at"])
        entry[2] += 0 <= ago <= 90 and is_open
        entry[3] += ago > 90 and is_open
    found = performance(rows)
    assert len(found) == sum(any(e) for e in counted.values())
    assert found.schema == DUTY
    for row in found.iter_rows(named=True):
        assert [row[c] for c in ("clocks", "breached", "overdue", "ghosts")] == counted[row["department"], row["subdistrict"]]
        assert sum(row[c] for c in PARTS) == pytest.approx(row["share"], abs=1e-9)
        assert 0 < row["lower"] < row["share"] < row["upper"] < 1


def test_a_line_is_drawn_to_the_others_of_its_department_and_they_to_all_others() -> None:
    rows = [clock("a", "W", 5, late=k < 3) for k in range(8)] + [clock("a", "E", 5, late=k < 1) for k in range(6)]
    rows += [clock("b", "E", 5, late=k < 4) for k in range(5)]
    row = performance(rows).row(0, named=True)
    assert (row["department"], row["subdistrict"]) == ("a", "E")
    of_others = (3 + 4 + 1) / (8 + 5 + 10)
    parent = (3 + 10 * of_others) / (8 + 10)
    # Nothing was ever reopened, so what was kept these days weighs as much as what was not.
    a, z = 1 + 10 * parent, 5 + 10 * (1 - parent)
    assert row["share"] == pytest.approx(a / (a + z))
    assert (row["lower"], row["upper"]) == pytest.approx((stats.beta.ppf(0.1, a, z), stats.beta.ppf(0.9, a, z)))


def test_few_clocks_are_drawn_to_others_and_many_are_not() -> None:
    rows = [clock("many", "W", 5, late=True) for _ in range(200)] + [clock("good", "W", 5, late=False) for _ in range(200)]
    rows += [clock("one", "E", 5, late=True)]
    shares = dict(performance(rows).select("department", "share").iter_rows())
    assert shares["many"] > 0.95
    assert shares["good"] < 0.05
    assert 0.5 < shares["one"] < 0.65


def test_bounds_are_those_of_scipys_beta_distribution_to_the_last_bit() -> None:
    # Its statistics take a second to import; what they ask for this does not.
    pick = np.random.default_rng(11)
    clocks = pick.integers(0, 400, 20_000).astype(float)
    breached = np.floor(clocks * pick.uniform(size=20_000))
    parent = pick.uniform(1e-3, 1 - 1e-3, 20_000)
    a, b = breached + SHRINKAGE_CLOCKS * parent, clocks - breached + SHRINKAGE_CLOCKS * (1 - parent)
    _, lower, upper = _posterior(clocks, breached, parent)
    assert (lower == stats.beta.ppf(0.1, a, b)).all()
    assert (upper == stats.beta.ppf(0.9, a, b)).all()


@pytest.mark.parametrize(
    ("lower", "level"), [(0.0, "blue"), (0.0999, "blue"), (0.1, "yellow"), (0.2, "orange"), (0.34, "orange"), (0.35, "red")]
)
def test_levels_are_absolute(lower: float, level: str) -> None:
    assert level_of(lower, Duty()) == Level(level)


def test_the_level_goes_by_the_lower_bound_and_needs_thirty_clocks() -> None:
    rows = [clock("a", "W", 5, late=k % 4 == 0) for k in range(FEWEST_CLOCKS)]
    row = performance(rows).row(0, named=True)
    assert row["share"] > 0.2 > row["lower"] > 0.1
    assert row["level"] == "yellow"
    assert performance(rows[1:])["level"].to_list() == [None]


@pytest.mark.parametrize(("shares", "levelled"), [((0.5,) * 12, False), ((0.1, 0.3, 0.5, 0.7, 0.8, 0.9) * 2, True)])
def test_departments_that_differ_by_chance_alone_have_no_level(shares: tuple[float, ...], levelled: bool) -> None:
    rng = np.random.default_rng(2)
    rows = [
        clock(f"d{which}", "W", 0.5 + 340 * k / 400, late=bool(rng.uniform() < share))
        for which, share in enumerate(shares)
        for k in range(400)
    ]
    found = performance(rows)
    assert (found["clocks"] >= FEWEST_CLOCKS).all()
    assert found["level"].is_not_null().to_list() == [levelled] * len(shares)
    cell = political(cells(), found, ()).filter(pl.col("cell_id") == CELL["W"]).row(0, named=True)
    assert (cell["state"], cell["reason"]) == (("scored", None) if levelled else ("not_scored", "mere_chance"))


@pytest.mark.parametrize("due", [-7, -0.5, 0, 0.01, 27.9])
def test_an_open_clock_counts_from_a_week_before_its_end(due: float) -> None:
    found = performance([clock("a", "W", due, late=None), clock("b", "E", 3, late=False)]).filter(pl.col("department") == "a")
    late = due >= 0
    assert found.select("clocks", "breached", "overdue").rows() == [(1, late, late)]
    assert (found["overdue_now"].item() > 0) == late
    assert (found["likely_late"].item() > 0) != late


@pytest.mark.parametrize(("due", "overdue", "ghosts"), [(28, 1, 0), (90, 1, 0), (90.1, 0, 1), (800, 0, 1)])
def test_what_is_long_overdue_is_stock_and_at_most_ninety_days_old(due: float, overdue: int, ghosts: int) -> None:
    found = performance([clock("a", "W", due, late=None)])
    assert found.select("clocks", "overdue", "ghosts", "overdue_days").rows() == [(0, overdue, ghosts, min(due, 90))]


def test_where_days_are_kept_the_day_it_is_due_is_a_whole_one() -> None:
    whole = {"kind": "service", "occurred_at": at(NIGHT - 9 * DAY, 0), "department": "a", "due_at": at(NIGHT - 2 * DAY, 0)}
    for closed, breached in ((2, 0), (1, 1)):
        assert performance([{**whole, "closed_at": at(NIGHT - closed * DAY, 0)}])["breached"].to_list() == [breached]
    today = performance([{**whole, "due_at": at(NIGHT, 0)}])
    assert today.select("clocks", "breached").rows() == [(1, 0)]


def test_on_the_minute_is_in_time_and_reopened_is_open() -> None:
    row = clock("a", "W", 5, late=False)
    assert performance([{**row, "closed_at": row["due_at"]}])["breached"].to_list() == [0]
    assert performance([{**row, "status": "open"}]).select("breached", "overdue").rows() == [(1, 1)]


def test_what_says_nothing_about_a_clock_is_no_clock() -> None:
    no_end = {**clock("a", "W", 5, late=None), "status": "closed"}
    no_due = {**clock("a", "W", 5, late=None), "due_at": None}
    elsewhere = {**clock("a", "W", 5, late=None), "cell_id": "elsewhere"}
    found = performance([no_end, no_due, elsewhere])
    assert found.is_empty()
    assert found.schema == DUTY


def test_a_request_of_a_subdistrict_counts_there() -> None:
    assert performance([{**clock("a", "W", 5, late=True), "cell_id": "sub:E"}])["subdistrict"].to_list() == ["E"]


def test_a_missing_department_is_named_unknown() -> None:
    assert performance([clock(None, "W", 5, late=True)])["department"].to_list() == ["unknown"]


def test_a_silent_feed_has_the_clocks_it_was_last_heard_with() -> None:
    service = [clock("a", "W", due, late=k % 3 == 0) for k, due in enumerate(range(3, 40))]
    hazards = [{**row, "kind": "hazard", "department": "b"} for row in service]
    now, then = at(NIGHT, 0), at(NIGHT - 10 * DAY, 0)
    counts = ["clocks", "breached", "overdue"]
    both = performance(service + hazards, until=dict.fromkeys(FEEDS, now) | {"hotline": then})
    for department, rows, until in (("a", service, then), ("b", hazards, now)):
        alone = performance(rows, until=dict.fromkeys(FEEDS, until))
        assert both.filter(pl.col("department") == department).select(counts).equals(alone.select(counts))
    assert performance(service + hazards, until={"fire": now}).equals(performance(hazards))


def test_no_order_of_the_reports_changes_a_bit() -> None:
    some = clocks_of(reports(random_rows(4)), cells(), dict.fromkeys(FEEDS, at(NIGHT, 0)), Offices(ZONE.key))
    shuffled = some.sample(fraction=1, shuffle=True, seed=2)
    wanted, found = (duty_performance(clocks, Duty(), {}, ZONE.key) for clocks in (some, shuffled))
    assert found.select(pl.exclude("share", "lower", "upper")).equals(wanted.select(pl.exclude("share", "lower", "upper")))


def test_whole_days_leave_open_what_is_open() -> None:
    midnight = dt.datetime.combine(NIGHT, dt.time(), ZONE).astimezone(dt.UTC)

    def whole(days_ago: int, closed_ago: int | None) -> dict[str, Any]:
        due_at = midnight - days_ago * DAY
        began = due_at - 10 * DAY
        closed_at = None if closed_ago is None else midnight - closed_ago * DAY
        return clock("a", "W", 0, late=None) | {"occurred_at": began, "clock_from": began, "due_at": due_at, "closed_at": closed_at}

    made = clocks_of(
        reports([whole(-3, None), whole(5, None), whole(5, 6), whole(5, 4)]), cells(), {"hotline": midnight}, Offices(ZONE.key)
    )
    assert made["whole_days"].all()
    assert made.sort("due", "ended", nulls_last=True)["ended"].is_null().to_list() == [False, False, True, True]
    line = duty_performance(made, Duty(), {}, ZONE.key).row(0, named=True)
    assert (line["clocks"], line["breached"], line["overdue"]) == (4, 2, 1)
    assert line["likely_late"] + line["unanswered"] > 0
