"""Whether this machine's clock may be written by, asked once when a writer opens a district.

Belongs here: what the stores say about it. Does not: the rules (``infra.clock``), what was recorded (``infra.warehouse.recorded``).
"""

from __future__ import annotations

from enum import Enum

from infra import clock
from infra.warehouse.database import clocks
from infra.warehouse.database.engine import Warehouse
from infra.warehouse.recorded import newest_recorded, take_word


class Time(Enum):
    """Whose time a writer goes by.

    ``HOST``: this machine's clock, where it can be right. ``SAID``: the same, and a person says that a leap is right. ``MENDED``: the same,
    to take back what a clock ahead recorded, and so before it. ``OWN``: it brings its own, as the demo does.
    """

    HOST = "host"
    SAID = "said"
    MENDED = "mended"
    OWN = "own"


def require_right_clock(warehouse: Warehouse, whose: Time, catch_up_days: int) -> None:
    """Pass when the clock may be written by.

    Raises:
        ClockError: it is behind what is recorded, apart from the database's, or has leapt ahead and nobody said that this is right.
    """
    if whose is Time.OWN:
        return
    ahead, now = clocks.apart(warehouse), clock.now()
    clock.require_together(ahead)
    if whose is Time.MENDED:
        return
    newest = newest_recorded(warehouse)
    clock.require_not_behind(now, newest)
    if ahead is not None:
        return
    try:
        clock.require_no_leap(now, newest, catch_up_days)
    except clock.ClockError:
        if whose is not Time.SAID:
            raise
        take_word(warehouse, now)
