"""One thing said in Chinese and in English, and lists of codes whose every member carries such words.

Belongs here: the types. Does not: any word (the files beside this one, one per subject).

English stands as it does within a sentence, in small letters but for names; whoever begins a line with it takes ``capital``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True)
class Words:
    """One thing said twice."""

    zh: str
    en: str

    @property
    def capital(self) -> Words:
        """The same at the beginning of a line."""
        return Words(self.zh, self.en[:1].upper() + self.en[1:])

    @property
    def joined(self) -> str:
        """Both languages on one line, as a terminal shows them."""
        return f"{self.zh} {self.en}"

    def filled(self, **parts: object) -> Words:
        """With ``{name}`` replaced by a part; a part that is ``Words`` itself stands in each language as it is said there."""
        zh, en = ({n: getattr(p, tongue) if isinstance(p, Words) else p for n, p in parts.items()} for tongue in ("zh", "en"))
        return Words(self.zh.format(**zh), self.en.format(**en))


class Vocabulary(StrEnum):
    """A closed list of codes. A member is its code, its Chinese and its English; without words there is no member."""

    words: Words

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        """Make a member of the class body. Looking one up by its code never comes here; the defaults tell that to the type checker."""
        if not (zh and en):
            raise TypeError(f"{cls.__name__} has a member {code!r} without words")
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = Words(zh, en)
        return member
