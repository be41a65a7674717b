"""Why a score moved since the night before: an exact decomposition along one fixed way from that night to this one.

Each cause is one step; what it did is the difference of harm, and of score, that its step makes. Steps of one way add up to the whole by
construction, whatever their order; the order is fixed so that the same two nights always give the same answer:

1. ``rules``: the district's declaration changed in a way that touches numbers; then it takes the whole move, and no other cause is told.
2. ``late``: the days before the night before, with what is known tonight: reports that came late, corrections, withdrawals, days that
   are closed now.
3. ``season``: the forecast covers the days that tonight's covers: another weekday mix, a holiday ahead.
4. ``aged_out``: one day more has passed, on which nothing had been reported.
5. ``new_reports``: what was reported on that day, here, around here and of other series here.
6. ``district``: the district as a whole, or the part around the cell, was busier or calmer than its rates said.
7. ``open_stock``: cases opened, closed or grown past their clocks.
8. ``refit``: this week's models instead of last week's.
9. ``reference``: the same harm, measured with a newly frozen reference; it moves the score alone.

``political`` is counted from clocks and not forecast: its whole move is one cause, ``clocks``.

Belongs here: the way and its differences. Does not: the harm after each step (``transforms.scoring.category.steps``), words
(``transforms.scoring.explain``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.district.declaration import District
from transforms.panel.panel import Panel
from transforms.schema import MOVED, MOVES
from transforms.scoring.category.counting import measured
from transforms.scoring.category.steps import steps
from transforms.scoring.category.view import CategoryView
from transforms.scoring.frozen import Frozen
from transforms.scoring.reference import score
from transforms.words import Category, Cause

Array = NDArray[np.float64]

LEAST_POINTS = 5.0
# A step that changes harm by less than this share is the rounding of another order of sums; left in, it could change a tied rank.
_ROUNDING = 1e-12


def moved(before: pl.DataFrame, now: pl.DataFrame, least: float = LEAST_POINTS) -> pl.DataFrame:
    """The scores that moved by ``least`` points or more since the night before, schema ``MOVED``, sorted by category and cell."""
    columns = ["category", "cell_id", "expected_harm", "score"]
    both = now.select(columns).join(before.select(columns), on=columns[:2], suffix="_before", how="inner")
    return both.filter((pl.col("score") - pl.col("score_before")).abs() >= least).select(list(MOVED)).sort(columns[:2])


def why_moved(
    moves: pl.DataFrame,
    panel: Panel,
    reports: pl.DataFrame,
    district: District,
    holidays: Mapping[dt.date, str],
    before: Frozen | None,
) -> pl.DataFrame:
    """What each cause did to the scores that moved, schema ``MOVES``; causes that did nothing are left out.

    Only categories with a move cost anything: about two forecasts of their series.

    Args:
        moves: what ``moved`` found.
        panel: tonight's.
        reports: tonight's, as ``score_night`` takes them.
        district: tonight's declaration.
        holidays: public holidays by date.
        before: what the night before was measured with; None when it was scored by other rules.
    """
    frames = [MOVES.to_frame()]
    for (category,), own in moves.group_by("category", maintain_order=True):
        which = Category(str(category))
        if which is Category.POLITICAL or before is None or which not in before.models:
            whole = Cause.CLOCKS if which is Category.POLITICAL else Cause.RULES
            frames.append(_rows(own, {whole: _differences(own)}))
            continue
        of_all = CategoryView(panel, reports, district, which, holidays)
        view = measured(of_all, before.models[which], before.references[which])
        rows = panel.cells["cell_id"].index_of
        chosen = np.array([rows(cell) for cell in own["cell_id"]])
        after = {cause: harm[chosen] for cause, harm in steps(view, before.models[which]).items()}
        old = before.references[which]
        harms = _way([own["expected_harm_before"].to_numpy(), *after.values(), own["expected_harm"].to_numpy()])
        scores = [score(harm, old) for harm in harms]
        # Both ends are what was published, to the bit.
        scores[0] = own["score_before"].to_numpy()
        causes = [*after, Cause.REFIT]
        parts = {cause: (harms[k + 1] - harms[k], scores[k + 1] - scores[k]) for k, cause in enumerate(causes)}
        parts[Cause.REFERENCE] = np.zeros(len(own)), own["score"].to_numpy() - scores[-1]
        frames.append(_rows(own, parts))
    return pl.concat(frames).filter((pl.col("harm") != 0) | (pl.col("score") != 0))


def _way(harms: list[Array]) -> list[Array]:
    """Harms from end to end without steps that are rounding alone; a step that could not be computed is none."""
    first, *between, last = harms
    way = [first]
    for harm in between:
        harm = np.where(np.isfinite(harm), harm, way[-1])
        for end in (last, way[-1]):
            harm = np.where(np.abs(harm - end) <= _ROUNDING * np.abs(end), end, harm)
        way.append(harm)
    return [*way, last]


def _differences(own: pl.DataFrame) -> tuple[Array, Array]:
    harm = own["expected_harm"] - own["expected_harm_before"]
    return harm.to_numpy(), (own["score"] - own["score_before"]).to_numpy()


def _rows(own: pl.DataFrame, parts: Mapping[Cause, tuple[Array, Array]]) -> pl.DataFrame:
    each = [
        own.select("category", "cell_id").with_columns(cause=pl.lit(cause.value), harm=pl.Series(harm), score=pl.Series(points))
        for cause, (harm, points) in parts.items()
    ]
    return pl.concat(each).select(list(MOVES)).sort("category", "cell_id", maintain_order=True)
