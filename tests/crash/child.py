"""A process that runs nights as the nightly flow does, and may be told to kill itself at a point.

Belongs here: running and dying. Does not: what the run must leave behind (``tests.helpers.nine``), at which points it dies
(``test_crash``).

Called with one JSON object: ``root``, ``first`` and ``last`` (numbers of nights), and, to die, ``point``, ``when`` (before, after, half)
and ``nth``.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.alerts.deliver import deliver
from flows.intake.ingest import ingest
from flows.nights.night import run_night
from flows.nights.plan import nightly_run
from flows.stores import Context, open_context
from infra.warehouse.nights.nights import latest_night
from tests.helpers import nine
from tests.helpers.invented import rainfall
from tests.helpers.stand_ins import stand_in_for_the_checks
from tests.helpers.tiny import moment
from transforms.alerts.types import TYPES

# The point's name, and which attribute it is: a module or class, and a name in it.
POINTS: dict[str, tuple[str, str]] = {
    "upgrade": ("flows.stores.opening", "upgrade"),
    "scan_read": ("infra.landing.scanning", "read"),
    "scan": ("infra.landing.scanning", "_personal_rows"),
    "land_write": ("polars:DataFrame", "write_parquet"),
    "land_replace": ("pathlib:Path", "replace"),
    "check": ("flows.intake.road", "sift"),
    "create": ("deltalake:DeltaTable", "create"),
    "lake_settle": ("infra.lake.folder:Folder", "settle"),
    "lake_write": ("infra.lake.folder:Folder", "put"),
    "append": ("deltalake:DeltaTable", "create_write_transaction"),
    "enter": ("flows.intake.ingest", "enter"),
    "refuse": ("flows.intake.ingest", "refuse"),
    "record_batch": ("flows.intake.ingest", "record_batch"),
    "quarantine": ("infra.warehouse.intake.quarantine", "insert_frame"),
    "claim": ("infra.accord.pair", "claim"),
    "intend": ("infra.accord.pair", "intend"),
    "settle": ("infra.accord.pair", "settle"),
    "acquire": ("infra.warehouse.keeping.locks", "try_acquire"),
    "release": ("infra.warehouse.keeping.locks", "release"),
    "score": ("flows.nights.night", "compute"),
    "district": ("flows.stores.district", "record_district_version"),
    "publish": ("flows.nights.night", "publish"),
    "models": ("infra.warehouse.publish", "store_models"),
    "publish_rows": ("infra.warehouse.nights.nightly_tables", "insert_frame"),
    "post": ("infra.warehouse.publish", "post"),
    "events": ("infra.warehouse.alerts.events", "insert_frame"),
    "refold": ("infra.warehouse.alerts.alerts", "refold"),
    "run_record": ("infra.warehouse.publish", "record_run"),
    "commit": ("sqlalchemy.engine.default:DefaultDialect", "do_commit"),
    "deliver_write": ("pathlib:Path", "write_text"),
    "deliver_replace": ("pathlib:Path", "replace"),
    "deliver": ("infra.deliver.folder", "to_folder"),
    "mark": ("flows.alerts.deliver", "mark_delivered"),
}
# Of the calls of a method that everybody uses, those for files in this folder of the home.
_IN_FOLDER = {"land_write": "landing", "land_replace": "landing", "deliver_replace": "outbox", "deliver_write": "outbox"}


def die() -> None:
    """As the machine does it: nothing is flushed, nothing is closed, no handler runs."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str, when: str, nth: int) -> None:
    """Make the ``nth`` call at a point the last thing this process does."""
    place, name = POINTS[point]
    module, _, inner = place.partition(":")
    owner = importlib.import_module(module)
    owner = getattr(owner, inner) if inner else owner
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def last_call(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        files = [a for a in args if isinstance(a, Path)]
        if point not in _IN_FOLDER or any(_IN_FOLDER[point] in file.parts for file in files):
            calls += 1
        else:
            return real(*args, **kwargs)
        if calls != nth:
            return real(*args, **kwargs)
        if when != "before":
            real(*args, **kwargs)
        if when == "half":
            files[0].write_bytes(files[0].read_bytes()[: files[0].stat().st_size // 2])
        die()
        return None

    setattr(owner, name, last_call)


def receive(root: Path, number: int) -> None:
    """Put the files of a night into the inbox, each whole or not at all, as a careful sender does."""
    for file in sorted((root / "stage" / str(number)).iterdir()):
        if not (root / "inbox" / file.name).exists():
            draft = root / f"{file.name}.{os.getpid()}"
            shutil.copyfile(file, draft)
            os.replace(draft, root / "inbox" / file.name)  # noqa: PTH105 - Path.replace may be what kills


def _has_come(root: Path, number: int) -> bool:
    return any((root / "inbox" / file.name).exists() for file in (root / "stage" / str(number)).iterdir())


def run(context: Context, root: Path, first: int, last: int) -> None:
    """Nights ``first`` to ``last``: take in, score, publish, deliver.

    A night is done when a later one is published, or the next one's files have come: time does not go back for a repeated run.
    """
    for number in range(first, last + 1):
        night = nine.NIGHTS[number]
        published = latest_night(context.warehouse)
        if (published is not None and night < published) or (number < last and _has_come(root, number + 1)):
            continue
        receive(root, number)
        # The files land after the cutoff, so the night must look later than that.
        records = ingest(context, moment(night, 6))
        landing = {s.code for s in context.district.sources if s.known_at.rule == "landing"}
        newest = max((r.landed_at for r in records if r.state == "stored" and r.source in landing), default=None)
        run_night(context, nightly_run(context, night, newest, f"nightly-{night:%Y%m%d}"))
        deliver(context)


def main(order: dict[str, Any]) -> None:
    """Do what the test ordered."""
    stand_in_for_the_checks()
    if order.get("point"):
        arm(order["point"], order["when"], order["nth"])
    root = Path(order["root"])
    context = open_context(nine.CODE)
    try:
        # It rains on the first two nights: first nights open no alert on a level.
        with TYPES.including(rainfall.TYPE):
            run(context, root, order["first"], order["last"])
    finally:
        context.stores.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
