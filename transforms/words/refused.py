"""Words and time formats that a district may use, and those it may not.

Belongs here: finding refused phrases, what a time format reads. Does not: the phrases (``transforms.words.refusals``), the
declaration that uses them (``transforms.district.declaration``), personal data (``transforms.reports.privacy``).
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import polars as pl

from transforms.words.folding import as_seen, fold
from transforms.words.refusals import HARMLESS, SUBJECTS, Subject

# Moments written as a number: seconds or milliseconds since 1970 (UTC), or days since 30 December 1899 as spreadsheets count them (local).
NUMBER_CLOCKS = ("epoch_s", "epoch_ms", "excel_days", "excel_days_1904")

# What stands between words: not letters, digits, or the marks of scripts whose vowels are marks.
_BETWEEN: Final = re.compile(r"[\s!-#%-/:-?\[-`{-~\u00a0-\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u3020\u30fb]+")
_HAN: Final = "[\u3400-\u9fff]"
# Letters one by one, each with one thing between; more than one ends a word.
_LETTER: Final = r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])"
_LETTERS: Final = re.compile(f"{_LETTER}(?:{_BETWEEN.pattern[:-1]}{_LETTER})+")
_SPELT_OUT: Final = 4
# What a list puts before its words.
_NUMBERED: Final = re.compile(r"^(?:(?:[a-z]?\d+[a-z]?|other|misc|其[他它])(?: |(?=[\u3400-\u9fff])|(?<=[他它])))+")
_WRITTEN_APART: Final = re.compile(r"[(\[]*[a-zA-Z\u00c0-\u052f]")
_BEGINNING: Final = r"(?<![^\W\d_])"
_BEGINNINGS: Final = {
    "ar": _BEGINNING + "(?:و|ف)?(?:ال|لل|بال|ب|ل)?",
    "fa": _BEGINNING,
    "he": _BEGINNING + "ה?",
    "hi": "(?<![\u0900-\u097f])",
}

# The parts of a time format that say the time of day, and those that say its offset from UTC.
_TIME_PART = re.compile(r"%[-_0]?[HIklTRXcr]")
_WEEK: Final = re.compile("%V")
_MONTH: Final = re.compile("%[mbB]")
_DAY: Final = re.compile("%[dej]")
_OFFSET_PART = re.compile(r"%[:#]{0,3}z")


@dataclass(frozen=True)
class Refusal:
    """A phrase that stands in a text, as it was reviewed or folded, and the subject that it means."""

    phrase: str
    subject: Subject


def refusal(text: str, kinds: Collection[str] = ()) -> Refusal | None:
    """The first refused phrase in a text, or None; ``kinds`` are those that the text becomes.

    Asked are words that a city gives a meaning to, names of sources, labels of series and kinds; never departments and names of places.
    """
    return next((r for r in _refusals(text) if not (r.subject.allowed and {*kinds} == {r.subject.allowed})), None)


@lru_cache(maxsize=10_000)
def _refusals(text: str) -> tuple[Refusal, ...]:
    """The first phrase of every subject that a text speaks of. Remembered: a folder is loaded many times."""
    found = {}
    for reading in _readings(text):
        left = _harmless().sub(" \N{MIDDLE DOT} ", reading)
        for subject, pattern in _patterns():
            if (hit := pattern.search(left)) and subject.code not in found:
                found[subject.code] = Refusal(_as_reviewed(subject, hit.group().strip()), subject)
    return tuple(found.values())


def _as_reviewed(subject: Subject, folded: str) -> str:
    """A phrase as its list has it, where that is plain text; folded, letters of other scripts are hard to read."""
    return next((p for group in subject.phrases.values() for p in group if fold(p) == folded), folded)


def refuse(text: str, what: str) -> None:
    """Raise ``ValueError`` when a code or a label of a ``what`` holds a refused phrase."""
    if found := refusal(text):
        raise ValueError(f"a {what} about {found.phrase!r} is refused: {why(found)}")


def why(found: Refusal) -> str:
    """Why a phrase is refused, as it stands after a colon."""
    return f"it means {found.subject.words.en}, and this system scores areas and departments, never what people say or believe or are"


def _readings(text: str) -> Iterator[str]:
    """A text as it may be meant: folded, with single spaces; with digits that stand for letters, too."""
    seen = as_seen(re.sub(r"\s{2,}", " | ", text))
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", seen)
    plain = _BETWEEN.sub(" ", _put_together(fold(apart)))
    plain = re.sub(f"(?<={_HAN}) (?={_HAN})", "", plain).strip()
    yield plain
    if (bare := _NUMBERED.sub("", plain)) not in {plain, ""}:
        yield bare
    if re.search(r"[a-z][0-9@$]|[0-9@$][a-z]", plain):
        for one in "il":
            yield plain.translate(str.maketrans("034571@$", f"oeast{one}as"))


def _put_together(folded: str) -> str:
    """A text without what stands between its letters, where it is spelt out; of Han characters each is a word."""
    spelt = [run.group() for run in _LETTERS.finditer(folded)]
    if not any(len(run) >= 2 * _SPELT_OUT - 1 and not re.search(_HAN, run) for run in spelt):
        return folded
    return _LETTERS.sub(lambda run: _BETWEEN.sub("", run.group()), folded)


@cache
def _patterns() -> list[tuple[Subject, re.Pattern[str]]]:
    return [(s, re.compile("|".join(_phrase(p, language) for language, group in s.phrases.items() for p in group))) for s in SUBJECTS]


@cache
def _harmless() -> re.Pattern[str]:
    return re.compile("|".join(_phrase(p, "") for p in HARMLESS))


def _phrase(phrase: str, language: str) -> str:
    """A phrase as an expression over folded text, from the beginning of a word on where words are written apart."""
    return f"{_BEGINNINGS.get(language, _BEGINNING if _WRITTEN_APART.match(phrase) else '')}(?:{fold(phrase)})"


def reads_time(form: str) -> bool:
    """Whether a time format holds a time of day, not only a date."""
    return form in NUMBER_CLOCKS or _TIME_PART.search(form) is not None


def reads_offset(form: str) -> bool:
    """Whether a time format holds the offset from UTC."""
    return _OFFSET_PART.search(form) is not None


def lenient_offset(form: str) -> str:
    """The format, reading also an offset without minutes (``+00``)."""
    return _OFFSET_PART.sub("%#z", form)


def completed(form: str) -> tuple[str, str]:
    """A format of months or weeks with a day, and what that is to be written as: the first of a month, the last of a week. Of another
    format itself, and nothing."""
    if _WEEK.search(form):
        return f"{form} %u", " 7"
    return (f"{form} %d", " 01") if _MONTH.search(form) and not _DAY.search(form) else (form, "")


def readable_format(form: str) -> str:
    """The format, if it reads back what it wrote, as the parser of the pipeline understands it. Raises ``ValueError`` otherwise."""
    if form in NUMBER_CLOCKS:
        return form
    if completed(form)[1]:
        readable_format(_WEEK.sub("%m", completed(form)[0]).replace("%G", "%Y").replace("%u", "%d"))
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
