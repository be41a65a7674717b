from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.helpers.made import at, cells, reports
from transforms.district.declaration import Duty
from transforms.duty.share import SHRINKAGE_CLOCKS, _posterior, duty_performance, level_of
from transforms.schema import DUTY
from transforms.words import Level
from transforms.words.feeds import FEEDS

NIGHT = dt.date(2025, 6, 1)
DAY = dt.timedelta(days=1)
CELL = {"W": "c0000", "E": "c0300"}


def clock(department: str | None, place: str, due: float, *, late: bool | None) -> dict[str, Any]:
    """A case that fell due ``due`` days before the night; ``late`` is null while it is open."""
    due_at = at(NIGHT, 0) - due * DAY
    closed = None if late is None else due_at + (dt.timedelta(hours=1) if late else -dt.timedelta(hours=1))
    return {
        "kind": "service",
        "occurred_at": due_at - 20 * DAY,
        "due_at": due_at,
        "closed_at": closed,
        "department": department,
        "cell_id": CELL[place],
    }


def performance(rows: list[dict[str, Any]], duty: Duty | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    return duty_performance(reports(rows), cells(), dict.fromkeys(FEEDS, at(NIGHT, 0)), duty or Duty())


def random_rows(seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    late = [None, True, False, False, False]
    return [
        clock(
            str(rng.choice(["a", "b", "c"], p=[0.6, 0.3, 0.1])),
            str(rng.choice(["W", "E"])),
            float(rng.uniform(-10, 120)),
            late=late[int(rng.integers(5))],
        )
        for _ in range(300)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_formula(seed: int) -> None:
    rows = random_rows(seed)
    counted: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        ago = (at(NIGHT, 0) - row["due_at"]) / DAY
        missed = row["closed_at"] is None or row["closed_at"] > row["due_at"]
        entry = counted.setdefault((row["department"], "W" if row["cell_id"] == CELL["W"] else "E"), [0, 0, 0])
        if 0 < ago <= 28:
            entry[0] += 1
            entry[1] += missed
        if 0 < ago <= 90 and row["closed_at"] is None:
            entry[2] += 1
    district = (sum(e[1] for e in counted.values()) + 1) / (sum(e[0] for e in counted.values()) + 2)
    by_department, by_subdistrict = performance(rows)
    assert len(by_department) == sum(e[0] > 0 or e[2] > 0 for e in counted.values())
    for row in by_department.iter_rows(named=True):
        n, b, overdue = counted[row["department"], row["subdistrict"]]
        own = [e for (d, _), e in counted.items() if d == row["department"]]
        parent = (sum(e[1] for e in own) + 10 * district) / (sum(e[0] for e in own) + 10)
        a, z = b + 10 * parent, n - b + 10 * (1 - parent)
        assert (row["clocks"], row["breached"], row["overdue"]) == (n, b, overdue)
        assert row["share"] == pytest.approx(a / (a + z))
        assert (row["lower"], row["upper"]) == pytest.approx((stats.beta.ppf(0.1, a, z), stats.beta.ppf(0.9, a, z)))
    for row in by_subdistrict.iter_rows(named=True):
        n, b, overdue = (sum(e[k] for (_, s), e in counted.items() if s == row["subdistrict"]) for k in range(3))
        assert (row["department"], row["clocks"], row["breached"], row["overdue"]) == (None, n, b, overdue)
        assert row["share"] == pytest.approx((b + 10 * district) / (n + 10))


def test_few_clocks_are_shrunk_and_many_are_not() -> None:
    rows = [clock("many", "W", 5, late=True) for _ in range(200)] + [clock("good", "W", 5, late=False) for _ in range(200)]
    rows += [clock("one", "E", 5, late=True)]
    shares = dict(performance(rows)[0].select("department", "share").iter_rows())
    assert shares["many"] > 0.97
    assert shares["good"] < 0.03
    assert 0.5 < shares["one"] < 0.65


def test_bounds_hold_the_share_and_stay_between_zero_and_one() -> None:
    for frame in performance(random_rows(9)):
        assert frame.schema == DUTY
        assert ((frame["lower"] > 0) & (frame["lower"] < frame["share"]) & (frame["share"] < frame["upper"]) & (frame["upper"] < 1)).all()


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


def test_more_clocks_narrow_the_bounds() -> None:
    few, many = (performance([clock("a", "W", 5, late=k % 4 == 0) for k in range(n)])[1] for n in (8, 400))
    assert (many["upper"] - many["lower"]).item() < (few["upper"] - few["lower"]).item() / 2


@pytest.mark.parametrize(
    ("lower", "level"), [(0.0, "blue"), (0.0999, "blue"), (0.1, "yellow"), (0.2, "orange"), (0.34, "orange"), (0.35, "red")]
)
def test_levels_are_absolute(lower: float, level: str) -> None:
    assert level_of(lower, Duty()) == Level(level)


def test_the_level_goes_by_the_lower_bound() -> None:
    row = performance([clock("a", "W", 5, late=k % 4 == 0) for k in range(16)])[1].row(0, named=True)
    assert row["share"] > 0.2 > row["lower"] > 0.1
    assert row["level"] == "yellow"


@pytest.mark.parametrize(
    ("due", "clocks", "overdue"), [(-1, 0, 0), (0, 0, 0), (0.01, 1, 1), (28, 1, 1), (28.1, 0, 1), (90, 0, 1), (90.1, 0, 0)]
)
def test_which_open_clocks_count(due: float, clocks: int, overdue: int) -> None:
    rows = [clock("a", "W", due, late=None), clock("b", "E", 3, late=False)]
    found = performance(rows)[0].filter(pl.col("department") == "a")
    assert found.select("clocks", "breached", "overdue").rows() == ([(clocks, clocks, overdue)] if clocks or overdue else [])


def test_where_nothing_fell_due_no_level_is_borrowed() -> None:
    rows = [clock("bad", "W", 5, late=True) for _ in range(100)] + [clock("idle", "W", 50, late=None)]
    levels = dict(performance(rows)[0].select("department", "level").iter_rows())
    assert levels == {"bad": "red", "idle": "blue"}


def test_on_the_minute_is_in_time() -> None:
    row = clock("a", "W", 5, late=False)
    assert performance([{**row, "closed_at": row["due_at"]}])[0]["breached"].to_list() == [0]


def test_reopened_is_open() -> None:
    row = {**clock("a", "W", 5, late=False), "status": "open"}
    assert performance([row])[0].select("breached", "overdue").rows() == [(1, 1)]


def test_what_says_nothing_about_a_clock_is_no_clock() -> None:
    no_end = {**clock("a", "W", 5, late=None), "status": "closed"}
    no_due = {**clock("a", "W", 5, late=None), "due_at": None}
    elsewhere = {**clock("a", "W", 5, late=None), "cell_id": "elsewhere"}
    for frame in performance([no_end, no_due, elsewhere]):
        assert frame.is_empty()
        assert frame.schema == DUTY


def test_a_missing_department_is_named_unknown() -> None:
    assert performance([clock(None, "W", 5, late=True)])[0]["department"].to_list() == ["unknown"]


def test_a_silent_feed_has_the_clocks_it_was_last_heard_with() -> None:
    service = [clock("a", "W", due, late=k % 3 == 0) for k, due in enumerate(range(3, 40))]
    hazards = [{**row, "kind": "hazard", "department": "b"} for row in service]
    until = dict.fromkeys(FEEDS, at(NIGHT, 0))
    heard = until | {"stability": at(NIGHT - 10 * DAY, 0)}
    both, _ = duty_performance(reports(service + hazards), cells(), heard, Duty())
    then, _ = duty_performance(reports(service), cells(), dict.fromkeys(FEEDS, at(NIGHT - 10 * DAY, 0)), Duty())
    counts = ["clocks", "breached", "overdue"]
    assert both.filter(pl.col("department") == "a").select(counts).equals(then.select(counts))
    now, _ = duty_performance(reports(hazards), cells(), until, Duty())
    assert both.filter(pl.col("department") == "b").select(counts).equals(now.select(counts))
    alone, _ = duty_performance(reports(service + hazards), cells(), {"fire_hazard": at(NIGHT, 0)}, Duty())
    assert alone.equals(now)
