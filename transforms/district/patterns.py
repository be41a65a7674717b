"""Regular expressions of a district: those that the engine takes, and that are read in a time which grows no faster than the text.

Belongs here: the rules for one expression. Does not: where one may stand (``source``, ``declaration``).

The engine that uses them takes no longer than text times expression. Others that may be handed the folder go back and try again, and for
them a part that repeats within a part that repeats takes twice as long for each letter; nothing that a district tells apart needs one.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

import polars as pl
from pydantic import AfterValidator

# An expression that is copied so many times over takes as much longer, whoever reads it.
MAX_TIMES: Final = 1000
_TOKEN: Final = re.compile(
    r"(?P<escaped>\\.)|(?P<class>\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\])|(?P<open>\()|(?P<close>\))"
    r"|(?P<repeat>[*+]|\{(?P<least>\d+)(?P<open_ended>,)?(?P<most>\d+)?\})|(?P<other>.)",
    re.DOTALL,
)


def pattern_of(word: str) -> str | None:
    """The regular expression in a word written as ``/…/``, else None."""
    return word[1:-1] if len(word) > 2 and word.startswith("/") and word.endswith("/") else None


def require_pattern(pattern: str) -> str:
    """Pass an expression. Raises ``ValueError``."""
    try:
        # By the engine that will use it: it knows neither look-around nor back-references, and gives up on what is too large.
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError:
        raise ValueError(
            f"{pattern!r} is not a regular expression, or too large a one (look-around and back-references are not supported)"
        ) from None
    if (why := _costly(pattern)) is not None:
        raise ValueError(f"{pattern!r} {why}")
    return pattern


def _costly(pattern: str) -> str | None:
    """What makes an expression costly: a repetition within a repetition, or one that copies too much."""
    # Of each group that is open: whether something in it repeats without end, and how often it copies what is in it at most.
    outer: list[_Part] = []
    here, last = _Part(), _Part()
    for token in _TOKEN.finditer(pattern):
        if token["open"]:
            outer.append(here)
            here, last = _Part(), _Part()
        elif token["close"] and outer:
            last, here = here, outer.pop()
            here.add(last)
        elif token["repeat"]:
            times = _times(token)
            if times is None and last.repeats:
                return "repeats a part that repeats itself, which can take for ever; write one repetition"
            if last.times * (times or 1) > MAX_TIMES:
                return f"repeats a part more than {MAX_TIMES:,} times; write * or + instead"
            last = _Part(last.repeats or times is None, last.times * (times or 1))
            here.add(last)
        else:
            last = _Part()
    return None


class _Part:
    """Part of an expression."""

    def __init__(self, repeats: bool = False, times: int = 1) -> None:
        self.repeats, self.times = repeats, times

    def add(self, inner: _Part) -> None:
        """What stands in it."""
        self.repeats |= inner.repeats
        self.times = max(self.times, inner.times)


def _times(token: re.Match[str]) -> int | None:
    """How often a repetition copies what stands before it; None where it goes on without end."""
    if token["repeat"] in "*+" or (token["open_ended"] and not token["most"]):
        return None
    return max(1, int(token["most"] or token["least"]))


def _readable_word(word: str) -> str:
    if (pattern := pattern_of(word)) is not None:
        require_pattern(pattern)
    return word


Pattern = Annotated[str, AfterValidator(require_pattern)]
# A word of a source, all words beginning so (``Fire: *``), or all that a regular expression finds something in (``/gas|odou?r/``).
Word = Annotated[str, AfterValidator(_readable_word)]
