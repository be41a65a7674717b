"""How many events a subdistrict and the whole district may expect, with an interval that holds for the sum.

A sum of cells is not as sure as its cells are alone: the level of all of them drifts together (``sizes``). Its count is taken for negative
binomial with the mean and the variance of the sum; series are summed as if they drifted apart.

Belongs here: means and intervals of sums. Does not: their shape
(``transforms.schema.totals``), the drift itself (``sizes``), how often intervals held (``transforms.backtest.totals``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.schema.totals import Total, Totals
from transforms.scoring.forecast import Forecast
from transforms.scoring.negbin import quantile

LOW, HIGH = 0.1, 0.9
_LARGEST_SIZE: Final = 1e7


def total(mean: float, variance: float) -> tuple[Total, float]:
    """A sum with its interval, and the size of its distribution, which is as good as Poisson's where the variance is no larger."""
    spare = variance - mean
    size = min(mean**2 / spare, _LARGEST_SIZE) if spare > 0 else _LARGEST_SIZE
    low, high = (float(quantile(np.array([mean]), np.array([size]), p)[0]) for p in (LOW, HIGH))
    return Total(mean, low, high), size


def totals(of_series: Sequence[Forecast], is_scored: NDArray[np.bool_], subdistricts: Sequence[str | None]) -> Totals:
    """Totals of a category tonight, from the forecasts of its series; the other arguments have one entry for each cell."""
    codes = np.array([code or "" for code in subdistricts])

    def of(chosen: NDArray[np.bool_], *, is_part: bool) -> Total:
        means = [f.mean[chosen, 0] for f in of_series]
        variance = sum(f.sizes.variance_of_sum(mean, is_part=is_part) for f, mean in zip(of_series, means, strict=True))
        return total(float(sum(mean.sum() for mean in means)), float(variance))[0]

    parts = sorted({str(code) for code in codes[is_scored]} - {""})
    return Totals(of(is_scored, is_part=False), {code: of(is_scored & (codes == code), is_part=True) for code in parts})
