"""The types of alerts. A new one is a file beside this one and a line in ``TYPES``.

Belongs here: per type its words, its subjects, how they stand on a night. Does not: the life of an alert (``transforms.alerts.events``).
"""

from __future__ import annotations

from typing import Final

from transforms.alerts.types import level, major_hazard, overdue, source, surge
from transforms.alerts.types.alert_type import RANK, AlertType, Seen, Tonight
from transforms.words.registry import Registry

TYPES: Final[Registry[AlertType]] = Registry(
    "type of alert",
    level.TYPE,
    surge.TYPE,
    overdue.TYPE,
    major_hazard.TYPE,
    source.TYPE,
)

__all__ = ["RANK", "TYPES", "AlertType", "Seen", "Tonight"]
