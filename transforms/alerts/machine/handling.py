"""An alert: the fold of its events, those of nights and those of people in one row of numbers.

Belongs here: what each event does to it. Does not: which events may follow (``transforms.alerts.machine.decide``), who answers a call
(``transforms.alerts.machine.calls``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from transforms.alerts.alert import Subject
from transforms.alerts.machine.calls import Call, answered
from transforms.alerts.machine.commands import About, AlertEvent
from transforms.alerts.machine.transitions import OVER
from transforms.words import AlertState, Event, Role

STATE_AFTER: Final = {
    Event.OPENED: AlertState.OPEN,
    Event.REOPENED: AlertState.REOPENED,
    Event.ACKNOWLEDGED: AlertState.ACKNOWLEDGED,
    Event.ASSIGNED: AlertState.ASSIGNED,
    Event.WHISTLED: AlertState.ASSIGNED,
    Event.RESOLVED: AlertState.RESOLVED,
    Event.VERIFIED: AlertState.VERIFIED,
    Event.ENDED: AlertState.CLOSED,
    Event.CLOSED: AlertState.CLOSED,
    Event.LISTED: AlertState.CLOSED,
    Event.EXPIRED: AlertState.EXPIRED,
    Event.RETRACTED: AlertState.RETRACTED,
}
# What begins the life of an alert, or a further round of it.
_BEGINS: Final = frozenset({Event.OPENED, Event.REOPENED})
# What people do about an alert makes its place no calmer and no hotter; these begin the count of calm nights anew.
_DISTURBS: Final = _BEGINS | {Event.RAISED, Event.RESUMED}


@dataclass(frozen=True, slots=True)
class Alert:
    """How an alert stands.

    ``seq`` is the number of its newest event, ``newest_at`` and ``last_night`` when and on which night that was. ``command`` is whose it
    is: the subdistrict's, after an escalation the district's. ``clock_from`` is the moment from which acknowledging and acting are timed;
    ``keys`` are the commands that it knows, ``steps`` the steps of sweeps that were taken since.
    """

    alert_id: str
    about: About
    level: str | None
    state: AlertState
    seq: int
    command: Role
    opened_at: dt.datetime
    clock_from: dt.datetime
    newest_at: dt.datetime
    opened_night: dt.date
    last_night: dt.date
    ended_night: dt.date | None = None
    calm_nights: int = 0
    calls: tuple[Call, ...] = ()
    waiting_until: dt.datetime | None = None
    keys: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self.about.subject

    @property
    def episode(self) -> dt.date:
        """The night of its first opening."""
        return self.about.episode

    @property
    def subdistrict(self) -> str | None:
        """Where its place lies; None for what lies in none."""
        return self.about.subdistrict

    @property
    def is_over(self) -> bool:
        """Whether nothing more is asked of anybody."""
        return self.state in OVER

    @property
    def lead(self) -> str | None:
        """The department that answers for it: the first one called that has not handed it to another that accepted (首接负责)."""
        accepted = [call.department for call in self.calls if call.accepted_at and not call.declined_at]
        standing = [call.department for call in self.calls if not (call.declined_at and accepted)]
        return standing[0] if standing else None

    def call_of(self, department: str | None) -> Call | None:
        """The call of a department; None where it was not called."""
        return next((call for call in self.calls if call.department == department), None)


def fold(events: Iterable[AlertEvent]) -> Alert | None:
    """An alert from all its events, in any order, each once or more often; None without any.

    Raises:
        ValueError: a number is missing, or stands for two events.
    """
    alert: Alert | None = None
    last: AlertEvent | None = None
    for event in sorted(events, key=lambda e: e.seq):
        if last is not None and event.seq == last.seq:
            if event != last:
                raise ValueError(f"two events of {event.alert_id} have the number {event.seq}")
            continue
        if event.seq != (last.seq + 1 if last else 1):
            raise ValueError(f"event {event.seq} of {event.alert_id} follows {last.seq if last else 'nothing'}")
        alert, last = after(alert, event), event
    return alert


def folds(events: Iterable[AlertEvent]) -> dict[str, Alert]:
    """The alerts of a mixed lot of events, by their identity.

    Raises:
        ValueError: as ``fold``.
    """
    of: dict[str, list[AlertEvent]] = {}
    for event in events:
        of.setdefault(event.alert_id, []).append(event)
    return {identity: alert for identity in sorted(of) if (alert := fold(of[identity]))}


def after(alert: Alert | None, event: AlertEvent) -> Alert:
    """An alert after one more event."""
    if alert is None:
        if event.event is not Event.OPENED:
            raise ValueError(f"{event.alert_id} begins with {event.event}")
        alert = _begun(event)
        return replace(alert, state=AlertState.RETRACTED, ended_night=event.night, keys=frozenset()) if event.taken_back else alert
    if event.taken_back:
        return replace(alert, seq=event.seq)
    if event.event is Event.OPENED:
        return replace(_begun(event), keys=alert.keys | {event.key})
    state = STATE_AFTER.get(event.event, alert.state)
    if event.event is Event.UNDONE or (alert.is_over and event.event not in _BEGINS and (state not in OVER or state is alert.state)):
        # What was done about an alert that never was, or is no more, is kept and changes nothing.
        return replace(alert, seq=event.seq, keys=alert.keys | {event.key})
    over = state in OVER
    was = replace(
        alert,
        seq=event.seq,
        state=state,
        newest_at=event.at,
        last_night=event.night,
        ended_night=(alert.ended_night if alert.is_over else event.night) if over else None,
        calm_nights=alert.calm_nights + 1 if event.event is Event.CALM else 0 if event.event in _DISTURBS else alert.calm_nights,
        keys=alert.keys | {event.key},
    )
    return _with_details(was, event)


def _begun(event: AlertEvent) -> Alert:
    return Alert(
        alert_id=event.alert_id,
        about=event.about,
        level=event.level,
        state=AlertState.OPEN,
        seq=event.seq,
        command=_first_command(event.about),
        opened_at=event.at,
        clock_from=event.at,
        newest_at=event.at,
        opened_night=event.night,
        last_night=event.night,
        keys=frozenset({event.key}),
    )


def _first_command(about: About) -> Role:
    """What lies in no subdistrict is the district's from the beginning."""
    return Role.SUBDISTRICT if about.subdistrict else Role.DISTRICT


