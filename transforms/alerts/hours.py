"""From when on people are disturbed by chat and mail: from the first staffed minute after something happened.

What is red is told by day and by night; the rest waits for the office of the roster by which acknowledging it is timed. Once such a minute
was, whatever still waits leaves with the next run, at any hour: it is late already. Machines are told at once.

Belongs here: that moment. Does not: how long people have (``transforms.clocks.rules``), sending.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl

from transforms.alerts.machine.handling import Alert
from transforms.alerts.machine.rules import Rules
from transforms.clocks.calendar import Calendar
from transforms.clocks.roster import OFFICE, Roster
from transforms.clocks.rules import in_force
from transforms.clocks.working import begins
from transforms.schema import UTC
from transforms.words import Waited


def disturbs_from(alert: Alert | None, happened_at: dt.datetime, rules: Rules) -> dt.datetime:
    """The first moment at which people are disturbed; that of the event where nobody knows the days until then."""
    level = (alert.level or rules.paces.get(alert.subject.type)) if alert else None
    rule = in_force(rules.clocks, happened_at.astimezone(rules.calendar.zone).date()).get(f"{Waited.ACKNOWLEDGE}.{level}")
    return _first_staffed(happened_at, rules.calendar, rules.rosters[rule.roster if rule else OFFICE.code])


@lru_cache(maxsize=1024)
def _first_staffed(moment: dt.datetime, calendar: Calendar, roster: Roster) -> dt.datetime:
    found: dt.datetime | None = begins(pl.Series([moment], dtype=UTC), calendar, roster)[0]
    return found or moment
