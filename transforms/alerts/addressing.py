"""Whom an event of an alert comes to, and why: the routing table, applied to how the alert stands.

The receivers of its route come first; where it went up, those above them as well; departments that were called, each by itself. Who is in
it stays in it until the end, so that an end reaches whoever knew of a beginning.

Belongs here: receivers of one alert, and how an address is named for one. Does not: the table (``transforms.alerts.routing``), sending.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from transforms.alerts.machine.handling import Alert
from transforms.alerts.routing import DISTRICT, Matter, Table
from transforms.words import Category, Role, ToldBecause

DEPARTMENT: Final = "department"
_ADDRESS: Final = re.compile(r"(?:(?P<receiver>[a-z][a-z0-9_]*(?::[A-Za-z0-9_-]+)?)=)?(?P<address>[A-Za-z][A-Za-z0-9+.-]*://.*)")


class Addressee(NamedTuple):
    """A receiver, which one of those that are there in each subdistrict or department, and why it is told."""

    receiver: str
    place: str | None
    because: ToldBecause

    @property
    def name(self) -> str:
        """How an address names it: ``district``, ``subdistrict:CODE``, ``department:CODE``."""
        return f"{self.receiver}:{self.place}" if self.place else self.receiver


# A digest is of the whole district.
OF_A_DIGEST: Final = (Addressee(DISTRICT.code, None, ToldBecause.ROUTE),)


def addressees(alert: Alert, table: Table) -> tuple[Addressee, ...]:
    """Everybody who is in an alert as it stands."""
    subject = alert.subject
    category = Category(subject.category) if subject.category else None
    routed = table.route(Matter(subject.type, category, None, alert.subdistrict, len(alert.calls) > 1))
    found: list[Addressee] = []
    if routed is not None:
        found += [Addressee(*told, ToldBecause.ROUTE) for told in routed.at_once]
        if alert.command is Role.DISTRICT and alert.subdistrict:
            found += [Addressee(*told, ToldBecause.UNANSWERED) for told in (routed.then or ((),))[0]]
    found += [Addressee(DEPARTMENT, call.department, ToldBecause.CALLED) for call in alert.calls]
    return tuple({one.name: one for one in reversed(found)}.values())[::-1]


def is_for(receiver: str | None, told: Sequence[Addressee]) -> bool:
    """Whether something goes to an address: one that names nobody takes everything; one without a place takes every place's."""
    return receiver is None or any(receiver in {one.name, one.receiver} for one in told)


def addressed(text: str) -> list[tuple[str | None, str]] | int:
    """Addresses with blanks between, each with its receiver where one is written before it; else the number of the first that is none."""
    found: list[tuple[str | None, str]] = []
    for number, word in enumerate(text.split(), start=1):
        read = _ADDRESS.fullmatch(word)
        if read is None:
            return number
        found.append((read["receiver"], read["address"]))
    return found
