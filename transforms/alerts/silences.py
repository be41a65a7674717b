"""Silences: for a while nobody is told of some alerts. They filter what is sent, never how an alert stands.

A silence names what it is about, has a reason and an end. It is looked at whenever something is sent, so one that ends lets through what
still stands, once per alert, and one that begins holds what waits. Escalating, reminding and expiring go on meanwhile.

Belongs here: what a silence covers, and what it held back. Does not: storing them (``infra.warehouse.alerts.silences``), sending
(``flows.alerts.deliver``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from transforms.alerts.machine.commands import About, Actor
from transforms.words import Role, SilenceReason


@dataclass(frozen=True)
class Scope:
    """What a silence is about: alerts that have all that is named. What is left out is not looked at; nothing named is no scope."""

    alert_id: str | None = None
    type: str | None = None
    category: str | None = None
    subdistrict: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it names nothing, and so would silence everything."""
        return not any((self.alert_id, self.type, self.category, self.subdistrict))

    def covers(self, alert_id: str, about: About) -> bool:
        """Whether an alert is one of these. What an alert does not have equals nothing."""
        has = (alert_id, about.subject.type, about.subject.category, about.subdistrict)
        named = (self.alert_id, self.type, self.category, self.subdistrict)
        return not self.is_empty and all(one is None or one == other for one, other in zip(named, has, strict=True))


@dataclass(frozen=True)
class Silence:
    """A silence over a scope, from ``begins`` until ``until`` or until somebody ended it; ``until_calm`` ends it as well once nothing that
    it covers goes on."""

    silence_id: str
    scope: Scope
    reason: SilenceReason
    begins: dt.datetime
    until: dt.datetime
    by: Actor
    until_calm: bool = False
    ended_at: dt.datetime | None = None

    @property
    def end(self) -> dt.datetime:
        """Its first moment no more."""
        return min(self.until, self.ended_at or self.until)

    def holds_at(self, moment: dt.datetime) -> bool:
        """Whether it holds at a moment; the stretch is half open."""
        return self.begins <= moment < self.end


def silenced_by(silences: Iterable[Silence], alert_id: str, about: About, now: dt.datetime) -> Silence | None:
    """The silence that keeps an alert from being told at a moment, the one that ends last; None where none does."""
    found = [silence for silence in silences if silence.holds_at(now) and silence.scope.covers(alert_id, about)]
    return max(found, key=lambda silence: (silence.end, silence.silence_id), default=None)


def was_held(silences: Iterable[Silence], alert_id: str, about: About, at: dt.datetime, now: dt.datetime) -> bool:
    """Whether something that happened at a moment was kept back by a silence which is over by now."""
    return any(silence.holds_at(at) and silence.end <= now and silence.scope.covers(alert_id, about) for silence in silences)


def wrong(silence: Silence, longest: dt.timedelta) -> str | None:
    """Why a silence may not be made; None where it may."""
    if silence.scope.is_empty:
        return "a silence names what it is about: an alert, a type, a category or a subdistrict"
    if not silence.begins < silence.until <= silence.begins + longest:
        return f"a silence ends at a moment to come, no further ahead than {longest.days} days"
    if silence.by.role is Role.SUBDISTRICT and silence.scope.alert_id is None and silence.scope.subdistrict != silence.by.place:
        return "a subdistrict silences its own alerts alone"
    if silence.by.role not in {Role.SUBDISTRICT, Role.DISTRICT}:
        return "only a subdistrict or the district silences alerts"
    return None
