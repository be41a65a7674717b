"""Totals of a category: sums add up, cells without a score count in none, and four intervals in five hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from transforms.scoring.features import Part
from transforms.scoring.forecast import Forecast
from transforms.scoring.sizes import Sizes
from transforms.scoring.totals import total, totals

Array = NDArray[np.float64]
CELLS = 300
PARTS = [("a", "b", "c", None)[k % 4] for k in range(CELLS)]


def forecast(mean: Array, sizes: Sizes) -> Forecast:
    column = mean[:, None]
    return Forecast(np.zeros((len(Part), len(mean), 1)), column, np.ones_like(column), np.ones(1), sizes)


def test_sums_add_up_and_what_is_not_scored_counts_nowhere() -> None:
    means = [np.full(CELLS, 0.5), np.linspace(0.0, 2.0, CELLS)]
    is_scored = np.arange(CELLS) >= 20
    means[0][:20] = np.nan
    found = totals([forecast(m, Sizes(2.0)) for m in means], is_scored, PARTS)
    assert found.district.mean == pytest.approx(sum(m[20:].sum() for m in means))
    assert list(found.parts) == ["a", "b", "c"]
    # A cell of no subdistrict is the district's all the same.
    assert sum(p.mean for p in found.parts.values()) < found.district.mean
    assert all(p.low <= p.mean <= p.high for p in (found.district, *found.parts.values()))
    none = totals([], is_scored, PARTS)
    assert (none.district.mean, none.district.low, none.district.high) == (0, 0, 0)


def test_a_level_that_drifts_makes_the_whole_less_sure_than_its_cells_are() -> None:
    mean = np.full(CELLS, 2.0)
    steady, drifting = (totals([forecast(mean, Sizes(2.0, 0.0, d, d))], mean > 0, PARTS).district for d in (0.0, 0.02))
    assert drifting.high - drifting.low > 2 * (steady.high - steady.low)


def test_four_intervals_in_five_hold() -> None:
    rng = np.random.default_rng(1)
    mean, drift, own = np.repeat(rng.gamma(0.5, 2.0, CELLS)[:, None], 2000, axis=1), 0.01, 2.0
    level = rng.gamma(1 / drift, drift, 2000)
    came = rng.negative_binomial(own, own / (own + mean * level)).sum(axis=0)
    found, size = total(float(mean[:, 0].sum()), Sizes(own, 0.0, drift, drift).variance_of_sum(mean[:, 0], is_part=False))
    assert size > 0
    assert ((found.low <= came) & (came <= found.high)).mean() == pytest.approx(0.8, abs=0.03)
