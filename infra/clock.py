"""The only place that asks what time it is.

Belongs here: now. Does not: nights and cutoffs (``transforms.clocks.nights``), which are computed from a time they are given.
"""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """This moment in UTC, to the microsecond."""
    return dt.datetime.now(dt.UTC)
