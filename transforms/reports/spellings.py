"""Times in one spelling: what a language, a calendar or a spreadsheet writes otherwise becomes what a time format reads.

Belongs here: rewriting texts of times. Does not: reading them (``values``), the words (``transforms.words.months``,
``transforms.words.half_days``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import partial
from typing import Final, Literal

import polars as pl

from transforms.words.around_times import LITTLE_WORDS, PARTS, WEEKDAYS, WEEKDAYS_JOINED
from transforms.words.half_days import HALF_DAYS
from transforms.words.months import month_of, plain

Era = Literal["gregorian", "roc", "buddhist"]
# What is added to a year; in Taiwan the first is 1912, in Thailand 543 lies before ours.
_YEARS: Final = {"gregorian": 0, "roc": 1911, "buddhist": -543}
# Asked first, for hardly any file needs it and rewriting costs a hundred times the question; two blanks are one too many.
_WORDED: Final = r"[^0-9:/.+, \-TZ]|  |\. ?\d{4}\."
_ODD: Final = r"[^\x00-\x7F]|(?i)[ap]\. ?m|\b(?:fm|em|sa|ch|d[eu]\.)"
_AROUND: Final = (
    rf"(?i)(?:^|[\s\d(])(?:{'|'.join(sorted(w for w in WEEKDAYS | LITTLE_WORDS if w.isascii()))})(?:[\s\d.,)]|$)"
    r"|\d ?h ?\d|\. ?\d{4}\.|\]$| (?:GMT|UTC)$"
)
_WORD: Final = r"[A-Za-z]{3}"
# What is as it should be in a column of its like, and not where others are odd.
_ODD_BESIDE_ODD: Final = r"[A-Za-z]{3}\.|\s\s"
_HALF_OF_ENGLISH: Final = r"(?i)[ap]m"
_HALF_AS_READ: Final = r"\d [AP]M$"
_ENGLISH_MONTH: Final = (
    r"(?i)\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep|oct|nov|dec|(?:sept|nov|dec)ember|october)\b"
)
_HALF: Final = "|".join(sorted((re.escape(w) for w in HALF_DAYS), key=len, reverse=True))
_BEFORE: Final = rf"(?i)^(.*?)[ ]*({_HALF})[ ]*(\d{{1,2}}[:：时時点點h.]\d{{2}}.*)$"
_BEHIND: Final = rf"(?i)^(.*\d)[ ]*({_HALF})$"
_ENGLISH: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_YEAR_FIRST: Final = r"^(?:中?[華华]?民[國国]|พ\.ศ\.)?\s*(\d{2,4}?)(?=[/.\-年 ]|\d{4}(?:\D|$))"
_WEEKDAY: Final = r"^[^\W\d_]{2,}(?:-[^\W\d_]+)?(?!\w)\.?,?|\([^\W\d_]{2,}\.?\)"
_LITTLE_WORD: Final = r"(?<![^\W\d_])[^\W\d_]+(?![^\W\d_])\.?"
_ZONE_NAMED: Final = r"\[[\w/+\-]+\]$"
_HOUR_AND_MINUTES: Final = r"(?<=\d) ?[hH] ?(?=\d{2}(?!\d))"
_MIDNIGHT: Final = r"(^|[ T])24:00(:00(?:\.0+)?)?"
# The day on which a spreadsheet's times of day lie, by its two epochs.
_SHEETS: Final = r"^(?:1899-12-3|1900-01-0|1904-01-0|0?\.\d)"
_NO_DAY: Final = r"^(?:1899-12-3[01]|1900-01-0[01]|1904-01-0[12])[ T](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?$"


def spelt(texts: pl.Series, era: Era = "gregorian", zone: str = "") -> pl.Series:
    """Texts of times with digits as ASCII writes them, months by their English names, halves of the day as AM and PM behind the clock,
    years of our count, and without what languages write around and between these; a month is what its name means in ``zone``."""
    distinct = texts
    if era == "gregorian":
        # One question of every text, and the others of those that hold more than digits and what stands between them.
        worded = texts.filter(texts.str.contains(_WORDED))
        odd = worded.str.contains(_ODD) | worded.str.contains(_AROUND) | (worded.str.contains(_WORD) & ~worded.str.contains(_ENGLISH_MONTH))
        if not odd.any():
            return texts
        # One word among a million times makes none of the others odd.
        half = worded.str.contains(_HALF_OF_ENGLISH) & ~worded.str.contains(_HALF_AS_READ)
        distinct = worded.filter(odd | half | worded.str.contains(_ODD_BESIDE_ODD))
    # Times differ from row to row; what is odd about them is asked of each once.
    distinct = distinct.unique().drop_nulls()
    return texts.replace(distinct, pl.Series([_of(text, era, zone) for text in distinct], dtype=pl.String))


def clock(texts: pl.Series) -> pl.Series:
    """Times of day in the same spelling; those that a spreadsheet keeps on its first day, or as a part of a day, as hours and minutes."""
    told = spelt(texts)
    return _of_a_sheet(told) if told.str.contains(_SHEETS).any() else told


def month(texts: pl.Series, zone: str = "") -> pl.Series:
    """Months as numbers, by whatever name."""
    distinct = texts.unique().drop_nulls()
    told = [str(month_of(text, zone) or text) for text in distinct]
    return texts.replace_strict(distinct, pl.Series(told, dtype=pl.String), default=None, return_dtype=pl.String)


def as_midnight(text: pl.Expr) -> pl.Expr:
    """The hour 24, which ends its day, as 0, which a format can read."""
    return text.str.replace(_MIDNIGHT, "${1}00:00${2}")


def ends_a_day(texts: pl.Series) -> pl.Series:
    """Whether the hour is 24."""
    return texts.str.contains(_MIDNIGHT)


def _of(text: str, era: Era, zone: str) -> str:
    told = "".join(c if c.isascii() else str(unicodedata.digit(c, c)) for c in unicodedata.normalize("NFKC", text))
    told = re.sub(WEEKDAYS_JOINED, "", re.sub(_ZONE_NAMED, "", told.replace("\u00a0", " ").strip()))
    # Before the halves of the day: short names of days and words of halves are alike.
    told = re.sub(_WEEKDAY, _without(WEEKDAYS), told).strip()
    if found := re.match(_BEFORE, told):
        told = f"{found[1]} {found[3]} {HALF_DAYS[found[2].casefold()]}".strip()
    elif found := re.match(_BEHIND, told):
        told = f"{found[1]} {HALF_DAYS[found[2].casefold()]}"
    told = re.sub(r"[^\W\d_]{3,}\.?", partial(_month, zone=zone), told)
    if re.search(_ENGLISH_MONTH, told):
        # Beside the name of a month dots say nothing.
        told = re.sub(r"\.(?=\s|,|$)", "", told)
    told = re.sub(_HOUR_AND_MINUTES, ":", re.sub(r" (?:GMT|UTC)$", "+00:00", told))
    told = re.sub(_LITTLE_WORD, _without(LITTLE_WORDS), told)
    told = re.sub(rf"(?<=\d)\s*([{''.join(PARTS)}])\s*", lambda part: PARTS[part[1]], told)
    told = re.sub(r"(\. ?\d{4})\.", r"\1", told)
    return re.sub(r"\s+", " ", _in_our_years(told, era)).strip()


def _without(words: Collection[str]) -> Callable[[re.Match[str]], str]:
    """What leaves a word out if it is one of these."""
    return lambda word: "" if plain(word[0].strip("().,")) in words else word[0]


def _month(word: re.Match[str], zone: str) -> str:
    month = month_of(word[0], zone)
    return word[0] if month is None else _ENGLISH[month - 1]


def _in_our_years(text: str, era: Era) -> str:
    if era == "gregorian":
        return text
    found = re.match(_YEAR_FIRST, text) if era == "roc" else re.search(r"(?<!\d)(\d{4})(?!\d)", text)
    if found is None:
        return text
    return f"{text[: found.start()]}{int(found[1]) + _YEARS[era]}{text[found.end() :]}"


def _of_a_sheet(texts: pl.Series) -> pl.Series:
    frame = texts.to_frame("t")
    part = pl.when(pl.col("t").str.contains(r"^0?\.\d+$")).then(pl.col("t")).cast(pl.Float64, strict=False)
    seconds = (part * 86_400).round(0).cast(pl.Int64)
    told = pl.format("{}:{}:{}", *(((seconds // by) % most).cast(pl.String).str.zfill(2) for by, most in ((3600, 24), (60, 60), (1, 60))))
    return frame.select(pl.coalesce(pl.col("t").str.extract(_NO_DAY), told, "t")).to_series().alias(texts.name)
