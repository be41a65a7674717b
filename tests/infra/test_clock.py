"""Which clocks are refused, and in which words."""

from __future__ import annotations

import datetime as dt

import pytest

from infra.clock import TOLERANCE, ClockError, Recorded, require_no_leap, require_not_behind, require_together

NOW = dt.datetime(2026, 3, 4, 5, 6, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


def test_a_clock_behind_what_was_recorded_is_refused_past_ten_minutes() -> None:
    require_not_behind(NOW, None)
    require_not_behind(NOW, Recorded(NOW + TOLERANCE, "a landing"))
    with pytest.raises(ClockError, match="a landing is recorded for 2026-03-04 05:16 UTC: the clock is 10 minutes behind") as told:
        require_not_behind(NOW, Recorded(NOW + TOLERANCE + SECOND, "a landing"))
    assert told.value.code == "clock: behind"
    assert "--from 2026-03-05" in told.value.remedy


@pytest.mark.parametrize(("ahead", "says"), [(1, "10 minutes ahead of the database's"), (-1, "10 minutes behind the database's")])
def test_clocks_that_are_apart_are_refused_past_ten_minutes(ahead: int, says: str) -> None:
    require_together(None)
    require_together(ahead * TOLERANCE)
    with pytest.raises(ClockError, match=says):
        require_together(ahead * (TOLERANCE + SECOND))


def test_a_leap_is_longer_than_an_absence_that_is_made_up_for() -> None:
    require_no_leap(NOW, None, 14)
    # Fourteen nights are missing between a night and the fifteenth after it.
    require_no_leap(NOW, Recorded(NOW - 15 * DAY, "a publication"), 14)
    with pytest.raises(ClockError, match=r"the newest thing recorded is a publication of .* 2 days before; .* up to 0 days") as told:
        require_no_leap(NOW, Recorded(NOW - 2 * DAY, "a publication"), 0)
    assert "--clock-is-right" in told.value.remedy
