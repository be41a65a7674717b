"""What follows by itself when nobody acts: the steps that an alert has before it, and when each is due.

Steps follow from how an alert stands, so what is done cancels what it was waited for, and no timer has to be stopped. A step that was
taken is not taken again; after an escalation the district has its own time. Until an agreed wait ends, nothing is due.

Belongs here: steps and their due times. Does not: taking them (``transforms.alerts.machine.decide``), counting
(``transforms.clocks.working``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from transforms.alerts.machine.calls import Call
from transforms.alerts.machine.handling import Alert
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.transitions import AT_WORK, FRESH
from transforms.clocks.calendar import Calendar
from transforms.clocks.roster import Roster
from transforms.clocks.rules import Limit, in_force
from transforms.clocks.working import due
from transforms.words import NoDue, Waited

EXPIRE: Final = "expire"


class Step(NamedTuple):
    """Something that is due. ``name`` holds what is timed and since when, so that a clock which begins anew is a new step."""

    name: str
    due: dt.datetime | NoDue


class Due(NamedTuple):
    """The first moment at which something is due; why something else has none yet."""

    at: dt.datetime | None
    no_due: NoDue | None


def pending(alert: Alert, rules: Rules) -> tuple[Step, ...]:
    """The steps that an alert still has before it."""
    if alert.is_over:
        return ()
    timed = [*_timed(alert), *(found for call in alert.calls if alert.state in AT_WORK and (found := _called(call)))]
    steps = [step for clock, since, who in timed if (step := _step(alert, rules, clock, since, who)) and step.name not in alert.steps]
    return (*steps, Step(EXPIRE, max(alert.newest_at, alert.waiting_until or alert.newest_at) + rules.expires_after))


def next_due(alert: Alert, rules: Rules) -> Due:
    """When a sweep has to look at an alert again, and whether there is more of which nobody can say it yet."""
    found = [step.due for step in pending(alert, rules)]
    known = [moment for moment in found if isinstance(moment, dt.datetime)]
    return Due(min(known, default=None), next((why for why in found if isinstance(why, NoDue)), None))


def _timed(alert: Alert) -> Iterator[tuple[Waited, dt.datetime, str | None]]:
    if alert.state in FRESH:
        yield Waited.ACKNOWLEDGE, alert.clock_from, None
    if alert.state in AT_WORK:
        yield Waited.ACT, alert.clock_from, None


def _called(call: Call) -> tuple[Waited, dt.datetime, str | None] | None:
    """What a department that was called is waited for; each has its own clock, and one hides no other."""
    if call.declined_at or call.reported_at:
        return None
    if call.arrived_at:
        return Waited.REPORT_BACK, call.arrived_at, call.department
    if call.accepted_at:
        return Waited.ARRIVE, call.accepted_at, call.department
    return Waited.ACCEPT, call.called_at, call.department


def _step(alert: Alert, rules: Rules, clock: Waited, since: dt.datetime, who: str | None) -> Step | None:
    """The step of a clock; None where the level has none: blue, and what is quiet, is told in the digest only."""
    in_time = in_force(rules.clocks, since.astimezone(rules.calendar.zone).date())
    level = None if alert.about.quiet else alert.level or rules.paces.get(alert.subject.type)
    rule = in_time.get(clock.value) or in_time.get(f"{clock}.{level}")
    if rule is None:
        return None
    ends = _due(since, rule, rules.calendar, rules.rosters[rule.roster])
    if isinstance(ends, dt.datetime) and alert.waiting_until:
        ends = max(ends, alert.waiting_until)
    return Step(":".join((clock.value, who or "", since.isoformat())), ends)


@lru_cache(maxsize=4096)
def _due(since: dt.datetime, rule: Limit, calendar: Calendar, roster: Roster) -> dt.datetime | NoDue:
    """A night opens many alerts at one moment, and they are due together."""
    return due(since, rule, calendar, roster)
