"""The shipped feeds: complete, with weights that say why, and nothing in them that contradicts the rest."""

from __future__ import annotations

import re
from typing import Any

import pytest

from transforms.district import standard
from transforms.district.declaration import MAX_WEIGHT_SPAN
from transforms.words import Category, Words
from transforms.words.feeds import FEEDS, Feed, InCharge
from transforms.words.feeds.feed import StandardKind, StandardSeries

KINDS = [kind for feed in FEEDS.values() for kind in feed.kinds]
SERIES = [series for feed in FEEDS.values() for series in feed.series]


@pytest.mark.parametrize("records", [KINDS, SERIES], ids=["kinds", "series"])
def test_no_two_codes_are_called_alike(records: list[StandardKind] | list[StandardSeries]) -> None:
    assert len({r.code for r in records}) == len({r.words.zh for r in records}) == len({r.words.en for r in records}) == len(records)


def test_harm_weights_span_at_most_one_to_thirty_and_each_says_why() -> None:
    weights = [s.weight for s in SERIES]
    assert max(weights) <= MAX_WEIGHT_SPAN * min(weights)
    assert all(len(s.reason) > 20 for s in SERIES)


def test_every_series_has_a_kind() -> None:
    assert {s.code for s in SERIES} == {k.series for k in KINDS if k.series}


@pytest.mark.parametrize(
    ("prefix", "parts"),
    [
        ("hazard_", "facility_faulty facility_misused exit_blocked hydrant_obstructed spacing_occupied fire_lane_blocked"),
        ("hazard_", "window_bars not_rectified wiring ebike_charging flammables"),
        ("fire_", "ordinary larger major extraordinary"),
        ("dispute_", "neighbours property wages housing consumer noise medical land parking family"),
        ("order_", "property person disorder traffic enforcement protection"),
    ],
)
def test_what_a_district_needs_is_there(prefix: str, parts: str) -> None:
    assert {prefix + p for p in parts.split()} <= {k.code for k in KINDS}


def test_every_kind_of_public_order_belongs_to_one_of_the_six_dispatch_classes() -> None:
    kinds = {k.code: k for k in FEEDS["public_order"].kinds}
    classes = {c for c, k in kinds.items() if not k.parent}
    assert len(classes) == 6
    assert all(k.parent in classes for c, k in kinds.items() if c not in classes)
    marked = [k for k in kinds.values() if k.officer_initiated or k.sensitive]
    assert len(marked) >= 10
    assert not any(k.series for k in marked)


def test_usual_words_are_patterns_that_compile_and_no_kind_matches_everything() -> None:
    for feed in FEEDS.values():
        assert feed.usual
        assert feed.other in {k.code for k in feed.kinds}
        for pattern in (feed.spoken, *(p for _, p in feed.usual)):
            assert not re.search(pattern, "", re.IGNORECASE), pattern


def made(**changes: Any) -> Feed:
    given: dict[str, Any] = {
        "code": "made",
        "words": Words("某", "made"),
        "category": Category.SAFETY,
        "in_charge": InCharge.NOBODY,
        "series": (StandardSeries("made_series", Words("某列", "made series"), 2, "because it was made"),),
        "kinds": (StandardKind("made_kind", Words("某类", "made kind"), 2, series="made_series"),),
        "spoken": "made",
    }
    return Feed(**given | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"series": ()}, "'made_kind' names the series 'made_series'"),
        ({"kinds": (StandardKind("a", Words("某", "a"), 1, parent="b"),)}, "'a' names the parent 'b'"),
        ({"kinds": made().kinds * 2}, "'made_kind' stands twice"),
        ({"usual": (("nothing", "x"),)}, "a usual word names the kind 'nothing'"),
        ({"other": "nothing"}, "'other' names the kind 'nothing'"),
        ({"category": Category.POLITICAL}, "political is measured by the clocks of all feeds"),
    ],
)
def test_a_feed_that_contradicts_itself_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"feed 'made': .*{said}"):
        made(**changes)


def test_two_feeds_may_not_name_a_kind_alike() -> None:
    with FEEDS.including(made(kinds=(StandardKind("theft", Words("某类", "made kind"), 2),))), pytest.raises(ValueError, match="'theft'"):
        standard.kinds()
