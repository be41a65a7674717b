"""What a command leads to: events, or a refusal. Nothing else changes an alert.

Belongs here: reading the table, and what follows from an event at once. Does not: the table (``transforms.alerts.machine.transitions``),
due times (``transforms.alerts.machine.steps``), storing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from transforms.alerts.machine.commands import About, AlertEvent, Command
from transforms.alerts.machine.handling import Alert, after
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.steps import EXPIRE, pending
from transforms.alerts.machine.transitions import SETTLED, SYSTEM, TRANSITIONS, Need, Transition
from transforms.words import Act, AlertState, Event, Refused, Role

_ANSWERS: Final = frozenset({Act.ACCEPT, Act.DECLINE, Act.ARRIVE, Act.REPORT_BACK})


@dataclass(frozen=True)
class Refusal:
    """Why a command was not carried out, and the sequence number at which the alert stands."""

    why: Refused
    seq: int | None


def decide(alert: Alert | None, command: Command, rules: Rules, now: dt.datetime) -> tuple[AlertEvent, ...] | Refusal:
    """The events that a command brings, numbered; none where it was carried out before, or where nothing is due.

    Args:
        alert: how it stands; None where there is none.
        command: what is asked.
        rules: of the district.
        now: the moment (aware) of the events.
    """
    if alert is not None and command.key in alert.keys:
        return ()
    if alert is None or (alert.state is AlertState.RETRACTED and command.act is Act.OPEN):
        # What was taken back never was: the night may be published anew, and open it again.
        return _opened(alert, command, now)
    if command.act is Act.SWEEP:
        return _swept(alert, command, rules, now) if command.by.role in SYSTEM else Refusal(Refused.ROLE, alert.seq)
    found = _transition(alert, command, rules, now)
    if isinstance(found, Refused):
        return Refusal(found, alert.seq)
    first = _next(alert, command, found.event, now)
    return (first, *_follows(after(alert, first), command, now))


def _opened(alert: Alert | None, command: Command, now: dt.datetime) -> tuple[AlertEvent, ...] | Refusal:
    seq = alert.seq if alert else None
    if command.act is not Act.OPEN:
        return Refusal(Refused.UNKNOWN, seq)
    if command.by.role not in SYSTEM:
        return Refusal(Refused.ROLE, seq)
    if command.about is None:
        return Refusal(Refused.LACKS, seq)
    return (_event(command, (seq or 0) + 1, command.about, Event.OPENED, now),)


def _transition(alert: Alert, command: Command, rules: Rules, now: dt.datetime) -> Transition | Refused:
    """The row of the table that a command takes, or why it takes none: who may not, first; then what is not so; then what is missing."""
    if command.act is Act.OPEN:
        return Refused.STANDS
    of_role = [row for row in TRANSITIONS if row.act is command.act and command.by.role in row.by]
    if not of_role:
        return Refused.ROLE
    if (place := _wrong_place(alert, command)) is not None:
        return place
    if command.by.role not in SYSTEM and command.seen != alert.seq:
        return Refused.STALE
    fitting = [row for row in of_role if alert.state in row.states]
    if not fitting:
        done = any(row.to is alert.state for row in of_role)
        return Refused.DONE if done else Refused.OVER if alert.is_over else Refused.STATE
    if any(not _given(need, command) for need in fitting[0].needs):
        return Refused.LACKS
    return _done_before(alert, command) or _waits_too_long(command, rules, now) or fitting[0]


def refused_at_once(alert: Alert, command: Command) -> Refused | None:
    """Why a command of its role, in a state that knows it, is refused whatever else it says; None where it is not."""
    return _wrong_place(alert, command) or _done_before(alert, command)


def _wrong_place(alert: Alert, command: Command) -> Refused | None:
    """A subdistrict commands its own alerts until they are the district's; a department answers where it was called."""
    role, place = command.by.role, command.by.place
    if role is Role.SUBDISTRICT and (place != alert.subdistrict or alert.command is not Role.SUBDISTRICT):
        return Refused.PLACE
    if role is Role.DEPARTMENT and alert.call_of(place) is None:
        return Refused.NOT_CALLED
    return None


def _given(need: Need, command: Command) -> bool:
    given: Mapping[Need, bool] = {
        "departments": bool(command.departments),
        "department": len(command.departments) == 1,
        "outcome": command.outcome is not None,
        "until": command.until is not None,
        "level": command.level is not None,
    }
    return given[need]


def _done_before(alert: Alert, command: Command) -> Refused | None:
    """What a state does not tell: departments called already, answers given already."""
    if command.act in {Act.ASSIGN, Act.WHISTLE} and all(alert.call_of(department) for department in command.departments):
        return Refused.DONE
    call = alert.call_of(command.by.place)
    if call is None or command.act not in _ANSWERS:
        return None
    return Refused.DONE if call.has_answered(command.act) else None


def _waits_too_long(command: Command, rules: Rules, now: dt.datetime) -> Refused | None:
    if command.act is Act.WAIT and command.until is not None and not now < command.until <= now + rules.longest_wait:
        return Refused.MOMENT
    return None


def _follows(alert: Alert, command: Command, now: dt.datetime) -> Iterator[AlertEvent]:
    """What nobody has to ask for: the leading department's report settles a matter, one that all decline is the district's."""
    if command.act is Act.REPORT_BACK and command.by.place == alert.lead and command.outcome in SETTLED:
        yield _next(alert, command, Event.RESOLVED, now)
    declined = alert.calls and all(call.declined_at for call in alert.calls)
    if command.act is Act.DECLINE and declined and alert.command is Role.SUBDISTRICT:
        yield _next(alert, command, Event.ESCALATED, now)


def _swept(alert: Alert, command: Command, rules: Rules, now: dt.datetime) -> tuple[AlertEvent, ...]:
    """The highest step that is due, once; what an outage kept waiting behind it is recorded with it and told no more."""
    passed = tuple(step.name for step in pending(alert, rules) if isinstance(step.due, dt.datetime) and step.due <= now)
    if not passed:
        return ()
    higher = alert.command is Role.SUBDISTRICT
    event = Event.EXPIRED if EXPIRE in passed else Event.ESCALATED if higher else Event.REMINDED
    return (_next(alert, command, event, now, passed),)


def _next(alert: Alert, command: Command, event: Event, now: dt.datetime, steps: tuple[str, ...] = ()) -> AlertEvent:
    return replace(_event(command, alert.seq + 1, alert.about, event, now), steps=steps)


def _event(command: Command, seq: int, about: About, event: Event, now: dt.datetime) -> AlertEvent:
    return AlertEvent(
        alert_id=command.alert_id,
        seq=seq,
        event=event,
        at=now,
        night=command.night,
        key=command.key,
        by=command.by,
        about=about,
        departments=command.departments,
        outcome=command.outcome,
        until=command.until,
        level=command.level,
    )
