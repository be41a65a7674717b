"""What a night says of one category: its rows of ``SCORES``, why a cell has none, and each series' share of the harm.

Belongs here: putting numbers of forecast, stock and surges into rows. Does not: those numbers (``expected``), categories that nothing is
forecast of (``transforms.scoring.unforecast``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.schema import SCORES, SURGE_COLUMNS
from transforms.schema.totals import Totals
from transforms.scoring.category.counting import measured
from transforms.scoring.category.expected import expected, harm_of
from transforms.scoring.category.view import CategoryView
from transforms.scoring.features import Part
from transforms.scoring.fitted import CategoryModel
from transforms.scoring.forecast import Forecast
from transforms.scoring.negbin import harm_interval, p_any
from transforms.scoring.reference import LEARNING_DAYS, Reference, levels, score
from transforms.scoring.totals import totals
from transforms.words import State, Surge

Array = NDArray[np.float64]


class Scored(NamedTuple):
    """One category of a night: rows of ``SCORES`` in the order of the cells, each series' share of the harm, adding up to 1, and how many
    events are expected where."""

    rows: pl.DataFrame
    shares: dict[str, float]
    totals: Totals


def scored(view: CategoryView, model: CategoryModel, reference: Reference, surges: pl.DataFrame | None = None) -> Scored:
    """The category on the panel's night. ``surges`` is ``SURGE_COLUMNS`` in the order of the cells, None without tests."""
    night, view = [view.panel.night], measured(view, model, reference)
    of_series, stock, past_days = expected(view, model, night), view.stock(night)[:, 0], view.past_days(night)[:, 0]
    numbers = _numbers(view, of_series, stock)
    told = SURGE_COLUMNS.to_frame().clear(len(stock)) if surges is None else surges
    is_scored = view.is_covered(night)[:, 0] & np.isfinite(numbers["expected_harm"])
    expected_where = totals(of_series, is_scored, view.panel.cells["subdistrict"].to_list())
    return Scored(_rows(view, numbers, past_days, reference, told), _shares(view, of_series, is_scored), expected_where)


def _numbers(view: CategoryView, of_series: list[Forecast], stock: Array) -> dict[str, Array]:
    """Harm, its interval and its parts, by column, shape (cells,) each."""
    n, weights = len(view.panel.cells), [s.weight for s in view.series]

    def total(part: Part) -> Array:
        return sum((w * f.part(part)[:, 0] for w, f in zip(weights, of_series, strict=True)), np.zeros(n))

    harm = harm_of(view, of_series, stock[:, None])[:, 0]
    spreads = (w**2 * (f.mean[:, 0] + f.mean[:, 0] ** 2 / f.size[:, 0]) for w, f in zip(weights, of_series, strict=True))
    variance = sum(spreads, np.zeros(n))
    none = np.ones(n)
    for f in of_series:
        none = none * (1 - p_any(f.mean[:, 0], f.size[:, 0]))
    low, high = harm_interval(harm - stock, variance, none)
    return {
        "expected_harm": harm,
        "expected_count": sum((f.mean[:, 0] for f in of_series), np.zeros(n)),
        "harm_low": low + stock,
        "harm_high": high + stock,
        "p_any": 1 - none,
        **{part.value: total(part) for part in Part},
        "open_stock": stock,
    }


def _rows(
    view: CategoryView, numbers: dict[str, Array], past_days: NDArray[np.int64], reference: Reference, surges: pl.DataFrame
) -> pl.DataFrame:
    points = score(numbers["expected_harm"], reference)
    reason = pl.Series("reason", _reasons(view), dtype=pl.String)
    red = (surges["surge"] == Surge.RED).fill_null(value=False).to_numpy()
    unscored = pl.col("reason").is_not_null()
    state = (
        pl.when(unscored)
        .then(pl.lit(State.NOT_SCORED.value))
        .when(pl.Series(past_days < LEARNING_DAYS))
        .then(pl.lit(State.LEARNING.value))
        .otherwise(pl.lit(State.SCORED.value))
    )
    told = ("level", "score", *numbers, *SURGE_COLUMNS)
    frame = (
        pl.DataFrame({"cell_id": view.panel.cells["cell_id"].to_list(), "reason": reason, "score": points, **numbers})
        .hstack(surges)
        .with_columns(category=pl.lit(view.category.value), state=state, level=pl.Series(levels(points, past_days, red), dtype=pl.String))
        .with_columns(pl.when(unscored).then(None).otherwise(pl.col(c)).alias(c) for c in told)
    )
    return frame.select([pl.col(c).cast(t) for c, t in SCORES.items()])


def _reasons(view: CategoryView) -> list[str | None]:
    """Why each cell has no score: one part of its harm that nobody tells of would look like none. Null where it has one."""
    covered, last = view.is_covered([view.panel.night])[:, 0], [view.last_heard(part) for part in view.parts_seen]
    silent = len(view.panel.days) - np.min([heard.columns[heard.place[:, 0]] for heard in last], axis=0)
    return [
        None if c and s < view.stale_after_days else "stale" if c else "not_covered"
        for c, s in zip(covered.tolist(), silent.tolist(), strict=True)
    ]


def _shares(view: CategoryView, of_series: list[Forecast], is_scored: NDArray[np.bool_]) -> dict[str, float]:
    harm = {s.code: float(s.weight * f.mean[is_scored, 0].sum()) for s, f in zip(view.series, of_series, strict=True)}
    total = sum(harm.values())
    return {code: value / total for code, value in harm.items()} if total > 0 else {}
