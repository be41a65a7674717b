"""What people do about an alert, one thing at a time.

Belongs here: who says it and of which alert, checked; a refusal as a sentence. Does not: who may do what (``transforms.alerts.machine``),
looking at alerts (``flows.alerts.looks``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from flows.stores import Context
from infra.errors import SifangError
from infra.warehouse.alerts.alerts import identities_like
from infra.warehouse.alerts.handling import carry_out
from infra.warehouse.nights.nights import latest_night
from transforms.alerts.machine.commands import Actor, Command
from transforms.alerts.machine.decide import Refusal
from transforms.alerts.machine.rules import Rules
from transforms.reports.keys import derived
from transforms.words import Act, Outcome, Refused, Role
from transforms.words.harmless import quoted


class NoSuchAlertError(SifangError):
    """No alert is written so, or more than one."""


class RefusedActError(SifangError):
    """An act was refused; ``why`` is the code, ``seq`` the number at which the alert stands."""

    def __init__(self, message: str, remedy: str, why: Refused, seq: int | None) -> None:
        super().__init__(message, remedy)
        self.why = why
        self.seq = seq


@dataclass(frozen=True)
class Wish:
    """What somebody wants: ``alert`` is written as a list shows it, its identity or the beginning of it, then ``@`` and the number seen;
    ``by`` is ``district``, ``subdistrict:CODE`` or ``department:CODE``. The same wish by the same ``key`` is done once."""

    alert: str
    act: Act
    by: str
    departments: tuple[str, ...] = ()
    outcome: Outcome | None = None
    until: dt.datetime | None = None
    key: str | None = None


@dataclass(frozen=True)
class Done:
    """What came of it: the events, by name, and the number at which the alert stands now; none where it had been done by this key."""

    alert_id: str
    act: Act
    events: tuple[str, ...]
    seq: int | None


def act(context: Context, wish: Wish, now: dt.datetime) -> Done:
    """Do it.

    Raises:
        SifangError: the alert or the role is not known, or the wish is refused; the alert stays as it was.
    """
    identity, seen = find(context, wish.alert)
    if seen is None:
        raise SifangError(
            "An act names the number at which the alert was seen.",
            f"Look with `sifang alerts show {identity[:8]}`, then write {identity[:8]}@NUMBER.",
        )
    night = latest_night(context.warehouse) or now.astimezone(context.district.zone).date()
    command = Command(
        alert_id=identity,
        act=wish.act,
        key=_kept(context, wish) if wish.key else uuid.uuid4().hex,
        night=night,
        by=actor(context, wish.by),
        seen=seen,
        departments=_departments(context, wish.departments),
        outcome=wish.outcome,
        until=wish.until,
    )
    found = carry_out(context.warehouse, command, Rules.of(context.district, context.folder.calendar), now)
    if isinstance(found, Refusal):
        raise _refused(identity, found)
    return Done(identity, wish.act, tuple(event.event.value for event in found), found[-1].seq if found else None)


def find(context: Context, written: str) -> tuple[str, int | None]:
    """The identity of an alert as somebody wrote it, and the number they saw.

    Raises:
        NoSuchAlertError: none or several begin so.
        SifangError: the number is none.
    """
    start, _, number = written.partition("@")
    found = identities_like(context.warehouse, start) if start.isalnum() else []
    if len(found) != 1:
        said = "No alert" if not found else "More than one alert"
        raise NoSuchAlertError(f"{said} begins with {quoted(start)}.", "Write an identity as `sifang alerts list` shows it.")
    if number and not number.isdecimal():
        raise SifangError(f"{quoted(number)} is no number of an alert.", "Write an alert and its number, such as 3f2a91bc@4.")
    return found[0], int(number) if number else None


def actor(context: Context, written: str) -> Actor:
    """Who somebody says they are.

    Raises:
        SifangError: no role of this district.
    """
    role, _, place = written.partition(":")
    places = {
        Role.SUBDISTRICT: {s.code for s in context.district.subdistricts},
        Role.DEPARTMENT: set(context.district.departments),
        Role.DISTRICT: {""},
    }
    if role not in places or place not in places[Role(role)]:
        known = [f"{one}:{code}" if code else one.value for one, codes in places.items() for code in sorted(codes)]
        raise SifangError(f"{quoted(written)} is no role here.", f"Write one of: {', '.join(known)}.")
    return Actor(Role(role), place or None)


def _kept(context: Context, wish: Wish) -> str:
    """What is kept of the key of a wish, and of what it asks for: a key that was used for something else makes nothing done before.

    Whoever sends a key may make it of anything, a telephone too.

    Raises:
        SifangError: the district's own key is not at hand.
    """
    under = derived(context.settings.district_key(context.code), "wishes")
    asked = (wish.key or "", wish.act, wish.by, *wish.departments, wish.outcome or "", wish.until.isoformat() if wish.until else "")
    return hashlib.blake2b("\n".join(asked).encode("utf-8", "surrogateescape"), key=under, digest_size=16).hexdigest()


def _departments(context: Context, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Departments by their codes or, as lists show them, by their names.

    Raises:
        SifangError: there is no such department.
    """
    called = {name: code for code, one in context.district.departments.items() for name in (one.name_zh, one.name_en)}
    codes = tuple(called.get(code, code) for code in codes)
    if unknown := [code for code in codes if code not in context.district.departments]:
        raise SifangError(f"{quoted(unknown[0])} is no department here.", f"Write one of: {', '.join(context.district.departments)}.")
    return tuple(dict.fromkeys(codes))


_REMEDIES = {
    Refused.STALE: "Look at it again, then repeat the command with the number that it shows.",
    Refused.PLACE: "Ask who has it: the list says whose it is.",
    Refused.ROLE: "Let the role do it whose it is.",
    Refused.NOT_CALLED: "It is first assigned to that department, or the department is called.",
    Refused.LACKS: "Resolving and closing need an outcome, assigning and calling a department, waiting a moment.",
    Refused.MOMENT: "Name a moment to come, no further ahead than the district's rules allow.",
}


def _refused(identity: str, refusal: Refusal) -> RefusedActError:
    stands = f"; it stands at {identity[:8]}@{refusal.seq}" if refusal.seq else ""
    remedy = _REMEDIES.get(refusal.why, "Nothing was changed.")
    return RefusedActError(f"Refused ({refusal.why.value}): {refusal.why.words.en}{stands}.", remedy, refusal.why, refusal.seq)
