"""Which columns of an unknown file tell when: what happened, what was reported, due, closed, released.

Belongs here: finding moments, and the time of day of a date that has none. Does not: whether a column reads as times (``columns``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

import polars as pl

from transforms.reports import values
from transforms.reports.shapes import present
from transforms.words.languages import Language
from transforms.workshop.proposal.columns import Times, share_matching, share_of_clocks, times
from transforms.workshop.proposal.draft import Draft
from transforms.workshop.proposal.naming import ranked
from transforms.workshop.proposal.parts import draft_parts

# Names of columns by what they usually hold, the more telling first.
_NAMED = {
    "due_at": ("target", r"due|deadline", "期限|时限"),
    "closed_at": ("clos", "resol|complet|finish", "办结|结案|完成|关闭"),
    "first_contact_at": ("first.?(contact|resp)|on.?scene", "首次|到场|响应"),
    "released": ("updat|modif|releas|publish", "发布|更新"),
    "reported_at": (r"report|rpt|received|entry|creat", "报告|受理|接警|上报|登记"),
    "occurred_at": (r"occur|\bocc\b|发生|案发", "incident.?(date|time)|offen.*(date|time)", "open", "报警时间|时间|日期", "date|time|dt"),
}
_ROLES = {
    "due_at": "due",
    "closed_at": "closed",
    "first_contact_at": "first_contact",
    "released": "released",
    "reported_at": "reported",
    "occurred_at": "occurred",
}
# So many of the patterns of a time of occurrence say more than that it is one.
_TELLING = 3
_HOUR = ("hour|小时|时刻|时点", "clock|time.?of.?day|uhr|hora|heure", r"time|(^|_)tm$|时间")
_MONTH_FORMATS = {r"^\d{4}-": "%Y-%m", r"^\d{4}/": "%Y/%m", r"^\d{4}\.": "%Y.%m", "年": "%Y年%m月", r"^\d{5,6}$": "%Y%m"}
_MONTH = r"^\d{4}[-/.年]?(0?[1-9]|1[0-2])月?$"
_SAME = 0.999
_LAST_HOUR = 24.0
# Of two moments whose order tells which is which: so many rows at least and at most, in so many of them, so many days apart in the median.
_FEWEST, _LOOKED_AT = 20, 5_000
_NEARLY = 0.98
_MOST_DAYS = 60.0


def moments_of(rows: pl.DataFrame, languages: Sequence[Language]) -> dict[str, Times]:
    """The columns whose values are moments."""
    # Any number could be a count of seconds or days: only the name tells.
    told = ranked(rows.columns, [p for patterns in _NAMED.values() for p in patterns], languages, *_ROLES.values(), "moment")
    return {c: found for c in rows.columns if (found := times(rows[c], numbers=c in told, day_first=bool(languages))) is not None}


def draft_times(draft: Draft, rows: pl.DataFrame, moments: Mapping[str, Times]) -> None:
    """Add the columns of times, each by its name; of a file that tells one moment it is when things happened."""
    left = list(moments)
    for name in _NAMED:
        for column in _called(left, name, draft.languages)[:1]:
            draft.columns[name] = column
            left.remove(column)
    if "occurred_at" not in draft.columns:
        # A file that tells one moment tells when it was reported: what happened, happened then.
        for other in ("reported_at", "released"):
            if other in draft.columns:
                draft.columns["occurred_at"] = draft.columns.pop(other)
                break
        else:
            for column in left[:1]:
                draft.columns["occurred_at"] = column
    doubted = _in_their_order(draft, rows, moments, left)
    _hour(draft, rows, moments)
    told = moments.get(draft.columns.get("occurred_at", ""))
    apart = "hour" in draft.columns
    if (
        told is not None
        and not told.with_clock
        and not apart
        and "reported_at" in draft.columns
        and moments[draft.columns["reported_at"]].with_clock
    ):
        # A date alone is no moment where another column has one.
        draft.columns["occurred_at"] = draft.columns.pop("reported_at")
    for name in [n for n in _NAMED if n in draft.columns]:
        found = moments[draft.columns[name]]
        why = f"{found.share:.1%} of its values read as {' or '.join(found.formats)}"
        if found.ambiguous:
            why += "; day and month could as well be the other way round: ask the sender"
        if found.midnight_z:
            why += "; all at midnight UTC, so the Z is read as written and they are local days; where it is meant write %z for it"
        if name == "occurred_at" and doubted:
            why += f"; {doubted}"
        unsure = found.ambiguous or found.midnight_z or (name == "occurred_at" and doubted)
        draft.take(name, draft.columns[name], 0.5 if unsure else found.share, why)
    if "occurred_at" not in draft.columns:
        if not draft_parts(draft, rows):
            _months(draft, rows)
        return
    if apart:
        why = "the date has no time of day of its own, and this column holds one"
        draft.take("occurred_at.time", draft.columns["hour"], 0.9, why + (", as one number" if draft.hhmm else ""))


def _in_their_order(draft: Draft, rows: pl.DataFrame, moments: Mapping[str, Times], left: Sequence[str]) -> str:
    """Nothing is reported before it happened: of two moments the names of which do not tell, the earlier one is when it did. What is to be
    said of it; nothing where the names tell."""
    occurred, reported = draft.columns.get("occurred_at"), draft.columns.get("reported_at")
    if occurred is None or occurred in ranked(rows.columns, _NAMED["occurred_at"][:_TELLING], draft.languages, "occurred"):
        return ""
    if reported is not None:
        if not _precedes(rows, moments, reported, occurred):
            return ""
        draft.columns["occurred_at"] = draft.columns.pop("reported_at")
        return f"{occurred} lies after it, and may be when it was closed: nothing happens after it was reported"
    if occurred not in ranked(rows.columns, _NAMED["reported_at"], draft.languages, "reported"):
        return ""
    for column in left:
        if _precedes(rows, moments, column, occurred):
            draft.columns |= {"occurred_at": column, "reported_at": occurred}
            return f"no word of its name tells; it lies before {occurred}, when things were reported"
    return ""


def _precedes(rows: pl.DataFrame, moments: Mapping[str, Times], first: str, second: str) -> bool:
    """Whether one moment lies before another in nearly every row and mostly a little: the birth of a person lies before everything."""
    some = rows.gather_every(max(1, len(rows) // _LOOKED_AT))
    read = (values.as_written(pl.col(c), moments[c].formats, "UTC").alias(end) for c, end in ((first, "first"), (second, "second")))
    gap = some.select(read).drop_nulls().select(pl.col("second") - pl.col("first")).to_series().dt.total_seconds()
    if len(gap) < _FEWEST:
        return False
    days = gap / 86_400
    return bool((gap >= 0).mean() >= _NEARLY and (gap > 0).mean() >= 0.5 and days.median() <= _MOST_DAYS)  # type: ignore[operator]


def _months(draft: Draft, rows: pl.DataFrame) -> None:
    """The column of a file that tells no more than months."""
    months = [c for c in ranked(rows.columns, ("month|date|月|日期",)) if share_matching(rows[c], _MONTH) > _SAME]
    if not months:
        draft.take("occurred_at", "?", 0.0, "no column reads as a time")
        return
    form = next(form for shape, form in _MONTH_FORMATS.items() if share_matching(rows[months[0]], shape) > _SAME)
    draft.columns["occurred_at"] = months[0]
    why = "it holds months: counted by the month, they feed no night; ask the sender for the day"
    draft.lines += [f'precision = "month"   # UNSURE: {why}', f'time_formats = ["{form}"]']
    draft.take("occurred_at", months[0], 0.5, why)


def _called(names: Sequence[str], field: str, languages: Sequence[Language]) -> list[str]:
    """The columns called as a field is; what is called by no more than a word for date or time comes last."""
    if field != "occurred_at":
        return ranked(names, _NAMED[field], languages, _ROLES[field])
    telling, bare = _NAMED[field][:_TELLING], _NAMED[field][_TELLING:]
    return list(dict.fromkeys([*ranked(names, telling, languages, "occurred"), *ranked(names, bare, languages, "moment")]))


def _hour(draft: Draft, rows: pl.DataFrame, moments: Mapping[str, Times]) -> None:
    """The column with the time of day of a date that has none; of several the one that is named most like the date."""
    date = draft.columns.get("occurred_at")
    if date is None or (moments[date].with_clock and not moments[date].one_clock_a_day):
        return
    free = [c for c in ranked(rows.columns, _HOUR, draft.languages, "hour") if c not in moments and len(present(rows[c])) > 0.9 * len(rows)]
    plain = {c: share_of_clocks(rows[c], as_number=False) for c in free}
    number = {c: share_of_clocks(rows[c], as_number=True) for c in free}
    fitting = [c for c in free if max(plain[c], number[c]) > _SAME]
    if fitting:
        draft.columns["hour"] = column = max(fitting, key=lambda c: SequenceMatcher(None, c, date).ratio())
        numbers = present(rows[column]).cast(pl.Float64, strict=False)
        hours = len(numbers.drop_nulls()) == len(numbers) and float(numbers.max() or 0) <= _LAST_HOUR  # type: ignore[arg-type]
        draft.hhmm = plain[column] <= _SAME and not hours
