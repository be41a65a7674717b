"""What share of the cells usually has which level."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from transforms.scoring.usual_levels import LEVEL_COUNTS, LEVEL_SHARES, usual_levels

NIGHT = dt.date(2024, 6, 3)


def counts(*nights: dict[str | None, int]) -> pl.DataFrame:
    rows = [(NIGHT + dt.timedelta(days=k), "safety", level, cells) for k, night in enumerate(nights) for level, cells in night.items()]
    return pl.DataFrame(rows, schema=LEVEL_COUNTS, orient="row")


def test_the_usual_share_is_the_median_over_the_nights_and_a_level_that_was_not_there_had_none() -> None:
    usual = usual_levels(counts({"blue": 10}, {"blue": 9, "red": 1}, {"blue": 7, "red": 3, "yellow": 0}), 3)
    assert usual.rows() == [("safety", "blue", 0.9), ("safety", "red", 0.1), ("safety", "yellow", 0.0)]


def test_cells_without_a_level_are_no_part_of_the_shares_but_their_nights_count() -> None:
    found = counts({"blue": 3, "red": 1, None: 96}, {None: 100})
    assert usual_levels(found, 4).rows() == [("safety", "blue", 0.75), ("safety", "red", 0.25)]


@pytest.mark.parametrize(("nights", "told"), [(2, True), (4, True), (5, False)])
def test_from_fewer_than_half_of_the_nights_nothing_is_usual(nights: int, told: bool) -> None:
    usual = usual_levels(counts({"blue": 1}, {"blue": 1}), nights)
    assert usual.schema == LEVEL_SHARES
    assert usual.is_empty() != told
