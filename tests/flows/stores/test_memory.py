"""What the nights of one command share: slots, their room, and forgetting."""

from __future__ import annotations

from collections import OrderedDict

import polars as pl

from flows.stores.memory import DISTRICTS_KEPT, LakeRead, Memory, recalled


def test_what_is_kept_is_made_once_and_the_one_longest_not_asked_for_goes_first() -> None:
    kept: OrderedDict[str, int] = OrderedDict()
    made: list[str] = []

    def ask(key: str) -> int:
        def make() -> int:
            made.append(key)
            return len(made)

        return recalled(kept, key, make, 2)

    assert [ask(k) for k in "aba"] == [1, 2, 1]
    assert ask("c") == 3
    # a was asked for after b.
    assert list(kept) == ["a", "c"]
    assert ask("b") == 4
    assert made == ["a", "b", "c", "b"]


def test_every_version_of_the_district_has_a_memory_of_its_own() -> None:
    memory = Memory()
    today = memory.of("today")
    assert memory.of("then") is not today
    assert memory.of("today") is today
    for number in range(DISTRICTS_KEPT):
        memory.of(str(number))
    assert memory.of("today") is not today


def test_forgetting_leaves_nothing() -> None:
    memory = Memory(LakeRead(3, pl.DataFrame(), pl.DataFrame()))
    of_district = memory.of("today")
    memory.stored["name"] = None  # type: ignore[assignment]
    memory.forget()
    assert memory == Memory()
    assert memory.of("today") is not of_district
