from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.helpers.made import at, cells, district, events, reports
from tests.helpers.one_night import as_of, panel_of, reports_digest, source_days
from transforms.clocks.nights import day_start
from transforms.clocks.rules import Clock
from transforms.grids.neighbours import Neighbours
from transforms.grids.succession import Former, apportion
from transforms.panel.digests import Read, ReportWords, exposure_digest
from transforms.panel.known import Known, View
from transforms.reports.versions import known, promised

DAY = dt.timedelta(days=1)
FIRST = dt.date(2023, 1, 2)
DAYS = 480
# A year of history, so that the later nights do not see the first reports any more.
PLACE = district(history_days=365)
CELLS = cells()
AROUND = Neighbours(CELLS["x_m"].to_numpy(), CELLS["y_m"].to_numpy())
SPLIT: Former = {"c0000": {"c0001": 600_000, "c0002": 400_000}, "c0101": {}}
NIGHTS = [FIRST + k * DAY for k in (0, 1, 60, 200, 366, 420, 479, 480, 500)]


@lru_cache(maxsize=1)
def told() -> tuple[dict[str, Any], ...]:
    """First versions: most known within days, some within weeks; cases close; the fire service is silent for a fortnight."""
    rng = np.random.default_rng(11)
    rates = {"fire_building": 0.02, "theft": 0.2, "dispute": 0.03}
    rows = [
        row | {"report_id": f"{len(rates) * n + k:016x}"}
        for k, (kind, rate) in enumerate(rates.items())
        for n, row in enumerate(events(kind, np.full((len(CELLS), DAYS), rate), FIRST, k, CELLS))
    ]
    silent = at(FIRST + 190 * DAY, 0), at(FIRST + 204 * DAY, 0)
    rows = [r for r in rows if r["kind"] != "fire_building" or not silent[0] <= r["occurred_at"] < silent[1]]
    for row in rows:
        row["occurred_at"] += dt.timedelta(seconds=int(rng.integers(-43_200, 43_200)))
        row["known_at"] = row["occurred_at"] + dt.timedelta(days=float(rng.exponential(12.0 if rng.random() < 0.1 else 0.7)))
        row["batch_id"] = f"b{row['known_at']:%Y%m%d}"
        if row["kind"] == "dispute":
            row["due_at"] = row["occurred_at"] + 10 * DAY
            row["closed_at"] = row["occurred_at"] + float(rng.exponential(9.0)) * DAY
            row["first_contact_at"] = row["occurred_at"] + 2 * DAY
    return tuple(rows)


def amended(row: dict[str, Any], how: str, days: float, seq: int) -> dict[str, Any]:
    """A later version of a report: withdrawn, put into another cell or month, or closed."""
    changes: dict[str, dict[str, Any]] = {
        "withdrawn": {"status": "withdrawn"},
        "elsewhere": {"cell_id": "c0303"},
        "long_before": {"occurred_at": row["occurred_at"] - 200 * DAY},
        "closed": {"closed_at": row["occurred_at"] + days * DAY, "status": "closed"},
    }
    return row | changes[how] | {"known_at": row["known_at"] + days * DAY, "recorded_seq": seq, "batch_id": f"later{seq}"}


def alone(versions: pl.DataFrame, night: dt.date, moment: dt.datetime, lake_seq: int, former: Former) -> View:
    """The night by the rule of each step, from every version, sharing nothing."""
    heard, start = known(versions, moment, lake_seq), day_start(night, PLACE.zone)
    seen = as_of(versions, moment, lake_seq, start).filter(pl.col("occurred_on") >= night - dt.timedelta(days=PLACE.history_days + 1))
    days = source_days(heard, seen, PLACE, night, moment)
    placed = apportion(seen, former)
    panel = panel_of(placed, days, PLACE, CELLS, night, AROUND)
    return View(lake_seq, placed, days, panel, (reports_digest(seen), exposure_digest(days)), promised(heard))


