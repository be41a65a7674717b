"""Nights of two homes, one of which is killed, loses its server, and has a full disk: at the end they hold the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.soak import Outcome, Slope, soak
from tests.torture.years import NIGHTLY, commands, night_of

# The first nights of a process still load what they use; a leak of a MiB a night would be 100.
MOST_MIB_PER_100 = 90


def require_same(outcome: Outcome) -> None:
    assert outcome.undisturbed.faults == outcome.disturbed.faults == []
    assert (outcome.differing, outcome.rows) == ([], [])
    assert outcome.disturbed.ended == outcome.undisturbed.ended
    assert outcome.disturbed.happened["killed"] >= 2
    # A disk that was full has kept something from being done, or it was none.
    assert outcome.disturbed.happened["brimful"] == 1


@pytest.mark.slow
def test_a_home_that_is_disturbed_ends_as_one_that_is_not(tmp_path: Path) -> None:
    require_same(soak(tmp_path, 16, seed=4, together=6))


@pytest.mark.lengthy
def test_with_a_silent_feed_days_without_the_machine_and_a_backfill_as_well(tmp_path: Path) -> None:
    outcome = soak(tmp_path, 21, seed=4, together=6)
    require_same(outcome)
    assert outcome.disturbed.ended["flows.backfill.backfill"] == 1
    # Of three nightlies that are due at once two open nothing, and each night ran.
    assert outcome.disturbed.ended[f"{NIGHTLY}, superseded"] == 2
    assert all(slope.per_100 < MOST_MIB_PER_100 for slope in outcome.slopes() if slope.unit == "MiB")


def test_a_slope_is_told_by_the_hundred_nights() -> None:
    assert str(Slope("a night", "s", 0.5, 0.05)) == "a night: median 0.5 s, +0.05 s per 100 nights (+10.0%)"


def test_what_was_missed_is_due_at_once_when_the_machine_is_back() -> None:
    down = [number for number in range(100) if not any(name == "!flow" for name, *_ in commands(number))]
    assert down == [17, 18, 36, 37, 55, 56, 74, 75, 93, 94]
    back = [said for name, said in commands(19) if name == "!flow" and NIGHTLY in said]
    assert [str(night_of(night)) in said.partition('"due"')[2] for said, night in zip(back, (17, 18, 19), strict=False)] != [False] * 3
    assert len(back) == 3
