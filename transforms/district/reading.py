"""What of a district decides how the rows of a source are read, so that batches that were read otherwise can be told.

Belongs here: the hash of that. Does not: reading (``transforms.reports``), which batches were (``flows.intake.reread``).
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from transforms.clocks.rules import CLOCK_SETS, Clock
from transforms.schema.plain import Json
from transforms.words import DutyClock, Unit

# Where files lie, how patient the checks are, and what is expected of a source change nothing that a row says.
_NOT_READING: Final = {
    *(
        "files",
        "deletions",
        "allow_local",
        "order",
        "delivery",
        "coverage",
        "min_rows",
        "max_quarantined",
        "min_share_of_usual",
        "undeclared",
    ),
    *("kinds_file", "departments_file", "zones_file"),
}
_OF_KINDS: Final = ("code", "severity", "sensitive")


def reading_hash(canonical: str, source: str) -> str | None:
    """The hash of what decides how a source's rows are read, out of a district's canonical text; None where it declares no such source."""
    told = json.loads(canonical)
    declared = next((s for s in told["sources"] if s["code"] == source), None)
    if declared is None:
        return None
    feed = declared["feed"]
    parts: dict[str, Json] = {
        "source": {name: value for name, value in declared.items() if name not in _NOT_READING},
        "timezone": told["timezone"],
        "cells": told["cells"],
        "kinds": [[kind[name] for name in _OF_KINDS] for kind in told["kinds"].values() if kind["feed"] == feed],
        "departments": [[d[name] for name in ("code", "name_zh", "name_en")] for d in told["departments"].values()],
        # Of a source that tells none, none is asked. Where they lie is where a report does that says nothing else.
        "premises": [[code, one["cell"]] for code, one in sorted(told["premises"].items())] if declared["columns"]["premises"] else [],
        # Of other duties a reading knows only whether hours count; the rest is each night's.
        "clocks": [c for c in told["clocks"] if c["feed"] == feed and ("clock" not in c or c["unit"] == Unit.HOUR)],
        "clock_sets": [name for name in told["clock_sets"] if any(_is_read(c, feed) for c in CLOCK_SETS[name])],
    }
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=12).hexdigest()


def _is_read(clock: Clock, feed: str) -> bool:
    return clock.feed == feed and (clock.clock is DutyClock.DEADLINE or clock.unit is Unit.HOUR)
