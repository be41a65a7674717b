"""Whether the last days hold more than slow rates explain, and where.

Belongs here: codes of surges. Does not: the tests (``transforms.scoring.surge``), the alert on one (``transforms.alerts.types``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Vocabulary


class Surge(Vocabulary):
    """Lowest first. A watch is shown and never notified; null is not tested."""

    NONE = "none", "平常", "as usual"
    WATCH = "watch", "观察", "watch"
    RED = "red", "突增", "surge"


class SurgeArea(Vocabulary):
    """Where a surge shows: in the cell alone, in the cell and its direct neighbours together, in all of a subdistrict or the district."""

    CELL = "cell", "本网格", "in the cell"
    RING = "ring", "本网格及相邻网格", "in the cell and its neighbours"
    SUBDISTRICT = "subdistrict", "本街道", "in all of the subdistrict"
    DISTRICT = "district", "全区", "in all of the district"


# The areas that a row of a cell may name.
AREAS_OF_CELLS: Final = (SurgeArea.CELL, SurgeArea.RING)
