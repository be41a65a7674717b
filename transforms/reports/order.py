"""When a file was made, as its name says it: which of several deliveries is the newer one.

Belongs here: dates, weeks, months and counters in names, lining files up by them, and the number by which a delivery keeps its place.
Does not: finding files (``infra.sources.places``), which version of a report stands (``versions``), what may be kept of a name (``names``).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from transforms.district.source import DECIDERS
from transforms.reports.delivery import order_key
from transforms.words.months import MONTH, MONTHS, plain

_YEAR: Final = r"(?P<Y>(?:19|20)\d\d)"
_JOIN: Final = r"[-_. ]{0,2}"
# The more exact first; of several dates in a name the last one says when what it holds had been gathered.
_DAYS: Final = (
    rf"(?<!\d){_YEAR}(?P<j>{_JOIN})(?P<m>0[1-9]|1[0-2])(?P=j)(?P<d>0[1-9]|[12]\d|3[01])(?!\d\b|\d\D|\d{{3}}\D|\d{{5}}\D)",
    rf"(?<!\d){_YEAR}[-_.年 ](?P<m>1[0-2]|0?[1-9])[-_.月 ](?P<d>3[01]|[12]\d|0?[1-9])(?!\d)",
    rf"(?<!\d)(?P<d>3[01]|[12]\d|0?[1-9])[-_. ]?(?P<name>{MONTH})[-_. ]?{_YEAR}(?!\d)",
    rf"(?<![^\W\d_])(?P<name>{MONTH})[-_. ]?(?P<d>3[01]|[12]\d|0?[1-9])[-_. ,]+{_YEAR}(?!\d)",
)
# Day and month in an order that only other names can tell.
_EITHER: Final = (
    rf"(?<!\d)(?P<a>[0-3]?\d)(?P<j>[-_. ])(?P<b>[0-3]?\d)(?P=j){_YEAR}(?!\d)"
    r"|(?<!\d)(?P<a2>[0-3]\d)(?P<b2>[0-3]\d)(?P<Y2>(?:19|20)\d\d)(?!\d)"
)
_WEEKS: Final = (
    rf"(?<!\d){_YEAR}{_JOIN}(?:week|woche|kw|w|sem|semana|semaine)[-_. ]?(?P<w>\d\d?)(?!\d)",
    rf"(?<![^\W\d_])(?:week|woche|kw|wk|w|sem|semana|semaine)[-_. ]?(?P<w>\d\d?)[-_. ]+{_YEAR}(?!\d)",
    rf"(?<!\d){_YEAR}年?[-_. ]?第?(?P<w>\d\d?)周",
)
_MONTHS: Final = (
    rf"(?<!\d){_YEAR}(?:[-_.年 ](?P<m>1[0-2]|0?[1-9])|(?P<m2>1[0-2]|0[1-9]))月?(?!\d)",
    rf"(?<!\d){_YEAR}{_JOIN}(?P<name>{MONTH})(?![^\W\d_])",
    rf"(?<![^\W\d_])(?P<name>{MONTH}){_JOIN}{_YEAR}(?!\d)",
    rf"(?<!\d)(?P<m>1[0-2]|0?[1-9])[-_.]{_YEAR}(?!\d)",
    rf"(?<!\d){_YEAR}{_JOIN}q(?P<q>[1-4])(?!\d)",
    rf"(?<![^\W\d_])q(?P<q>[1-4]){_JOIN}{_YEAR}(?!\d)",
)
_YEARS: Final = (rf"(?<!\d){_YEAR}(?!\d)",)
_ALONE: Final = re.compile(rf"(?<![^\W\d_])(?:{MONTH})(?![^\W\d_])")
_PACKED: Final = re.compile(r"(.*?\.zip):(.*)", re.IGNORECASE | re.DOTALL)
_ENDING: Final = re.compile(r"(?:\.(?!\d)\w{2,8})+$")
_PARTS: Final = {"%Y": r"(?P<Y>\d{4})", "%y": r"(?P<y>\d{2})", "%m": r"(?P<m>\d\d?)", "%d": r"(?P<d>\d\d?)", "%b": rf"(?P<name>{MONTH})"}
_PARTS_MORE: Final = {"%B": _PARTS["%b"], "%V": r"(?P<w>\d\d?)", "%W": r"(?P<w>\d\d?)", "%H": r"\d\d", "%M": r"\d\d", "%S": r"\d\d"}
_LARGEST: Final = 9_999_999


@dataclass(frozen=True)
class Made:
    """What a name says of when its file was made: the last day it may hold, and the numbers that stand behind it, or all where it names no
    day. ``either`` is the other day that a name may mean in which month and day could be exchanged."""

    day: dt.date | None = None
    numbers: tuple[int, ...] = ()
    either: dt.date | None = None


@dataclass(frozen=True)
class Waiting:
    """A file that lies there: its name, within an archive behind a colon, and when it was last changed."""

    name: str
    changed_at: dt.datetime | None = None


@lru_cache(maxsize=4096)
def made(name: str, form: str | None = None) -> Made:
    """What a name says. ``form`` is how its source says that names are dated, in the letters of times; without it usual ways are tried."""
    archive, member = _apart(name)
    found = _made(member, form)
    return _made(archive, form) if archive and found == Made() else found


def _apart(name: str) -> tuple[str, str]:
    """The archive, or nothing, and the file, without their endings."""
    packed = _PACKED.match(name)
    archive, member = packed.groups() if packed else ("", name)
    return _ENDING.sub("", archive), _ENDING.sub("", member)


def _made(stem: str, form: str | None) -> Made:
    text = plain(stem)
    if form is not None:
        return _dated(text, [_as_pattern(form)]) or Made(numbers=_numbers(text))
    if found := _dated(text, _DAYS):
        return found
    if matches := list(re.finditer(_EITHER, text)):
        last = matches[-1]
        a, b, year = (int(last[n] or last[f"{n}2"]) for n in ("a", "b", "Y"))
        rest = _numbers(text[last.end() :])
        first, second = _day(year, a, b), _day(year, b, a)
        if first or second:
            return Made(first or second, rest, second if first and second and first != second else None)
    return _dated(text, _WEEKS) or _dated(text, _MONTHS) or _dated(text, _YEARS) or Made(numbers=_numbers(text))


def _dated(text: str, patterns: Iterable[str]) -> Made | None:
    """The last date in a text that fits one of the patterns, which stand for days of one exactness."""
    found = [(m.end(), day) for pattern in patterns for m in re.finditer(pattern, text) if (day := _end_of(m.groupdict())) is not None]
    if not found:
        return None
    end, day = max(found)
    return Made(day, _numbers(text[end:]))


def _end_of(parts: dict[str, str | None]) -> dt.date | None:
    """The last day of what the parts name."""
    year = int(parts.get("Y") or f"20{parts.get('y') or '00'}")
    if (week := parts.get("w")) is not None:
        try:
            return dt.date.fromisocalendar(year, max(1, int(week)), 7)
        except ValueError:
            return None
    name, quarter = parts.get("name"), parts.get("q")
    month = MONTHS[name] if name else int(quarter) * 3 if quarter else int(parts.get("m") or parts.get("m2") or 12)
    if not 1 <= month <= 12:
        return None
    day = parts.get("d")
    return _day(year, month, int(day) if day else calendar.monthrange(year, month)[1])


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers in a text, and months by their names, in their order; a longer one is no counter."""
    found = re.finditer(rf"\d+|{_ALONE.pattern}", text)
    return tuple(MONTHS[m[0]] if m[0] in MONTHS else int(m[0]) for m in found if len(m[0]) <= 18)


