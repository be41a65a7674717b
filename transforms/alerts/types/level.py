"""An alert on a cell that entered orange or red.

Belongs here: when one is hot and when calm. Does not: levels (``transforms.scoring.reference``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import polars as pl

from transforms.alerts.alert import CELL
from transforms.alerts.types.alert_type import RANK, AlertType, Seen, Tonight
from transforms.words import Words


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    """It opens at a level and calms below a lower score: in between a cell is neither, as on a night without a level."""
    rules = tonight.rules
    high = [level for level in RANK if RANK[level] >= RANK[rules.enter]]
    # Nothing can happen to a lower cell without an alert, and most are that.
    stirring = tonight.residents.filter(pl.col("level").is_in(high) | (pl.col("level").is_not_null() & pl.col("cell_id").is_in(watched)))
    for category, cell, score, level in stirring.select("category", "cell_id", "score", "level").iter_rows():
        yield Seen(CELL, cell, category, level in high, level not in high and score < rules.exit_score, level)


TYPE: Final = AlertType("level", Words("等级预警", "level alert"), Words("升至{level}级", "reached {level}"), _seen)
