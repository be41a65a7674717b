"""A district against its own last year: a growing or shrinking year is said beside the map, since scores are ranks.

Belongs here: that one number. Does not: levels within the forecast (``level``).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from transforms.district.declaration import Series
from transforms.panel.panel import Exposure, Panel

TREND_DAYS = 28
LAST_YEAR_DAYS = 364
MIN_TREND_EXPOSURE = 0.25


def against_last_year(panel: Panel, series: Iterable[Series]) -> float | None:
    """Harm per exposure of the last 28 days against the same days 364 days earlier (the same weekdays); null without both.

    A series that was not observed on both says nothing of either.
    """
    ends = len(panel.days), len(panel.days) - LAST_YEAR_DAYS
    if ends[1] < TREND_DAYS:
        return None
    rates = [0.0, 0.0]
    alike: dict[frozenset[str], list[Series]] = {}
    for one in panel.told(series):
        alike.setdefault(panel.told_by[one.code], []).append(one)
    for sources, own in alike.items():
        observed = [_observed(panel.of_sources[sources], end) for end in ends]
        if min(observed) < MIN_TREND_EXPOSURE:
            continue
        for k, end in enumerate(ends):
            rates[k] += sum(s.weight * float(panel.counts[s.code][:, end - TREND_DAYS : end].sum()) for s in own) / observed[k]
    return rates[0] / rates[1] - 1 if rates[1] > 0 else None


def _observed(exposure: Exposure, end: int) -> float:
    """Mean exposure of the days before ``end`` over the cells that were ever covered."""
    covered: NDArray[np.bool_] = np.asarray((exposure.share > 0).any(axis=1))[exposure.pattern]
    return float(exposure.at(slice(end - TREND_DAYS, end))[covered].mean()) if covered.any() else 0.0
