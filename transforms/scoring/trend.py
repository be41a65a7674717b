"""A district against its own last year: a growing or shrinking year is said beside the map, since scores are ranks.

Belongs here: that one number. Does not: levels within the forecast (``level``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.district.declaration import Series
from transforms.panel.panel import Exposure, Panel

TREND_DAYS = 28
LAST_YEAR_DAYS = 364
MIN_TREND_EXPOSURE = 0.25


def against_last_year(panel: Panel, series: Sequence[Series], exposure: Exposure) -> float | None:
    """Harm per exposure of the last 28 days against the same days 364 days earlier (the same weekdays); null without both."""
    end = len(panel.days)
    windows = [slice(end - TREND_DAYS, end), slice(end - TREND_DAYS - LAST_YEAR_DAYS, end - LAST_YEAR_DAYS)]
    if windows[1].start < 0 or not series:
        return None
    covered: NDArray[np.bool_] = np.asarray((exposure.share > 0).any(axis=1))[exposure.pattern]
    rates = []
    for window in windows:
        observed = float(exposure.at(window)[covered].mean()) if covered.any() else 0.0
        if observed < MIN_TREND_EXPOSURE:
            return None
        rates.append(sum(s.weight * float(panel.counts[s.code][:, window].sum()) for s in series) / observed)
    return rates[0] / rates[1] - 1 if rates[1] > 0 else None
