from __future__ import annotations

from dataclasses import fields

import polars as pl

from transforms.schema import SCORES, Score
from transforms.schema.plain import records
from transforms.words import Category, Contribution, Level, State


def test_a_score_is_a_row_of_scores_its_columns_in_their_order() -> None:
    assert [f.name for f in fields(Score)] == list(SCORES)
    row = {"category": "safety", "cell_id": "c1", "state": "scored", "score": 96.0, "level": "orange", "recent": 0.5, "open_stock": 0.0}
    frame = pl.DataFrame([{c: row.get(c) for c in SCORES}], schema=SCORES)
    (score,) = records(Score, frame)
    assert score == Score(Category.SAFETY, "c1", State.SCORED, score=96.0, level=Level.ORANGE, recent=0.5, open_stock=0.0)
    assert score.contributions == {Contribution.RECENT: 0.5, Contribution.OPEN_STOCK: 0.0}
