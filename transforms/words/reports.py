"""What a report says of itself by a code.

Belongs here: who noticed, how it found its place, when in the day and how exactly, how urgent its case is. Does not: what happened
(``transforms.words.feeds``), where its case stands (``transforms.words.states``).
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


class PartOfDay(Vocabulary):
    """Which six hours of its day; all that is kept of an hour."""

    NIGHT = "night", "夜间", "night"
    MORNING = "morning", "上午", "morning"
    AFTERNOON = "afternoon", "下午", "afternoon"
    EVENING = "evening", "晚间", "evening"
    UNKNOWN = "unknown", "不明", "unknown"


class Precision(Vocabulary):
    """How exactly a source says when something happened."""

    DAY = "day", "日", "day"
    WEEK = "week", "周", "week"
    MONTH = "month", "月", "month"


class Urgency(Vocabulary):
    """How urgent a case is, as whoever took it down put it."""

    URGENT = "urgent", "紧急", "urgent"
    PROMPT = "prompt", "加急", "prompt"
    GENERAL = "general", "一般", "general"
    COMPLEX = "complex", "复杂", "complex"


class LocatedBy(Vocabulary):
    """How a report found its cell."""

    GIVEN = "given", "来源指定", "told by the source"
    POINT = "point", "按坐标", "by its point"
    ZONE = "zone", "按网格编码", "by its zone"
    PREMISES = "premises", "按场所名录", "by the register of premises"
