"""What the brief says about why: sentences of top cells, moves and their causes, how forecasts did.

Belongs here: choosing and wording what a ``CategoryBrief`` carries of an ``Insight`` and of grades. Does not: what is known
(``flows.tell.insight``, ``infra.warehouse.nights.evaluations``), drawing (``templates/_why.html.j2``).
"""

from __future__ import annotations

import polars as pl

from infra.pages.brief.model import Moved, MovedCell, Record, RecordLine
from transforms.backtest.record import record
from transforms.scoring.explain import Insight, move_sentence
from transforms.words import Category, Level

MOVED_CELLS = 8
# Levels whose record is worth a line: what people act on.
_RECORDED = (Level.RED, Level.ORANGE)


def moved(category: Category, insight: Insight | None) -> Moved:
    """The scores of a category that moved, those that did farthest first; none of duty, where every cell of a subdistrict moves alike."""
    if insight is None or category is Category.POLITICAL:
        return Moved()
    own = insight.moved.filter(pl.col("category") == category.value)
    ordered = own.with_columns(by=(pl.col("score") - pl.col("score_before")).abs()).sort("by", "cell_id", descending=[True, False])
    shown = ordered.head(MOVED_CELLS).select("cell_id", "score_before", "score").iter_rows()
    return Moved(tuple(_moved(insight, category, *row) for row in shown), len(own), insight.unknown)


def _moved(insight: Insight, category: Category, cell: str, before: float, now: float) -> MovedCell:
    numbers = insight.numbers(category.value, cell)
    why = move_sentence(insight.causes_of(category.value, cell), numbers=numbers)
    return MovedCell(cell, up=now > before, before=before if numbers else None, now=now if numbers else None, why=why)


def recorded(category: Category, evaluations: pl.DataFrame) -> Record | None:
    """How the last forecasts of a category did; None while none was graded, or no cell stood so high."""
    graded = record(evaluations.filter(pl.col("category") == category.value))
    rows = {level: amounts for level, *amounts in graded.select("level", "expected", "observed", "spread").iter_rows()}
    lines = tuple(RecordLine(level, *rows[level.value]) for level in _RECORDED if level.value in rows)
    return Record(graded["weeks"].max(), graded["last"].max(), lines) if lines else None  # type: ignore[arg-type]
