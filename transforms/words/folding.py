"""One spelling for whatever looks the same: what a word is compared by, never shown and never stored.

Belongs here: folding. Does not: what a folded word means (a source's codelists, ``transforms.words.refused``).

Width and compatibility forms, what nobody sees, look-alike letters of other scripts (by the Unicode list of confusables), accents, case,
traditional Chinese, white space. Sounds do not fold: no pinyin, no transliteration. What comes out is a key and no text: a Russian word
becomes a mixture of Latin and Cyrillic letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import Final

from confusable_homoglyphs.confusables import is_confusable
from opencc import OpenCC

# Scripts whose letters pass for Latin ones, as ranges: Greek to Armenian, Cherokee, Coptic, Tifinagh, Lisu, Cherokee's small letters.
_PASSING: Final = (range(0x370, 0x590), range(0x13A0, 0x1400), range(0x2C80, 0x2D80), range(0xA4D0, 0xA500), range(0xAB70, 0xABC0))
# Letters on badges and flags, which compatibility forms leave alone, each range from A to Z.
_BADGES: Final = (0x1F150, 0x1F170, 0x1F1E6)
_HAN: Final = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x2FA20))
# Nobody sees them, or sees a blank: format characters (category Cf), variation selectors, fillers of Hangul and Mongolian.
_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff]")
_SEEN_AS: Final = {"Cf": "", "Cc": " "}
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_LATIN_NAME: Final = re.compile(r"LATIN (?:SMALL LETTER|CAPITAL LETTER|LETTER SMALL CAPITAL) (?:DOTLESS |SCRIPT )?([A-Z])(?: WITH .*)?")
_ASCII_LETTER: Final = re.compile("[A-Za-z]")


def fold(text: str) -> str:
    """The one spelling of everything that looks like ``text`` in small letters or capitals. Folding twice changes nothing more."""
    # Most words of most cities are plain already.
    if text.isascii() and text.isprintable():
        return " ".join(text.split()).lower()
    return _spelling(text, _latin_in_any_case).casefold()


def as_seen(text: str) -> str:
    """The same, with its case: codelists of cities tell ``Theft`` from ``THEFT``."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _spelling(text, _latin)


def simplified(text: str) -> str:
    """A text with simplified characters for traditional ones, and nothing else changed."""
    return text if text.isascii() else text.translate(_simplified())


def _spelling(text: str, latin: Callable[[str], str]) -> str:
    visible = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).translate(_badges()))
    visible = "".join(_SEEN_AS.get(unicodedata.category(c), c) for c in visible)
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", visible))
    made = re.sub(r"\w+", lambda word: latin(word.group()), plain)
    return " ".join(unicodedata.normalize("NFKC", made).translate(_simplified()).split())


def _latin_in_any_case(word: str) -> str:
    return _latin(word if _ASCII_LETTER.search(word) else word.casefold()).casefold()


def _latin(word: str) -> str:
    """A word with the letters that pass for Latin ones made Latin.

    Beside Latin letters each counts by its own looks; among its own kind by those of its capital, so that case decides nothing there.
    """
    if word.isascii():
        return word
    return word.translate(_look_alikes() if _ASCII_LETTER.search(word) else _capital_look_alikes())


@cache
def _look_alikes() -> dict[int, str]:
    """The Latin letter that a letter passes for: by itself, otherwise in its other case."""
    own = _confusables()
    letters = {*own, *(c.swapcase() for c in own if len(c.swapcase()) == 1)}
    return {ord(c): _cased(own.get(c) or own[c.swapcase()], c) for c in letters} | _latin_variants()


@cache
def _capital_look_alikes() -> dict[int, str]:
    own = _confusables()
    letters = {each for c in own for each in (c.lower(), c.upper()) if len(each) == 1}
    return {ord(c): _cased(found, c) for c in letters if (found := own.get(c.upper()) or own.get(c.lower()))} | _latin_variants()


def _cased(latin: str, letter: str) -> str:
    return latin.upper() if letter.isupper() else latin


@cache
def _confusables() -> dict[str, str]:
    letters = "".join(c for c in map(chr, chain(*_PASSING)) if c.isalpha())
    found = is_confusable(letters, greedy=True, preferred_aliases=[]) or []
    pairs = (
        (entry["character"], [c for h in entry["homoglyphs"] if _ASCII_LETTER.fullmatch(c := _ACCENTS.sub("", h["c"]))]) for entry in found
    )
    # The list gives the capital I and its like as a small L, which only some typefaces make of them.
    return {letter: "i" if letter in "ІΙӀ" else latin[0].lower() for letter, latin in pairs if latin}


@cache
def _latin_variants() -> dict[int, str]:
    """Latin letters that are another one with a stroke, a hook or in small capitals; those that carry accents come apart before."""
    letters = map(chr, chain(range(0xC0, 0x250), range(0x250, 0x2B0), range(0x1D00, 0x1D80), range(0x2C60, 0x2C80), range(0xA720, 0xA800)))
    named = ((c, _LATIN_NAME.fullmatch(unicodedata.name(c, ""))) for c in letters)
    return {ord(c): _cased(name[1].lower(), c) for c, name in named if name} | {ord("ɑ"): "a", ord("ſ"): "s", ord("ɩ"): "i"}


@cache
def _badges() -> dict[int, str]:
    return {first + n: chr(ord("a") + n) for first in _BADGES for n in range(26)}


@cache
def _simplified() -> dict[int, str]:
    """Character by character: what stands beside a character must not decide how it folds, or a part would fold unlike the whole."""
    characters = [chr(code) for code in chain(*_HAN)]
    simple = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(a): b for a, b in zip(characters, simple, strict=True) if a != b}
