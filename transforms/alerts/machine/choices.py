"""What a role may do about an alert as it stands: the rows of the table that a command of theirs would take.

Belongs here: reading the table from its other side, for who offers acts to choose from. Does not: deciding on one
(``transforms.alerts.machine.decide``), which refuses whatever is not found here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from transforms.alerts.machine.commands import Actor, Command
from transforms.alerts.machine.decide import refused_at_once
from transforms.alerts.machine.handling import Alert
from transforms.alerts.machine.transitions import TRANSITIONS, Need
from transforms.words import Act, Role


@dataclass(frozen=True)
class Choice:
    """An act that would be carried out if it were sent with what it needs; ``departments`` are those that it could name."""

    act: Act
    needs: tuple[Need, ...] = ()
    departments: tuple[str, ...] = ()


def choices(alert: Alert, by: Actor, departments: Iterable[str]) -> tuple[Choice, ...]:
    """What somebody may do, in the order of the table.

    Args:
        alert: how it stands.
        by: who asks; the system chooses nothing.
        departments: those of the district, by code; to those that were called already it cannot go again.
    """
    free = tuple(code for code in departments if alert.call_of(code) is None)
    found: dict[Act, Choice] = {}
    for row in TRANSITIONS:
        if by.role is Role.SYSTEM or by.role not in row.by or alert.state not in row.states or row.act in found:
            continue
        names = free if {"department", "departments"} & set(row.needs) else ()
        command = Command(alert.alert_id, row.act, "", alert.last_night, by, alert.seq, names[:1])
        if refused_at_once(alert, command) is None:
            found[row.act] = Choice(row.act, row.needs, names)
    return tuple(found.values())
