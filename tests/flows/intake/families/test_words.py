"""Words for kinds and states however they are written, and what a proposal takes them for: family 5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.helpers.candidates import columns
from tests.helpers.families import HEADER, KINDS, Event, events, plainly, table, typed, written
from transforms.words.languages import LANGUAGES, Language, searchable

few = settings(max_examples=4, deadline=None)

LISTED: Final = ("Vol à l'arraché", "强抢财物", "Fight: bar")
CODES: Final = dict(zip(LISTED, KINDS, strict=True))
FULL_WIDTH: Final = {n: n + 0xFEE0 for n in range(0x21, 0x7F)}
TRADITIONAL: Final = str.maketrans("强抢财", "強搶財")
LOOKS: Final[dict[str, Callable[[str], str]]] = {
    "as listed": lambda word: word,
    "blanks": lambda word: f"  {word.replace(' ', '  ')} ",
    "full width": lambda word: word.translate(FULL_WIDTH),
    "traditional": lambda word: word.translate(TRADITIONAL),
    "no accents": lambda word: word.replace("à", "a").replace("é", "e"),
    "accents apart": lambda word: word.replace("à", "a\u0300").replace("é", "e\u0301"),
    "unseen": lambda word: f"\ufeff{word[:2]}\u200b{word[2:]}",
    "letters of another script": lambda word: word.replace("o", "о").replace("a", "а"),
}
SAID: Final[dict[str, tuple[Callable[[str], list[str]], dict[str, Any]]]] = {
    "a prefix": (lambda word: [f"{word[:6]}..."], {"kinds": {f"{word[:4]}*": code for word, code in CODES.items()}}),
    "a pattern": (lambda word: [f"12 {word} 7"], {"kinds": {f"/{word}/": code for word, code in CODES.items()}}),
    "two columns": (
        lambda word: [word[:2], word[2:]],
        {"columns": columns(kind={"join": ["a", "b"]}), "kinds": {f"{w[:2]}/{w[2:].strip()}": c for w, c in CODES.items()}},
    ),
    "codes": (lambda word: [CODES[word]], {"kinds": {}}),
}


def listed(event: Event) -> str:
    return LISTED[KINDS.index(event.kind)]


@pytest.mark.parametrize("how", LOOKS)
@few
@given(events())
def test_a_word_means_the_same_however_it_is_written(how: str, told: list[Event]) -> None:
    again = written(told, lambda event, row: [*row[:2], LOOKS[how](listed(event)), *row[3:]])
    assert_frame_equal(typed(again, kinds=CODES), plainly(told))


@pytest.mark.parametrize("how", SAID)
@few
@given(events())
def test_a_kind_is_the_same_however_it_is_declared(how: str, told: list[Event]) -> None:
    say, declared = SAID[how]
    names = ["a", "b"] if how == "two columns" else ["kind"]
    content = table([[*e.row[:2], *say(listed(e)), *e.row[3:]] for e in told], [*HEADER[:2], *names, *HEADER[3:]])
    assert_frame_equal(typed(content, **{"kinds": CODES, **declared}), plainly(told))


@few
@given(events(), st.sampled_from(KINDS))
def test_one_kind_for_every_row_is_that_kind_in_each(told: list[Event], kind: str) -> None:
    content = table([[*e.row[:2], *e.row[3:]] for e in told], ["id", "time", "x", "y"])
    read = typed(content, kind=kind, kinds=None, columns={"occurred_at": "time", "lon": "x", "lat": "y"})
    assert_frame_equal(read, plainly([Event(e.number, e.moment, kind, e.lon, e.lat) for e in told]))


def phrases(words: str) -> list[str]:
    return [searchable(phrase.replace("*", "")) for phrase in words.split(",")]


SPELLINGS: Final[list[Callable[[str], str]]] = [str, str.upper, str.title, lambda word: f"{word}!", lambda word: f"({word})"]


@given(st.sampled_from([language for language in LANGUAGES if language.states.get("not")]), st.data())
def test_what_is_not_done_is_open_in_every_language(language: Language, data: st.DataObject) -> None:
    done, no = (data.draw(st.sampled_from(phrases(language.states[state]))) for state in ("closed", "not"))
    said = data.draw(st.sampled_from(SPELLINGS))(f"{no} {done}")
    assert language.state(searchable(said)) in {"open", "withdrawn"}, said


@given(st.sampled_from([language for language in LANGUAGES if language.code not in {"ja", "ko", "th"}]), st.data())
def test_a_word_within_another_word_is_none(language: Language, data: st.DataObject) -> None:
    """A Sewage is no wage: where blanks part words, only whole ones tell, and what bends them bends their end where their list says so."""
    codes, words = data.draw(st.sampled_from(sorted(language.kinds.items())))
    phrase = data.draw(st.sampled_from([p.strip() for p in words.split(",")]))
    if "*" in phrase or " " in phrase:
        return
    assert set(codes.split()) <= set(language.kinds_of(searchable(f"a {phrase} b")))
    alone = {code for code in codes.split() if code in language.kinds_of(f"qx{searchable(phrase)}xq")}
    assert not alone, phrase