def _as_pattern(form: str) -> str:
    pieces = re.split(r"(%[A-Za-z])", form)
    known = _PARTS | _PARTS_MORE
    return "".join(known.get(piece, re.escape(piece.casefold())) for piece in pieces)


def readable(names: Collection[str], form: str | None = None) -> list[Made]:
    """What names say that lie together: where day and month could be exchanged, the others tell which is which if they can."""
    told = [made(name, form) for name in names]
    unsure = [m for m in told if m.either is not None]
    if not unsure:
        return told
    month_first, day_first = _orders(names)
    if day_first and not month_first:
        return [Made(m.either, m.numbers) if m.either is not None else m for m in told]
    return [Made(m.day, m.numbers) if m.either is not None and month_first and not day_first else m for m in told]


def _orders(names: Collection[str]) -> tuple[bool, bool]:
    """Whether some name can only be read with the month first, and whether some only with the day first."""
    month_first = day_first = False
    for name in names:
        for m in re.finditer(_EITHER, plain(_apart(name)[1])):
            a, b = int(m["a"] or m["a2"]), int(m["b"] or m["b2"])
            month_first |= a <= 12 < b
            day_first |= b <= 12 < a
    return month_first, day_first


def in_order(files: Sequence[Waiting], order: Sequence[str] = ()) -> tuple[list[int], bool]:
    """The positions of files that lie together, the one made first before the others, and whether that is in doubt.

    By the dates in their names, where each has one; else by numbers as numbers; else by when they were changed; ``order`` names what else
    is to decide (``Source.order``).
    """
    told = readable([f.name for f in files], form_of(order))
    decider = _decider(files, told, order)
    keys = [_place(file, made_, decider) for file, made_ in zip(files, told, strict=True)]
    places = sorted(range(len(files)), key=lambda n: (keys[n], files[n].name))
    blind = decider == "modified" and not order and len({*keys}) < len(files)
    return places, blind or any(m.either is not None for m in told)


