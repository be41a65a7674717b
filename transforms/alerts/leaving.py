"""Whether a message leaves now, on one way out of the house: it is looked at with how its alert stands at this moment.

Belongs here: what has nothing to say, whom it is not for, what a silence holds, what waits for office hours. Does not: trying again
(``transforms.alerts.retrying``), sending (``flows.alerts.deliver``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from transforms.alerts.addressing import OF_A_DIGEST, Addressee, addressees, is_for
from transforms.alerts.hours import disturbs_from
from transforms.alerts.machine.handling import Alert
from transforms.alerts.machine.rules import Rules
from transforms.alerts.messages import Message, is_superseded
from transforms.alerts.routing import Table
from transforms.alerts.silences import Silence, silenced_by, was_held


class Leaves(Enum):
    """Whether a message leaves, and why it does not."""

    NOW = "now"
    NOTHING_TO_SAY = "nothing to say"
    NOT_THEIRS = "not theirs"
    SILENCED = "silenced"
    OUT_OF_HOURS = "out of hours"


@dataclass(frozen=True)
class Picture:
    """What a pass of sending goes by."""

    rules: Rules
    table: Table
    silences: Sequence[Silence]
    now: dt.datetime


class Way(NamedTuple):
    """A way out: whose it is (None: everybody's), whether it disturbs people, whether it told anything of this alert; messages of the alert
    that wait for it as well, this one among them."""

    receiver: str | None
    disturbs: bool
    told: bool
    waiting: Sequence[Message]


def leaves(message: Message, alert: Alert | None, way: Way, picture: Picture) -> Leaves:
    """Whether a message leaves on a way; ``alert`` is None for a digest."""
    to = told_to(alert, picture)
    if not is_for(way.receiver, to):
        return Leaves.NOT_THEIRS
    if is_superseded(message, alert, told=way.told):
        return Leaves.NOTHING_TO_SAY
    if alert is not None:
        if silenced_by(picture.silences, alert.alert_id, alert.about, picture.now):
            return Leaves.SILENCED
        if _is_overtaken(message, alert, way, picture):
            return Leaves.NOTHING_TO_SAY
    happened = message.at
    if way.disturbs and happened and picture.now < disturbs_from(alert, happened, picture.rules):
        return Leaves.OUT_OF_HOURS
    return Leaves.NOW


def told_to(alert: Alert | None, picture: Picture) -> tuple[Addressee, ...]:
    """Everybody whom a message about an alert, or a digest, is for."""
    return addressees(alert, picture.table) if alert else OF_A_DIGEST


def _is_overtaken(message: Message, alert: Alert, way: Way, picture: Picture) -> bool:
    """Whether a silence that is over held a later message as well: of what it held, the newest is told, once."""
    held = [
        other
        for other in way.waiting
        if other.at is not None
        and was_held(picture.silences, alert.alert_id, alert.about, other.at, picture.now)
        and not is_superseded(other, alert, told=way.told)
    ]
    return message in held and any(other.seq > message.seq for other in held)
