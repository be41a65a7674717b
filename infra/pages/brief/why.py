"""What the brief says about why: sentences of top cells, moves and their causes, how forecasts did.

Belongs here: choosing and wording what a ``CategoryBrief`` carries of an ``Insight`` and of grades. Does not: what is known
(``flows.tell.explain``, ``infra.warehouse.evaluations``), drawing (``templates/_why.html.j2``).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from infra.pages.brief.model import MovedCell, Record, RecordLine
from transforms.backtest.record import record
from transforms.scoring.explain import Insight, move_sentence
from transforms.words import Category, Level

MOVED_CELLS = 8
# Levels whose record is worth a line: what people act on.
_RECORDED = (Level.RED, Level.ORANGE)


def why(category: Category, insight: Insight | None, evaluations: pl.DataFrame) -> dict[str, Any]:
    """The fields ``moved, moved_count, moved_unknown, record`` of a category; those that moved farthest come first."""
    found: dict[str, Any] = {"record": _record(category, evaluations)}
    # Every cell of a subdistrict moves alike there, by its clocks.
    if insight is None or category is Category.POLITICAL:
        return found
    own = insight.moved.filter(pl.col("category") == category.value)
    ordered = own.with_columns(by=(pl.col("score") - pl.col("score_before")).abs()).sort("by", "cell_id", descending=[True, False])
    return found | {
        "moved": tuple(_moved(insight, row) for row in ordered.head(MOVED_CELLS).iter_rows(named=True)),
        "moved_count": len(own),
        "moved_unknown": insight.unknown,
    }


def _moved(insight: Insight, row: dict[str, Any]) -> MovedCell:
    category, cell = row["category"], row["cell_id"]
    numbers = insight.numbers(category, cell)
    return MovedCell(
        cell_id=cell,
        up=row["score"] > row["score_before"],
        before=row["score_before"] if numbers else None,
        now=row["score"] if numbers else None,
        why=move_sentence(insight.causes_of(category, cell), numbers=numbers),
    )


def _record(category: Category, evaluations: pl.DataFrame) -> Record | None:
    """None while no forecast was graded, or no cell stood so high."""
    graded = record(evaluations.filter(pl.col("category") == category.value))
    rows = {row["level"]: row for row in graded.iter_rows(named=True)}
    lines = tuple(RecordLine(v, *(rows[v.value][c] for c in ("expected", "observed", "spread"))) for v in _RECORDED if v.value in rows)
    return Record(graded["weeks"].max(), graded["last"].max(), lines) if lines else None  # type: ignore[arg-type]
