"""The events of a night: what opens, goes on, calms down and ends, from how the subjects of every type stand and what was before.

Belongs here: the life of an alert, the same for every type. Does not: how a subject stands (``transforms.alerts.types``), who is told,
outbox and delivery.

Entering and leaving have different thresholds. Calm nights in a row end an alert; a return soon after reopens it. A night that knows
nothing of a subject is neither hot nor calm: no data ends nothing. A cell that is no more, because its zone has ended, ends its alerts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from transforms.alerts.alert import CELL, Alert, Happened, Subject, alert_id, fold
from transforms.alerts.types import RANK, TYPES, Seen, Tonight
from transforms.district.declaration import AlertRules
from transforms.schema import ALERT_EVENTS
from transforms.words import Event, Level


def alert_events(before: pl.DataFrame, tonight: Tonight) -> pl.DataFrame:
    """The events of one night, schema ``ALERT_EVENTS``, sorted.

    Args:
        before: events of earlier nights; those of tonight or later are not looked at.
        tonight: what the night knows.
    """
    night, rules = tonight.night, tonight.rules
    latest: dict[Subject, Alert] = {}
    for alert in sorted(fold(before.filter(pl.col("night") < night)), key=lambda a: a.episode):
        latest[alert.subject] = alert
    events: list[Happened] = []
    watched = [subject.code for subject, alert in latest.items() if alert.is_open]
    for kind in TYPES.values():
        for seen in kind.seen(tonight, watched):
            subject = Subject(kind.code, seen.kind, seen.subject, seen.category)
            current = latest.get(subject)
            for event in _step(current, seen, rules, night):
                episode = current.episode if current and event is not Event.OPENED else night
                # A level alert that resumes on a night just above the exit is still at its own level.
                lower = event is Event.RESUMED and seen.level is not None and RANK[seen.level] < RANK[Level.ORANGE]
                level = current.level if current and lower else seen.level
                events.append(_event(tonight, subject, episode, event, level))
    present = set(tonight.scores["cell_id"].unique())
    for subject, alert in latest.items():
        # Its zone has ended: no night will ever have a score that could calm it.
        if alert.is_open and subject.kind == CELL and subject.code not in present:
            events.append(_event(tonight, subject, alert.episode, Event.ENDED, alert.level))
    return pl.DataFrame(events, schema=ALERT_EVENTS, orient="row").sort("alert_id", "event")


def _event(tonight: Tonight, subject: Subject, episode: dt.date, event: Event, level: str | None) -> Happened:
    identity = alert_id(tonight.district, subject, episode)
    return Happened(identity, tonight.night, event.value, subject.type, subject.kind, subject.code, subject.category, episode, level)


def _step(alert: Alert | None, seen: Seen, rules: AlertRules, night: dt.date) -> Iterable[Event]:
    if alert is None or not alert.is_open:
        if seen.hot:
            ended = alert.ended_night if alert else None
            yield Event.REOPENED if ended and (night - ended).days <= rules.reopen_nights else Event.OPENED
        return
    if seen.calm:
        yield Event.CALM
        if alert.calm_nights + 1 >= rules.calm_nights:
            yield Event.ENDED
        return
    if alert.calm_nights:
        yield Event.RESUMED
    if seen.level is None or alert.level is None:
        return
    if RANK[seen.level] > RANK[alert.level]:
        yield Event.RAISED
    elif RANK[seen.level] < RANK[alert.level] and seen.level in {Level.ORANGE.value, Level.RED.value}:
        yield Event.EASED
