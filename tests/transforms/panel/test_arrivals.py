from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.helpers.made import ZONE, at, district, reports, source
from tests.helpers.one_night import source_days
from transforms.clocks.nights import day_began
from transforms.district.declaration import District
from transforms.panel.arrivals import delays_of, share_arrived, sources_changed
from transforms.schema import SOURCE_DAYS

NIGHT = dt.date(2025, 6, 4)
DAY = dt.timedelta(days=1)
CUTOFF = at(NIGHT, 5)


def noon() -> pl.Expr:
    """Noon of the day on which something happened; of the hour nothing is left."""
    return day_began("occurred_on", "Asia/Shanghai") + dt.timedelta(hours=12)


def some(**more: Any) -> District:
    return district(sources=[source("order", "public_order", **more)])


def delivered(counts: list[int], *, delay_h: float | None = None, **more: Any) -> pl.DataFrame:
    """``counts[-1]`` reports on the day before the night, and so on back; known at 04:30 of the next day, or after a delay."""
    rows = []
    for back, count in enumerate(reversed(counts), start=1):
        day = NIGHT - back * DAY
        for k in range(count):
            occurred = at(day, 24 * (k + 0.5) / count)
            known = at(day, 28.5) if delay_h is None else occurred + dt.timedelta(hours=delay_h)
            rows.append({"kind": "theft", "occurred_at": occurred, "known_at": known, "batch_id": f"b{known:%Y%m%d}", **more})
    return reports(rows)


def judged(versions: pl.DataFrame, place: District | None = None, as_of: dt.datetime = CUTOFF, night: dt.date = NIGHT) -> pl.DataFrame:
    known = versions.filter(pl.col("known_at") <= as_of)
    found = source_days(known, known, place or some(), night, as_of)
    assert found.schema == SOURCE_DAYS
    assert found.equals(found.sort("source", "day"))
    assert found["share_arrived"].is_between(0, 1).all()
    return found


def states(found: pl.DataFrame) -> list[str]:
    return found["state"].to_list()


def test_a_source_that_never_delivered_has_no_rows() -> None:
    place = district()
    found = source_days(reports([]), reports([]), place, NIGHT, CUTOFF)
    assert (found.schema, found.height) == (SOURCE_DAYS, 0)
    assert set(judged(delivered([5] * 10), place)["source"]) == {"order"}


def test_every_day_from_the_first_report_on_is_judged() -> None:
    found = judged(delivered([30] * 40))
    assert found["day"].to_list() == [NIGHT - k * DAY for k in range(40, 0, -1)]
    assert states(found) == ["ok"] * 40
    assert found["reports"].to_list() == [30] * 40


@pytest.mark.parametrize("strays", [{0: 1}, {0: 1, 200: 1, 320: 1}, {1: 3, 2: 4, 30: 6}])
def test_days_of_mistyped_years_are_no_beginning(strays: dict[int, int]) -> None:
    counts = [strays.get(day, 0) for day in range(365)] + [25] * 120
    found = judged(delivered(counts))
    assert found["day"].to_list() == [NIGHT - k * DAY for k in range(120, 0, -1)]
    assert states(found) == ["ok"] * 120
    # Whoever declares since when it covers is believed.
    assert judged(delivered(counts), some(coverage={"since": NIGHT - 485 * DAY}))["day"][0] == NIGHT - 485 * DAY


def test_a_sparse_source_begins_with_its_first_report() -> None:
    counts = [1 if day % 9 == 0 else 0 for day in range(400)]
    assert judged(delivered(counts))["day"][0] == NIGHT - 400 * DAY


