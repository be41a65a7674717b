"""Reads single values as a source writes them: times, numbers, points, words. What cannot be read is null.

Belongs here: one text to one value, as Polars expressions. Does not: which column feeds which field (``transforms.reports.mapping``),
time zones (``transforms.clocks.zones``). Texts come without blanks around them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import polars as pl
from polars.datatypes import DataTypeClass

from transforms.clocks.zones import local_to_utc, utc_to_local
from transforms.district.alike import prefix_of
from transforms.district.patterns import pattern_of
from transforms.reports import spellings
from transforms.schema import UTC
from transforms.words.around_times import PARTS
from transforms.words.folding import as_seen
from transforms.words.refused import NUMBER_CLOCKS, completed, lenient_offset, reads_offset, reads_time

WIDE_DIGIT = "[０-９]"
_NUMBER = r"-?\d{1,3}(?:\.\d+)?"
# Metres or feet of a projected system.
_ON_PLANE = r"-?\d{1,8}(?:\.\d+)?"
# Anchored on both sides, so that of a broken number no part is taken for a coordinate.
_PAIR = rf"(?:^|[^0-9.\-])({_NUMBER})\s*[,，;]\s*({_NUMBER})(?:$|[^0-9.])"
_ONLY_A_PAIR = r"(?i)^\s*(?:POINT\s*Z?M?\s*)?[(\[]?\s*-?\d{1,8}\.\d+\s*[,; ]\s*-?\d{1,8}\.\d+(?:\s*[,; ]\s*-?\d+(?:\.\d+)?)?\s*[)\]]?\s*$"
# Behind an address, whose house numbers are pairs too.
_PAIR_AT_END = rf"[(\[]\s*({_NUMBER})\s*[,，;]\s*({_NUMBER})\s*[)\]]\s*$"
# Well-known text, which gives x before y whatever the source does elsewhere.
_WELL_KNOWN = rf"(?i)^\s*(?:SRID=4326;\s*)?POINT\s*Z?M?\s*\(\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER}){{0,2}}\s*\)\s*$"
# With a sign of degrees, minutes or a direction: two bare numbers are a pair, and no coordinate.
_SEXAGESIMAL = (
    r"^(?:([NSEW北南东西])[纬经]?)?\s*([-+])?(\d{1,3}(?:\.\d+)?)\s*(?:[°º˚度D]|DEG)?\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’‘分M])?"
    r"\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"″”“秒S]|''|′′))?\s*([NSEW北南东西])?$"
)
# A bare number with a comma is a coordinate only where that is declared.
_MARKED = "[°º˚度分'′’NSEWnsew北南东西]"
# O is the west of Spain and the east of Germany, so it is read as neither.
_BELOW = ["S", "W", "南", "西"]
_CLOCK = r"^(\d{1,2})(?:\.0+|[:hH](\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:\s*([AaPp])\.?[Mm]\.?)?$"
_CLOCK_RUN_TOGETHER = r"^(\d{2})(\d{2})(\d{2})?$"
# As a number, whose leading zeros are lost: 5 is five past midnight, 1330.0 half past one.
_CLOCK_AS_NUMBER = r"^(\d{1,4})(?:\.0+)?$"
_SPREADSHEETS_BEGIN = {"excel_days": pl.lit(dt.date(1899, 12, 30)), "excel_days_1904": pl.lit(dt.date(1904, 1, 1))}
_MICROSECONDS = {"epoch_s": 1e6, "epoch_ms": 1e3}
_PARTS: Final = str.maketrans(dict(PARTS))
_NUMBER_CLOCK = r"^\d{1,14}(?:\.\d+)?$"


def time(text: pl.Expr, formats: Sequence[str], zone: str) -> pl.Expr:
    """A text in the first of ``formats`` that fits as UTC; a format with an offset (%z) ignores the zone, a date alone is its midnight.

    24:00 ends its day. Texts come in one spelling (``spellings``).
    """
    return text.map_batches(partial(_moments, formats=formats, zone=zone), return_dtype=UTC, is_elementwise=True)


def as_written(text: pl.Expr, formats: Sequence[str], zone: str) -> pl.Expr:
    """As ``time``, of texts as a file writes them: what no format reads is read once more in one spelling (``spellings``).

    Hardly any needs it, and looking for what may be odd takes as long as reading.
    """
    return text.map_batches(partial(_as_written, formats=formats, zone=zone), return_dtype=UTC, is_elementwise=True)


def _as_written(texts: pl.Series, formats: Sequence[str], zone: str) -> pl.Series:
    read = _moments(texts, formats, zone)
    left = read.is_null() & texts.is_not_null()
    if not left.any():
        return read
    return read.scatter(left.arg_true(), _moments(spellings.spelt(texts.filter(left), zone=zone), formats, zone))


def _moments(texts: pl.Series, formats: Sequence[str], zone: str) -> pl.Series:
    """Texts as UTC, those written with the hour 24 a day later."""
    # A column without rows may come without a type.
    texts = texts.cast(pl.String)
    # Asked first, for rewriting costs four times the question and hardly any file needs it.
    late = spellings.ends_a_day(texts)
    if not late.any():
        return texts.to_frame("t").select(_read(pl.col("t"), formats, zone)).to_series()
    read = _read(spellings.as_midnight(pl.col("t")), formats, zone)
    local = utc_to_local(read, zone) + pl.when("late").then(pl.duration(days=1)).otherwise(pl.duration())
    return pl.DataFrame({"t": texts, "late": late}).select(local_to_utc(local, zone)).to_series()


def _read(text: pl.Expr, formats: Sequence[str], zone: str) -> pl.Expr:
    """A text in the first of ``formats`` that fits as UTC."""
    readings = []
    # Texts that were spelt anew name the parts of a time as Chinese of today does, whatever a declared format says.
    for form in dict.fromkeys((*formats, *(f.translate(_PARTS) for f in formats))):
        if form in NUMBER_CLOCKS:
            readings.append(_counted(text, form, zone))
        elif reads_offset(form):
            # "Z" is the usual way to write the offset zero.
            offset = text.str.replace(r"Z$", "+00:00")
            read = offset.str.to_datetime(lenient_offset(form), time_unit="us", strict=False)
            readings.append(read.dt.convert_time_zone("UTC"))
        elif reads_time(form):
            readings.append(local_to_utc(text.str.to_datetime(form, time_unit="us", strict=False), zone))
        else:
            whole_form, day_of_it = completed(form)
            read = (text + day_of_it if day_of_it else text).str.to_date(whole_form, strict=False)
            readings.append(local_to_utc(read.cast(pl.Datetime("us")), zone))
    return pl.coalesce(readings).cast(UTC)


def _counted(text: pl.Expr, form: str, zone: str) -> pl.Expr:
    """A number that counts from some day on as UTC; null where it leads out of the years that a report can be of."""
    number = pl.when(text.str.contains(_NUMBER_CLOCK)).then(text).cast(pl.Float64, strict=False)
    # Beyond these years it is a number of another sort: a date run together, a count in other units.
    if form in _SPREADSHEETS_BEGIN:
        # Spreadsheets keep a second as a fraction of a day, and so a little beside it.
        seconds = (pl.when(number.is_between(24_107, 71_000)).then(number) * 86_400).round(0).cast(pl.Int64)
        return local_to_utc(_SPREADSHEETS_BEGIN[form].cast(pl.Datetime("us")) + pl.duration(seconds=seconds), zone)
    since = (number * _MICROSECONDS[form]).round(0)
    return pl.when(since.is_between(0, 4e15)).then(since).cast(pl.Int64, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def last_day(moment: pl.Expr, precision: str, zone: str) -> pl.Expr:
    """The midnight of the last local day of the week or month that a moment is of, as UTC; of a day the moment itself."""
    if precision == "day":
        return moment
    day = utc_to_local(moment, zone).dt.truncate("1d")
    return local_to_utc(day.dt.month_end() if precision == "month" else day + pl.duration(days=7 - day.dt.weekday()), zone)


def date_and_time(date: pl.Expr, clock: pl.Expr, formats: Sequence[str], zone: str, *, as_number: bool = False) -> pl.Expr:
    """A date and a time of day from two texts as UTC. Of a date written as a moment, the local day is what counts.

    ``as_number``: the time of day is hours and minutes run together as a number (``5`` is 00:05).
    """
    day = utc_to_local(time(date, formats, zone), zone).dt.truncate("1d")
    if as_number:
        digits = clock.str.extract(_CLOCK_AS_NUMBER).cast(pl.Int64, strict=False)
        hour, minute, second = digits // 100, digits % 100, pl.lit(0)
    else:
        parts = [clock.str.extract_groups(pattern) for pattern in (_CLOCK, _CLOCK_RUN_TOGETHER)]
        hour, minute, second = (
            pl.coalesce([p.struct[n].cast(pl.Int64, strict=False) for p in parts] + ([pl.lit(0)] if n else [])) for n in range(3)
        )
        half = parts[0].struct[3].str.to_lowercase()
        # Of a twelve-hour clock 12 comes first; an hour past it is none.
        hour = pl.when(half.is_null()).then(hour).when(hour.is_between(1, 12)).then(hour % 12 + pl.when(half == "p").then(12).otherwise(0))
    # The hour 24 ends its day.
    possible = (
        (hour.is_between(0, 23) | ((hour == 24) & (minute == 0) & (second == 0))) & minute.is_between(0, 59) & second.is_between(0, 59)
    )
    return local_to_utc(pl.when(possible).then(day + pl.duration(hours=hour, minutes=minute, seconds=second)), zone)


def of_parts(date: Sequence[pl.Expr], clock: Sequence[pl.Expr], zone: str) -> pl.Expr:
    """A moment from the texts of its year, month and day, and of its hour, minute and second as far as there are any, as UTC."""

    def whole_part(text: pl.Expr) -> pl.Expr:
        return text.str.replace(r"\.0+$", "").str.zfill(2)

    day = pl.concat_str([whole_part(part) for part in date], separator="-")
    if not clock:
        return time(day, ["%Y-%m-%d"], zone)
    told = whole_part(clock[0]) if len(clock) == 1 else pl.concat_str([whole_part(part) for part in clock], separator=":")
    return date_and_time(day, told, ["%Y-%m-%d"], zone)


def half_width(text: pl.Expr) -> pl.Expr:
    """Digits and signs as ASCII writes them: ``２０２５－０３－０４`` is ``2025-03-04``."""
    return text.str.normalize("NFKC")


def number(text: pl.Expr, *, comma: bool = False) -> pl.Expr:
    """A number, or null; with ``comma`` what stands before its decimals is one."""
    return (text.str.replace(",", ".", literal=True) if comma else text).cast(pl.Float64, strict=False)


def degrees(text: pl.Expr, *, comma: bool = False) -> pl.Expr:
    """A coordinate as a number of degrees, also where it is written in degrees, minutes and seconds or with its direction: ``113°50'24"E``,
    ``S 34,6037``. South and west lie below nothing."""
    return text.map_batches(partial(_degrees, comma=comma), return_dtype=pl.Float64, is_elementwise=True)


def _degrees(texts: pl.Series, *, comma: bool) -> pl.Series:
    plain = texts.to_frame("t").select(number(pl.col("t"), comma=comma)).to_series()
    if plain.null_count() == texts.null_count():
        return plain
    # What is no bare number is looked at more closely, and of most files there is none.
    parts = pl.col("t").str.to_uppercase().str.replace(",", ".", literal=True).str.extract_groups(_SEXAGESIMAL)
    degree, minute, second = (parts.struct[n].cast(pl.Float64, strict=False).fill_null(0.0) for n in (2, 3, 4))
    below = parts.struct[0].is_in(_BELOW) | parts.struct[5].is_in(_BELOW) | (parts.struct[1] == "-")
    told = pl.when(pl.col("t").str.contains(_MARKED) & parts.struct[2].is_not_null() & (minute < 60) & (second < 60)).then(
        degree + minute / 60 + second / 3600
    )
    return texts.to_frame("t").select(pl.coalesce(plain, pl.when(below).then(-told).otherwise(told))).to_series()


def coordinate(text: pl.Expr, *, comma: bool = False, most: float = 180.0) -> pl.Expr:
    """Whether a text is a coordinate with decimals, in degrees unless it may be ``most``; null where it is no number."""
    return number(text.str.strip_chars(), comma=comma).abs().le(most) & text.str.contains(r"[.,]\d")


def pair(text: pl.Expr) -> pl.Expr:
    """Whether a text is two numbers with decimals and nothing else, as GeoJSON writes a point: their digits are no telephone's."""
    return text.str.contains(_ONLY_A_PAIR)


