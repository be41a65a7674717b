"""What is asked of an alert, and what happened to it.

Belongs here: the two shapes, and the identity of an event. Does not: deciding (``transforms.alerts.machine.decide``), events as a frame
(``transforms.alerts.machine.frames``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Final

from transforms.alerts.alert import Subject
from transforms.words import Act, Event, Outcome, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A role, and whose: the subdistrict or the department by code. The district and the system are nobody's in particular."""

    role: Role
    place: str | None = None


SYSTEM: Final = Actor(Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class About:
    """What an alert that opens is about; of no subdistrict where it lies in none. One that is ``quiet`` is told in the digest only."""

    subject: Subject
    episode: dt.date
    subdistrict: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One thing asked of one alert, on the picture of a night.

    ``key`` names it: the same key is the same command, however often it arrives. ``seen`` is the newest sequence number that its sender
    knew; the system, which looks while it decides, names none.
    """

    alert_id: str
    act: Act
    key: str
    night: dt.date
    by: Actor = SYSTEM
    seen: int | None = None
    departments: tuple[str, ...] = ()
    outcome: Outcome | None = None
    until: dt.datetime | None = None
    level: str | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One thing that happened to an alert. Its identity is the alert and its number, which leaves no gap.

    ``steps`` are those of a sweep that it took: all that were due, of which an outage may have kept several waiting. One that is
    ``taken_back`` came of a night that was: it keeps its number and counts for nothing.
    """

    alert_id: str
    seq: int
    event: Event
    at: dt.datetime
    night: dt.date
    key: str
    by: Actor
    about: About
    departments: tuple[str, ...] = ()
    outcome: Outcome | None = None
    until: dt.datetime | None = None
    level: str | None = None
    steps: tuple[str, ...] = ()
    taken_back: bool = False

    @property
    def event_id(self) -> str:
        """The same in every run, and of no other event: a receiver can tell a repetition from news."""
        return hashlib.blake2b(f"{self.alert_id}|{self.seq}".encode(), digest_size=10).hexdigest()
