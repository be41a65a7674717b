"""The events of a night: what opens, goes on, calms down and ends, from how the subjects of every type stand and what was before.

Belongs here: what a night asks of alerts, the same for every type. Does not: how a subject stands (``transforms.alerts.types``), what
comes of asking (``transforms.alerts.machine``), who is told, outbox and delivery.

Entering and leaving have different thresholds. Calm nights in a row end an alert; a return soon after reopens it. A night that knows
nothing of a subject is neither hot nor calm: no data ends nothing. A cell that is no more, because its zone has ended, ends its alerts; a
line that is missing from a register ends none, for the hazard stands open all the same.
What is always hot goes over to the chronic list, and what somebody ended stays so until its place was calm. What the feeds tell of a place
moves its alert without anybody.
Each thing is asked once a night, whatever revision asks it: a run that is repeated brings nothing, an amended one only what is new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from transforms.alerts.alert import CELL, DISTRICT, PREMISES, Subject, alert_id
from transforms.alerts.machine.commands import About, AlertEvent, Command
from transforms.alerts.machine.decide import Refusal, decide
from transforms.alerts.machine.handling import Alert, after, folds
from transforms.alerts.machine.rules import Rules
from transforms.alerts.machine.transitions import DONE
from transforms.alerts.types import RANK, TYPES, Seen, Tonight
from transforms.words import Act, AlertState, Level, Outcome

# What stays as it is says so once in a while, so that it does not count as forgotten.
KEEP_NIGHTS: Final = 7


def alert_events(before: Iterable[AlertEvent], tonight: Tonight, rules: Rules, now: dt.datetime) -> tuple[AlertEvent, ...]:
    """The events that a night brings, those of an alert in their order.

    Args:
        before: all events of the alerts that may matter: those that go on, and those that ended not long ago.
        tonight: what the night knows.
        rules: of handling.
        now: the moment (aware) of the events.
    """
    before = tuple(before)
    asked = _Asked(tonight, rules, now, folds(before))
    # A night that is run again has nothing to say of what a later one has moved on: it sees how that stands now, not how it stood then.
    later = {event.about.subject for event in before if event.night > tonight.night and not event.taken_back}
    latest: dict[Subject, Alert] = {}
    for alert in sorted(asked.alerts.values(), key=lambda a: (a.episode, a.alert_id)):
        # An alert that was taken back never was.
        if alert.state is not AlertState.RETRACTED and alert.subject not in later:
            latest[alert.subject] = alert
    watched = [subject.code for subject, alert in latest.items() if not alert.is_over]
    opening: list[tuple[Subject, Seen]] = []
    for kind in TYPES.values():
        for seen in kind.seen(tonight, watched):
            subject = Subject(kind.code, seen.kind, seen.subject, seen.category)
            if subject not in later and asked.about(latest.get(subject), seen):
                opening.append((subject, seen))
    asked.open(opening)
    cells = set(tonight.scores["cell_id"].unique())
    for subject, alert in latest.items():
        if alert.is_over:
            continue
        if subject.kind == CELL and subject.code not in cells:
            # Its zone has ended: no night will ever see it calm.
            asked.ask(alert.alert_id, Act.END, alert.level)
        elif subject.kind == CELL or (subject.kind == PREMISES and subject.code in tonight.premises):
            asked.hear(alert)
    return tuple(sorted(asked.events, key=lambda e: (e.alert_id, e.seq)))


@dataclass
class _Asked:
    """What a night asks, and what came of it so far."""

    tonight: Tonight
    rules: Rules
    now: dt.datetime
    alerts: dict[str, Alert]
    events: list[AlertEvent] = field(default_factory=list)

    def about(self, current: Alert | None, seen: Seen) -> bool:
        """What a subject that stands so asks of its newest alert; whether it opens another one."""
        if current is not None and _moved(current, seen, self.tonight.night):
            # Whoever has it there cannot do anything about it any more, and whoever can has to be told.
            self.ask(current.alert_id, Act.END, current.level)
            return True
        opens = False
        for act in _acts(current, seen, self.tonight):
            if act is Act.OPEN or current is None:
                opens = True
                continue
            # A level alert that resumes on a night just above the exit is still at its own level.
            lower = act is Act.RESUME and seen.level is not None and RANK[seen.level] < RANK[Level.ORANGE]
            self.ask(current.alert_id, act, current.level if lower else seen.level)
            if act is Act.CALM and self.alerts[current.alert_id].calm_nights >= self.tonight.rules.calm_nights:
                self.ask(current.alert_id, Act.END, seen.level)
        return opens

    def open(self, found: list[tuple[Subject, Seen]]) -> None:
        """Open alerts, the first by rank in front; what is beyond the budget of its subdistrict or the district opens quietly.

        Those that an earlier run of this night opened count against both. Where a source is silent, nothing that hangs on it opens.
        """
        night, rules = self.tonight.night, self.tonight.rules
        told = [alert.subdistrict for alert in self.alerts.values() if _counts(alert, night)]
        for subject, seen in sorted(found, key=lambda one: (-one[1].rank, one[0].type, one[0].code, one[0].category or "")):
            if subject.category in self.tonight.inhibited and TYPES[subject.type].inferred:
                continue
            place = self.tonight.subdistricts.get(seen.subject) if seen.kind == CELL else seen.place
            full = len(told) >= rules.budget_district or (place is not None and told.count(place) >= rules.budget_subdistrict)
            quiet = full and TYPES[subject.type].budgeted and seen.kind != DISTRICT
            if TYPES[subject.type].budgeted and not quiet:
                told.append(place)
            about = About(subject, night, place, quiet)
            self.ask(alert_id(self.tonight.district, subject, night), Act.OPEN, seen.level, about)

    def hear(self, alert: Alert) -> None:
        """What the feeds tell of an alert's place moves it without anybody."""
        since = alert.clock_from.astimezone(self.rules.calendar.zone).date()
        for tells in self.tonight.heard.tells(alert.subject, since):
            self.ask(alert.alert_id, tells.act, alert.level, outcome=tells.outcome)

    def ask(self, identity: str, act: Act, level: str | None, about: About | None = None, outcome: Outcome | None = None) -> None:
        """Ask one thing; what was asked on this night before, or does not fit how an alert stands by now, brings nothing."""
        alert = self.alerts.get(identity)
        # A calm night counts once, however often it is looked at; all else follows from how the alert stands.
        once = "" if act is Act.CALM else f":{alert.seq if alert else 0}"
        command = Command(identity, act, f"{self.tonight.night}:{act}{once}", self.tonight.night, level=level, about=about, outcome=outcome)
        found = decide(alert, command, self.rules, self.now)
        if isinstance(found, Refusal):
            return
        for event in found:
            self.alerts[identity] = after(self.alerts.get(identity), event)
            self.events.append(event)


