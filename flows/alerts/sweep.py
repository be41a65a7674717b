"""The sweep: what nobody did in time goes up, is told again or expires, by due times that are stored.

Belongs here: one pass, and its answer. Does not: which step is due (``transforms.alerts.machine.steps``), its transaction
(``infra.warehouse.alerts.handling``), sending (``flows.alerts.deliver``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from flows.stores import Context
from infra.warehouse.alerts.handling import sweep
from infra.warehouse.nights.nights import latest_night
from transforms.alerts.machine.rules import Rules
from transforms.words import Event


@dataclass(frozen=True)
class SweptAlerts:
    """What a sweep came to: alerts that were due, those that a changed calendar timed anew, and what happened, counted."""

    district: str
    at: dt.datetime
    due: int
    retimed: int
    events: dict[Event, int]


def sweep_alerts(context: Context, now: dt.datetime) -> SweptAlerts:
    """Take what is due of every alert, once; repeated at the same moment nothing happens."""
    night = latest_night(context.warehouse) or now.astimezone(context.district.zone).date()
    found = sweep(context.warehouse, night, Rules.of(context.district, context.folder.calendar), now)
    counted = Counter(event.event for event in found.events)
    return SweptAlerts(context.code, now.astimezone(context.district.zone), found.due, found.retimed, dict(sorted(counted.items())))