def whole(text: pl.Expr, type_: pl.DataType | DataTypeClass, least: int | None = None, most: int | None = None) -> pl.Expr:
    """A whole number, also where a table of floats wrote ``2.0``; null where it is none, or lies beyond what it may be."""
    value = number(text)
    fits = (value == value.floor()) & value.is_between(-math.inf if least is None else least, math.inf if most is None else most)
    return pl.when(fits).then(value).cast(type_, strict=False)


def point(text: pl.Expr, *, lon_first: bool, on_plane: bool = False) -> tuple[pl.Expr, pl.Expr]:
    """Longitude and latitude out of ``(37.76, -122.42)``, with other text around it or not, or out of ``POINT (-122.42 37.76)``;
    ``on_plane`` the ways east and north in metres or feet."""
    at_end, pair, well_known = (p.replace(_NUMBER, _ON_PLANE) if on_plane else p for p in (_PAIR_AT_END, _PAIR, _WELL_KNOWN))
    pairs, known = [text.str.extract_groups(p) for p in (at_end, pair)], text.str.extract_groups(well_known)
    first, second = (pl.coalesce([pair.struct[n] for pair in pairs]).cast(pl.Float64, strict=False) for n in (0, 1))
    x, y = (known.struct[n].cast(pl.Float64, strict=False) for n in (0, 1))
    return pl.coalesce(x, first if lon_first else second), pl.coalesce(y, second if lon_first else first)