def _counts(alert: Alert, night: dt.date) -> bool:
    kind = TYPES.get(alert.subject.type)
    return kind is not None and kind.budgeted and alert.episode == night and not alert.about.quiet and not alert.is_over


def _moved(alert: Alert, seen: Seen, night: dt.date) -> bool:
    """Whether the alert on premises is that of another subdistrict than the one in which their register says now that they lie."""
    elsewhere = seen.place is not None and seen.place != alert.subdistrict
    return seen.kind == PREMISES and seen.hot and elsewhere and not alert.is_over and alert.episode < night


def _acts(alert: Alert | None, seen: Seen, tonight: Tonight) -> Iterator[Act]:
    if alert is None or alert.is_over:
        yield from _returns(alert, seen, tonight)
        return
    if seen.calm:
        yield Act.CALM
        return
    if seen.hot and seen.chronic:
        yield Act.LIST
        return
    if seen.hot and seen.anew and alert.state in DONE and (alert.calm_nights or _came_since(seen, alert.last_night)):
        yield Act.REOPEN
    elif alert.calm_nights:
        yield Act.RESUME
    elif (tonight.night - alert.last_night).days >= KEEP_NIGHTS:
        yield Act.KEEP
    if seen.level is None or alert.level is None:
        return
    if RANK[seen.level] > RANK[alert.level]:
        yield Act.RAISE
    elif RANK[seen.level] < RANK[alert.level] and seen.level in {Level.ORANGE.value, Level.RED.value}:
        yield Act.EASE


def _came_since(seen: Seen, night: dt.date) -> bool:
    """Whether a place was calm after a night, or is hot for what that night did not know."""
    return seen.calmed_on is not None and seen.calmed_on > night


def _returns(alert: Alert | None, seen: Seen, tonight: Tonight) -> Iterator[Act]:
    """What is hot and has no alert that goes on: a new one, the former one anew, or nothing."""
    if not seen.hot or seen.chronic:
        return
    if alert is None or alert.ended_night is None:
        if seen.news:
            yield Act.OPEN
        return
    soon = (tonight.night - alert.ended_night).days <= tonight.rules.reopen_nights
    by_hand = alert.calm_nights < tonight.rules.calm_nights
    # Somebody ended it while its place was hot: it is over until the place was calm since, or has long cooled down.
    if by_hand and not _came_since(seen, alert.ended_night) and (soon or seen.calmed_on is not None):
        return
    if soon and seen.sure:
        yield Act.REOPEN
    elif not soon and seen.news:
        yield Act.OPEN
