"""The only place that asks what time it is, and that judges whether the answer can be believed.

Belongs here: now, and the rules by which a clock is refused. Does not: nights and cutoffs (``transforms.clocks.nights``), which are
computed from a time they are given; what was recorded when (``infra.warehouse.recorded``), a database's clock
(``infra.warehouse.database.clocks``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from infra.errors import SifangError

TOLERANCE: Final = dt.timedelta(minutes=10)
_DAY: Final = dt.timedelta(days=1)
_SET_IT: Final = "Set the clock (`timedatectl` shows it), then run this again."


def now() -> dt.datetime:
    """This moment in UTC, to the microsecond."""
    return dt.datetime.now(dt.UTC)


class ClockError(SifangError):
    """The clock cannot be right, and nothing is written by it. ``code`` is what a run records."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.code = f"clock: {code}"


@dataclass(frozen=True)
class Recorded:
    """A moment that was recorded, and what of (``a landing``, ``a publication``)."""

    at: dt.datetime
    what: str


def require_not_behind(at: dt.datetime, newest: Recorded | None) -> None:
    """Pass when a moment is not before what has happened already.

    Raises:
        ClockError: it is, by more than ten minutes.
    """
    if newest is None or newest.at - at <= TOLERANCE:
        return
    raise ClockError(
        "behind",
        f"This machine's clock says {shown(at)}, and {newest.what} is recorded for {shown(newest.at)}: the clock is "
        f"{_long(newest.at - at)} behind, or was ahead then.",
        f"If it is wrong now: {_SET_IT} If it was ahead then: `sifang nights retract --from {at + _DAY:%Y-%m-%d} --reason clock-ahead "
        "--dry-run` tells what would be taken back.",
    )


def require_together(ahead: dt.timedelta | None) -> None:
    """Pass when this machine's clock is not ``ahead`` of the database's, or behind it; None is a database without a clock of its own.

    Raises:
        ClockError: they are apart by more than ten minutes.
    """
    if ahead is None or abs(ahead) <= TOLERANCE:
        return
    side = "ahead of" if ahead > dt.timedelta(0) else "behind"
    raise ClockError(
        "apart",
        f"This machine's clock is {_long(abs(ahead))} {side} the database's.",
        "Set the one that is wrong (`timedatectl` shows this machine's; `SELECT now()` the database's), then run this again.",
    )


def require_no_leap(at: dt.datetime, newest: Recorded | None, days: int) -> None:
    """Pass when a moment is not further ahead of what has happened than an absence is made up for.

    Raises:
        ClockError: it is, by more than so many days.
    """
    if newest is None or at - newest.at <= dt.timedelta(days=days + 1):
        return
    raise ClockError(
        "ahead",
        f"This machine's clock says {shown(at)}, and the newest thing recorded is {newest.what} of {shown(newest.at)}, "
        f"{_long(at - newest.at)} before; an absence of up to {days} days is taken for one, a longer one may be a wrong clock.",
        f"If the clock is right, say so once: run this again with --clock-is-right (`sifang status` names the nights that were missed). "
        f"If not: {_SET_IT}",
    )


def shown(moment: dt.datetime) -> str:
    """A moment for people."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _long(span: dt.timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
