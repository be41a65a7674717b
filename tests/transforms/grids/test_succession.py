"""Zones that follow one another: nights in force, shares, apportioned reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.grids.succession import MAIN, PARTS, WHOLE, Succession, apportion, once
from transforms.grids.zones import read_rows
from transforms.schema import REPORTS

JANUARY, JULY = dt.date(2026, 1, 1), dt.date(2026, 7, 1)
DAY = dt.timedelta(days=1)


def zone(code: str, first: dt.date | None = None, last: dt.date | None = None, **predecessors: float) -> dict[str, Any]:
    return {"cell_id": code, "valid_from": first and str(first), "valid_to": last and str(last), "predecessors": predecessors}


def succession(*rows: dict[str, Any]) -> Succession:
    zones, faults = read_rows(rows)
    assert faults == []
    return Succession(zones)


# `a` splits in January, one half of it joins `b` and `c` in July.
TOWN = (
    zone("a0", last=JANUARY - DAY),
    zone("a1", JANUARY, JULY - DAY, a0=0.6),
    zone("a2", JANUARY, a0=0.4),
    zone("b0", last=JULY - DAY),
    zone("bc0", JULY, a1=0.5, b0=1),
    zone("c0", JULY, a1=0.5),
    zone("still0"),
)


def test_each_night_has_the_zones_in_force() -> None:
    town = succession(*TOWN)
    assert town.faults() == []
    assert not town.is_fixed
    assert town.beginnings == [dt.date.min, JANUARY, JULY]
    assert town.on(JANUARY - DAY) == ["a0", "b0", "still0"]
    assert town.on(JANUARY) == town.on(JULY - DAY) == ["a1", "a2", "b0", "still0"]
    assert town.on(JULY) == ["a2", "bc0", "c0", "still0"]


def test_shares_go_on_through_several_changes_and_back() -> None:
    town = succession(*TOWN)
    after = town.former(JULY, named=True)
    assert after["a0"] == {"a2": 400_000, "bc0": 300_000, "c0": 300_000}
    assert after["a1"] == {"bc0": 500_000, "c0": 500_000}
    assert after["b0"] == {"bc0": WHOLE}
    # A zone that has not begun counts for those before it, in proportion to what they gave it.
    before = town.former(JANUARY - DAY, named=True)
    assert before["a1"] == before["a2"] == {"a0": WHOLE}
    assert before["c0"] == {"a0": WHOLE}
    assert before["bc0"] == {"a0": 333_333, "b0": 666_667}
    # Where sources give points only, what is declared for later changes nothing before it.
    assert town.former(JANUARY - DAY, named=False) == {}
    assert town.former(JANUARY, named=False) == {"a0": {"a1": 600_000, "a2": 400_000}}
    assert town.former(JULY, named=False) == after


@pytest.mark.parametrize(
    ("rows", "says", "stops"),
    [
        ([zone("a0"), zone("b0", JULY, x0=1)], "b0 follows x0, which is no zone of the file", True),
        ([zone("a0"), zone("b0", JULY, a0=1)], "b0 begins on 2026-07-01, but a0, which it follows, ends on None", True),
        ([zone("a0", last=JULY), zone("b0", JULY, a0=1)], "b0 begins on 2026-07-01, but a0, which it follows, ends on 2026-07-01", True),
        ([zone("a0", last=JULY - DAY), zone("b0", JULY, a0=0.7)], "a0 is shared out to 0.7", True),
        ([zone("a0", last=JULY - DAY), zone("b0")], "a0 ends on 2026-06-30, and no zone follows it", False),
        ([zone("a0", JANUARY)], "the file has no zone in force from the beginning on", True),
    ],
)
def test_a_broken_succession_is_named(rows: list[dict[str, Any]], says: str, stops: bool) -> None:
    assert [f.stops for f in succession(*rows).faults() if str(f).startswith(says)] == [stops]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"cell_id": "a0", "valid_from": "soon"}, "a0 has valid_from 'soon', which is no date; write it like"),
        ({"cell_id": "a0", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "a0 ends on 2026-01-01, before it begins"),
        ({"cell_id": "a0", "predecessors": {"b0": 1.2}}, "a0 has predecessors {'b0': 1.2}, which are no shares"),
        ({"cell_id": "a0", "predecessors": "b0"}, "a0 has predecessors 'b0', which are no shares"),
        ({"cell_id": "a0", "predecessors": ["b0"]}, "a0 has predecessors ['b0'], which are no shares"),
    ],
)
def test_values_that_cannot_be_read_are_named(row: dict[str, Any], says: str) -> None:
    zones, (fault,) = read_rows([row])
    assert zones == []
    assert str(fault).startswith(says)


def test_shares_of_a_csv_are_pairs() -> None:
    (one,), _ = read_rows([{"cell_id": "a0", "predecessors": "b0:0.25 c0:1", "valid_from": "2026-01-01"}])
    assert one.predecessors == {"b0": 0.25, "c0": 1.0}


def reports(cells: list[str]) -> pl.DataFrame:
    empty = {c: pl.Series(c, [None] * len(cells), dtype=t) for c, t in REPORTS.items()}
    return pl.DataFrame(empty).with_columns(cell_id=pl.Series(cells), report_id=pl.Series([f"r{n}" for n in range(len(cells))]))


def test_reports_of_a_former_zone_count_in_parts_and_once() -> None:
    given_ = reports(["a0", "still0", "b0", "a1", "a0"])
    placed = apportion(given_, succession(*TOWN).former(JULY, named=True))
    assert placed.columns == [*REPORTS, PARTS, MAIN]
    counts = dict(placed.group_by("cell_id").agg(pl.col(PARTS).sum()).iter_rows())
    assert counts == {"a2": 800_000, "bc0": 600_000 + 500_000 + WHOLE, "c0": 600_000 + 500_000, "still0": WHOLE}
    whole = once(placed)
    assert sorted(whole["report_id"]) == sorted(given_["report_id"])
    assert whole.filter(pl.col("report_id") == "r0")["cell_id"].to_list() == ["a2"]


def test_without_former_zones_reports_stay_as_they_are() -> None:
    given_ = reports(["a0", "b0"])
    assert apportion(given_, {}) is given_
    assert once(given_) is given_


def test_what_nothing_follows_counts_nowhere() -> None:
    town = succession(zone("a0", last=JULY - DAY), zone("b0"))
    assert apportion(reports(["a0", "b0"]), town.former(JULY, named=True))["cell_id"].to_list() == ["b0"]


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_nothing_is_lost_or_doubled_by_any_chain_of_splits(splits: list[list[int]], seed: int) -> None:
    """Each step splits every zone of the step before; all reports stay in the sum, and each is met once."""
    rows, current = [], ["z0"]
    lives: dict[str, tuple[dt.date | None, dict[str, float]]] = {"z0": (None, {})}
    ends: dict[str, dt.date] = {}
    for step, weights in enumerate(splits):
        begins = JANUARY + 30 * step * DAY
        following = []
        for code in current[:6]:
            ends[code] = begins - DAY
            for number, weight in enumerate(weights):
                lives[f"{code}{number}"] = begins, {code: weight / sum(weights)}
                following.append(f"{code}{number}")
        current = following + current[6:]
    rows = [zone(code, first, ends.get(code), **shares) for code, (first, shares) in lives.items()]
    town = succession(*rows)
    assert town.faults() == []
    where = list(np.random.default_rng(seed).choice(sorted(lives), 20))
    for night in [*town.beginnings[1:], JANUARY - DAY]:
        placed = apportion(reports(where), town.former(night, named=True))
        assert placed[PARTS].sum() == 20 * WHOLE
        assert sorted(once(placed)["report_id"]) == sorted(reports(where)["report_id"])
        assert set(placed["cell_id"]) <= set(town.on(night))
