"""Words and time formats that a district may use, and those it may not.

Belongs here: refused words of codelists, what a time format reads. Does not: the declaration that uses them
(``transforms.district.declaration``), personal data (``transforms.reports.privacy``).
"""

from __future__ import annotations

import datetime as dt
import re
import warnings

import polars as pl

from transforms.words.folding import fold

# The one kind for petition-type duties: no topic, no channel, and never part of a score about residents.
CLOCKS_ONLY = "formal_request"

# Codes that would turn an area-level tool into one about people. A codelist that holds one of these words is refused.
REFUSED_KIND_WORDS = (
    *("petition", "gathering", "assembl", "protest", "demonstrat", "rally", "rallies", "picket", "speech", "opinion", "religio", "faith"),
    *("worship", "ethnic", "key_person", "keyperson", "dissident", "sect", "sects", "muslim", "islam", "christian", "buddhis", "uyghur"),
    *("uighur", "tibetan", "上访", "信访", "访民", "请愿", "聚集", "集会", "游行", "示威", "静坐", "罢工", "罢市", "罢课", "群体性"),
    *("言论", "舆情", "舆论", "宗教", "信仰", "教徒", "教派", "邪教", "穆斯林", "伊斯兰", "基督教", "天主教", "佛教", "道教"),
    *("民族", "族裔", "维吾尔", "藏族", "回族", "重点人", "维权", "维稳对象"),
)
# These stand inside ordinary words (intersection, generally, competition), so they count only as a word or at the beginning of one.
_REFUSED_AS_WORD = {"sect", "sects", "rally"}
_REFUSED_AT_START = {"petition"}

# Moments written as a number: seconds or milliseconds since 1970 (UTC), or days since 30 December 1899 as spreadsheets count them (local).
NUMBER_CLOCKS = ("epoch_s", "epoch_ms", "excel_days")

# The parts of a time format that say the time of day, and those that say its offset from UTC.
_TIME_PART = re.compile(r"%[-_0]?[HIklTRXcr]")
_OFFSET_PART = re.compile(r"%[:#]{0,3}z")


def refused_word(text: str) -> str | None:
    """The first refused word in a code or a label, or None."""
    plain = re.sub(r"[\s\-_]+", "_", fold(text))
    for word in REFUSED_KIND_WORDS:
        before = "(?<![a-z])" if word in _REFUSED_AS_WORD | _REFUSED_AT_START else ""
        after = "(?![a-z])" if word in _REFUSED_AS_WORD else ""
        if re.search(before + re.escape(word) + after, plain):
            return word
    return None


def reads_time(form: str) -> bool:
    """Whether a time format holds a time of day, not only a date."""
    return form in NUMBER_CLOCKS or _TIME_PART.search(form) is not None


def reads_offset(form: str) -> bool:
    """Whether a time format holds the offset from UTC."""
    return _OFFSET_PART.search(form) is not None


def lenient_offset(form: str) -> str:
    """The format, reading also an offset without minutes (``+00``)."""
    return _OFFSET_PART.sub("%#z", form)


def refuse(text: str, what: str) -> None:
    """Raise ``ValueError`` when a code or a label of a ``what`` holds a refused word."""
    if word := refused_word(text):
        raise ValueError(f"a {what} about {word!r} is refused: this system scores areas and departments, never what people say or believe")


def readable_format(form: str) -> str:
    """The format, if it reads back what it wrote, as the parser of the pipeline understands it. Raises ``ValueError`` otherwise."""
    if form in NUMBER_CLOCKS:
        return form
    moment = dt.datetime(2025, 1, 31, 13, 5, tzinfo=dt.UTC)
    day = moment if reads_time(form) else moment.replace(hour=0, minute=0)
    with warnings.catch_warnings():
        # The parser only warns of Python's %f, and would read every fraction as nanoseconds.
        warnings.simplefilter("error")
        try:
            text = pl.Series([day]).dt.to_string(form.replace("%#z", "%z"))
            read = text.str.to_datetime(form, time_unit="us") if reads_time(form) else text.str.to_date(form).cast(pl.Datetime("us"))
            right = read.dt.replace_time_zone(None)[0] == day.replace(tzinfo=None)
        except (pl.exceptions.PolarsError, Warning):
            right = False
    if not right:
        raise ValueError(
            f"{form!r} cannot read a date or a time; write one such as '%Y-%m-%d %H:%M:%S', with day, month and year, with hour and "
            f"minute or neither, '%.f' for fractions and '%z' for an offset; or for numbers one of {', '.join(map(repr, NUMBER_CLOCKS))}"
        )
    return form
