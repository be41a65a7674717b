"""The frozen reference: what a harm means in this district, and the levels cut from it.

Score = 100 × mid-rank of the harm among the harms forecast at the 52 weekly origins before the freeze, kept as 1,001 quantiles. The
freeze is the first day of the quarter, so that a growing or shrinking year is seen, not absorbed.

Belongs here: freezing, scoring by it, cutting levels. Does not: the harms (``transforms.scoring.category``), duty's absolute levels
(``transforms.duty.share``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transforms.schema.plain import Json, read_back
from transforms.scoring.fitted import fit_day
from transforms.scoring.silence import Heard
from transforms.scoring.stamp import Stamp, Stored
from transforms.words import LEVELS, Category, Level

Array = NDArray[np.float64]

QUANTILES = 1001
ORIGINS = 52
# With less than this before the quarter began, the reference is provisional and moves with the week.
MIN_DAYS_BEFORE_FREEZE = 56 + 13 * 7
WARM_UP_DAYS = 56
YELLOW, ORANGE, RED = 80.0, 95.0, 99.0
LEARNING_DAYS = 56
FULL_LEVELS_DAYS = 364


@dataclass(frozen=True)
class Reference(Stored):
    """1,001 quantiles of harm of one category, what is usual in each cell, and where both came from.

    ``usual`` is the median of a cell's own harm over the origins, by cell ID: what the same forecast said of the same place in an ordinary
    week of the past year. A cell that no origin could score has none. ``stamp`` says what they were made from; None until they are to be
    stored. ``version`` is that of the structure of the models that forecast them (``structure``).
    """

    category: Category
    frozen_on: dt.date
    provisional: bool
    origins: int
    quantiles: Array
    usual: Mapping[str, float] = field(default_factory=dict)
    stamp: Stamp | None = None
    version: int = 1

    def payload(self) -> dict[str, Json]:
        """Plain values, for the store."""
        plain: dict[str, Json] = {
            "category": self.category.value,
            "frozen_on": self.frozen_on.isoformat(),
            "provisional": self.provisional,
            "origins": self.origins,
            "quantiles": [float(q) for q in self.quantiles],
            "usual": dict(self.usual),
            "stamp": self.stamp.payload() if self.stamp else None,
        }
        # The first structure knew of no other, and what it stored keeps its name.
        return plain if self.version == 1 else {**plain, "version": self.version}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Json]) -> Reference:
        """The reference that ``payload()`` came from."""
        return cls(
            read_back(Category, payload["category"]),
            read_back(dt.date, payload["frozen_on"]),
            read_back(bool, payload["provisional"]),
            read_back(int, payload["origins"]),
            np.array(read_back(list[float], payload["quantiles"])),
            read_back(dict[str, float], payload["usual"]),
            Stamp.from_payload(payload["stamp"]) if payload["stamp"] else None,
            read_back(int, payload.get("version", 1)),
        )


def quarter_start(night: dt.date) -> dt.date:
    """The first day of a night's quarter."""
    return dt.date(night.year, 3 * ((night.month - 1) // 3) + 1, 1)


def freeze_day(heard: Heard) -> tuple[dt.date, bool]:
    """The day at which the reference of a night is frozen, from when its feed was heard of, and whether that is provisional."""
    quarter = quarter_start(heard.until)
    if (quarter - heard.first).days >= MIN_DAYS_BEFORE_FREEZE:
        return quarter, False
    return fit_day(heard), True


def origin_days(frozen_on: dt.date, first_day: dt.date) -> list[dt.date]:
    """The weekly origins before a freeze, newest first, leaving out the first eight weeks of data where there is more."""
    every = [frozen_on - dt.timedelta(days=7 * k) for k in range(ORIGINS)]
    return [d for d in every if (d - first_day).days >= WARM_UP_DAYS] or every[:1]


def freeze(category: Category, frozen_on: dt.date, provisional: bool, harms: Array, cells: Sequence[str]) -> Reference:
    """Quantiles over the harms of all cells and origins, and each cell's own median.

    Args:
        category: of residents' risk.
        frozen_on: the day of the freeze.
        provisional: whether history is too short for a quarter's reference.
        harms: forecast at the origins, shape (cells, origins); NaN where a cell could not be scored.
        cells: their IDs, in the order of the rows.
    """
    scored = np.isfinite(harms)
    pooled = harms[scored]
    quantiles = np.quantile(pooled, np.linspace(0, 1, QUANTILES)) if len(pooled) else np.zeros(QUANTILES)
    # NaN sorts last, so the middle of what was scored is found by counting.
    ordered, number = np.sort(harms, axis=1), scored.sum(axis=1)
    low, high = (np.take_along_axis(ordered, np.maximum(k, 0)[:, None], axis=1)[:, 0] for k in ((number - 1) // 2, number // 2))
    usual = {cell: float(m) for cell, m, n in zip(cells, (low + high) / 2, number, strict=True) if n}
    return Reference(category, frozen_on, provisional, int(scored.any(axis=0).sum()), quantiles, usual)


def score(harm: Array, reference: Reference) -> Array:
    """100 × mid-rank of each harm among the reference's quantiles; linear between them, the middle of a run of equal ones."""
    q = reference.quantiles
    low = np.searchsorted(q, harm, side="left")
    high = np.searchsorted(q, harm, side="right")
    between = np.interp(harm, q, np.arange(QUANTILES))
    rank = np.where(high > low, (low + high - 1) / 2, between)
    return np.asarray(100 * rank / (QUANTILES - 1))


def levels(score: Array, history_days: NDArray[np.int64], surging: NDArray[np.bool_]) -> list[Level | None]:
    """The level of each score, one higher in a red surge; none while learning (under 8 weeks), at most orange under 52 weeks."""
    highest = np.where(history_days >= FULL_LEVELS_DAYS, len(LEVELS) - 1, LEVELS.index(Level.ORANGE))
    place = np.minimum(np.searchsorted((YELLOW, ORANGE, RED), score, side="right") + surging, highest)
    return [LEVELS[k] if learned else None for k, learned in zip(place.tolist(), (history_days >= LEARNING_DAYS).tolist(), strict=True)]
