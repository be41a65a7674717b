"""Alerts on places: when a cell enters orange or red, when a red surge shows in it or in the whole district, when it has calmed down.

Belongs here: events of a night from the events before it, and the one fold that makes an alert of its events, those of people among them.
Does not: who is told, outbox and delivery, storing events (``infra.warehouse``).

An alert is (district, type, subject kind, subject, category, episode); the episode is the night of its first opening, so a re-run of
the same night finds the same alert. Entering and leaving have different thresholds: a level alert opens at a level and calms below a lower
score; a surge alert opens on a red surge and calms when not even a watch is left. Calm nights in a row end it; a return soon after reopens
it. A night without a score, or without a surge test, is neither hot nor calm: no data ends nothing. A cell that is no more, because its
zone has ended, ends its alerts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

import polars as pl

from transforms.district.declaration import AlertRules
from transforms.schema import ALERT_EVENTS, LEVELS, AlertType, Category, Level, Surge

RANK = {level.value: k for k, level in enumerate(LEVELS)}


class Event(StrEnum):
    """What can happen to an alert, in the order in which it does where one night has several and nobody knows when they were recorded.

    ``calm`` and ``resumed`` count quiet nights; they tell nobody anything.
    """

    OPENED = "opened"
    RAISED = "raised"
    EASED = "eased"
    CALM = "calm"
    RESUMED = "resumed"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    ENDED = "ended"
    CLOSED = "closed"
    EXPIRED = "expired"
    RETRACTED = "retracted"
    REOPENED = "reopened"


class AlertState(StrEnum):
    """How an alert stands."""

    OPEN = "open"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    EXPIRED = "expired"
    RETRACTED = "retracted"


# The state an event leads to; the others (a level that rose or eased, a calm night) leave the state as it is.
STATE_AFTER: Final = {
    Event.OPENED: AlertState.OPEN,
    Event.REOPENED: AlertState.REOPENED,
    Event.ACKNOWLEDGED: AlertState.ACKNOWLEDGED,
    Event.ASSIGNED: AlertState.ASSIGNED,
    Event.ESCALATED: AlertState.ESCALATED,
    Event.RESOLVED: AlertState.RESOLVED,
    Event.ENDED: AlertState.CLOSED,
    Event.CLOSED: AlertState.CLOSED,
    Event.EXPIRED: AlertState.EXPIRED,
    Event.RETRACTED: AlertState.RETRACTED,
}
OVER: Final = frozenset({AlertState.CLOSED, AlertState.EXPIRED, AlertState.RETRACTED})
# What people do about an alert makes its place no calmer and no hotter; these begin the count of calm nights anew.
_DISTURBS: Final = frozenset({Event.OPENED, Event.REOPENED, Event.RAISED, Event.RESUMED})


class Subject(NamedTuple):
    """What an alert is about: with the district and the night of its first opening, its identity."""

    type: str
    kind: str
    code: str
    category: str


class Seen(NamedTuple):
    """How a subject stands tonight; neither hot nor calm leaves its alert as it is. Only a level alert has a level."""

    hot: bool
    calm: bool
    level: str | None = None


@dataclass(frozen=True)
class Alert:
    """The fold of one alert's events."""

    alert_id: str
    subject: Subject
    episode: dt.date
    state: AlertState
    level: str | None
    calm_nights: int
    opened_night: dt.date
    last_night: dt.date
    ended_night: dt.date | None

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.state not in OVER


def alert_id(district: str, subject: Subject, episode: dt.date) -> str:
    """Identity of an alert, the same in every run."""
    text = "|".join((district, *subject, episode.isoformat()))
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def fold(events: pl.DataFrame) -> list[Alert]:
    """Alerts from all their events, in order of ``alert_id``; an alert without an opening counts as open from its first event on.

    Args:
        events: schema ``ALERT_EVENTS``, in any order. Where it has ``recorded_at`` too, that orders the events of one night.
    """
    alerts: dict[str, Alert] = {}
    clock = [c for c in ("night", "recorded_at") if c in events.columns]
    order = pl.col("event").replace_strict({e.value: k for k, e in enumerate(Event)}, return_dtype=pl.Int64)
    for row in events.sort(*clock, order, "alert_id").iter_rows(named=True):
        alerts[row["alert_id"]] = _apply(alerts.get(row["alert_id"]), row)
    return [alerts[key] for key in sorted(alerts)]


