"""Why somebody is sent to a place, and how a visit came about.

Belongs here: codes with their words. Does not: what came of going there (``transforms.words.handling``: visits and alerts say that in the
same words), which place is chosen (``transforms.worklist``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Chosen(Vocabulary):
    """How a visit came about: from the list for a reason, drawn at random, or of somebody's own accord."""

    LISTED = "listed", "清单安排", "listed"
    RANDOM = "random", "随机抽取", "random"
    OWN = "own", "自行前往", "own"


class Errand(Vocabulary):
    """Why a place is on the list; they take turns in this order."""

    OVERDUE = "overdue", "隐患逾期未整改", "hazards past their deadline"
    SURGE = "surge", "近期突增", "far more than usual lately"
    RED = "red", "红色且近期未去", "red, and nobody was there lately"
    RECHECK = "recheck", "整改后待复查", "hazards closed and not looked at again"
    CHRONIC = "chronic", "常年高发,本月待评估", "always hot, and due for its review"
    HIGH = "high", "预期风险较高", "much is expected there"
    RANDOM = "random", "随机抽查", "drawn at random"
