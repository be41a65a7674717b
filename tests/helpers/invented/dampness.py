"""An alert on damp cells. Invented, so that a first night has alerts on cells.

Belongs here: when one is hot. Does not: the weather.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from transforms.alerts.alert import CELL
from transforms.alerts.types import AlertType, Seen, Tonight
from transforms.words import Category, Level, Words


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    """The first two cells, always."""
    del watched
    for cell in sorted(tonight.scores["cell_id"].unique())[:2]:
        yield Seen(CELL, cell, Category.PUBLIC_ORDER.value, hot=True, calm=False, level=Level.ORANGE)


TYPE: Final = AlertType("damp", Words("潮湿预警", "dampness alert"), Words("潮湿，等级{level}", "damp, level {level}"), _seen)
