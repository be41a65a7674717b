"""How fast the days go by for those who work: a day off counts for as much of a working day as is done on it.

What is left of a clock is measured in this time, so a deadline after a holiday is nearer than its date says. How much a day off is worth
is read from the past: closings per day off against closings per working day, drawn towards an ordinary day where little was closed.

Belongs here: that measure. Does not: which days are worked by law and by roster (``transforms.clocks``), what became of clocks
(``transforms.duty.survival``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.clocks.zones import utc_to_local

Array = NDArray[np.float64]

_EPOCH: Final = dt.date(1970, 1, 1)
_DAY_US: Final = 86_400_000_000
# As many closings of an ordinary pace as are taken to have been seen before any was.
_PRIOR: Final = 20.0
_LEAST: Final = 0.02


@dataclass(frozen=True, eq=False)
class Pace:
    """Worked days since the beginning of ``first`` (days since 1970), at the beginning of each later day; beyond them all days count."""

    first: int
    passed: Array
    zone: str

    @classmethod
    def of(cls, closings: pl.Series, days: tuple[int, int], holidays: Collection[dt.date], zone: str) -> Self:
        """What past closings say.

        Args:
            closings: local days of the past on which something was closed (as days since 1970).
            days: the first and the last day that is asked about.
            holidays: days off beside Saturdays and Sundays.
            zone: by whose clock days begin.
        """
        span = np.arange(days[0], days[1] + 1)
        # The first of January 1970 was a Thursday.
        off = ((span + 3) % 7 >= 5) | np.isin(span, [(day - _EPOCH).days for day in holidays])
        counts = np.bincount(np.clip(closings.to_numpy() - days[0], 0, len(span) - 1), minlength=len(span)).astype(float)
        seen = counts > 0
        past = slice(int(np.argmax(seen)), len(span) - int(np.argmax(seen[::-1]))) if seen.any() else slice(0, 0)
        on_off, on_work = (counts[past][mask] for mask in (off[past], ~off[past]))
        usual = on_work.sum() / max(len(on_work), 1)
        worth = (on_off.sum() + _PRIOR) / (usual * len(on_off) + _PRIOR)
        weights = np.where(off, np.clip(worth, _LEAST, 1.0), 1.0)
        return cls(days[0], np.r_[0.0, np.cumsum(weights)], zone)

    def at(self, moments: pl.Series) -> Array:
        """Worked days until each moment (UTC); NaN where there is none."""
        local = pl.select(utc_to_local(pl.lit(moments), self.zone).alias("at"))["at"].dt.epoch("us")
        nothing = local.is_null().to_numpy()
        place = local.fill_null(0).to_numpy() / _DAY_US - self.first
        last = len(self.passed) - 1
        whole = np.clip(np.floor(place), 0, last).astype(np.int64)
        rate = np.append(np.diff(self.passed), 1.0)
        found: Array = self.passed[whole] + (place - whole) * rate[whole]
        return np.where(nothing, np.nan, found)
