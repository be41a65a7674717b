"""A word that looks like another one is told like it, however it is written: what is refused stays so, and so does what passes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import pytest
from opencc import OpenCC

from tests.helpers.codelists import codelists
from transforms.words.folding import as_seen
from transforms.words.refused import refusal

FULL_WIDTH: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
CYRILLIC: Final = str.maketrans("aeopcxyiABCEHKMOPTX", "аеорсхуіАВСЕНКМОРТХ")
TRADITIONAL: Final = OpenCC("s2t")


def bold(word: str) -> str:
    return "".join(chr(0x1D41A + ord(c) - ord("a")) if "a" <= c <= "z" else c for c in word)


def ringed(word: str) -> str:
    return "".join(chr(0x24D0 + ord(c) - ord("a")) if "a" <= c <= "z" else c for c in word)


def accented(word: str) -> str:
    return word.translate(str.maketrans("aeiou", "àéîöù"))


DISGUISES: Final[dict[str, Callable[[str], str]]] = {
    "full width": lambda w: w.translate(FULL_WIDTH),
    **{f"U+{ord(unseen):04X} between": unseen.join for unseen in ("\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff", "\ufe0f", "\u0336")},
    "turned around": lambda w: f"{w[:1]}\u202e{w[1:]}\u202c",
    "a tag behind": lambda w: w + "\U000e0041",
    "traditional": TRADITIONAL.convert,
    "Cyrillic letters": lambda w: w.translate(CYRILLIC),
    "accents": accented,
    "bold": bold,
    "ringed": ringed,
    "capitals": str.upper,
    "titles": str.title,
    "underscores": lambda w: w.replace(" ", "_"),
    "dashes": lambda w: w.replace(" ", "-"),
    "lines": lambda w: w.replace(" ", "\n"),
    "a number before": lambda w: f"01-{w}",
    "others": lambda w: f"其他({w})",
}


# The words of both lists that are written plainly, with the kind that each becomes.
WORDS: Final = [
    (word, {kind})
    for name in ("prohibited", "harmless")
    for found in codelists(name)
    for word, kind in found.items()
    if as_seen(word) == word
]
# Every word of it is long enough to be known when it is spelt out.
SPELT: Final = re.compile(r"(?:[A-Za-z]{4,}(?: |$)|[\u3400-\u9fff]+)+")


def told_otherwise(words: Sequence[tuple[str, set[str]]], written: Callable[[str], str]) -> list[str]:
    """The words that are told differently when they are written so."""
    return [word for word, kinds in words if (refusal(word, kinds) is None) is not (refusal(written(word), kinds) is None)]


@pytest.mark.parametrize("written", DISGUISES.values(), ids=DISGUISES)
def test_no_way_of_writing_changes_what_a_word_says(written: Callable[[str], str]) -> None:
    assert len(WORDS) > 250
    assert any(written(word) != word for word, _ in WORDS)
    assert told_otherwise(WORDS, written) == []


@pytest.mark.parametrize("between", [" ", ".", "-", "·", "_", "*", "\u3000", "/"])
def test_a_word_that_is_spelt_out_says_the_same(between: str) -> None:
    plain = [(word, kinds) for word, kinds in WORDS if SPELT.fullmatch(word)]
    assert len(plain) > 150
    assert told_otherwise(plain, between.join) == []


@pytest.mark.parametrize("ending", ["", " 2", "/B12", "(一)"])
def test_a_harmless_phrase_beside_a_refused_one_saves_it_not(ending: str) -> None:
    for both in ("线上访问故障及上访", "Church fire, protest", "旅游行程、游行", "Speech therapy and free speech", "聚众赌博/聚众抗议"):
        assert refusal(both + ending, {"service_general"}) is not None, both
