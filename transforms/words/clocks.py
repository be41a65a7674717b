"""What a clock counts in, what may leave it without a due time, the clocks of cases and of alerts.

Belongs here: codes of clocks with their words. Does not: how long they are (``transforms.clocks.rules``), working time
(``transforms.clocks.working``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Unit(Vocabulary):
    """What a limit is counted in: staffed hours of a roster, days as every calendar has them, days that are worked."""

    HOUR = "hour", "小时", "hours"
    NATURAL_DAY = "natural_day", "自然日", "days"
    WORKING_DAY = "working_day", "工作日", "working days"


class DutyClock(Vocabulary):
    """What the clock of a case waits for. Each runs by itself: a case that is closed in time may have been answered too late."""

    DEADLINE = "deadline", "办结", "finish"
    FIRST_CONTACT = "first_contact", "首次响应", "make contact"
    ACCEPTANCE = "acceptance", "受理告知", "tell of acceptance"
    RECHECK = "recheck", "复查", "re-check"


class NoDue(Vocabulary):
    """Why a clock has no due time yet."""

    CALENDAR_UNKNOWN = "calendar_unknown", "日历未定", "the calendar is not known yet"
    PAUSED = "paused", "暂停计时", "paused"


class Waited(Vocabulary):
    """What a clock of an alert waits for; the last three begin with a whistle (吹哨报到), by which a subdistrict calls departments."""

    ACKNOWLEDGE = "acknowledge", "确认", "acknowledge"
    ACT = "act", "处置", "act"
    ACCEPT = "accept", "接哨", "accept a call"
    ARRIVE = "arrive", "到场", "arrive"
    REPORT_BACK = "report_back", "反馈", "report back"


WHISTLE = frozenset({Waited.ACCEPT, Waited.ARRIVE, Waited.REPORT_BACK})
