"""What each may see of an alert: one value that holds all that may be told of it, and the one function that takes away what is not theirs.

Messages, CAP, lists and the API show what this leaves and nothing else. People on duty see their own alerts whole: a subdistrict those that
lie in it, a department those to which it was called, the district all. Beyond them nobody sees why a place is high; chat and mail say
number, level and subdistrict, and what has to be done by when.

Belongs here: the value, and the reduction. Does not: who is told (``transforms.alerts.addressing``), drawing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

from transforms.alerts.machine.handling import Alert
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.steps import EXPIRE, pending
from transforms.words import AlertState, Audience, Category, NoDue, Role, Waited, Words

SHORT: Final = 8


@dataclass(frozen=True)
class Line:
    """An alert, with all that may be told of it; what somebody may not see is nothing.

    ``ref`` is how an act names it: its identity, shortened, and its number. ``due`` is when something is waited for, ``waits`` what.
    """

    ref: str
    alert_id: str
    state: AlertState
    level: str | None
    subdistrict: str | None
    type: str | None = None
    category: str | None = None
    subject_kind: str | None = None
    subject: str | None = None
    name: Words | None = None
    in_charge: Role | None = None
    department: str | None = None
    called: tuple[str, ...] = ()
    quiet: bool = False
    since: dt.date | None = None
    ended: dt.date | None = None
    due: dt.datetime | None = None
    waits: Waited | None = None
    no_due: NoDue | None = None
    waiting_until: dt.datetime | None = None
    silenced_until: dt.datetime | None = None
    why: tuple[Words, ...] = ()


class Viewer(NamedTuple):
    """Who looks: where something goes, or people on duty of a role and whose."""

    audience: Audience
    role: Role | None = None
    place: str | None = None


_EVERYBODY: Final = frozenset({"ref", "alert_id", "state", "level", "subdistrict"})
_IN_CHAT: Final = _EVERYBODY | {"due", "waits", "no_due"}
_FOR_READERS: Final = _EVERYBODY | {"type", "category", "since", "ended"}
_IN_CAP: Final = _FOR_READERS | {"subject_kind", "subject", "name", "due", "waits"}
_ALL: Final = frozenset(field.name for field in fields(Line))
SHOWN: Final[Mapping[Audience, frozenset[str]]] = {
    Audience.STAFF: _ALL,
    Audience.MACHINE: _ALL - {"why"},
    Audience.CAP: _IN_CAP,
    Audience.READER: _FOR_READERS,
    Audience.CHAT: _IN_CHAT,
}
# Places of two categories alone leave the house as CAP; what departments owe and what a source lacks never do.
CAP_CATEGORIES: Final = frozenset({Category.SAFETY.value, Category.PUBLIC_ORDER.value})


def reduced(line: Line, viewer: Viewer) -> Line | None:
    """What somebody may see of an alert; None where they may not even see that there is one."""
    if not _is_theirs(line, viewer):
        return None
    return Line(**{name: getattr(line, name) for name in SHOWN[viewer.audience]})


def sees_every_place(viewer: Viewer) -> bool:
    """Whether all places of the district are somebody's to see: the district's alone."""
    return viewer.audience is Audience.STAFF and viewer.role is Role.DISTRICT


def is_own_place(viewer: Viewer, subdistrict: str | None) -> bool:
    """Whether places of a subdistrict are somebody's own, to see and to tell of: its own, and the district all.

    ``subdistrict`` is None where a place is nowhere.
    """
    if viewer.audience is Audience.STAFF and viewer.role is Role.SUBDISTRICT:
        return viewer.place is not None and subdistrict == viewer.place
    return sees_every_place(viewer)


def _is_theirs(line: Line, viewer: Viewer) -> bool:
    match viewer.audience, viewer.role:
        case Audience.CAP, _:
            return line.category in CAP_CATEGORIES
        case Audience.STAFF, Role.DEPARTMENT:
            return viewer.place is not None and viewer.place in line.called
        case Audience.STAFF, _:
            return is_own_place(viewer, line.subdistrict)
        case _:
            return True


def as_it_stands(alert: Alert, rules: Rules) -> Line:
    """An alert as it stands, whole. What it waits for is what is due first; that it will be forgotten is no call for action."""
    subject, zone = alert.subject, rules.calendar.zone
    steps = [step for step in pending(alert, rules) if step.name != EXPIRE]
    known = [(step.due, step.name) for step in steps if isinstance(step.due, dt.datetime)]
    due, name = min(known, default=(None, None))
    return Line(
        ref=f"{alert.alert_id[:SHORT]}@{alert.seq}",
        alert_id=alert.alert_id,
        state=alert.state,
        level=alert.level,
        subdistrict=alert.subdistrict,
        type=subject.type,
        category=subject.category,
        subject_kind=subject.kind,
        subject=subject.code,
        name=Words(subject.code, subject.code),
        in_charge=alert.command,
        department=alert.lead,
        called=tuple(call.department for call in alert.calls),
        quiet=alert.about.quiet,
        since=alert.opened_night,
        ended=alert.ended_night,
        due=due.astimezone(zone) if due else None,
        waits=Waited(name.partition(":")[0]) if name else None,
        no_due=next((step.due for step in steps if isinstance(step.due, NoDue)), None),
        waiting_until=alert.waiting_until.astimezone(zone) if alert.waiting_until else None,
    )
