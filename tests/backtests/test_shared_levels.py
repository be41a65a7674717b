"""Whoever guesses from shared levels whether a cell had a report in a week is hardly better than a coin; from nightly numbers he is not.

One command prints the figures: ``pytest tests/backtests/test_shared_levels.py -m lengthy -s``. 256 cells, four series, a year of past and
52 weeks of which each Monday's levels are shared (``dash_shared_levels_v1``). Counts per subdistrict and four weeks tell cells of one
subdistrict nothing apart, so levels are all that an attacker has within a cell: that of the week, that of the week after, the step between
the two, how often it was that high. The same attack on the nightly tier must succeed, or it proves nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from tests.helpers.made import at, cells, district, events, reports
from transforms.grids.neighbours import Neighbours
from transforms.panel.known import Known
from transforms.scoring.frozen import Frozen, needs
from transforms.scoring.risk import score_night

pytestmark = pytest.mark.lengthy

SIDE, WEEKS, PAST_DAYS, NIGHTLY_DAYS = 16, 52, 365, 29
FIRST = dt.date(2025, 1, 6)
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
RATES = {"fire_building": 0.012, "theft": 0.12, "assault": 0.03, "dispute": 0.06}
CATEGORIES = {"fire_building": "safety", "theft": "public_order", "assault": "public_order", "dispute": "stability"}
PLACE, IDS = district(), cells(SIDE)
ROW = ["category", "cell_id"]
RANK = {"blue": 0, "yellow": 1, "orange": 2, "red": 3}
AT_MOST, AT_LEAST = 0.60, 0.70


def world() -> pl.DataFrame:
    """Reports of unequal cells."""
    rng = np.random.default_rng(11)
    span = PAST_DAYS + 7 * WEEKS + NIGHTLY_DAYS
    place = rng.gamma(0.8, 1.0, (SIDE * SIDE, 1))
    rows: list[dict[str, Any]] = []
    for number, (kind, rate) in enumerate(RATES.items()):
        rows += events(kind, np.broadcast_to(place * rate, (SIDE * SIDE, span)), FIRST - PAST_DAYS * DAY, number, IDS)
    return reports([{**row, "closed_at": row["occurred_at"] + DAY, "report_id": f"{k:016x}"} for k, row in enumerate(rows)])


def scored(rows: pl.DataFrame, nights: list[dt.date]) -> Iterator[pl.DataFrame]:
    """What some nights say of residents' categories."""
    known = Known(rows, at(FIRST + 9 * PAST_DAYS * DAY), 9, PLACE, IDS, {}, Neighbours(IDS["x_m"].to_numpy(), IDS["y_m"].to_numpy()))
    frozen = Frozen()
    for night in nights:
        view = known.on(night)
        wanted = needs(view.panel, PLACE)
        kept = Frozen.of(made for made in frozen.all() if any(need.is_met_by(made) for need in wanted))
        with threadpool_limits(limits=1, user_api="blas"):
            made = score_night(view.panel, view.reports, PLACE, {}, kept)
        frozen = made.frozen
        yield made.scores.filter(pl.col("category") != "political").with_columns(night=pl.lit(night))


def within_cells(frame: pl.DataFrame, signal: str) -> float:
    """How often a signal is higher in a week with a report than in one without, of the same cell and category; ties are halves."""
    higher = pairs = 0.0
    for _, own in frame.drop_nulls(signal).group_by(ROW):
        values, had = own[signal].to_numpy(), own["had"].to_numpy()
        steps = values[had][:, None] - values[~had][None, :]
        higher, pairs = higher + float((steps > 0).sum() + 0.5 * (steps == 0).sum()), pairs + steps.size
    return higher / pairs


def with_truth(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Whether a cell had a report of the category in each week."""
    category = pl.col("kind").replace_strict(CATEGORIES, default=None, return_dtype=pl.String)
    had = rows.select("cell_id", category=category, week=pl.col("occurred_on").dt.truncate("1w")).drop_nulls().unique()
    return frame.join(had.with_columns(had=True), on=[*ROW, "week"], how="left").with_columns(pl.col("had").fill_null(False))


def test_shared_levels_do_not_tell_a_week_with_a_report_and_nightly_numbers_do() -> None:
    rows = world()
    mondays = [FIRST + k * WEEK for k in range(WEEKS + 1)]
    levels = pl.concat(scored(rows, mondays)).with_columns(rank=pl.col("level").replace_strict(RANK, return_dtype=pl.Int64))
    of_week = levels.select(*ROW, week="night", rank="rank").sort(*ROW, "week")
    after = pl.col("rank").shift(-1).over(ROW)
    shared = with_truth(of_week.with_columns(after=after, step=after - pl.col("rank"), both=after + pl.col("rank")), rows)
    shared = shared.filter(pl.col("week") < mondays[-1])
    found = {name: within_cells(shared, name) for name in ("rank", "after", "step", "both")}

    daily = [mondays[-1] + k * DAY for k in range(NIGHTLY_DAYS)]
    nightly = pl.concat(scored(rows, daily)).sort(*ROW, "night")
    # What a night adds is of the day before it.
    jumps = nightly.with_columns(
        jump=pl.col("recent") - pl.col("recent").shift(1).over(ROW), week=(pl.col("night") - DAY).dt.truncate("1w")
    )
    numbers = with_truth(jumps.group_by(*ROW, "week").agg(pl.col("jump").max()), rows)
    found["nightly"] = within_cells(numbers, "jump")
    print({name: round(auc, 3) for name, auc in found.items()})
    assert max(auc for name, auc in found.items() if name != "nightly") <= AT_MOST
    assert found["nightly"] > AT_LEAST
