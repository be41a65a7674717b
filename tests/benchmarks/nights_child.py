"""A process that takes in and publishes a few nights of the tiny district, and says how long that took.

Belongs here: what every version of the program can do in the same words. Does not: comparing versions (``test_before``).

Called with the folder to work in and the number of nights; prints seconds of processor and of the clock.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from pathlib import Path

from flows.alerts.deliver import deliver
from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import open_context
from tests.helpers import tiny

_DAY = dt.timedelta(days=1)
# Written out, for no version before has a way to write it; all accept it.
KEY = "sifang_key_obzg65dfmn2hgidon52gq2lom4qge5luebuw45tfnz2gkzbaojswgabqdiuyg4tr"


def main(root: Path, nights: int) -> None:
    """Grow the home, which is not timed, then run the nights, which are."""
    settings = {"HOME": root / "home", "DISTRICTS": root / "districts", "INBOX": root / "inbox", "KEY": KEY}
    os.environ.update({f"SIFANG_{name}": str(value) for name, value in settings.items()})
    tiny.write_district(root / "districts")
    tiny.deliver_days(root / "inbox", tiny.FIRST_DAY, tiny.NIGHT - _DAY)
    _night(root, tiny.NIGHT)
    processor = clock = 0.0
    for k in range(nights):
        day = tiny.NIGHT + k * _DAY
        # On their day: what comes before it is refused, and tried again.
        tiny.deliver_days(root / "inbox", day, day)
        processor, clock = processor - time.process_time(), clock - time.perf_counter()
        _night(root, day + _DAY)
        processor, clock = processor + time.process_time(), clock + time.perf_counter()
    print(processor, clock)


def _night(root: Path, night: dt.date) -> None:
    # Opened for each night, as the command does.
    context = open_context(tiny.CODE)
    try:
        ingest(context, tiny.moment(night))
        run_night(context, nightly_run(context, night, None, f"bench-{night}"))
        deliver(context)
    finally:
        context.stores.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
