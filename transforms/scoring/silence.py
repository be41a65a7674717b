"""No data is not no risk: what falls silent is seen as it stood on the last day it was heard of, until it is stale.

A cell is heard of through the sources that cover it and may tell of a series, and a day is heard of when any part of it was observed.
Before each origin, features, levels and surges of a cell are those of the end of its last day heard of; models and references are those of
the last day on which any cell of the category was. So nothing fades, no weekly refit sees other windows and no new quarter is measured with
another reference for lack of data: only the season of the days ahead and the open stock are of the origin itself. A silence ends with the
first day heard of again, and after ``stale_after_days`` cells have no score at all.

Belongs here: until when cells and feeds were heard of. Does not: what was observed (``transforms.panel.panel``,
``transforms.panel.arrivals``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from transforms.panel.panel import Exposure

Number = TypeVar("Number", np.bool_, np.int64, np.float64)


@dataclass(frozen=True)
class Heard:
    """The days that a feed was heard of: from ``first`` to the day before ``until``, which is the night itself unless it is silent."""

    first: dt.date
    until: dt.date

    @classmethod
    def of(cls, exposure: Exposure, days: list[dt.date]) -> Self | None:
        """Those of a feed on a panel's ``days``; None when it was never heard of."""
        seen = np.flatnonzero((exposure.share > 0).any(axis=0))
        return cls(days[seen[0]], days[seen[-1]] + dt.timedelta(days=1)) if len(seen) else None


@dataclass(frozen=True)
class LastHeard:
    """The last day each cell was heard of before each of several origins.

    ``columns``: the columns after those days, each once, ascending; ``place``: which of them it is, shape (cells, origins); ``feed``: the
    latest over all cells, shape (origins,). A cell that was never heard of stands with its feed.
    """

    columns: NDArray[np.int64]
    place: NDArray[np.int64]
    feed: NDArray[np.int64]

    @classmethod
    def before(cls, exposure: Exposure, origins: NDArray[np.int64]) -> Self:
        """Before each origin, a column; an origin sees the columns before it."""
        ends = np.where(exposure.share > 0, np.arange(1, exposure.share.shape[1] + 1), 0)
        until = np.pad(np.maximum.accumulate(ends, axis=1), ((0, 0), (1, 0)))[:, origins]
        feed = until.max(axis=0)
        columns, place = np.unique(np.where(until > 0, until, feed), return_inverse=True)
        return cls(columns, place.reshape(until.shape)[exposure.pattern], feed)

    def of_cells(self, values: NDArray[Number]) -> NDArray[Number]:
        """Shape (…, cells, origins): of values at every column, shape (…, cells, columns), those that each cell was last heard with."""
        place = self.place.reshape((1,) * (values.ndim - 2) + self.place.shape)
        return np.asarray(np.take_along_axis(values, place, axis=-1))
