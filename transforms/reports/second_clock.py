"""The hour in which clocks are set: times that would contradict each other there, and do not.

Belongs here: that hour. Does not: reading times (``values``), how one time of it is read alone (``transforms.clocks.zones``).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from transforms.clocks.zones import local_to_utc, utc_to_local


def by_the_second_clock(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """What follows a report within the hour in which clocks are set is not before it.

    An hour that comes twice is read as the first one; what would lie before its report then is of the second. A report in the hour that is
    left out was written by a clock nobody had set, and so later than what follows it.
    """
    base, hour = pl.col("reported_at"), dt.timedelta(hours=1)
    after = ["first_contact_at", "accepted_at", "recheck_at", "closed_at"]
    early = {c: (pl.col(c) < base) & (pl.col(c) >= base - hour) for c in after}
    if not frame.select(pl.any_horizontal(early.values()).any()).item():
        return frame
    local = utc_to_local(base, zone).dt.truncate("1d")
    shifted = local_to_utc(local + dt.timedelta(days=1), zone) - local_to_utc(local, zone) != dt.timedelta(days=1)
    return frame.with_columns(
        pl.when(early[c] & shifted)
        .then(pl.when(utc_to_local(pl.col(c), zone) == utc_to_local(pl.col(c) + hour, zone)).then(pl.col(c) + hour).otherwise(base))
        .otherwise(c)
        .alias(c)
        for c in after
    )
