"""What choosing by a forecast comes to, totals, regret, and a challenger beside ours: against numbers worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from transforms.backtest.challenge import QUANTILES, challenge, hub_quantiles, interval_score, predictions
from transforms.backtest.regret import regret
from transforms.backtest.rows import COMPETITORS, FORECASTS
from transforms.backtest.totals import DISTRICT, coverage, total_rows
from transforms.backtest.useful import use
from transforms.scoring.negbin import quantile
from transforms.scoring.sizes import Sizes

FIRST = dt.date(2025, 1, 6)
WEEK = dt.timedelta(days=7)


def rows(origins: int = 3, cells: int = 40, seed: int = 0, **changes: Any) -> pl.DataFrame:
    """A series whose forecast is the truth, and baselines that are flat."""
    rng = np.random.default_rng(seed)
    mean = np.repeat(rng.gamma(0.7, 2.0, cells)[None], origins, axis=0).ravel()
    given: dict[str, Any] = {
        "origin": [FIRST + k * WEEK for k in range(origins) for _ in range(cells)],
        "horizon_days": 7,
        "series": "theft",
        "cell_id": [f"c{k:03d}" for _ in range(origins) for k in range(cells)],
        "subdistrict": ["W" if k < cells / 2 else "E" for _ in range(origins) for k in range(cells)],
        "level": "blue",
        "mean": mean,
        "size": 3.0,
        "observed": rng.negative_binomial(3.0, 3.0 / (3.0 + mean)).astype(float),
        "last_year": rng.permutation(mean[:cells])[None].repeat(origins, axis=0).ravel(),
        **dict.fromkeys(COMPETITORS, float(mean.mean())),
    }
    return pl.DataFrame(
        {c: v if isinstance(v, list | np.ndarray) else [v] * len(mean) for c, v in (given | changes).items()}, schema=FORECASTS
    )


def test_harm_found_is_that_of_the_cells_chosen() -> None:
    frame = rows()
    found = use("public_order", frame, {"theft": 2.0}, {"c000": "estate old", "c001": "estate"}, 7)
    assert found is not None
    top = frame.filter(pl.col("mean").rank("ordinal", descending=True).over("origin") <= 20)
    before = frame.filter(pl.col("last_year").rank("ordinal", descending=True).over("origin") <= 20)
    assert found.extra == pytest.approx(2 * float(top["observed"].to_numpy().sum() - before["observed"].to_numpy().sum()) / 3)
    assert found.extra > 0
    assert found.jaccard == {7: 1.0}
    assert found.days_in == 21
    assert found.days_out is None
    assert [level.level for level in found.levels] == ["blue"]
    assert found.levels[0].cells == found.levels[0].harm == 1
    assert [tag.tag for tag in found.tags] == ["estate", "old"]
    assert found.tags[0].cells == pytest.approx(2 / 40)


def test_cells_that_come_and_go_are_told_by_how_long() -> None:
    frame = rows(origins=3, cells=40)
    high = np.array([[50.0 if k == 0 and o != 1 else 1 + k / 100 for k in range(40)] for o in range(3)]).ravel()
    found = use("public_order", frame.with_columns(mean=pl.Series(high)), {"theft": 1.0}, {}, 7)
    assert found is not None
    assert found.days_out == 7
    assert found.jaccard[7] == pytest.approx(19 / 21)


def test_totals_add_up_and_drift_widens_them() -> None:
    frame = rows(origins=1)
    still, drifting = (total_rows(frame, sizes) for sizes in (Sizes(3.0), Sizes(3.0, 0.0, 0.04, 0.04)))
    assert still["area"].to_list() == [DISTRICT, "E", "W"]
    assert still["mean"][0] == pytest.approx(still["mean"][1] + still["mean"][2])
    assert ((drifting["high"] - drifting["low"]) > (still["high"] - still["low"])).all()
    held = coverage(still, 7)
    assert held is not None
    assert held.totals == 3
    assert 0 <= held.randomised <= 1
    # One origin tells nothing of how much another would have differed.
    assert held.se is None
    assert total_rows(frame.clear(), Sizes(3.0)).is_empty()
    assert coverage(still.clear(), 7) is None


def test_regret_is_nothing_where_ours_was_best_each_month() -> None:
    found = regret(rows(origins=8, cells=200))
    assert found is not None
    assert (found.mean, found.worst, found.best_months) == (0.0, 0.0, found.months)
    ours = rows(origins=8, cells=200)
    worse = ours.with_columns(baseline_kde_365=pl.col("mean"), mean=pl.col("baseline_kde_365"))
    lost = regret(worse)
    assert lost is not None
    assert lost.mean > 0.05
    assert lost.best_months == 0
    assert regret(ours.with_columns(observed=0.0)) is None


def test_a_challenger_that_is_ours_gains_nothing_and_a_flat_one_loses() -> None:
    frame = rows(origins=6, cells=200)
    same = challenge(frame, predictions(frame), 7)[0]
    assert same.gain == pytest.approx(0)
    assert (same.hit_gain, same.missing, same.origins, same.rows) == (0.0, 0, 6, 1200)
    flat = challenge(frame, predictions(frame).drop("size").with_columns(mean=1.0).head(1100), 7)[0]
    assert flat.gain < -0.05
    assert flat.missing == 100
    assert flat.low is not None
    assert flat.high is not None
    assert flat.low < flat.gain < flat.high < 0
    assert flat.hit_gain < 0


def test_choosing_ones_cells_gains_what_they_weigh_in_the_whole() -> None:
    frame = rows(origins=6, cells=200)
    flat = predictions(frame).with_columns(mean=1.0)
    asked = pl.col("cell_id") < "c050"
    some, others = (challenge(frame, flat.filter(part), 7)[0] for part in (asked, ~asked))
    assert (some.rows, some.missing, others.missing) == (1200, 900, 300)
    assert some.gain + others.gain == pytest.approx(challenge(frame, flat, 7)[0].gain)
    # Origins are another thing: nobody need forecast all of them.
    early = challenge(frame, flat.filter(pl.col("origin") < FIRST + 2 * WEEK), 7)[0]
    assert (early.origins, early.rows, early.missing) == (2, 400, 0)


def test_quantiles_are_graded_by_their_interval_score() -> None:
    frame = rows(origins=6, cells=200)
    mean, size = frame["mean"].to_numpy(), frame["size"].to_numpy()
    ours = predictions(frame).drop("mean", "size").with_columns(**{str(p): pl.Series(quantile(mean, size, p)) for p in QUANTILES})
    assert challenge(frame, ours, 7)[0].gain == pytest.approx(0)
    wide = ours.with_columns(pl.col("0.975") + 30)
    assert challenge(frame, wide, 7)[0].gain < -1
    assert interval_score({"0.1": np.array([2.0]), "0.9": np.array([5.0])}, np.array([7.0])).tolist() == pytest.approx([0.1 * 5 + 0.9 * 2])


def test_the_hubs_layout_has_a_row_per_probability() -> None:
    frame = rows(origins=1, cells=3)
    hub = hub_quantiles(frame)
    assert len(hub) == 3 * len(QUANTILES)
    assert hub["target_end_date"].unique().to_list() == [FIRST + dt.timedelta(days=6)]
    one = hub.filter(pl.col("location") == "c000").sort("output_type_id")
    assert one["value"].is_sorted()