def _with_details(was: Alert, event: AlertEvent) -> Alert:
    match event.event:
        case Event.REOPENED:
            # A return begins anew, with whom it began: calls and waits of the former round are history.
            new = replace(was, command=_first_command(was.about), clock_from=event.at, calls=(), waiting_until=None, steps=frozenset())
            return replace(new, level=event.level or was.level)
        case Event.RAISED:
            # What became worse is timed anew, and waits no longer.
            return replace(was, level=event.level, clock_from=event.at, waiting_until=None, steps=frozenset())
        case Event.EASED | Event.RESUMED:
            return replace(was, level=event.level or was.level)
        case Event.ASSIGNED | Event.WHISTLED:
            known = {call.department for call in was.calls}
            return replace(was, calls=(*was.calls, *(Call(d, event.at) for d in event.departments if d not in known)))
        case Event.ACCEPTED | Event.DECLINED | Event.ARRIVED | Event.REPORTED_BACK:
            return replace(was, calls=tuple(answered(call, event) for call in was.calls))
        case Event.WAITING:
            return replace(was, waiting_until=event.until)
        case Event.ESCALATED:
            # The district has its own time for it.
            return replace(was, command=Role.DISTRICT, clock_from=event.at, steps=was.steps | set(event.steps))
        case Event.REMINDED:
            return replace(was, steps=was.steps | set(event.steps))
        case _:
            return replace(was, waiting_until=None) if event.event in STATE_AFTER else was
