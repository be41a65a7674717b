"""An alert on a department that is likely to miss its own deadlines in a subdistrict.

Belongs here: when one is hot and when calm. Does not: the share and its levels (``transforms.duty``). It measures departments, never
residents, and is of no cell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from transforms.alerts.types.alert_type import RANK, AlertType, Seen, Tonight
from transforms.words import Category, Level, Words

DUTY: Final = "duty"


def duty_subject(department: str, subdistrict: str) -> str:
    """The subject of a department in a subdistrict."""
    return f"{department}/{subdistrict}"


def _seen(tonight: Tonight, watched: Collection[str]) -> Iterator[Seen]:
    """It opens in orange or red and is calm otherwise, also where too few clocks are left for a level.

    So one stands open only where it is so. Where a line is gone, as when its feed falls silent, nothing is known, and it is neither.
    """
    del watched
    for department, subdistrict, level in tonight.duty.select("department", "subdistrict", "level").iter_rows():
        hot = level is not None and RANK[level] >= RANK[Level.ORANGE]
        yield Seen(DUTY, duty_subject(department, subdistrict), Category.POLITICAL.value, hot, not hot, level, place=subdistrict)


TYPE: Final[AlertType] = AlertType(
    "overdue",
    Words("逾期预警", "overdue alert"),
    Words("预计逾期升至{level}级", "expected to miss deadlines, {level}"),
    _seen,
    budgeted=False,
)
