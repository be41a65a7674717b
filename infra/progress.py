"""How far a long run is, told to whoever listens.

Belongs here: one listener per process, silent unless the command line sets one, whether steps are worth a word, and what is said whether
anybody listens or not. Does not: drawing (``flows.cli.shell``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """``done`` of ``total`` parts of ``what``; a total of 0 means that nobody knows yet."""

    what: str
    done: int = 0
    total: int = 0


_listener: Callable[[Step], None] | None = None


def tell(what: str, done: int = 0, total: int = 0) -> None:
    """Tell the listener, if there is one."""
    if _listener is not None:
        _listener(Step(what, done, total))


def notice(line: str) -> None:
    """Say why nothing moves, on the error stream: whoever waits must know for what, also where nobody follows the progress."""
    # Not as a log: Prefect takes those over, and keeps them from the terminal.
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


_with_steps: str | None = None


@contextmanager
def within(what: str, *, steps: bool) -> Iterator[None]:
    """Tell of a piece of work; while it lasts ``step`` tells of its steps too, where they take long enough to be worth a word."""
    global _with_steps
    tell(what)
    before, _with_steps = _with_steps, what if steps else None
    try:
        yield
    finally:
        _with_steps = before


def step(name: str) -> None:
    """Tell of a step as it begins; nothing where nobody said that steps are worth a word."""
    if _with_steps is not None:
        tell(f"{_with_steps}: {name}")


@contextmanager
def listening(listener: Callable[[Step], None]) -> Iterator[None]:
    """Have ``listener`` told for a while. A terminal is one per process, and a flow cannot carry a callback as a parameter."""
    global _listener
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before
