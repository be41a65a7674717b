"""How the clocks of an alert look.

Belongs here: one table. Does not: when they end (``flows.tell.clocks``).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flows.cli.draw.table import console, row, table
from transforms.words import Level

if TYPE_CHECKING:
    from flows.tell.clocks import Clocks


def clocks(found: Clocks) -> None:
    """A line per clock."""
    made = table(
        f"{found.district}: clocks of an alert published {_moment(found.start)}, as at {_moment(found.at)}",
        *("clock", "level", "limit", "roster", "begins", "due", "passed"),
        words=("level", "roster", "begins", "due"),
    )
    for one in found.clocks:
        due = one.no_due.words.joined if one.no_due else _moment(one.due)
        level = Level(one.level).words.joined if one.level else ""
        passed = None if one.passed is None else f"{one.passed:.0%}"
        limit = f"{one.limit:g} {one.unit.words.joined}"
        row(made, one.clock.words.joined, level, limit, one.roster.joined, _moment(one.begins), due, passed)
    out = console(made)
    out.print(made)
    out.print(f"Calendar version {found.calendar_version}")


def _moment(moment: dt.datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
