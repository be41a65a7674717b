"""Where a harm comes from, and why a score moved.

Belongs here: the six contributions and the causes. Does not: their amounts (``transforms.scoring``), the sentences that they stand in
(``transforms.scoring.explain``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Vocabulary


class Contribution(Vocabulary):
    """A part of the expected harm, as it stands after "three quarters from"."""

    LONG_RUN = "long_run", "本格的长期水平", "the long run here"
    RECENT = "recent", "本格近期报告", "recent reports here"
    NEIGHBOURS = "neighbours", "周边网格", "the cells around it"
    OTHER_SERIES = "other_series", "本格的其他事项", "other kinds here"
    DISTRICT = "district", "全区水平", "the district as a whole"
    OPEN_STOCK = "open_stock", "未办结事项", "cases still open"


# As names of columns.
CONTRIBUTIONS: Final = tuple(c.value for c in Contribution)


class Cause(Vocabulary):
    """Why a score moved since the night before, in the order of ``transforms.scoring.moves``."""

    RULES = "rules", "辖区规则变更", "changed rules"
    LATE = "late", "迟到或更正的数据", "late or corrected data"
    SEASON = "season", "时令", "season"
    AGED_OUT = "aged_out", "旧报告淡出", "older reports fading"
    NEW_REPORTS = "new_reports", "新报告", "new reports"
    DISTRICT = "district", "全区与周边走势", "the trend of the district and of this part of it"
    OPEN_STOCK = "open_stock", "未办结存量", "open stock"
    REFIT = "refit", "每周重新拟合", "weekly refit"
    REFERENCE = "reference", "新的参考分布", "new reference"
    CLOCKS = "clocks", "时限", "clocks"
