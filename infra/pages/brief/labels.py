"""Words of the brief, each in Chinese and English.

Belongs here: what a category, level, driver, state or feed is called on the page. Does not: reason codes (``transforms.words.reasons``
carries their sentences), names a district declares (they arrive with the data), headings that stand once in a template.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from infra.pages.brief.model import AlertType, Surge, SurgeArea
from transforms.schema import Category, DayState, Feed, Level


class Pair(NamedTuple):
    """One thing said twice."""

    zh: str
    en: str


CATEGORIES: dict[Category, Pair] = {
    Category.SAFETY: Pair("安全", "Safety"),
    Category.PUBLIC_ORDER: Pair("治安", "Public order"),
    Category.STABILITY: Pair("稳定", "Disputes and services"),
    Category.POLITICAL: Pair("履职", "Duty performance"),
}

MEANINGS: dict[Category, Pair] = {
    Category.SAFETY: Pair(
        "未来 {days} 天火灾的预期危害，加上尚未整改的隐患存量。",
        "Expected harm from fires in the next {days} days, plus the standing stock of open hazards.",
    ),
    Category.PUBLIC_ORDER: Pair(
        "未来 {days} 天侵害与扰序事件的预期危害。",
        "Expected harm from crime and disorder in the next {days} days.",
    ),
    Category.STABILITY: Pair(
        "未来 {days} 天纠纷的预期危害，加上超过时限仍未办结的事项。时限内的诉求不计分。",
        "Expected harm from disputes in the next {days} days, plus cases left unresolved past their clock. "
        "A case inside its clock adds nothing.",
    ),
    Category.POLITICAL: Pair(
        "衡量的是部门，不是居民：各部门在各街道预计逾期的职责占比（办结时限、首次联系）。网格沿用所在街道的结果。",
        "Measures departments, not residents: the share of their own duties (deadlines, first contact) that departments are likely to "
        "miss. Cells inherit the result of their subdistrict.",
    ),
}

LEVELS: dict[Level, Pair] = {
    Level.BLUE: Pair("蓝", "Blue"),
    Level.YELLOW: Pair("黄", "Yellow"),
    Level.ORANGE: Pair("橙", "Orange"),
    Level.RED: Pair("红", "Red"),
}

# Duty performance is drawn in violet, where a patch called "yellow" would read as a mistake; the level stands beside these words.
DUTY_LEVELS: dict[Level, Pair] = {
    Level.BLUE: Pair("正常", "On track"),
    Level.YELLOW: Pair("留意", "Slipping"),
    Level.ORANGE: Pair("滞后", "Behind"),
    Level.RED: Pair("严重滞后", "Far behind"),
}

DRIVERS: dict[str, Pair] = {
    "long_run": Pair("常年偏高", "high over the long run"),
    "recent": Pair("近期报告多", "many recent reports"),
    "neighbours": Pair("周边网格偏高", "neighbouring cells are high"),
    "other_series": Pair("相关事项偏多", "related kinds are frequent"),
    "district": Pair("全区走高", "the whole district is up"),
    "open_stock": Pair("未办结存量", "open stock"),
}

SURGES: dict[Surge, Pair] = {"red": Pair("突增", "surge"), "watch": Pair("观察", "watch")}

SURGE_AREAS: dict[SurgeArea, Pair] = {
    "cell": Pair("本网格", "in the cell"),
    "ring": Pair("本网格及相邻网格", "in the cell and its neighbours"),
    "district": Pair("全区", "in all of the district"),
}

ALERT_TYPES: dict[AlertType, Pair] = {
    "level": Pair("等级", "Level"),
    "surge": Pair("突增", "Surge"),
    "overdue": Pair("超期", "Overdue"),
    "major_hazard": Pair("重大隐患", "Major hazard"),
    "source": Pair("数据源", "Source"),
}

DAY_STATES: dict[DayState, Pair] = {
    DayState.OK: Pair("正常", "ok"),
    DayState.LATE: Pair("迟到", "late"),
    DayState.PARTIAL: Pair("部分", "partial"),
    DayState.MISSING: Pair("缺失", "missing"),
}

FEEDS: dict[Feed, Pair] = {
    Feed.FIRE_HAZARD: Pair("火灾隐患", "Fire hazards"),
    Feed.PUBLIC_ORDER: Pair("治安事件", "Public order"),
    Feed.STABILITY: Pair("稳定事项", "Stability"),
}

LEARNING = Pair("学习中", "Learning")
NOT_SCORED_WORD = Pair("未评分", "Not scored")

_WEEKDAYS = (
    Pair("星期一", "Monday"),
    Pair("星期二", "Tuesday"),
    Pair("星期三", "Wednesday"),
    Pair("星期四", "Thursday"),
    Pair("星期五", "Friday"),
    Pair("星期六", "Saturday"),
    Pair("星期日", "Sunday"),
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# Own tables instead of strftime: the words must not follow the locale of the machine that renders.
def long_date(day: dt.date) -> Pair:
    """A date with its weekday."""
    weekday = _WEEKDAYS[day.weekday()]
    return Pair(f"{day.year}年{day.month}月{day.day}日 {weekday.zh}", f"{weekday.en} {day.day} {_MONTHS[day.month - 1]} {day.year}")


def short_date(day: dt.date) -> Pair:
    """A date within the year."""
    return Pair(f"{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1][:3]}")


def short_time(moment: dt.datetime) -> Pair:
    """A date within the year with hour and minute."""
    day = short_date(moment.date())
    return Pair(f"{day.zh} {moment:%H:%M}", f"{day.en} {moment:%H:%M}")


def share(value: float, digits: int = 0) -> str:
    """A share as a percentage with a thin space, as both languages print it."""
    return f"{value * 100:.{digits}f}\u2009%"


def signed_share(value: float) -> str:
    """A change as a signed percentage, with a real minus sign; nothing is ever "-0"."""
    percent = round(value * 100)
    sign = "+" if percent > 0 else "\u2212" if percent < 0 else "±"
    return f"{sign}{abs(percent)}\u2009%"


# How the models of a night stand, where that is not as usual.
STANDINGS: dict[str, Pair] = {
    "refused": Pair("混合模型未胜过基线，改用收缩率", "The mixture does not beat the baselines, and the shrunk rate is used"),
    "learning": Pair("历史不足，暂用收缩率", "Too little history for a mixture, and the shrunk rate is used"),
    "provisional": Pair("混合模型试用中：检验期不足 26 周", "The mixture is provisional: judged on fewer than 26 weeks"),
    "incumbent": Pair("新权重不如旧权重，沿用旧权重", "The newest refit is worse than the one before, whose weights go on"),
}
