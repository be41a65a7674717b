"""What a column of a report may hold.

Belongs here: the closed set of types. Does not: which field has which (``transforms.reports.types``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Type(Vocabulary):
    """What a value is."""

    KEY = "key", "键控散列", "a keyed hash"
    TIME = "time", "时间", "a moment"
    DAY = "day", "日期", "a day"
    NUMBER = "number", "数值", "a number"
    CELL = "cell", "网格编码", "the code of a cell"
    CODE = "code", "代码", "a code of a closed list"
    FLAG = "flag", "是否", "yes or no"
    COUNT = "count", "计数", "a whole number"
