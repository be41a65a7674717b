"""Looking at alerts: the list, one of them with all that happened, and what one shift hands over to the next.

Belongs here: gathering, as values. Does not: doing something about one (``flows.alerts.acts``), drawing (``flows.cli.draw.alerts``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from flows.alerts.acts import NoSuchAlertError, find
from flows.alerts.naming import require_names
from flows.alerts.routes import Step, who_is_told
from flows.alerts.silences import silenced_until
from flows.stores import Context
from infra.warehouse.alerts.alerts import alerts_of, events_of_alert
from infra.warehouse.alerts.outbox import delivered_at
from infra.warehouse.nights.nights import latest_night
from infra.warehouse.nights.scores import scores_of
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.handling import fold
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.steps import EXPIRE, pending
from transforms.alerts.machine.transitions import OVER
from transforms.alerts.routing import Matter
from transforms.alerts.subjects import Names
from transforms.alerts.types import TYPES
from transforms.alerts.visible import SHORT, Line, Viewer, reduced
from transforms.schema.plain import records
from transforms.schema.scores import Score
from transforms.scoring.explain import drivers
from transforms.words import AlertState, Audience, Category, Event, Level, NoDue, Outcome, Role, Words
from transforms.words.harmless import quoted

__all__ = ["ClockLeft", "Handover", "Happened", "Line", "Listing", "Shown", "Wanted", "handover", "listed", "shown"]


@dataclass(frozen=True)
class Wanted:
    """Which alerts a list shows; what is left out does not narrow it. Those that are over only where they are asked for."""

    state: AlertState | None = None
    type: str | None = None
    category: Category | None = None
    level: Level | None = None
    subdistrict: str | None = None
    department: str | None = None
    every: bool = False


@dataclass(frozen=True)
class Listing:
    """Alerts, those that are due first in front."""

    district: str
    at: dt.datetime
    alerts: tuple[Line, ...]


@dataclass(frozen=True)
class Happened:
    """One thing that happened: who did it, to whom it went, what came of it; whether it counts no more, and when it was told."""

    seq: int
    at: dt.datetime
    night: dt.date
    event: Event
    role: Role
    place: str | None
    level: str | None
    departments: tuple[str, ...]
    outcome: Outcome | None
    until: dt.datetime | None
    taken_back: bool
    delivered_at: dt.datetime | None


@dataclass(frozen=True)
class ClockLeft:
    """Something that is waited for: of whom, until when, what is left of it (less than nothing: it is overdue), or why nobody can say."""

    waits_for: str
    department: str | None
    due: dt.datetime | None
    left: dt.timedelta | None
    no_due: NoDue | None


@dataclass(frozen=True)
class Shown:
    """One alert: how it stands, why (what drives its place, on the newest night), what is waited for, who is told, what happened."""

    alert: Line
    why: tuple[Words, ...]
    clocks: tuple[ClockLeft, ...]
    told: Step
    then: tuple[Step, ...]
    timeline: tuple[Happened, ...]


@dataclass(frozen=True)
class Handover:
    """What one shift hands over to the next; an alert may stand under several heads."""

    district: str
    at: dt.datetime
    unanswered: tuple[Line, ...]
    in_hand: tuple[Line, ...]
    overdue: tuple[Line, ...]
    due_today: tuple[Line, ...]
    waiting: tuple[Line, ...]
    silenced: tuple[Line, ...]
    calendar_unknown: tuple[Line, ...]


# Whoever works on the machine itself is the district's.
HERE = Viewer(Audience.STAFF, Role.DISTRICT)


def listed(context: Context, wanted: Wanted, now: dt.datetime, viewer: Viewer = HERE) -> Listing:
    """The alerts that somebody wants to see, as far as they may.

    Raises:
        WrongNameError: a name stands for nothing here.
    """
    require_names(context, kind=wanted.type, subdistrict=wanted.subdistrict, department=wanted.department)
    chosen = tuple(line for line in _lines(context, now, viewer) if _is_wanted(line, wanted))
    return Listing(context.code, now.astimezone(context.district.zone), chosen)


def shown(context: Context, written: str, now: dt.datetime, viewer: Viewer = HERE) -> Shown:
    """One alert, as far as somebody may see it.

    Raises:
        NoSuchAlertError: there is none that is written so, or there are several, or it is not theirs to see.
    """
    identity, _ = find(context, written)
    events = events_of_alert(context.warehouse, identity)
    alert, rules = fold(events), Rules.of(context.district, context.folder.calendar)
    assert alert is not None
    line = next((line for line in _lines(context, now, viewer) if line.alert_id == identity), None)
    if line is None:
        raise NoSuchAlertError(f"No alert begins with {quoted(written)}.", "Write an identity as a list shows it.")
    if viewer.audience is not Audience.STAFF:
        return Shown(line, (), (), Step(()), (), ())
    zone = context.district.zone
    clocks = []
    for step in pending(alert, rules):
        clock, _, rest = step.name.partition(":")
        due, no_due = (None, step.due) if isinstance(step.due, NoDue) else (step.due.astimezone(zone), None)
        if clock != EXPIRE:
            clocks.append(ClockLeft(clock, rest.split(":")[0] or None, due, due - now if due else None, no_due))
    subject = alert.subject
    matter = Matter(subject.type, Category(subject.category) if subject.category else None, None, alert.subdistrict, len(alert.calls) > 1)
    routed = who_is_told(context.folder, matter)
    told = delivered_at(context.warehouse, identity)
    timeline = tuple(_happened(event, told, context) for event in events)
    told_now, then = routed.at_once, routed.then
    if alert.command is Role.DISTRICT and alert.subdistrict and then:
        # It went up: who is told now are those above as well (``transforms.alerts.addressing``).
        told_now, then = Step((*told_now.told, *then[0].told)), then[1:]
    return Shown(line, _why(context, line), tuple(clocks), told_now, then, timeline)


def handover(context: Context, now: dt.datetime, subdistrict: str | None = None, viewer: Viewer = HERE) -> Handover:
    """What stands open at this moment, by what it asks for; of one subdistrict where one is named.

    Raises:
        WrongNameError: there is no such subdistrict.
    """
    require_names(context, subdistrict=subdistrict)
    zone = context.district.zone
    today = now.astimezone(zone).date()
    lines = [line for line in _lines(context, now, viewer) if line.state not in OVER and subdistrict in {None, line.subdistrict}]
    return Handover(
        context.code,
        now.astimezone(zone),
        unanswered=tuple(line for line in lines if line.state in {AlertState.OPEN, AlertState.REOPENED}),
        in_hand=tuple(line for line in lines if line.state not in {AlertState.OPEN, AlertState.REOPENED}),
        overdue=tuple(line for line in lines if line.due and line.due <= now),
        due_today=tuple(line for line in lines if line.due and line.due > now and line.due.date() == today),
        waiting=tuple(line for line in lines if line.waiting_until and line.waiting_until > now),
        silenced=tuple(line for line in lines if line.silenced_until),
        calendar_unknown=tuple(line for line in lines if line.no_due),
    )


def _lines(context: Context, now: dt.datetime, viewer: Viewer) -> list[Line]:
    """Every alert that somebody may see, reduced to what they may see of it; those that are due first in front."""
    return [seen for line in _every_line(context, now) if (seen := reduced(line, viewer))]


def _every_line(context: Context, now: dt.datetime) -> list[Line]:
    called, silent = Names(context.district, context.folder.cells), silenced_until(context, now)
    # What was never due, and what is due last, stand behind.
    found = alerts_of(context.warehouse).sort("next_due_at", "opened_night", "alert_id", nulls_last=True)

    def local(moment: dt.datetime | None) -> dt.datetime | None:
        return moment.astimezone(context.district.zone) if moment else None

    return [
        Line(
            ref=f"{row['alert_id'][:SHORT]}@{row['seq']}",
            alert_id=row["alert_id"],
            state=AlertState(row["state"]),
            level=row["level"],
            subdistrict=row["subdistrict"],
            type=row["type"],
            category=row["category"],
            subject_kind=row["subject_kind"],
            subject=row["subject"],
            name=called.subject(row["subject_kind"], row["subject"]).name,
            in_charge=Role(row["in_charge"]),
            department=row["lead_department"],
            called=tuple((row["called"] or "").split()),
            quiet=row["quiet"],
            since=row["opened_night"],
            ended=row["ended_night"],
            due=local(row["next_due_at"]),
            no_due=NoDue(row["no_due"]) if row["no_due"] else None,
            waiting_until=local(row["waiting_until"]),
            silenced_until=local(silent.get(row["alert_id"])),
        )
        for row in found.iter_rows(named=True)
    ]


def _is_wanted(line: Line, wanted: Wanted) -> bool:
    asked = (wanted.state, wanted.type, wanted.category, wanted.level, wanted.subdistrict, wanted.department)
    has = (line.state, line.type, line.category, line.level, line.subdistrict, line.department)
    if any(one is not None and one != other for one, other in zip(asked, has, strict=True)):
        return False
    return wanted.every or wanted.state is not None or line.state not in OVER


def _happened(event: AlertEvent, told: Mapping[int, dt.datetime], context: Context) -> Happened:
    zone = context.district.zone
    return Happened(
        seq=event.seq,
        at=event.at.astimezone(zone),
        night=event.night,
        event=event.event,
        role=event.by.role,
        place=event.by.place,
        level=event.level,
        departments=event.departments,
        outcome=event.outcome,
        until=event.until.astimezone(zone) if event.until else None,
        taken_back=event.taken_back,
        delivered_at=told[event.seq].astimezone(zone) if event.seq in told else None,
    )


def _why(context: Context, line: Line) -> tuple[Words, ...]:
    """What its type says of it, then what drives its place on the newest night, strongest first; words, never numbers."""
    known = TYPES.get(line.type or "")
    said = [known.line.filled(level=Level(line.level).words if line.level else "")] if known else []
    night = latest_night(context.warehouse)
    if night is None or line.category is None:
        return tuple(said)
    row = scores_of(context.warehouse, night).filter(pl.col("category") == line.category, pl.col("cell_id") == line.subject)
    return (*said, *(cause.words for score in records(Score, row) for cause in drivers(score)))
