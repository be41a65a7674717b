"""A source lacks something where it has less of its newest days than it usually had of days as young; ordinary delay is no lack."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from transforms.panel.usual import Short, short_days
from transforms.schema import SEEN_DAYS, SOURCE_DAYS
from transforms.words import DayState

DAY = dt.timedelta(days=1)
# A Wednesday.
NIGHT = dt.date(2026, 3, 11)
# Of 60 reports a day a third is there on the first morning, two on the second, all on the third.
BY_AGE = (20, 40, 60)


def seen(nights: int = 28, rest: int | None = None, wide: float = 0.0) -> pl.DataFrame:
    """What nights before had, wider than chance, less on one weekday where an office rests."""
    rng = np.random.default_rng(4)
    rows = []
    for back in range(1, nights + 1):
        for age, usual in enumerate(BY_AGE, start=1):
            night = NIGHT - back * DAY
            rate = usual * (rng.gamma(1 / wide) * wide if wide else 1.0)
            count = 0 if (night - age * DAY).weekday() == rest else rng.poisson(rate)
            rows.append((night, "order", night - age * DAY, int(count)))
    return pl.DataFrame(rows, schema=SEEN_DAYS, orient="row")


def tonight(*reports: int, state: DayState = DayState.PARTIAL) -> pl.DataFrame:
    rows = [("order", NIGHT - age * DAY, state.value, count, 0.3) for age, count in enumerate(reports, start=1)]
    return pl.DataFrame(rows, schema=SOURCE_DAYS, orient="row")


def test_ordinary_delay_is_no_lack() -> None:
    assert short_days(tonight(18, 41, 57), seen(), NIGHT) == []


def test_a_day_of_which_nothing_came_is_short_of_what_days_as_young_had() -> None:
    found = short_days(tonight(0, 41, 57), seen(), NIGHT)
    assert [(one.source, one.day, one.reports) for one in found] == [("order", NIGHT - DAY, 0)]
    assert 17 <= (found[0].usual or 0) <= 23


def test_a_day_before_that_is_compared_with_days_of_its_age() -> None:
    assert [one.day for one in short_days(tonight(20, 12, 60), seen(), NIGHT)] == [NIGHT - 2 * DAY]
    assert short_days(tonight(12, 40, 60), seen(), NIGHT) == []


def test_a_source_whose_days_differ_much_is_given_more() -> None:
    assert short_days(tonight(4, 40, 60), seen(), NIGHT) != []
    assert short_days(tonight(4, 40, 60), seen(wide=0.5), NIGHT) == []


def test_a_weekday_on_which_an_office_rests_is_quiet() -> None:
    rests = (NIGHT - DAY).weekday()
    assert short_days(tonight(0, 41, 57), seen(rest=rests), NIGHT) == []
    assert short_days(tonight(0, 41, 57), seen(rest=(rests + 1) % 7), NIGHT) != []


def test_where_too_few_nights_looked_only_what_did_not_come_is_told() -> None:
    few = seen(nights=4)
    assert short_days(tonight(3, 4, 5), few, NIGHT) == []
    late = tonight(0, state=DayState.LATE)
    assert short_days(late, few, NIGHT) == [Short("order", NIGHT - DAY, 0, None)]
