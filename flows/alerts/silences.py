"""Making, ending and looking at silences.

Belongs here: who may make one, what it would silence now, which end by themselves. Does not: what one covers
(``transforms.alerts.silences``), holding messages back (``flows.alerts.deliver``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from flows.alerts.acts import actor, find
from flows.alerts.naming import require_names
from flows.stores import Context
from infra.errors import SifangError
from infra.warehouse.alerts.alerts import alerts_of
from infra.warehouse.alerts.silences import end_silences, silences_of, store_silence
from transforms.alerts.alert import Subject
from transforms.alerts.machine.commands import About
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.transitions import GOING_ON
from transforms.alerts.silences import Scope, Silence, silenced_by, wrong
from transforms.words import Role, SilenceReason
from transforms.words.harmless import quoted


@dataclass(frozen=True)
class SilenceWish:
    """What somebody wants: ``alert`` as a list shows it, or what alerts have; ``by`` as in an act."""

    by: str
    reason: SilenceReason
    until: dt.datetime
    alert: str | None = None
    type: str | None = None
    category: str | None = None
    subdistrict: str | None = None
    until_calm: bool = False


@dataclass(frozen=True)
class SilenceLine:
    """A silence, and how many alerts that go on it matches now: one that matches none is listed like any other."""

    silence_id: str
    alert_id: str | None
    type: str | None
    category: str | None
    subdistrict: str | None
    reason: SilenceReason
    by: Role
    place: str | None
    begins: dt.datetime
    until: dt.datetime
    until_calm: bool
    matches_now: int


@dataclass(frozen=True)
class Silences:
    """Silences that hold at a moment, those that end first in front."""

    district: str
    at: dt.datetime
    silences: tuple[SilenceLine, ...]


def silence(context: Context, wish: SilenceWish, now: dt.datetime) -> SilenceLine:
    """Make a silence.

    Raises:
        SifangError: it names nothing, has no end, or is not theirs to make.
        WrongNameError: a name stands for nothing here.
    """
    require_names(context, kind=wish.type, subdistrict=wish.subdistrict)
    scope = Scope(find(context, wish.alert)[0] if wish.alert else None, wish.type, wish.category, wish.subdistrict)
    by = actor(context, wish.by)
    made = Silence(uuid.uuid4().hex[:10], scope, wish.reason, now, wish.until, by, wish.until_calm)
    said = wrong(made, Rules.of(context.district, context.folder.calendar).longest_wait)
    said = said or _foreign(context, made)
    if said is not None:
        raise SifangError(f"Refused: {said}.", "Nothing was silenced.")
    store_silence(context.warehouse, made)
    return _line(context, made, _going_on(context))


def end(context: Context, silence_id: str, by: str, now: dt.datetime) -> Silences:
    """End a silence before its time.

    Raises:
        SifangError: none of that name holds, or it is another's.
    """
    who = actor(context, by)
    found = next((s for s in silences_of(context.warehouse) if s.silence_id == silence_id and s.holds_at(now)), None)
    if found is None:
        raise SifangError(f"No silence that holds is called {quoted(silence_id)}.", "`sifang alerts silences` lists them.")
    if who.role is not Role.DISTRICT and who != found.by:
        raise SifangError("Refused: it is another's silence.", "Ask who made it, or the district.")
    end_silences(context.warehouse, [silence_id], now)
    return silences(context, now)


def silences(context: Context, now: dt.datetime) -> Silences:
    """Those that hold."""
    going_on = _going_on(context)
    found = sorted((s for s in silences_of(context.warehouse) if s.holds_at(now)), key=lambda s: (s.end, s.silence_id))
    return Silences(context.code, now.astimezone(context.district.zone), tuple(_line(context, each, going_on) for each in found))


def silenced_until(context: Context, now: dt.datetime) -> dict[str, dt.datetime]:
    """Until when alerts that go on are told to nobody, by identity; those that no silence covers have no such moment."""
    holding = [each for each in silences_of(context.warehouse) if each.holds_at(now)]
    if not holding:
        return {}
    found = {identity: silenced_by(holding, identity, about, now) for identity, about in _going_on(context).items()}
    return {identity: silence.end for identity, silence in found.items() if silence}


def end_calm(context: Context, now: dt.datetime) -> int:
    """End those that were to last until nothing that they cover goes on any more; how many."""
    lasting = [s for s in silences_of(context.warehouse) if s.until_calm and s.holds_at(now)]
    if not lasting:
        return 0
    going_on = _going_on(context)
    calm = [s.silence_id for s in lasting if not _matched(s, going_on)]
    return end_silences(context.warehouse, calm, now) if calm else 0


def _foreign(context: Context, made: Silence) -> str | None:
    """What a subdistrict says of one alert has to be about its own."""
    if made.by.role is Role.SUBDISTRICT and made.scope.alert_id is not None:
        about = _going_on(context).get(made.scope.alert_id)
        if about is None or about.subdistrict != made.by.place:
            return "a subdistrict silences its own alerts alone"
    return None


def _going_on(context: Context) -> dict[str, About]:
    found = alerts_of(context.warehouse, [state.value for state in GOING_ON])
    names = found.select("alert_id", "type", "subject_kind", "subject", "category").iter_rows()
    rest = found.select("episode", "subdistrict", "quiet").iter_rows()
    return {identity: About(Subject(*subject), *more) for (identity, *subject), more in zip(names, rest, strict=True)}


def _matched(silence: Silence, going_on: dict[str, About]) -> int:
    return sum(silence.scope.covers(identity, about) for identity, about in going_on.items())


def _line(context: Context, made: Silence, going_on: dict[str, About]) -> SilenceLine:
    zone = context.district.zone
    return SilenceLine(
        made.silence_id,
        **vars(made.scope),
        reason=made.reason,
        by=made.by.role,
        place=made.by.place,
        begins=made.begins.astimezone(zone),
        until=made.end.astimezone(zone),
        until_calm=made.until_calm,
        matches_now=_matched(made, going_on),
    )
