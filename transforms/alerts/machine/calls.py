"""Departments that were called to an alert, and how far each has come (吹哨报到).

Belongs here: a call and what an answer does to it. Does not: which department leads (``transforms.alerts.machine.handling``), what each is
waited for (``transforms.alerts.machine.steps``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from transforms.alerts.machine.commands import AlertEvent
from transforms.words import Act, Event


@dataclass(frozen=True, slots=True)
class Call:
    """A department that was called, and how far it has come; each has clocks of its own. The first one called leads."""

    department: str
    called_at: dt.datetime
    accepted_at: dt.datetime | None = None
    declined_at: dt.datetime | None = None
    arrived_at: dt.datetime | None = None
    reported_at: dt.datetime | None = None

    def has_answered(self, act: Act) -> bool:
        """Whether it has given this answer already."""
        match act:
            case Act.ACCEPT:
                return self.accepted_at is not None and self.declined_at is None
            case Act.DECLINE:
                return self.declined_at is not None
            case Act.ARRIVE:
                return self.arrived_at is not None
            case _:
                return self.reported_at is not None


def answered(call: Call, event: AlertEvent) -> Call:
    """A call after an event that may be its answer."""
    if call.department != event.by.place:
        return call
    match event.event:
        case Event.ACCEPTED:
            return replace(call, accepted_at=event.at, declined_at=None)
        case Event.DECLINED:
            return replace(call, declined_at=event.at)
        case Event.ARRIVED:
            # Who is there has accepted.
            return replace(call, arrived_at=event.at, accepted_at=call.accepted_at or event.at, declined_at=None)
        case _:
            return replace(call, reported_at=event.at)
