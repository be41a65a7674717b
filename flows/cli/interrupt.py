"""What Ctrl-C does: the work is told to stop, and soon the command ends, whatever others would still like to do.

Belongs here: the signal, the time that is left, silence. Does not: the sentence and the exit code (``flows.cli.door``).

A terminal sends the interrupt to every process of the command, so Prefect's own server ends first, and Prefect goes on reporting to it for
minutes. What was published stays, and what was not is done again by the same command: nothing is lost by leaving.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

# A night rolls back in less, and a server that answers hears in less that its run was stopped.
GRACE_SECONDS: Final = 5.0


@contextmanager
def interruptible(leave: Callable[[], None]) -> Iterator[None]:
    """While it lasts, Ctrl-C raises ``KeyboardInterrupt``; ``leave`` is called where that was not enough, and on a second Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, lambda _number, _frame: leave())
        # Libraries say at length that what they talked to is gone.
        logging.disable()
        timer = threading.Timer(GRACE_SECONDS, leave)
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is stop:
            signal.signal(signal.SIGINT, before)
