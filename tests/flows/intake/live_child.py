"""A process that takes in whatever is new once, and may be told to kill itself on the way.

Belongs here: running and dying. Does not: far sides, and what a run must leave behind (``test_live_killed``).

Called with the moment at which it runs, and, to die, a point of ``POINTS``, before or after, and the number of the call.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import signal
import sys

from flows.intake.ingest import ingest
from infra import clock
from infra.sources.connectors import cuts, retries
from tests.helpers.live_city import home

ROWS = 300
# The point's name, and which attribute it is: a module or a class in one, and a name in it.
POINTS = {
    "enter": ("flows.intake.ingest", "", "enter"),
    "append": ("infra.lake.lake", "Lake", "append"),
    "record_batch": ("flows.intake.ingest", "", "record_batch"),
}


def arm(point: str, when: str, nth: int) -> None:
    """Make the ``nth`` call at a point the last thing this process does, as the machine does it: no handler runs."""
    module, inner, name = POINTS[point]
    owner = importlib.import_module(module)
    owner = getattr(owner, inner) if inner else owner
    real, calls = getattr(owner, name), list[int]()

    def last_call(*arguments: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*arguments, **named)
        if len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(owner, name, last_call)


def main(now: dt.datetime, *death: str) -> None:
    """Take in."""
    clock.now = lambda: now
    cuts.ROWS = ROWS  # type: ignore[misc]
    retries.PATIENCE = retries.Patience(4, 0.01, 1.0)
    if death:
        point, when, nth = death
        arm(point, when, int(nth))
    with home() as context:
        ingest(context, now)


if __name__ == "__main__":
    main(dt.datetime.fromisoformat(sys.argv[1]), *sys.argv[2:])
