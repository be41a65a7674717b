from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from infra.sources.connectors.ahead import one_ahead
from infra.sources.table import UnusableFile


def test_order_stays_and_what_fails_fails_where_it_would_have_been() -> None:
    def failing() -> Iterator[int]:
        yield from (1, 2)
        raise UnusableFile("source_answer", "the third")

    found = one_ahead(failing())
    assert (next(found), next(found)) == (1, 2)
    with pytest.raises(UnusableFile, match="the third"):
        next(found)
    assert list(one_ahead(iter(range(5)))) == list(range(5))
    assert list(one_ahead(iter(()))) == []


def test_the_next_one_is_made_while_this_one_is_worked_with_and_none_after_it() -> None:
    made, second = list[int](), Event()

    def making() -> Iterator[int]:
        for number in range(4):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    found = one_ahead(making())
    assert next(found) == 0
    assert second.wait(5)
    assert made == [0, 1]


def test_who_stops_does_not_wait_for_what_is_being_made() -> None:
    never, begun = Event(), Event()

    def making() -> Iterator[int]:
        yield 0
        begun.set()
        never.wait(30)
        yield 1

    found = one_ahead(making())
    assert next(found) == 0
    assert begun.wait(5)
    found.close()  # type: ignore[attr-defined]
    assert not never.is_set()
    never.set()
