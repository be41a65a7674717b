"""The four categories.

Belongs here: their codes, names, and what a score of each means. Does not: which feeds reach one (``transforms.words.feeds``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from transforms.words.bilingual import Vocabulary, Words


class Category(Vocabulary):
    """The four categories; ``political`` measures departments, never residents."""

    SAFETY = "safety", "安全", "safety"
    PUBLIC_ORDER = "public_order", "治安", "public order"
    STABILITY = "stability", "稳定", "disputes and services"
    POLITICAL = "political", "履职", "duty performance"


# The categories of residents' risk: each is forecast from the feeds that reach it; ``political`` is fed by the clocks of all feeds.
RESIDENTS: Final = (Category.SAFETY, Category.PUBLIC_ORDER, Category.STABILITY)

MEANINGS: Final[Mapping[Category, Words]] = {
    Category.SAFETY: Words(
        "未来 {days} 天火灾的预期危害，加上尚未整改的隐患存量。",
        "Expected harm from fires in the next {days} days, plus the standing stock of open hazards.",
    ),
    Category.PUBLIC_ORDER: Words(
        "未来 {days} 天侵害与扰序事件的预期危害。",
        "Expected harm from crime and disorder in the next {days} days.",
    ),
    Category.STABILITY: Words(
        "未来 {days} 天纠纷的预期危害，加上超过时限仍未办结的事项。时限内的诉求不计分。",
        "Expected harm from disputes in the next {days} days, plus cases left unresolved past their clock. "
        "A case inside its clock adds nothing.",
    ),
    Category.POLITICAL: Words(
        "衡量的是部门，不是居民：各部门在各街道预计逾期的职责占比（办结时限、首次联系）。网格沿用所在街道的结果。",
        "Measures departments, not residents: the share of their own duties (deadlines, first contact) that departments are likely to "
        "miss. Cells inherit the result of their subdistrict.",
    ),
}
