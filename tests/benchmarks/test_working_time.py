"""Working time of a million cases: how much has passed, and when each is due."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from infra.districts.calendars import calendar
from transforms.clocks.roster import Hours, Roster, Shift
from transforms.clocks.rules import Limit
from transforms.clocks.working import dues, elapsed
from transforms.words import Unit

CASES, SECONDS = 1_000_000, 2.0
NOON: Final = Roster(
    code="office",
    name_zh="办公",
    name_en="office",
    hours=(Hours(shifts=(Shift(begins="09:00", ends="12:00"), Shift(begins="14:00", ends="17:30"))),),
)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_million_cases_are_counted_in_two_seconds(benchmark: BenchmarkFixture, unit: Unit) -> None:
    days = calendar("CN", "Asia/Shanghai")
    pick = np.random.default_rng(1)
    # From 2010 to May 2026, each followed for up to sixty days.
    first, length = pick.integers(1_262_304_000, 1_780_000_000, CASES), pick.integers(0, 60 * 86_400, CASES)
    starts, ends = (pl.from_epoch(pl.Series(s)).dt.cast_time_unit("us").dt.replace_time_zone("UTC") for s in (first, first + length))

    def count() -> tuple[pl.Series, pl.Series]:
        return elapsed(starts, ends, unit, days, NOON), dues(starts, Limit(limit=5, unit=unit), days, NOON)

    began = time.perf_counter()
    amounts, due = benchmark.pedantic(count, rounds=3)  # type: ignore[no-untyped-call]
    assert (time.perf_counter() - began) / 3 < SECONDS
    assert amounts.null_count() == due.null_count() == 0
