"""Dates and figures as the pages print them.

Belongs here: writing a day, a moment, a share. Does not: words of any vocabulary (``transforms.words``), headings that stand once in a
template.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from transforms.words import Words

STRIP_DAYS: Final = 14
_WEEKDAYS: Final = (
    Words("星期一", "Monday"),
    Words("星期二", "Tuesday"),
    Words("星期三", "Wednesday"),
    Words("星期四", "Thursday"),
    Words("星期五", "Friday"),
    Words("星期六", "Saturday"),
    Words("星期日", "Sunday"),
)
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# Own tables instead of strftime: the words must not follow the locale of the machine that renders.
def long_date(day: dt.date) -> Words:
    """A date with its weekday."""
    weekday = _WEEKDAYS[day.weekday()]
    return Words(f"{day.year}年{day.month}月{day.day}日 {weekday.zh}", f"{weekday.en} {day.day} {_MONTHS[day.month - 1]} {day.year}")


def strip_days(night: dt.date) -> list[dt.date]:
    """The days before a night that a source is shown on, oldest first."""
    return [night - dt.timedelta(days=STRIP_DAYS - k) for k in range(STRIP_DAYS)]


def short_date(day: dt.date) -> Words:
    """A date within the year."""
    return Words(f"{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1][:3]}")


def short_time(moment: dt.datetime) -> Words:
    """A date within the year with hour and minute."""
    day = short_date(moment.date())
    return Words(f"{day.zh} {moment:%H:%M}", f"{day.en} {moment:%H:%M}")


def share(value: float, digits: int = 0) -> str:
    """A share as a percentage with a thin space, as both languages print it."""
    return f"{value * 100:.{digits}f}\u2009%"


def signed_share(value: float) -> str:
    """A change as a signed percentage, with a real minus sign; nothing is ever "-0"."""
    percent = round(value * 100)
    sign = "+" if percent > 0 else "\u2212" if percent < 0 else "±"
    return f"{sign}{abs(percent)}\u2009%"