def coded(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """Words to codes: exactly; else by the longest prefix (``Fire: *``); else by the longest pattern (``/gas|odou?r/``); else null.

    Words and prefixes are compared as they look (``transforms.words.folding``): width, accents, unseen characters and traditional ones make
    no other word; case does. Patterns are asked of the text as it stands.
    """
    if text.meta.is_literal():
        return _code_of(text, text, words)
    return text.map_batches(partial(_coded, words=words), return_dtype=pl.String, is_elementwise=True)


def _coded(texts: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """Each different text is read once: a file has few words, and many rows of each."""
    distinct = texts.unique().drop_nulls()
    if distinct.is_empty():
        return pl.Series(texts.name, [None] * len(texts), dtype=pl.String)
    folded = pl.Series("folded", [as_seen(text) for text in distinct], dtype=pl.String)
    read = pl.DataFrame([distinct.alias("text"), folded]).select("text", code=_code_of(pl.col("text"), pl.col("folded"), words))
    return texts.replace_strict(read["text"], read["code"], default=None, return_dtype=pl.String)


def _code_of(text: pl.Expr, folded: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    patterns = {word: pattern for word in words if (pattern := pattern_of(word)) is not None}
    prefixes = {word: prefix_of(word) for word in words if word.endswith("*") and word not in patterns}
    exact = {as_seen(word): code for word, code in words.items() if word not in patterns and word not in prefixes}
    found = folded.replace_strict(exact, default=None, return_dtype=pl.String) if exact else pl.lit(None, pl.String)
    tests = [(folded.str.starts_with(prefixes[word]), word) for word in _longest_first(prefixes)]
    tests += [(text.str.contains(patterns[word]), word) for word in _longest_first(patterns)]
    for test, word in tests:
        found = pl.coalesce(found, pl.when(test).then(pl.lit(words[word])))
    return found


def _longest_first(words: Sequence[str] | Mapping[str, str]) -> list[str]:
    """By length, then by the alphabet, so that the order in a file decides nothing."""
    return sorted(words, key=lambda word: (-len(word), word))
