"""What a delivered row that cannot enter does to the report that it is about.

Belongs here: the effects. Does not: which reason has which (``transforms.reports.corrections``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Effect(Vocabulary):
    """What becomes of the report that stands."""

    WITHDRAWS = "withdraws", "撤回原上报", "the report is withdrawn"
    DOUBTS = "doubts", "原上报存疑", "the report counts on, and is doubtful"
    NOTHING = "nothing", "无关任何上报", "no report is known"
