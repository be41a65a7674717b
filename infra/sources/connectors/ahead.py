"""Reading ahead: what comes next is made while what came is worked with.

Belongs here: that, one step and no further. Does not: what is read (``cuts``).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from threading import Thread
from typing import Final, TypeVar

T = TypeVar("T")

_OVER: Final = object()


def one_ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items in the same order, and what the making of one raises where it would be.

    Answers are waited for, and read by libraries that let others run meanwhile; so is what becomes of them. Whoever stops in between waits
    for nobody: the thread ends with its question, and the process without it.
    """
    coming = _begun(items)
    while (item := coming.result()) is not _OVER:
        coming = _begun(items)
        yield item  # type: ignore[misc]


def _begun(items: Iterator[T]) -> Future[T | object]:
    coming = Future[T | object]()

    def make() -> None:
        try:
            coming.set_result(next(items, _OVER))
        except BaseException as error:  # noqa: BLE001 - it is raised where the item is asked for
            coming.set_exception(error)

    Thread(target=make, name="reading ahead", daemon=True).start()
    return coming