def test_a_source_that_grows_begins_where_it_began() -> None:
    counts = [2 + day // 10 for day in range(365)]
    assert len(judged(delivered(counts))) == 365


def test_alternate_weeks_absent_in_a_busy_source_are_missing() -> None:
    counts = ([20] * 7 + [0] * 7) * 10 + [20] * 7
    found = judged(delivered(counts))
    assert states(found) == ["ok" if c else "missing" for c in counts]
    assert found["share_arrived"].to_list() == [1.0 if c else 0.0 for c in counts]


def test_missing_days_do_not_hide_each_other() -> None:
    # Over all days the source brings 3.6 a day, and one empty day would be nothing; on the days it works it brings 20.
    counts = ([20] * 8 + [0] * 40) * 5 + [20] * 10 + [0] + [20] * 10
    assert states(judged(delivered(counts))) == ["ok" if c else "missing" for c in counts]


def test_one_empty_day_of_a_busy_source_is_missing() -> None:
    counts = [20] * 30 + [0] + [20] * 30
    assert states(judged(delivered(counts))) == ["missing" if c == 0 else "ok" for c in counts]


def test_a_sparse_source_with_quiet_days_is_ok() -> None:
    counts = np.random.default_rng(1).poisson(0.7, 300)
    counts[0] = 1
    assert counts.tolist().count(0) > 100
    assert set(states(judged(delivered(counts.tolist())))) == {"ok"}


def test_a_long_silence_of_a_sparse_source_is_missing() -> None:
    # 0.5 a day: 18 empty days have a probability of 1.2e-4, 20 of 4.5e-5.
    def silent(days: int) -> set[str]:
        counts = [1, 0] * 200
        counts[101 : 101 + days - 1] = [0] * (days - 1)
        return set(states(judged(delivered(counts), some(delivery="event"))))

    assert silent(17) == {"ok"}
    assert silent(23) == {"ok", "missing"}


def test_an_office_that_rests_on_weekends_is_quiet_then() -> None:
    counts = [0 if (NIGHT - back * DAY).weekday() >= 5 else 40 for back in range(60, 0, -1)]
    found = judged(delivered(counts))
    assert set(states(found)) == {"ok"}
    assert set(found["share_arrived"]) == {1.0}
    # A lost Wednesday is still lost.
    counts[-7] = 0
    assert (NIGHT - 7 * DAY).weekday() == 2
    assert states(judged(delivered(counts))).count("missing") == 1


def test_a_thin_weekday_is_not_cut_short() -> None:
    counts = [10 if (NIGHT - back * DAY).weekday() == 6 else 80 for back in range(60, 0, -1)]
    assert set(states(judged(delivered(counts)))) == {"ok"}


def test_trailing_empty_days_are_late_and_then_missing() -> None:
    found = judged(delivered([20] * 40 + [0] * 5))
    assert states(found)[-6:] == ["ok", "missing", "missing", "late", "late", "late"]
    assert found["share_arrived"].to_list()[-5:] == [0.0] * 5


def test_a_source_that_ended_is_not_late() -> None:
    found = judged(delivered([20] * 40 + [0] * 10), some(coverage={"until": NIGHT - 11 * DAY}))
    assert found["day"].max() == NIGHT - 11 * DAY
    assert set(states(found)) == {"ok"}


def test_days_since_the_declared_beginning_are_missing_not_absent() -> None:
    found = judged(delivered([20] * 40), some(coverage={"since": NIGHT - 50 * DAY}))
    assert states(found) == ["missing"] * 10 + ["ok"] * 40


def test_history_bounds_the_days() -> None:
    place = some().model_copy(update={"history_days": 60})
    assert judged(delivered([20] * 100), place)["day"].min() == NIGHT - 60 * DAY


@pytest.mark.parametrize(("count", "state"), [(2, "partial"), (25, "partial"), (31, "ok"), (60, "ok")])
def test_a_day_cut_short_is_partial_and_says_nothing(count: int, state: str) -> None:
    found = judged(delivered([100] * 40 + [count] + [100] * 10))
    assert states(found) == ["ok"] * 40 + [state] + ["ok"] * 10
    assert found["share_arrived"][40] == (0.0 if state == "partial" else 1.0)


def test_one_quiet_day_of_a_source_whose_days_differ_is_not_cut_short() -> None:
    # Two years of days, as wide as those of a city: var = μ + μ²/12.
    rng = np.random.default_rng(3)
    counts = rng.poisson(rng.gamma(12, 47 / 12, 700)).tolist()
    assert set(states(judged(delivered([*counts[:350], 14, *counts[350:]])))) == {"ok"}
    # A sliver is cut short there as well.
    assert states(judged(delivered([*counts[:350], 2, *counts[350:]])))[350] == "partial"


def test_an_event_driven_source_is_never_cut_short() -> None:
    counts = [100] * 40 + [2] + [100] * 10
    assert set(states(judged(delivered(counts), some(delivery="event")))) == {"ok"}


def test_morning_deliveries_arrive_whole() -> None:
    # Everything of a day comes at 04:30 of the next one, whatever the hour of the event.
    assert judged(delivered([20] * 130))["share_arrived"].to_list() == [1.0] * 130
    before = judged(delivered([20] * 130), as_of=at(NIGHT, 4.4))
    assert before["share_arrived"][-1] == 0
    assert states(before)[-2:] == ["ok", "late"]


def test_the_delay_curve_says_what_is_still_to_come() -> None:
    # Every report is known 24 hours after the event: at 05:00, five of yesterday's 24 hours.
    found = judged(delivered([48] * 130, delay_h=24))
    assert found["share_arrived"].to_list()[-3:] == pytest.approx([1.0, 1.0, 5 / 24], abs=0.01)
    assert states(found)[-2:] == ["ok", "partial"]
    assert found["reports"].to_list()[-1] == 10


def test_counts_over_shares_are_unbiased() -> None:
    rng = np.random.default_rng(3)
    whole = delivered([200] * 130)
    delay = pl.Series(rng.gamma(1.0, 1.5, len(whole)) * 86_400_000_000).cast(pl.Duration("us"))
    found = judged(whole.with_columns(known_at=noon() + delay)).tail(10)
    assert 0.1 < found["share_arrived"][-1] < 0.6
    assert (found["reports"] / found["share_arrived"]).to_numpy() == pytest.approx(np.full(10, 200), rel=0.2)


def test_closed_days_wait_for_nothing() -> None:
    # One report in five comes after 60 days.
    versions = delivered([20] * 150)
    slow = pl.int_range(pl.len()) % 5 == 0
    found = judged(versions.with_columns(known_at=pl.when(slow).then(noon() + 60 * DAY).otherwise("known_at")))
    share = dict(found.select("day", "share_arrived").iter_rows())
    assert share[NIGHT - 45 * DAY] == 1
    # A little over 0.8: the latest events of the curve could not all show a wait of 60 days yet.
    assert 0.8 < share[NIGHT - 44 * DAY] < 0.85
    # Looked at much later, every day is closed.
    assert set(judged(versions, as_of=CUTOFF + 60 * DAY)["share_arrived"]) == {1.0}


def landed(import_back: int) -> pl.DataFrame:
    """A year imported at once, ``import_back`` days before the night; from then on a delivery every morning."""
    versions = delivered([20] * 365)
    moment = at(NIGHT - import_back * DAY, 4.5)
    imported = pl.col("known_at") <= moment
    return versions.with_columns(
        known_at=pl.when(imported).then(pl.lit(moment, versions.schema["known_at"])).otherwise("known_at"),
        batch_id=pl.when(imported).then(pl.lit("import")).otherwise("batch_id"),
    )


@pytest.mark.parametrize("import_back", [3, 50, 100, 110])
def test_an_import_does_not_poison_the_delay_curve(import_back: int) -> None:
    found = judged(landed(import_back))
    assert set(found["share_arrived"]) == {1.0}
    assert set(states(found)) == {"ok"}


def test_a_sender_that_says_when_it_released_is_believed() -> None:
    # The same rows under a rule that takes the time from the file: those are true waits.
    found = judged(landed(100), some(known_at={"rule": "column", "column": "t"}))
    assert found["share_arrived"][-1] < 0.95


def test_closings_of_old_cases_make_no_import() -> None:
    # Every morning's batch holds more closings of month-old cases than new ones. Two days pass before anything is delivered.
    new = delivered([20] * 150, delay_h=48)
    closings = [new.with_columns(known_at=pl.col("known_at") + k * DAY, recorded_seq=pl.lit(k, pl.Int64)) for k in (30, 31)]
    versions = pl.concat([new, *closings]).with_columns(batch_id=pl.col("known_at").dt.date().cast(pl.String))
    delays = delays_of(versions, some().sources[0], ZONE).before(NIGHT)
    assert len(delays) > 1000
    assert delays.max() == pytest.approx(3, abs=0.05)


def test_delays_run_from_the_start_of_the_day() -> None:
    delays = delays_of(delivered([20] * 130), some().sources[0], ZONE).before(NIGHT)
    assert set(np.round(delays * 24, 6)) == {28.5}
    # Days 46 to 120 before the night, and only if that makes a hundred reports.
    assert len(delays) == 75 * 20
    assert len(delays_of(delivered([1] * 130), some().sources[0], ZONE).before(NIGHT)) == 0
    assert len(delays_of(delivered([20] * 130, source="hotline"), some().sources[0], ZONE).before(NIGHT)) == 0


def test_the_first_version_counts() -> None:
    first = delivered([20] * 130)
    later = first.with_columns(known_at=pl.col("known_at") + 5 * DAY, recorded_seq=pl.lit(2, pl.Int64))
    place = some().sources[0]
    assert delays_of(pl.concat([later, first]), place, ZONE).before(NIGHT).tolist() == delays_of(first, place, ZONE).before(NIGHT).tolist()


def test_share_arrived() -> None:
    delays = np.array([1.0, 2.0, 2.0, 10.0])
    assert share_arrived(delays, np.array([0.5, 1.0, 2.0, 9.9, 44.9, 45.0])).tolist() == [0, 0.25, 0.75, 0.75, 1.0, 1.0]
    assert share_arrived(np.append(delays, 60.0), np.array([44.9, 45.0])).tolist() == [0.8, 1.0]
    assert share_arrived(np.empty(0), np.array([-1.0, 0.0, 0.1])).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("last_week", "changed"),
    [(20, False), (25, False), (14, False), (27, True), (13, True), (0, True)],
)
def test_sources_changed_where_the_last_week_differs_by_more_than_three_tenths(last_week: int, changed: bool) -> None:
    night = dt.date(2026, 3, 2)
    past = [night - dt.timedelta(days=n) for n in range(1, 41)]
    days = pl.DataFrame(
        {
            "source": ["a"] * 40 + ["b"] * 40,
            "day": [*past, *past],
            # What lies further back than asked, and what comes with the night itself, says nothing.
            "reports": [20] * 40 + [last_week if n < 7 else 20 if n < 28 else 900 for n in range(40)],
        }
    )
    tonight = pl.DataFrame({"source": ["a"], "day": [night], "reports": [9_000]})
    assert sources_changed(pl.concat([days, tonight]), night, 28) is changed
