"""What a language is to whoever looks at a file of unknown columns: its words for columns, states and kinds, and how they are found.

Belongs here: the shape of a language's file, and finding its words in a text. Does not: the words (the files beside this one, one a
language), what is made of what was found (``transforms.workshop.proposal``).

Words stand separated by commas. Each is found as a whole word, with ``*`` for any ending or any beginning, as languages need that join or
bend their words; of several in a row three others may lie between. Scripts that write no blanks are searched anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from transforms.words.months import plain

# Thai, and whatever is written in Han, Kana or Hangul.
_WITHOUT_BLANKS: Final = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINTS: Final = re.compile(r"[\W_]+")
_LETTERS: Final = str.maketrans({"ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_BETWEEN: Final = r"(?: \w+){0,3} "


def searchable(text: str) -> str:
    """A text as it is searched: in small letters without accents, its words apart (``fechaHecho``, ``FECHA_HECHO``: ``fecha hecho``)."""
    apart = _JOINTS.sub(" ", plain(_CAMEL.sub(" ", unicodedata.normalize("NFKC", text))).translate(_LETTERS))
    return unicodedata.normalize("NFC", apart).strip()


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(_phrase(phrase.strip()) for phrase in words.split(",")))


def _phrase(phrase: str) -> str:
    parts = [(part.startswith("*"), part.endswith("*"), searchable(part.strip("*"))) for part in phrase.split()]
    if any(_WITHOUT_BLANKS.search(word) for _, _, word in parts):
        return ".*".join(re.escape(word) for _, _, word in parts)
    return _BETWEEN.join(("" if begins else r"(?<!\w)") + re.escape(word) + (r"\w*" if ends else r"(?!\w)") for begins, ends, word in parts)


@dataclass(frozen=True)
class Language:
    """The words of one language.

    ``encodings`` are those in which it is written beside Unicode; ``columns`` names what a column may hold, ``states`` how a case stands
    (``not`` turns what is closed into open), ``kinds`` a kind or several of different feeds, the more telling first, ``feeds`` what a file
    as a whole is about.
    """

    code: str
    encodings: str
    columns: Mapping[str, str]
    states: Mapping[str, str]
    kinds: Mapping[str, str]
    feeds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _columns(self) -> dict[str, re.Pattern[str]]:
        return {role: _pattern(words) for role, words in self.columns.items()}

    @cached_property
    def _states(self) -> dict[str, re.Pattern[str]]:
        return {state: _pattern(words) for state, words in self.states.items()}

    @cached_property
    def _kinds(self) -> list[tuple[tuple[str, ...], re.Pattern[str]]]:
        return [(tuple(codes.split()), _pattern(words)) for codes, words in self.kinds.items()]

    @cached_property
    def _feeds(self) -> dict[str, re.Pattern[str]]:
        return {feed: _pattern(words) for feed, words in self.feeds.items()}

    def names(self, role: str, column: str) -> bool:
        """Whether a column, as ``searchable`` gives its name, is called as those of a role are."""
        return role in self._columns and self._columns[role].search(column) is not None

    def state(self, text: str) -> str | None:
        """What a searchable text says of how a case stands: withdrawn, closed or open."""
        found = {state for state, pattern in self._states.items() if pattern.search(text)}
        if "withdrawn" in found:
            return "withdrawn"
        if "closed" in found:
            return "open" if found & {"not", "open"} else "closed"
        return "open" if "open" in found else None

    def kinds_of(self, text: str) -> list[str]:
        """The kinds that a searchable text may mean, the more telling first."""
        return [code for codes, pattern in self._kinds if pattern.search(text) for code in codes]

    def feeds_of(self, text: str) -> list[str]:
        """The feeds that a searchable text speaks of."""
        return [feed for feed, pattern in self._feeds.items() if pattern.search(text)]

    def speaks(self, text: str) -> bool:
        """Whether a searchable text holds any of its words."""
        patterns = (*self._columns.values(), *(p for s, p in self._states.items() if s != "not"), *(p for _, p in self._kinds))
        return any(pattern.search(text) for pattern in patterns)
