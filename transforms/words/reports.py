"""What a report says of itself by a code.

Belongs here: who noticed, how it found its place. Does not: what happened (``transforms.words.feeds``), where its case stands
(``transforms.words.states``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Discovery(Vocabulary):
    """Who noticed: decides nothing about the score, everything about the audit."""

    RESIDENT = "resident", "居民反映", "residents"
    INSPECTION = "inspection", "检查", "inspection"
    PATROL = "patrol", "巡查", "patrol"
    SENSOR = "sensor", "设备感知", "sensor"
    TRANSFER = "transfer", "部门移交", "transfer"
    UNKNOWN = "unknown", "不明", "unknown"


class LocatedBy(Vocabulary):
    """How a report found its cell."""

    GIVEN = "given", "来源指定", "told by the source"
    POINT = "point", "按坐标", "by its point"
    ZONE = "zone", "按网格编码", "by its zone"
