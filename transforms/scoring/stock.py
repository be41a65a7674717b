"""Open stock: hazards not yet rectified and cases not yet resolved, as harm beside the forecast.

One open case weighs ``stock_weight`` × its severity. Safety: every open hazard counts, growing to double over 60 days past its deadline.
Stability: a case inside its clock adds nothing, otherwise calling the hotline would be punished; past it, it grows in the same way.

Belongs here: what open cases weigh, now or at any moment before. Does not: what is expected to happen (``forecast``), departments
(``transforms.duty``).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.clocks.nights import day_began
from transforms.district.declaration import District
from transforms.grids.succession import share
from transforms.words import Category, Status

Array = NDArray[np.float64]

DAYS_TO_DOUBLE = 60.0
_COUNTED_ALWAYS = {Category.SAFETY: True, Category.STABILITY: False}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def open_stock(reports: pl.DataFrame, district: District, category: Category, cells: pl.DataFrame, moments: list[dt.datetime]) -> Array:
    """Harm of the open stock per cell at each moment, shape (cells, moments).

    Args:
        reports: reports as of the night, schema ``REPORTS``, one row each.
        district: kinds that stand until closed, and the category's ``stock_weight``.
        category: safety or stability; the others have no stock and give zeros.
        cells: schema ``CELLS``.
        moments: starts of local days (UTC), none after the night.
    """
    stock = np.zeros((len(cells), len(moments)))
    weight = district.categories[category].stock_weight if category in district.categories else 0.0
    if category not in _COUNTED_ALWAYS or weight == 0:
        return stock
    feeds = district.feeds_of(category)
    hidden = {k.code for k in district.kinds.values() if k.sensitive or k.officer_initiated}
    standing = [k.code for k in district.kinds.values() if k.standing and k.feed in feeds and k.code not in hidden]
    position = pl.DataFrame({"cell_id": cells["cell_id"], "cell": np.arange(len(cells))})
    cases = (
        reports.lazy()
        # Closed without saying when: closed all along, for all that is known.
        .filter(pl.col("kind").is_in(standing) & ((pl.col("status") == Status.OPEN.value) | pl.col("closed_at").is_not_null()))
        .join(position.lazy(), on="cell_id")
        # A case that was reopened is open, whenever it was closed before.
        .with_columns(
            closed_at=pl.when(pl.col("status") == Status.OPEN.value).then(None).otherwise("closed_at"),
            began_at=day_began("occurred_on", district.timezone),
        )
        .sort("report_id")
        .with_columns(severity=pl.col("severity") * share(reports))
        .select("cell", "severity", *[pl.col(c).dt.epoch("s").cast(pl.Float64) for c in ("began_at", "closed_at", "due_at")])
        .collect()
    )
    cell, severity = cases["cell"].to_numpy(), cases["severity"].to_numpy().astype(float)
    began = cases["began_at"].to_numpy()
    ended = cases["closed_at"].fill_null(np.inf).to_numpy()
    due = cases["due_at"].fill_null(np.inf).to_numpy()
    for k, moment in enumerate(moments):
        now = (moment - _EPOCH).total_seconds()
        is_open = (began < now) & (ended >= now)
        past_days = np.clip((now - due) / 86400, -np.inf, DAYS_TO_DOUBLE)
        growth = 1 + np.maximum(past_days, 0) / DAYS_TO_DOUBLE
        counted = is_open if _COUNTED_ALWAYS[category] else is_open & (past_days > 0)
        stock[:, k] = weight * np.bincount(cell[counted], weights=(severity * growth)[counted], minlength=len(cells))
    return stock
