"""What a work list and a visit look like.

Belongs here: their frames. Does not: making a list (``transforms.worklist``), codes in their columns (``transforms.words.visits``).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from transforms.schema.frames import UTC, frame

# One row per place of the list of a night, in the order in which to go: ``turn`` counts from 1. ``errands`` are the reasons, the first one
# that which put it there, with blanks between; ``category`` is that of the first, null for a place drawn at random. ``part_of_day`` is when
# most of it happens there, null where nobody knows; ``looked_on`` the last day on which somebody was sent or went there.
WORK_LIST: Final = frame(
    {
        "turn": pl.Int64,
        "cell_id": pl.String,
        "chosen": pl.String,
        "errands": pl.String,
        "category": pl.String,
        "part_of_day": pl.String,
        "looked_on": pl.Date,
    }
)

# The feed under which visits lie in the lake.
VISIT_FEED: Final = "visit"

# One row per place and day to which somebody was sent or went. ``outcome`` is null until somebody says what came of it.
VISITS: Final = frame(
    {
        "cell_id": pl.String,
        "day": pl.Date,
        "chosen": pl.String,
        "outcome": pl.String,
        "known_at": UTC,
        "recorded_seq": pl.Int64,
    }
)
