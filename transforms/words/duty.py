"""What is said of a department's work: measures, what a share is made of, and between which places it is compared.

Belongs here: codes with their words, and how each measure is worked out. Does not: working it out (``transforms.duty.measures``).
"""

from __future__ import annotations

from typing import Final

from transforms.words.bilingual import Vocabulary, Words


class Measure(Vocabulary):
    """What is measured; shares are of clocks that fell due in four weeks."""

    ON_TIME = "on_time", "按时办结", "finished in time"
    FIRST_CONTACT = "first_contact", "按时首次响应", "contact made in time"
    ACCEPTANCE = "acceptance", "按时受理告知", "acceptance told in time"
    RECHECK = "recheck", "按时复查", "re-checked in time"
    REOPENED = "reopened", "重开", "opened again"
    PASSED_ON = "passed_on", "转办", "passed on"
    CONFIRMED = "confirmed", "群众确认解决", "confirmed by who reported"
    BACKLOG = "backlog", "逾期未结", "open past the deadline"
    DAYS_P50 = "days_p50", "半数办结天数", "days until half are done"
    DAYS_P90 = "days_p90", "九成办结天数", "days until nine tenths are done"


class Side(Vocabulary):
    """Which places a figure is of: those that bear a tag of the district's folder, or the others."""

    ALL = "all", "全部", "all places"
    TAGGED = "tagged", "有此标签", "with the tag"
    OTHERS = "others", "无此标签", "without the tag"


class Part(Vocabulary):
    """Why clocks are missed, or expected to be: what a share adds up from."""

    LATE = "late", "逾期办结", "finished late"
    OVERDUE_NOW = "overdue_now", "逾期未结", "overdue now"
    UNANSWERED = "unanswered", "未首次响应", "no first contact"
    REOPENED = "reopened", "重开", "opened again"
    PASSED_ON = "passed_on", "转办", "passed on"
    LIKELY_LATE = "likely_late", "可能逾期", "likely late"
    BORROWED = "borrowed", "借自其他", "borrowed from others"


# How each is worked out, for the page that shows it.
FORMULAS: Final = {
    Measure.ON_TIME: Words("到期时限中按时办结的占比", "met by their end, of deadlines that fell due"),
    Measure.FIRST_CONTACT: Words("到期首次响应时限中按时的占比", "met by their end, of clocks of first contact that fell due"),
    Measure.ACCEPTANCE: Words("到期受理告知时限中按时的占比", "met by their end, of clocks of acceptance that fell due"),
    Measure.RECHECK: Words("到期复查时限中按时的占比", "met by their end, of clocks of re-checks that fell due"),
    Measure.REOPENED: Words("到期事项中重开的占比", "opened again at least once, of cases that fell due"),
    Measure.PASSED_ON: Words("到期事项中转办的占比", "passed on at least once, of cases that fell due"),
    Measure.CONFIRMED: Words(
        "到期并办结的回访事项中确认解决的占比", "resolved as the caller says, of those that fell due, are closed and were asked"
    ),
    Measure.BACKLOG: Words("当晚逾期未结件数；n 为未结件数", "cases open past their deadline on the night; n counts all that are open"),
    Measure.DAYS_P50: Words(
        "到期事项自报告至办结的天数中位数，未结计为最久",
        "median days from report to closing of cases that fell due; open ones count as the longest",
    ),
    Measure.DAYS_P90: Words("同上，第九十百分位", "the same, ninetieth percentile"),
}
