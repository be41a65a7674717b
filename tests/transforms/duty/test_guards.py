"""What looks better than it is does not make a department look better, and properties of the share."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.made import FEEDS, ZONE, at, cells, reports
from transforms.district.declaration import Duty
from transforms.duty.clocks import Offices, clocks_of
from transforms.duty.share import SHRINKAGE_CLOCKS, duty_performance, shared
from transforms.schema import DUTY, UTC

NIGHT = dt.date(2025, 6, 2)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
REASONS = ("late", "overdue_now", "reopened", "unanswered", "passed_on", "likely_late")


def case(due: float, closed: dt.timedelta | None, **more: Any) -> dict[str, Any]:
    """A case of ten days that fell due so many days before the night, closed so long after it, or open."""
    due_at = at(NIGHT, 0) - due * DAY + 5 * HOUR
    begun = due_at - 10 * DAY
    row = {"kind": "service", "occurred_at": begun, "due_at": due_at, "closed_at": None if closed is None else due_at + closed}
    return {**row, "department": "a", "cell_id": "c0000", **more}


def stands(
    rows: list[dict[str, Any]], department: str = "a", promised: pl.DataFrame | None = None, small: tuple[str, ...] = ()
) -> dict[str, Any]:
    clocks = clocks_of(reports(rows), cells(), dict.fromkeys(FEEDS, at(NIGHT, 0)), Offices(ZONE.key, small=small), promised)
    lines = duty_performance(clocks, Duty(), {}, ZONE.key)
    return lines.filter(pl.col("department") == department).row(0, named=True)


def usual() -> list[dict[str, Any]]:
    """Another department, which closes most of its cases halfway and reopens none."""
    return [case(k % 300 + 1, 3 * DAY if k % 5 == 0 else -5 * DAY, department="b", occurred=None) for k in range(600)]


def neglectful(k: int) -> dict[str, Any]:
    """What the worst department does with a case: closed two days late."""
    return case(k % 300 + 0.5, 2 * DAY)


def test_closing_before_the_deadline_and_reopening_the_next_day_gains_nothing() -> None:
    honest = stands([*usual(), *map(neglectful, range(600))])

    def cheats(k: int) -> dict[str, Any]:
        due = k % 300 + 0.5
        # Reopened the next day, so it is only those of yesterday that look kept tonight.
        return case(due, -5 * dt.timedelta(minutes=1)) if due < 1 else case(due, 2 * DAY, reopens=1)

    found = stands([*usual(), *map(cheats, range(600))])
    assert found["share"] >= honest["share"] - 0.005
    assert found["last_moment"] + found["reopens"] > 0


def test_closing_in_the_last_moments_is_marked_and_weighs_half() -> None:
    early = [case(k % 28 + 0.5, -5 * DAY if k % 2 else 3 * DAY) for k in range(56)]
    last = [case(k % 28 + 0.5, -HOUR if k % 2 else 3 * DAY) for k in range(56)]
    plain, found = stands([*usual(), *early]), stands([*usual(), *last])
    assert plain["last_moment"] == 0
    assert found["last_moment"] == 28
    assert found["share"] > plain["share"]


@pytest.mark.parametrize("asked", [True, False])
def test_a_closing_that_nobody_confirmed_weighs_less_where_callers_are_asked(asked: bool) -> None:
    rows = [case(k % 28 + 0.5, -5 * DAY if k % 2 else 3 * DAY, confirmed=None) for k in range(56)]
    sure = [{**row, "confirmed": True} for row in rows]
    some = [case(200, -5 * DAY, confirmed=True)] if asked else []
    found, told = stands([*usual(), *rows, *some]), stands([*usual(), *sure])
    denied = stands([*usual(), *({**row, "confirmed": False} for row in rows)])
    assert (found["share"] > told["share"]) == asked
    assert found["unconfirmed"] == (28 if asked else 0)
    assert denied["share"] > told["share"]


def test_a_deadline_that_is_moved_stays_where_it_was_promised_unless_it_is_extended() -> None:
    rows = [case(5, None) for _ in range(40)]
    moved = [{**row, "due_at": row["due_at"] + 40 * DAY} for row in rows]
    promised = pl.DataFrame(
        {"report_id": [f"r{k:06d}" for k in range(40)], "promised_at": [r["due_at"] for r in rows]}, schema_overrides={"promised_at": UTC}
    )
    found = stands(moved, promised=promised)
    assert (found["moved"], found["breached"]) == (40, 40)
    extended = stands([case(5, -5 * DAY), *({**row, "extended_until": row["due_at"] + 90 * DAY} for row in rows)])
    # Thirty days and no more: it is due in 25, and no clock of these weeks.
    assert (extended["clocks"], extended["overdue"]) == (1, 0)


def test_deadlines_decades_away_are_as_far_as_is_usual() -> None:
    rows = [*usual(), *(case(5, None) for _ in range(40))]
    far = [*usual(), *({**case(5, None), "due_at": at(NIGHT + 9000 * DAY)} for _ in range(40))]
    assert stands(far)["far"] == 40
    assert stands(far)["breached"] == stands(rows)["breached"] == 40


def test_reports_of_one_thing_are_one_clock_and_the_worst_of_them_stands() -> None:
    rows = [case(5, -5 * DAY, spot=k) for k in range(20)]
    open_too = [{**row, "closed_at": None} for row in rows]
    found = stands([*usual(), *rows, *open_too])
    assert (found["clocks"], found["breached"], found["duplicates"]) == (20, 20, 20)


def test_ghosts_are_shown_and_leave_no_better_share() -> None:
    rows = [case(k % 25 + 2.5, 2 * DAY) for k in range(40)]
    ghosts = [case(200, None) for _ in range(30)]
    alone, found = stands([*usual(), *rows]), stands([*usual(), *rows, *ghosts])
    assert (found["ghosts"], found["overdue_days"]) == (30, 90)
    assert found["share"] >= alone["share"] - 1e-9


def test_departments_of_one_person_are_pooled() -> None:
    rows = [case(5, 2 * DAY, department=d) for d in ("x", "y") for _ in range(20)]
    assert stands(rows, "small_offices", small=("x", "y"))["clocks"] == 40


def test_thirty_accepted_elsewhere_lower_the_first_departments_number_by_thirty() -> None:
    first = [case(k % 28 + 0.5, -5 * DAY, first_department="a") for k in range(60)]
    handed = [{**row, "department": "b", "accepted_at": row["occurred_at"] + DAY} if k < 30 else row for k, row in enumerate(first)]
    refused = [{**row, "accepted_at": None} if k < 30 else {**row, "accepted_at": row["occurred_at"]} for k, row in enumerate(handed)]
    before, after = stands(first), stands(handed)
    assert (before["clocks"], after["clocks"], after["handed_on"]) == (60, 30, 30)
    assert stands(handed, "b")["clocks"] == 30
    assert stands(refused)["clocks"] == 60


@pytest.mark.parametrize(("accepted", "owner"), [(-HOUR, "b"), (HOUR, "a"), (2 * DAY, "a")])
def test_who_hands_on_what_has_run_out_has_missed_it(accepted: dt.timedelta, owner: str) -> None:
    rows = [case(5, None, first_department="a", department="b") for _ in range(40)]
    rows = [{**row, "accepted_at": row["due_at"] + accepted} for row in rows]
    found = stands(rows, owner)
    assert (found["clocks"], found["breached"]) == (40, 40)


@pytest.mark.parametrize(("accepted", "owner"), [(0, "b"), (1, "a")])
def test_where_days_are_kept_the_day_on_which_it_is_due_is_early_enough_to_accept(accepted: int, owner: str) -> None:
    due = at(NIGHT - 5 * DAY, 0)
    row = {"kind": "service", "occurred_at": due - 10 * DAY, "due_at": due, "closed_at": None, "cell_id": "c0000"}
    assert stands([{**row, "first_department": "a", "department": "b", "accepted_at": due + accepted * DAY}], owner)["breached"] == 1


def line(department: str, place: str, weight: float, missed: float) -> dict[str, Any]:
    parts = dict.fromkeys(REASONS, 0.0) | {"late": missed}
    row = {c: 0 for c, t in DUTY.items() if t == pl.Int64} | {"clocks": round(weight), "weight": weight, "overdue_days": None, **parts}
    return {"department": department, "subdistrict": place, **row}


def shares(*lines: dict[str, Any]) -> list[float]:
    return shared(pl.DataFrame(list(lines)), Duty())["share"].to_list()


COUNTS = st.integers(0, 400)
PLACES = [("a", "E"), ("a", "W"), ("b", "E")]


@settings(max_examples=60)
@given(st.lists(COUNTS, min_size=3, max_size=3), st.lists(st.floats(0, 1), min_size=3, max_size=3), st.integers(1, 500), st.floats(0, 1))
def test_properties_of_a_share(counts: list[int], rates: list[float], more: int, scale: float) -> None:
    lines = [line(d, p, n, n * rate) for (d, p), n, rate in zip(PLACES, counts, rates, strict=True)]
    first, n, b = lines[0], counts[0], counts[0] * rates[0]
    share = shares(*lines)[0]
    # Cases as likely to be missed as the share says change nothing.
    assert shares({**first, "weight": n + more, "late": b + more * share}, *lines[1:])[0] == pytest.approx(share, abs=1e-9)
    # Clocks that are kept never raise anybody's share.
    kept = shares({**first, "weight": n + more}, *lines[1:])
    assert all(now <= was + 1e-12 for now, was in zip(kept, shares(*lines), strict=True))
    # Of as many clocks, one more that is missed never lowers it.
    if counts[0] > b + 1:
        assert shares({**first, "late": b + 1}, *lines[1:])[0] >= share - 1e-12
    # Whatever the volume, a share lies between what it is drawn to and what it is.
    prior = shares({**first, "weight": 0.0, "late": 0.0}, *lines[1:])[0]
    few = shares({**first, "weight": n * scale, "late": b * scale}, *lines[1:])[0]
    assert min(prior, rates[0]) - 1e-9 <= few <= max(prior, rates[0]) + 1e-9
    # Names say nothing.
    renamed = [{**row, "department": {"a": "z", "b": "c"}[row["department"]]} for row in lines]
    assert shares(*renamed) == shares(*lines)
    assert SHRINKAGE_CLOCKS > 0
    assert np.isfinite(share)
