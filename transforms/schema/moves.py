"""What moved since the night before, and by which cause.

Belongs here: frames of an explanation. Does not: the decomposition (``transforms.scoring.moves``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import frame

# One row per score that moved since the night before, with harm and score of both nights.
MOVED: Final = frame(
    {
        "category": pl.String,
        "cell_id": pl.String,
        "expected_harm": pl.Float64,
        "score": pl.Float64,
        "expected_harm_before": pl.Float64,
        "score_before": pl.Float64,
    }
)

# One row per score that moved since the night before, and cause: what the cause did to harm and score. Over the causes of a cell they add
# up to the whole change.
MOVES: Final = frame({"category": pl.String, "cell_id": pl.String, "cause": pl.String, "harm": pl.Float64, "score": pl.Float64})
