"""What a night says of its cells: scores, surges, how duties were kept.

Belongs here: frames that are published with a night, and one row of scores as a value. Does not: what moved since the night before
(``transforms.schema.moves``), alerts (``transforms.schema.alerts``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.schema.frames import frame
from transforms.words import CONTRIBUTIONS, Category, Contribution, Level, State, Surge, SurgeArea
from transforms.words.reasons import NotScored

# What a night says about surges of one category in one cell: the smallest p-value over its series, null where nothing was tested; for a
# watch or a red surge also the series, the window in days, the area, and how many were observed and expected there.
SURGE_COLUMNS: Final = frame(
    {
        "surge": pl.String,
        "surge_p": pl.Float64,
        "surge_series": pl.String,
        "surge_days": pl.Int64,
        "surge_area": pl.String,
        "surge_observed": pl.Float64,
        "surge_expected": pl.Float64,
    }
)

# One row per category and cell of a night. `expected_harm`, its 80 % interval and the six contributions are harm over the horizon;
# contributions add up to `expected_harm`. For `political`, harm is the expected share breached and contributions are null.
SCORES: Final = frame(
    {
        "category": pl.String,
        "cell_id": pl.String,
        "state": pl.String,
        "reason": pl.String,
        "expected_harm": pl.Float64,
        "expected_count": pl.Float64,
        "harm_low": pl.Float64,
        "harm_high": pl.Float64,
        "p_any": pl.Float64,
        "score": pl.Float64,
        "level": pl.String,
        **dict.fromkeys(CONTRIBUTIONS, pl.Float64),
        **SURGE_COLUMNS,
    }
)


@dataclass(frozen=True)
class Score:
    """One row of ``SCORES``, its columns in their order."""

    category: Category
    cell_id: str
    state: State
    reason: NotScored | None = None
    expected_harm: float | None = None
    expected_count: float | None = None
    harm_low: float | None = None
    harm_high: float | None = None
    p_any: float | None = None
    score: float | None = None
    level: Level | None = None
    long_run: float | None = None
    recent: float | None = None
    neighbours: float | None = None
    other_series: float | None = None
    district: float | None = None
    open_stock: float | None = None
    surge: Surge | None = None
    surge_p: float | None = None
    surge_series: str | None = None
    surge_days: int | None = None
    surge_area: SurgeArea | None = None
    surge_observed: float | None = None
    surge_expected: float | None = None

    @property
    def contributions(self) -> dict[Contribution, float]:
        """What the harm is made of, as far as that is known; nothing for ``political``."""
        parts = (self.long_run, self.recent, self.neighbours, self.other_series, self.district, self.open_stock)
        return {c: part for c, part in zip(Contribution, parts, strict=True) if part is not None}


# One row per series of a night that was tested for the district as a whole: `none`, or `red` when all of it rose; `subdistrict` is then
# empty. Of disputes also one per subdistrict, which are tested in no cell. `p` is the smallest over windows; `days`, `observed` and
# `expected` belong to the window it came from.
DISTRICT_SURGES: Final = frame(
    {
        "series": pl.String,
        "subdistrict": pl.String,
        "category": pl.String,
        "surge": pl.String,
        "p": pl.Float64,
        "days": pl.Int64,
        "observed": pl.Float64,
        "expected": pl.Float64,
    }
)

# How a department keeps its clocks in a subdistrict. Of those that fall due in the window, `clocks`, `breached` are missed already; `share`
# is what is expected to be missed, with its 80 % interval, and what stands from `late` to `borrowed` adds up to it; under thirty clocks
# there is no level, nor where lines differ by no more than chance. Beside it the stock that is open past its end: `overdue`, and `ghosts`
# for more than ninety days. `handed_on` left the department because another accepted it; from `unconfirmed` on, what looks better than it
# is, as numbers of clocks.
DUTY: Final = frame(
    {
        "department": pl.String,
        "subdistrict": pl.String,
        "clocks": pl.Int64,
        "breached": pl.Int64,
        "share": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
        "level": pl.String,
        "late": pl.Float64,
        "overdue_now": pl.Float64,
        "reopened": pl.Float64,
        "unanswered": pl.Float64,
        "passed_on": pl.Float64,
        "likely_late": pl.Float64,
        "borrowed": pl.Float64,
        "overdue": pl.Int64,
        "ghosts": pl.Int64,
        "overdue_days": pl.Float64,
        "handed_on": pl.Int64,
        "unconfirmed": pl.Int64,
        "last_moment": pl.Int64,
        "reopens": pl.Int64,
        "moved": pl.Int64,
        "far": pl.Int64,
        "duplicates": pl.Int64,
    }
)

# How a department did its work: of those that fell due in four weeks `n`, a figure and its 80 % interval, and the same of the year before.
# `tag` is one of the district's cells, or nothing, and `side` whether the places bear it.
DUTY_MEASURES: Final = frame(
    {
        "department": pl.String,
        "measure": pl.String,
        "tag": pl.String,
        "side": pl.String,
        "n": pl.Int64,
        "value": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
        "n_before": pl.Int64,
        "value_before": pl.Float64,
        "lower_before": pl.Float64,
        "upper_before": pl.Float64,
    }
)
