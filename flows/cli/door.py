"""The one door through which the command ends: what went wrong becomes one plain paragraph and an exit code, never a traceback.

Belongs here: exit codes, and the sentence for each way of ending. Does not: what is wrong and its remedy (``infra.errors``, told where it
happens), wrong use (the parser says it, with code 2).

0: the work is done. 1: it failed, a file was newly refused, or what was asked about is not sound. 2: wrong use. 3: the night is published
and every file taken in, but something beside it could not be made. 130: stopped by hand.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

from flows.cli.interrupt import interruptible
from flows.cli.saying import say

FAILED: Final = 1
WRONG_USE: Final = 2
PUBLISHED_NOT_ALL_MADE: Final = 3
# What `status --check` found, unlike its not having looked.
WORTH_A_LOOK: Final = 4
WRONG: Final = 5
STOPPED: Final = 130

_STOPPED_SAID = "stopped; what was published stays, and the same command can be run again"


def through_the_door(command: Callable[[], object]) -> None:
    """Run the command and leave the process with its exit code.

    Raises:
        SystemExit: always, but where the command leaves nothing to say.
    """
    try:
        with interruptible(_leave_at_once):
            command()
    except KeyboardInterrupt:
        _leave_stopped()
    except SystemExit as left:
        # The parser has caught the interrupt already, and says nothing.
        if left.code == STOPPED:
            _leave_stopped()
        raise
    except BaseException as error:
        # Libraries in Rust give up with what is no Exception, and names no class to catch.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        _tell(error)


def _tell(error: BaseException) -> None:
    from infra.errors import WrongNameError, is_foreseen, paragraph
    from infra.settings import Settings

    if isinstance(error, WrongNameError):
        _leave(str(error), WRONG_USE)
    if not is_foreseen(error) and Settings().traceback:
        raise error
    _leave(paragraph(error))


def _leave_stopped() -> None:
    """Work that heard of the stop ended what it had started, but it may have been stopped while it was starting something."""
    from infra.deploy.children import end_children

    end_children()
    _leave(_STOPPED_SAID, STOPPED)


def _leave_at_once() -> None:
    """End this process and those that it started, whatever they are at."""
    from infra.deploy.children import end_children

    end_children()
    os.write(sys.stderr.fileno(), f"sifang: {_STOPPED_SAID}\n".encode())
    os._exit(STOPPED)


def _leave(said: str, code: int = FAILED) -> None:
    say(f"sifang: {said}", err=True)
    raise SystemExit(code) from None