def _apply(alert: Alert | None, row: dict[str, Any]) -> Alert:
    event, night = Event(row["event"]), row["night"]
    was = alert or Alert(
        alert_id=row["alert_id"],
        subject=Subject(row["type"], row["subject_kind"], row["subject"], row["category"]),
        episode=row["episode"],
        state=AlertState.OPEN,
        level=None,
        calm_nights=0,
        opened_night=night,
        last_night=night,
        ended_night=None,
    )
    state = STATE_AFTER.get(event, was.state)
    return replace(
        was,
        state=state,
        # On a calm night the row carries the cell's level of that night, which is not yet the alert's.
        level=was.level if event is Event.CALM or row["level"] is None else row["level"],
        calm_nights=was.calm_nights + 1 if event is Event.CALM else 0 if event in _DISTURBS else was.calm_nights,
        last_night=night,
        ended_night=None if state not in OVER else night if event in STATE_AFTER else was.ended_night,
    )


def alert_events(
    before: pl.DataFrame, scores: pl.DataFrame, district_surges: pl.DataFrame, district: str, rules: AlertRules, night: dt.date
) -> pl.DataFrame:
    """The events of one night, schema ``ALERT_EVENTS``, sorted.

    Args:
        before: events of earlier nights; those of tonight or later are not looked at.
        scores: tonight's rows of ``SCORES``; ``political`` never opens an alert on a cell.
        district_surges: tonight's rows of ``DISTRICT_SURGES``.
        district: code.
        rules: thresholds and nights.
        night: tonight.
    """
    latest: dict[Subject, Alert] = {}
    for alert in sorted(fold(before.filter(pl.col("night") < night)), key=lambda a: a.episode):
        latest[alert.subject] = alert
    events: list[dict[str, Any]] = []
    open_on = [subject.code for subject, alert in latest.items() if alert.is_open]
    # Nothing can happen to a calm cell without an alert, and most are that.
    stirring = pl.col("level").is_in([level for level in RANK if RANK[level] >= RANK[rules.enter]]) | (pl.col("surge") == Surge.RED)
    residents = scores.filter(pl.col("category") != Category.POLITICAL.value, stirring | pl.col("cell_id").is_in(open_on))
    for subject, seen in (*_levels(residents, rules), *_surges(residents), *_district_surges(district_surges, district)):
        current = latest.get(subject)
        for event in _step(current, seen, rules, night):
            episode = current.episode if current and event is not Event.OPENED else night
            # A level alert that resumes on a night just above the exit is still at its own level.
            lower = event is Event.RESUMED and seen.level is not None and RANK[seen.level] < RANK[Level.ORANGE]
            events.append(_event(district, subject, episode, night, event, current.level if current and lower else seen.level))
    present = set(scores["cell_id"].unique())
    for subject, alert in latest.items():
        # Its zone has ended: no night will ever have a score that could calm it.
        if alert.is_open and subject.kind == "cell" and subject.code not in present:
            events.append(_event(district, subject, alert.episode, night, Event.ENDED, alert.level))
    return pl.DataFrame(events, schema=ALERT_EVENTS).sort("alert_id", "event")


def _levels(scores: pl.DataFrame, rules: AlertRules) -> Iterator[tuple[Subject, Seen]]:
    levelled = scores.filter(pl.col("level").is_not_null())
    for category, cell, score, level in levelled.select("category", "cell_id", "score", "level").iter_rows():
        hot = RANK[level] >= RANK[rules.enter]
        yield Subject(AlertType.LEVEL.value, "cell", cell, category), Seen(hot, not hot and score < rules.exit_score, level)


def _surges(scores: pl.DataFrame) -> Iterator[tuple[Subject, Seen]]:
    tested = scores.filter(pl.col("surge").is_not_null())
    for category, cell, surge in tested.select("category", "cell_id", "surge").iter_rows():
        yield Subject(AlertType.SURGE.value, "cell", cell, category), Seen(surge == Surge.RED, surge == Surge.NONE)


def _district_surges(surges: pl.DataFrame, district: str) -> Iterator[tuple[Subject, Seen]]:
    for category, red in surges.group_by("category").agg((pl.col("surge") == Surge.RED.value).any()).sort("category").iter_rows():
        yield Subject(AlertType.SURGE.value, "district", district, category), Seen(red, not red)


def _event(district: str, subject: Subject, episode: dt.date, night: dt.date, event: Event, level: str | None) -> dict[str, Any]:
    return {
        "alert_id": alert_id(district, subject, episode),
        "night": night,
        "event": event.value,
        "type": subject.type,
        "subject_kind": subject.kind,
        "subject": subject.code,
        "category": subject.category,
        "episode": episode,
        "level": level,
    }


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
