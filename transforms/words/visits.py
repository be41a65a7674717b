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

    MAJOR = "major", "重点场所重大隐患未整改", "a major hazard stands open at registered premises"
    OVERDUE = "overdue", "隐患逾期未整改", "hazards past their deadline"
    SURGE = "surge", "近期突增", "far more than usual lately"
    RED = "red", "红色且近期未去", "red, and nobody was there lately"
    RECHECK = "recheck", "整改后待复查", "hazards closed and not looked at again"
    CHRONIC = "chronic", "常年高发,本月待评估", "always hot, and due for its review"
    HIGH = "high", "预期风险较高", "much is expected there"
    RANDOM = "random", "随机抽查", "drawn at random"


class Unfit(Vocabulary):
    """Why what somebody says of a visit is set aside; none of what was written is repeated."""

    DAY = "day", "日期无法识别或不在范围内", "no day, or one to come or long past"
    PLACE = "place", "无此网格", "no cell of this district"
    SHORTENED = "shortened", "网格编码被表格软件改写,请将该列设为文本", "a spreadsheet shortened the cell's code; make that column text"
    ALERT = "alert", "无此预警,或该预警不对应网格", "no alert of a cell begins so"
    ELSEWHERE = "elsewhere", "预警不属于该网格", "the alert is of another cell than the one beside it"
    OUTCOME = "outcome", "结果代码无法识别", "no outcome code"


class Helped(Vocabulary):
    """Whether more is found where a score sends somebody than where chance does."""

    YES = "yes", "比随机抽查发现得多", "yes, more is found than at random"
    NO = "no", "比随机抽查发现得少", "no, less is found than at random"
    NOT_KNOWN = "not_known", "尚不能判断", "not known yet"
