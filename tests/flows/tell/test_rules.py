"""Which rules of clocks recent nights counted by and today's folder does not."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from flows.tell import rules
from tests.helpers.made import FEEDS, district, source
from transforms.district.stored import canonical_json, words_of

NIGHT = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
CONTACT = {"clock": "first_contact", "feed": "stability", "limit": 1}
DEADLINE = {"feed": "stability", "limit": 5}
FURTHER = {**CONTACT, "limit": 4, "since": NIGHT + DAY}


def folder(*clocks: dict[str, Any], sets: tuple[str, ...] = ()) -> Any:
    columns = {"occurred_at": "o", "kind": "k", "zone": "z", "first_contact_at": "f", "recheck_at": "r"}
    sources = [source(code, feed, columns=columns) for code, feed in FEEDS.items()]
    some = district(sources=sources, clocks=list(clocks), clock_sets=list(sets))
    told = canonical_json(some, words_of(some), "", {})
    return SimpleNamespace(version=told, canonical=told)


def changed(monkeypatch: pytest.MonkeyPatch, then: Any, today: Any) -> tuple[str, ...]:
    """What is told where all nights of four weeks were counted under one folder."""
    row = SimpleNamespace(night=NIGHT, district_version=then.version)
    monkeypatch.setattr(rules, "live_revisions", lambda _, since: [row] if since <= NIGHT else [])
    monkeypatch.setattr(rules, "district_version", lambda _, version: SimpleNamespace(canonical=version))
    none: Any = None
    return rules.rules_changed(none, today, NIGHT)


def test_a_rule_that_was_edited_or_taken_out_is_named_and_one_that_begins_later_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    then = folder(DEADLINE, CONTACT)
    was, edited = "first_contact of stability: 1 natural_day", "first_contact of stability: 4 natural_day"
    assert changed(monkeypatch, then, folder(DEADLINE, {**CONTACT, "limit": 4})) == (was, edited)
    assert changed(monkeypatch, then, folder(DEADLINE)) == (was,)
    assert changed(monkeypatch, then, folder(DEADLINE, CONTACT, FURTHER)) == ()
    # Deadlines are counted when a report is read; the order of rules is nothing.
    assert changed(monkeypatch, then, folder(CONTACT, {**DEADLINE, "limit": 9})) == ()


def test_a_rule_for_days_that_are_past_and_a_set_that_is_taken_up_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    late = {**FURTHER, "since": NIGHT}
    assert changed(monkeypatch, folder(CONTACT), folder(CONTACT, late)) == (f"first_contact of stability: 4 natural_day since {NIGHT}",)
    (of_set,) = changed(monkeypatch, folder(), folder(sets=("fire_rectification",)))
    assert of_set.startswith("recheck of fire_hazard")


def test_a_changed_future_rule_is_nothing_and_the_same_folder_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert changed(monkeypatch, folder(FURTHER), folder({**FURTHER, "limit": 2})) == ()
    assert changed(monkeypatch, folder(CONTACT), folder(CONTACT)) == ()
