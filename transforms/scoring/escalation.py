"""Dispute escalation (民转刑): disputes left overdue in a cell as a named predictor of what they may turn into there.

For a series that is declared to escalate, a share s of the events forecast for the district is laid out by where overdue disputes stand:
μ'(i) = (1 − s) · μ(i) + s · Σμ · n(i) / Σn, with n the disputes of the cell that were open and past their clock when the night began. The
share is fitted with the models, by maximum likelihood of the negative-binomial counts of the past weekly windows, between 0 and one half;
it is 0 unless it gains ``LEAST_GAIN`` nats, so a district where nothing escalates is forecast as if this file were not there. Σμ stays what
it was, and so do cells that no stability source covers.

It is a signal about areas: n counts cases without looking at one; sensitive kinds are not among them. A dispute inside its clock counts
nothing. Belongs here: the count, the share, the shift. Does not: the open stock of stability (``stock``), which weighs the same cases as
harm of their own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.clocks.nights import day_began
from transforms.district.declaration import District
from transforms.grids.succession import share
from transforms.scoring.features import Part
from transforms.scoring.forecast import Forecast
from transforms.scoring.negbin import log_probability
from transforms.words import Status
from transforms.words.feeds import stability

Array = NDArray[np.float64]

# The feed whose standing kinds are disputes.
DISPUTES: Final = stability.FEED.code
MOST_SHARE = 0.5
# A likelihood ratio of twenty: what chance gives a useless predictor less than once in a hundred fits.
LEAST_GAIN = 3.0
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def overdue_disputes(reports: pl.DataFrame, district: District, cells: pl.DataFrame, moments: list[dt.datetime]) -> Array:
    """Disputes open and past their clock at each moment, shape (cells, moments).

    Args:
        reports: reports as of the night, schema ``REPORTS``, or apportioned.
        district: its disputes are the kinds of the stability feed that stand until closed and have a series.
        cells: schema ``CELLS``.
        moments: starts of local days (UTC), none after the night.
    """
    disputes = [k.code for k in district.kinds.values() if k.feed == DISPUTES and k.standing and k.series and not k.sensitive]
    position = pl.DataFrame({"cell_id": cells["cell_id"], "cell": np.arange(len(cells))})
    cases = (
        reports.lazy()
        .filter(pl.col("kind").is_in(disputes) & pl.col("due_at").is_not_null())
        # Closed without saying when: closed all along, for all that is known.
        .filter((pl.col("status") == Status.OPEN.value) | pl.col("closed_at").is_not_null())
        .join(position.lazy(), on="cell_id")
        .with_columns(
            part=share(reports),
            closed_at=pl.when(pl.col("status") == Status.OPEN.value).then(None).otherwise("closed_at"),
            began_at=day_began("occurred_on", district.timezone),
        )
        .sort("report_id", "cell")
        .select("cell", "part", *[pl.col(c).dt.epoch("s").cast(pl.Float64) for c in ("began_at", "closed_at", "due_at")])
        .collect()
    )
    cell, part = cases["cell"].to_numpy(), cases["part"].to_numpy()
    # A deadline before the event would make a case overdue before it was one.
    late_from = np.maximum(cases["due_at"].to_numpy(), cases["began_at"].to_numpy())
    ended = cases["closed_at"].fill_null(np.inf).to_numpy()
    found = np.zeros((len(cells), len(moments)))
    for k, moment in enumerate(moments):
        now = (moment - _EPOCH).total_seconds()
        overdue = (late_from < now) & (ended >= now)
        found[:, k] = np.bincount(cell[overdue], weights=part[overdue], minlength=len(cells))
    return found


def fit_share(forecast: Forecast, overdue: Array, covered: NDArray[np.bool_], count: Array, observed: Array) -> float:
    """The share of a series' events that stands where overdue disputes do; 0 unless the past clearly says so.

    Args:
        forecast: of past windows, without escalation.
        overdue: ``overdue_disputes`` when each window began, shape (cells, windows).
        covered: cells that a stability source covers, shape (cells,).
        count: events that came, shape (cells, windows).
        observed: share of each window that was observed, same shape; 0 leaves a window out.
    """
    laid_out = _laid_out(forecast.mean, overdue, covered)
    asked = (observed > 0) & np.isfinite(forecast.mean) & covered[:, None] & (overdue.sum(axis=0) > 0)
    if not asked.any() or not count[asked].any():
        return 0.0
    mean, other, due, came = forecast.mean[asked], laid_out[asked], observed[asked], count[asked]
    size = forecast.size[asked]

    # Only a fit asks for the optimiser, which takes a fifth of a second to import.
    from scipy import optimize

    def loss(share: float) -> float:
        return -float(log_probability(due * ((1 - share) * mean + share * other), size, came).sum())

    best = optimize.minimize_scalar(loss, bounds=(0.0, MOST_SHARE), method="bounded", options={"xatol": 1e-4})
    return float(best.x) if loss(0.0) - float(best.fun) >= LEAST_GAIN else 0.0


def shifted(forecast: Forecast, overdue: Array, covered: NDArray[np.bool_], share: float) -> Forecast:
    """The forecast with its share laid out by overdue disputes; what they bring is a contribution of other series."""
    if not share:
        return forecast
    escalated = brought(forecast, overdue, covered, share)
    moves = (covered[:, None] & (overdue[covered].sum(axis=0) > 0))[None]
    parts = np.where(moves, (1 - share) * forecast.parts, forecast.parts)
    parts[list(Part).index(Part.OTHER_SERIES)] += escalated
    return replace(forecast, parts=parts, mean=parts.sum(axis=0))


def brought(forecast: Forecast, overdue: Array, covered: NDArray[np.bool_], share: float) -> Array:
    """Events that overdue disputes bring to each cell, shape (cells, origins); 0 where there are none."""
    return np.where(covered[:, None] & (overdue[covered].sum(axis=0) > 0), share * _laid_out(forecast.mean, overdue, covered), 0.0)


def _laid_out(mean: Array, overdue: Array, covered: NDArray[np.bool_]) -> Array:
    """All events of the covered cells, laid out by their overdue disputes; the means themselves where there is none."""
    told = covered[:, None] & np.isfinite(mean)
    number = np.where(told, overdue, 0.0)
    total, every = number.sum(axis=0), np.where(told, mean, 0.0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((total > 0) & told, every * number / total, mean)
