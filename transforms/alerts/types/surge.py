"""An alert where much more was reported than usual lately: in a cell, in a subdistrict, or in the whole district.

Belongs here: when one is hot and when calm. Does not: surges (``transforms.scoring.surges``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import polars as pl

from transforms.alerts.alert import CELL, DISTRICT, SUBDISTRICT
from transforms.alerts.types.alert_type import AlertType, Seen, Tonight
from transforms.words import Surge, Words

# What was tested is told before what is only high.
_FIRST: Final = 1.0


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    """It opens on a red surge and calms when not even a watch is left; untested is neither. Disputes surge in no cell."""
    red, none = pl.col("surge") == Surge.RED.value, pl.col("surge") == Surge.NONE.value
    stirring = tonight.residents.filter(red | (pl.col("surge").is_not_null() & pl.col("cell_id").is_in(watched)))
    for category, cell, surge in stirring.select("category", "cell_id", "surge").iter_rows():
        yield Seen(CELL, cell, category, surge == Surge.RED, surge == Surge.NONE, rank=_FIRST)
    tested = tonight.district_surges.group_by("category", "subdistrict").agg(rose=red.any(), calm=none.all())
    for category, subdistrict, rose, calm in tested.sort("category", "subdistrict").iter_rows():
        kind, subject = (SUBDISTRICT, subdistrict) if subdistrict else (DISTRICT, tonight.district)
        yield Seen(kind, subject, category, rose, calm, rank=_FIRST, place=subdistrict or None)


TYPE: Final[AlertType] = AlertType(
    "surge", Words("突增预警", "surge alert"), Words("近日报告明显多于往常", "clearly more reports than usual"), _seen
)
