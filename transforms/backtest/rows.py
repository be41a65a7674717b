"""One row per origin, series and cell: what was forecast, what the baselines said, what came.

A cell is graded when it has a forecast and at least 90 % of the window was observed; means are those of the part observed. Every other
cell is counted with its reason.

Belongs here: forecasting one origin and laying what came beside it. Does not: grading (``grade``), which origins there are
(``flows.nights.backtest``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.grids.neighbours import Neighbours
from transforms.scoring.baselines import BASELINES, baseline_rates
from transforms.scoring.decay import window_sums
from transforms.scoring.features import Past
from transforms.scoring.forecast import Setting, forecast
from transforms.scoring.model import MIN_EXPOSURE, SeriesModel
from transforms.words import LeftOut

Array = NDArray[np.float64]

COMPETITORS: Final = tuple(f"baseline_{name}" for name in BASELINES)
FORECASTS: Final = pl.Schema(
    {
        "origin": pl.Date,
        "horizon_days": pl.Int64,
        "series": pl.String,
        "cell_id": pl.String,
        "subdistrict": pl.String,
        # The level the cell had in its category on that night; "none" while it had none.
        "level": pl.String,
        "mean": pl.Float64,
        "size": pl.Float64,
        "observed": pl.Float64,
        # Counts of the year before the origin: what a district goes by without a forecast.
        "last_year": pl.Float64,
        **dict.fromkeys(COMPETITORS, pl.Float64),
    }
)
LAST_YEAR_DAYS: Final = 365


@dataclass(frozen=True)
class Came:
    """What came in the days from an origin on, as known at the end: ``counts`` and ``share`` observed, shape (cells, horizon)."""

    counts: NDArray[np.float32 | np.float64]
    share: Array


@dataclass(frozen=True)
class Origin:
    """Where and when a forecast is made: the date after the last of ``days``, cells (schema ``CELLS``), their neighbours."""

    day: dt.date
    days: list[dt.date]
    holidays: Mapping[dt.date, str]
    cells: pl.DataFrame
    neighbours: Neighbours


def forecast_rows(
    series: str, origin: Origin, model: SeriesModel, past: Past, came: Came, levels: pl.Series
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows of ``FORECASTS`` for one series and origin, and how many cells were left out, by reason.

    Args:
        series: its code.
        origin: where and when.
        model: fitted on what was known at the origin.
        past: counts and exposure of the origin's days, as known then.
        came: what came afterwards.
        levels: the level of each cell; null while it has none.
    """
    horizon = came.counts.shape[1]
    at = np.array([len(origin.days)], dtype=np.int64)
    made = forecast(model, past, Setting(origin.days, origin.holidays, origin.neighbours), at, horizon)
    ahead = [origin.day + dt.timedelta(days=k) for k in range(horizon)]
    season = model.season.factor(ahead, origin.holidays)
    observed = came.share @ season / season.sum()
    before = model.season.factor(origin.days, origin.holidays)
    rates = baseline_rates(past, before, at, horizon, origin.neighbours)
    due = made.offset[0] * observed
    mean = made.mean[:, 0] * observed
    # A cell that no source ever covered has no forecast, whatever its neighbours saw.
    ever: NDArray[np.bool_] = np.asarray((past.exposure.share > 0).any(axis=1))
    covered = ever[past.exposure.pattern]
    known = covered & np.isfinite(mean)
    seen = observed >= MIN_EXPOSURE
    frame = pl.DataFrame(
        {
            "cell_id": origin.cells["cell_id"],
            "subdistrict": origin.cells["subdistrict"],
            "level": levels.fill_null("none"),
            "mean": mean,
            # Of the whole window: a part of it that was not observed does not make what is left less sure.
            "size": made.size[:, 0],
            "observed": came.counts.sum(axis=1, dtype=float),
            "last_year": window_sums(past.counts, np.maximum(at - LAST_YEAR_DAYS, 0), LAST_YEAR_DAYS)[:, 0],
            **{column: rates[name][:, 0] * due for column, name in zip(COMPETITORS, BASELINES, strict=True)},
        }
    )
    graded = frame.filter(pl.Series(known & seen)).with_columns(
        origin=pl.lit(origin.day), horizon_days=pl.lit(horizon, pl.Int64), series=pl.lit(series)
    )
    why = {LeftOut.NOT_COVERED: ~covered, LeftOut.NO_NUMBER: covered & ~known, LeftOut.WINDOW_NOT_OBSERVED: known & ~seen}
    left_out = {str(reason): int(cells.sum()) for reason, cells in why.items()}
    return graded.select([pl.col(c).cast(t) for c, t in FORECASTS.items()]), left_out
