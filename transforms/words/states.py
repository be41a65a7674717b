"""How things stand: a row of scores, a day of a source, a case.

Belongs here: codes of states. Does not: states of an alert (``transforms.words.alerts``), why something is in its state
(``transforms.words.reasons``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class State(Vocabulary):
    """Whether a row of ``SCORES`` carries a score."""

    SCORED = "scored", "已评分", "scored"
    LEARNING = "learning", "学习中", "learning"
    NOT_SCORED = "not_scored", "未评分", "not scored"


class DayState(Vocabulary):
    """What is known about one source on one day. A quiet day is ``ok``; ``missing`` is never read as quiet."""

    OK = "ok", "正常", "ok"
    LATE = "late", "迟到", "late"
    PARTIAL = "partial", "部分", "partial"
    MISSING = "missing", "缺失", "missing"


class Status(Vocabulary):
    """Where a case stands; a withdrawn report stops counting."""

    OPEN = "open", "未结", "open"
    CLOSED = "closed", "办结", "closed"
    WITHDRAWN = "withdrawn", "撤销", "withdrawn"
