"""What a column of an unknown file seems to hold: times, coordinates, codes, words.

Belongs here: guesses about single columns, each with the share of values that bear it out. Does not: putting them together
(``propose``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.reports import spellings, values
from transforms.reports.shapes import present
from transforms.reports.spellings import clock, spelt
from transforms.words.refused import NUMBER_CLOCKS, lenient_offset, reads_offset, reads_time

_CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S%.f", "%I:%M:%S %p", "%I:%M %p")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%d. %m. %Y", "%Y.%m.%d", "%Y. %m. %d.")
_SHORT = ("%d/%m/%y", "%m/%d/%y", "%d.%m.%y")
# The usual ways of writing a moment, the more telling first: among equals the first one stays.
TIME_FORMATS: Final = (
    *(f"{date} {clock}" for date in _DATES for clock in _CLOCKS),
    *(f"{date}{between}{clock}" for date in _DATES[3:] for between, clock in ((", ", "%H:%M"), (", ", "%H:%M:%S"), (" ", "%H.%M"))),
    *(f"{date} %H:%M" for date in _SHORT),
    *(f"%Y-%m-%dT{clock}" for clock in _CLOCKS[:3]),
    *(f"{date}{between}%H:%M:%S{fraction}%z" for date in _DATES[:2] for between in ("T", " ") for fraction in ("", "%.f")),
    *("%Y年%m月%d日 %H时%M分%S秒", "%Y年%m月%d日 %H时%M分", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H时%M分"),
    *("%Y年%m月%d日 %I:%M %p", "%Y年%m月%d日 %I:%M:%S %p"),
    *("%d-%b-%y %H:%M", "%d-%b-%y %I:%M %p", "%d-%b-%Y %I:%M %p", "%d-%b-%Y %I:%M:%S %p", "%d-%b-%y"),
    *("%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M", "%d %b %Y %H:%M", "%b %d, %Y %I:%M %p", "%b %d, %Y %I:%M:%S %p"),
    *("%d %b %Y %H:%M:%S", "%d %b %Y, %H:%M", "%d %b %Y, %H:%M:%S", "%d %b %Y %H:%M:%S%z", "%d %b %Y %I:%M %p", "%Y %b %d %H:%M"),
    *("%b %d %Y %I:%M %p", "%b %d %Y %I:%M:%S %p", "%b %d %H:%M:%S %Y", "%b %d, %Y, %I:%M %p", "%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %H:%M"),
    *("%Y%m%dT%H%M%S", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d-%H.%M.%S%.f", "%Y %b %d"),
    *("%Y%m%d%H%M%S", "%Y%m%d %H%M%S", *_DATES, *_SHORT, "%Y年%m月%d日", "%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y"),
)
_ERAS: Final[tuple[spellings.Era, ...]] = ("roc", "buddhist")
_ENOUGH = 0.9
_TRIED = 2_000
_YEARS = (1990, 2060)


@dataclass(frozen=True)
class Times:
    """The formats in which a column's values are moments (years by ``era``), the share they read, whether day and month could be swapped,
    how many of its values fall on one of its days (``a_day``), and whether they are days written as midnights of UTC (``midnight_z``)."""

    formats: list[str]
    share: float
    ambiguous: bool
    with_clock: bool
    one_clock_a_day: bool
    a_day: float
    midnight_z: bool = False
    era: spellings.Era = "gregorian"


def _read(texts: pl.Series, form: str) -> pl.Series:
    if form in NUMBER_CLOCKS:
        return texts.to_frame("t").select(values.time(pl.col("t"), [form], "UTC").dt.replace_time_zone(None)).to_series()
    if reads_offset(form):
        spelt = texts.str.replace(r"Z$", "+00:00")
        return spelt.str.to_datetime(lenient_offset(form), time_unit="us", strict=False).dt.replace_time_zone(None)
    if reads_time(form):
        return texts.str.to_datetime(form, time_unit="us", strict=False)
    return texts.str.to_date(form, strict=False).cast(pl.Datetime("us"))


def times(column: pl.Series, *, numbers: bool = False, day_first: bool = False) -> Times | None:
    """The formats of a column of moments, None where it is none; with ``numbers`` counts of seconds or days may be moments too.

    Where day and month could be either, the day is taken for the first with ``day_first``.
    """
    found = _times(column, "gregorian", numbers=numbers, day_first=day_first)
    # Years of Taiwan have two or three digits, those of Thailand lie in our future.
    return found or next((t for era in _ERAS if (t := _times(column, era, numbers=False, day_first=day_first))), None)


def _times(column: pl.Series, era: spellings.Era, *, numbers: bool, day_first: bool) -> Times | None:
    texts = spelt(present(column).unique(maintain_order=True), era)
    texts = texts.gather_every(max(1, len(texts) // _TRIED))
    likely = texts.str.contains(r"\d{1,4}.?\d{1,2}.?\d{1,4}") & (texts.str.len_chars() >= 6)
    if texts.is_empty() or likely.sum() < _ENOUGH * len(texts):
        return None
    formats = sorted(TIME_FORMATS, key=lambda form: form.startswith("%m")) if day_first else TIME_FORMATS
    left, chosen, found = texts, list[str](), list[pl.Series]()
    while len(left) and len(chosen) < 4:
        fits = {form: _sound(_read(left, form)) for form in (*formats, *(NUMBER_CLOCKS if numbers else ()))}
        best = max(fits, key=lambda form: int(fits[form].is_not_null().sum()))
        read = fits[best]
        if read.is_not_null().sum() < 0.01 * len(texts):
            break
        chosen.append(best)
        found.append(read.drop_nulls())
        left = left.filter(read.is_null())
    share = 1 - len(left) / len(texts)
    if share < _ENOUGH:
        return None
    swapped = [form.translate(str.maketrans("md", "dm")) for form in chosen]
    likely_swaps = [s for s, form in zip(swapped, chosen, strict=True) if s != form and s in TIME_FORMATS]
    both = any(_sound(_read(texts, s)).is_not_null().sum() >= share * len(texts) for s in likely_swaps)
    moments = pl.concat(found)
    midnight_z = all(map(reads_offset, chosen)) and bool((moments.dt.time() == dt.time()).mean() > _ENOUGH)  # type: ignore[operator]
    if midnight_z and texts.str.ends_with("Z").all():
        # Days, which no zone may move.
        chosen = [form.replace("%z", "Z").replace("%.f", ".000") if ".000Z" in texts[0] else form.replace("%z", "Z") for form in chosen]
    return Times(
        chosen,
        share,
        both,
        any(map(reads_time, chosen)),
        moments.dt.time().n_unique() <= 2,
        _a_day(moments, len(present(column))),
        midnight_z,
        era,
    )


def _a_day(moments: pl.Series, number: int) -> float:
    """Of so many moments the mean number a day, over the days that hold nearly all of them."""
    first, last = (moments.dt.epoch("d").quantile(q) or 0.0 for q in (0.01, 0.99))
    return number / (last - first + 1)


def _sound(read: pl.Series) -> pl.Series:
    """Moments of plausible years; a number that happens to parse is none."""
    return read.set(~read.dt.year().is_between(*_YEARS).fill_null(value=False), None)


def share_of_numbers(column: pl.Series, low: float, high: float, decimal: str = ".", *, decimals: bool = True) -> float:
    """The share of values that are numbers, with decimals unless those may lack, between two bounds."""
    texts = present(column)
    if texts.is_empty():
        return 0.0
    plain = texts.str.replace(decimal, ".", literal=True)
    numbers = texts.to_frame("t").select(values.degrees(pl.col("t"), comma=decimal == ",")).to_series()
    told = plain.str.contains(r"\.\d|\d°" if decimals else r"\d")
    return int((numbers.is_between(low, high) & told).fill_null(value=False).sum()) / len(texts)


def share_of_clocks(column: pl.Series, *, as_number: bool) -> float:
    """The share of values that are times of day, as hours and what follows them, or as hours and minutes in one number."""
    texts = present(column)
    if texts.is_empty():
        return 0.0
    day = pl.lit("2000-01-01")
    texts = clock(texts)
    read = texts.to_frame("t").select(values.date_and_time(day, pl.col("t"), ["%Y-%m-%d"], "UTC", as_number=as_number))
    return 1 - read.to_series().null_count() / len(texts)


def share_matching(column: pl.Series, pattern: str) -> float:
    """The share of values in which a pattern finds something."""
    texts = present(column)
    return 0.0 if texts.is_empty() else int(texts.str.contains(pattern).sum()) / len(texts)


def share_of_codes(column: pl.Series, codes: Collection[str]) -> float:
    """The share of values that are among some codes."""
    texts = present(column)
    return 0.0 if texts.is_empty() else int(texts.is_in(list(codes)).sum()) / len(texts)
