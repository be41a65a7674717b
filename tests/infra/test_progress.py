"""How far a run is: one listener, and steps only where they are worth a word."""

from __future__ import annotations

import pytest

from infra import progress


def test_steps_are_told_of_what_takes_long_and_of_nothing_else() -> None:
    told: list[progress.Step] = []
    with progress.listening(told.append):
        progress.step("reading")
        with progress.within("a small file", steps=False):
            progress.step("reading")
        with progress.within("a large file", steps=True):
            progress.step("reading")
            with progress.within("another file", steps=False):
                progress.step("reading")
            progress.step("checking")
        progress.step("checking")
    progress.tell("to nobody")
    assert [step.what for step in told] == [
        "a small file",
        "a large file",
        "a large file: reading",
        "another file",
        "a large file: checking",
    ]


def test_what_ends_in_an_error_is_over() -> None:
    told: list[progress.Step] = []
    with pytest.raises(RuntimeError, match="power"), progress.listening(told.append), progress.within("a file", steps=True):
        raise RuntimeError("the power went out")
    with progress.listening(told.append):
        progress.step("reading")
    assert [step.what for step in told] == ["a file"]
