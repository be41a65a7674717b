"""A hundred codelists that a city must not have, and a hundred that look like them and are harmless: how many are told wrongly.

``prohibited_codelists.txt`` and ``harmless_codelists.txt`` hold one codelist a line: its language, and words with the kinds they become.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.codelists import codelists
from tests.helpers.district_folders import source
from transforms.district.refusals import refused_in
from transforms.district.source import Source
from transforms.words.feeds import FEEDS
from transforms.words.refusals import SUBJECTS, Subject
from transforms.words.refused import refusal

KINDS = {kind.code for feed in FEEDS.values() for kind in feed.kinds}
LIVE = {"kind": "socrata", "url": "https://data.example.gov/resource/abcd-1234"}
SHIPPED = [(k.code, k.words) for feed in FEEDS.values() for k in feed.kinds] + [
    (s.code, s.words) for feed in FEEDS.values() for s in feed.series
]
AT_MOST = 2


def refused(words: dict[str, str]) -> list[str]:
    declared = Source.model_validate(source(kinds=words))
    return [each.text for each in refused_in(declared)]


@pytest.mark.parametrize(("name", "wrong"), [("prohibited", False), ("harmless", True)])
def test_at_most_two_codelists_of_a_hundred_are_told_wrongly(name: str, wrong: bool) -> None:
    found = codelists(name)
    assert len(found) >= 100
    assert {kind for words in found for kind in words.values()} <= KINDS
    mistakes = [words for words in found if bool(refused(words)) is wrong]
    assert len(mistakes) <= AT_MOST, mistakes


def test_only_the_word_that_says_it_is_named() -> None:
    assert refused({"打架斗殴": "fight", "上访": "disorder", "Theft": "theft"}) == ["上访"]


@pytest.mark.parametrize("word", ["信访件", "信訪", "Petition", "Pétition", "петиция", "群众来信"])
def test_a_written_petition_becomes_a_formal_request_and_nothing_else(word: str) -> None:
    assert refused({word: "formal_request"}) == []
    assert refused({word: "service_general"}) == [word]


@pytest.mark.parametrize("word", ["上访", "集体来访", "Petitioners' visit", "visits of petitioners", "Protest"])
def test_nothing_else_becomes_a_formal_request(word: str) -> None:
    assert refused({word: "formal_request"}) == [word]


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("code", {"code": "protests"}),
        ("where", {"where": [{"column": "class", "equals": "Protest"}]}),
        ("where", {"where": [{"column": "class", "prefix": "上访"}]}),
        ("where", {"where": [{"column": "class", "pattern": "theft|prot[e]st|petitioners?"}]}),
        ("where", {"where": [{"column": "ethnicity", "equals": "1"}]}),
        ("where", {"withdrawn": [{"column": "class", "one_of": ["x", "宗教"]}]}),
        ("from", {"files": None, "live": LIVE | {"where": "class in ('Theft', 'Protest')"}}),
        ("severities", {"severities": {"Muslim": 4}}),
        ("statuses", {"statuses": {"open": ["上访中"], "closed": ["done"]}}),
        ("discoveries", {"discoveries": {"resident": ["信访"]}}),
    ],
)
def test_every_part_that_gives_words_a_meaning_is_asked(part: str, changes: dict[str, Any]) -> None:
    declared = Source.model_validate(source(**changes))
    assert [each.part for each in refused_in(declared)] == [part]


def test_rows_may_be_left_out_by_the_words_that_are_refused() -> None:
    declared = Source.model_validate(source(where=[{"column": "class", "none_of": ["Protest", "Immigration", "上访"]}]))
    assert not list(refused_in(declared))


def test_a_source_of_written_petitions_alone_may_say_so() -> None:
    declared = Source.model_validate(
        source(code="petitions", kind="formal_request", kinds=None, where=[{"column": "c", "equals": "信访件"}])
    )
    assert not list(refused_in(declared))


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.code)
def test_every_phrase_is_refused_where_it_stands_alone(subject: Subject) -> None:
    plain = [p for group in subject.phrases.values() for p in group if not set(p) & set(r"\[](){}|?*+$^")]
    assert plain
    assert [p for p in plain if refusal(p) is None] == []


def test_no_shipped_kind_or_series_holds_one() -> None:
    assert not [c for c, words in SHIPPED if refusal(f"{c} {words.joined}")]


def test_a_phrase_is_told_as_it_was_reviewed() -> None:
    found = refusal("несанкционированный МИТИНГ")
    assert found is not None
    assert found.phrase == "митинг"