def form_of(order: Sequence[str]) -> str | None:
    """How names are dated, where the order says so."""
    return next((each for each in order if each not in DECIDERS), None)


def _decider(files: Sequence[Waiting], told: Sequence[Made], order: Sequence[str]) -> str:
    if order:
        return order[0] if order[0] in DECIDERS else "date"
    if any(m.day is not None for m in told):
        return "date"
    # A number that only some have is part of another name.
    lengths = {len(m.numbers) for m in told}
    return "number" if lengths and 0 not in lengths else "modified" if all(f.changed_at for f in files) else "number"


def _place(file: Waiting, told: Made, decider: str) -> tuple[object, ...]:
    changed = file.changed_at.timestamp() if file.changed_at else 0.0
    if decider == "date":
        day = told.day or (file.changed_at.date() if file.changed_at else dt.date.max)
        return (day.toordinal(), told.numbers, int(changed))
    if decider == "modified":
        return (int(changed),)
    return (told.numbers, int(changed)) if decider == "number" else (0,)


def own_key(told: Made, changed_at: dt.datetime | None, landed_at: dt.datetime, order: Sequence[str] = ()) -> int | None:
    """The place that a delivery has by itself, never after its landing: by the end of what its name names, or by what is to decide. None
    where only those beside it, or its landing, can tell."""
    decider = "date" if not order else order[0] if order[0] in DECIDERS else "date"
    if decider == "modified" and changed_at is not None:
        return min(order_key(changed_at, 0), order_key(landed_at, 0))
    if decider == "number" and told.numbers:
        first, second = (*told.numbers, 0)[:2]
        return min(first, _LARGEST) * (_LARGEST + 1) + min(second, _LARGEST) + 1
    if decider != "date" or told.day is None or told.either is not None:
        return None
    end = dt.datetime.combine(told.day, dt.time(), dt.UTC)
    number = min(told.numbers[0], _LARGEST) if told.numbers else 0
    return order_key(end, number) if end <= landed_at else None


def counted_key(numbers: tuple[int, ...], before: Sequence[tuple[tuple[int, ...], int]]) -> int | None:
    """The place of a delivery whose name is counted among those ``before`` it, by their numbers and places, in order; None: after all.

    A counter that falls by more than half has begun anew, as weeks do each year: nothing of the round before is newer.
    """
    start = 0
    for n in range(1, len(before)):
        if _restarted(before[n - 1][0], before[n][0]):
            start = n
    alike = [(others, place) for others, place in before[start:] if len(others) == len(numbers)]
    newer = [place for others, place in alike if others > numbers]
    if not newer or _restarted(max(others for others, _ in alike), numbers):
        return None
    # Of two in one place the one that entered later is the newer one.
    return max([min(newer) - 1, *(place for others, place in alike if others <= numbers)])


def _restarted(last: tuple[int, ...], now: tuple[int, ...]) -> bool:
    for a, b in zip(last, now, strict=False):
        if a != b:
            return b < a and a - b > a / 2
    return False