def require_same(cut: View, own: View) -> None:
    order = ["report_id", "cell_id"]
    assert cut.reports.sort(order).equals(own.reports.sort(order))
    assert cut.days.equals(own.days)
    assert cut.digest == own.digest
    assert cut.promised.equals(own.promised)
    assert (cut.lake_seq, cut.panel.night, cut.panel.days) == (own.lake_seq, own.panel.night, own.panel.days)
    assert cut.panel.counts.keys() == own.panel.counts.keys()
    for series, counts in cut.panel.counts.items():
        assert np.array_equal(counts.toarray(), own.panel.counts[series].toarray())
    assert cut.panel.exposure.keys() == own.panel.exposure.keys()
    for feed, exposure in cut.panel.exposure.items():
        assert np.array_equal(exposure.share, own.panel.exposure[feed].share)
        assert np.array_equal(exposure.pattern, own.panel.exposure[feed].pattern)


@st.composite
def later_versions(draw: st.DrawFn) -> pl.DataFrame:
    first = told()
    ways = st.sampled_from(["withdrawn", "elsewhere", "long_before", "closed"])
    drawn = draw(st.lists(st.tuples(st.integers(0, len(first) - 1), ways, st.floats(0.01, 300.0), st.integers(1, 3)), max_size=60))
    return reports([*first, *(amended(first[n], how, days, seq) for n, how, days, seq in drawn)])


@settings(max_examples=10, deadline=None)
@given(later_versions(), st.integers(1, 3), st.sampled_from(NIGHTS), st.sampled_from([{}, SPLIT]))
@example(reports([]), 1, NIGHTS[3], {})
def test_a_night_cut_from_what_many_share_is_the_night_looked_at_alone(
    versions: pl.DataFrame, lake_seq: int, night: dt.date, former: Former
) -> None:
    # As it was known then; and long after all of it, as a restating backfill looks at every night.
    for moment, nights in ((at(night, 5), [night, night - 4 * DAY]), (at(FIRST + 900 * DAY, 5), [*NIGHTS, NIGHTS[2]])):
        shared = Known(versions, moment, lake_seq, PLACE, CELLS, former, AROUND)
        for each in nights:
            require_same(shared.on(each), alone(versions, each, moment, lake_seq, former))


@pytest.mark.parametrize("how", ["withdrawn", "elsewhere", "long_before"])
def test_a_correction_shows_once_it_is_known(how: str) -> None:
    first = told()
    row = next(r for r in first if r["kind"] == "theft" and r["cell_id"] == "c0000" and r["occurred_at"] >= at(FIRST + 300 * DAY))
    versions, night = reports([*first, amended(row, how, 30.0, 2)]), FIRST + 400 * DAY

    def counted(moment: dt.datetime, lake_seq: int) -> float:
        view = Known(versions, moment, lake_seq, PLACE, CELLS, {}, AROUND).on(night)
        assert view.digest == alone(versions, night, moment, lake_seq, {}).digest
        return float(view.panel.counts["theft"][[0], view.panel.column((row["occurred_at"] + dt.timedelta(hours=8)).date())].sum())

    before, after = (row["known_at"] + days * DAY for days in (29, 31))
    assert counted(after, 2) == counted(before, 2) - 1 == counted(after, 1) - 1


def test_what_only_some_clocks_read_is_among_the_inputs_of_their_districts_alone() -> None:
    row = told()[0]
    found = [reports([row | {"recheck_at": when, "urgency": how}]) for when, how in ((None, None), (at(FIRST), None), (None, "urgent"))]
    for clocks, differ in (
        ([], [False, False]),
        ([Clock(clock="recheck", feed="stability", limit=3)], [True, False]),
        ([Clock(clock="first_contact", feed="stability", urgency="urgent", limit=2)], [False, True]),
    ):
        words = [ReportWords(each, Read.by(clocks)) for each in found]
        plain, *others = (each.digest(0, 1) for each in words)
        assert [other != plain for other in others] == differ
        # What was looked at again later is not known to a night before.
        assert words[1].digest(0, 1, at(FIRST)) == plain
