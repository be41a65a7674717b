"""Level alerts: when a cell enters orange or red, how it moves, when it has calmed down.

Belongs here: events of a night from the events before it, and the fold that makes an alert of its events. Does not: who is told, outbox
and delivery, storing events (``infra.warehouse``).

An alert is (district, type, subject kind, subject, category, episode); the episode is the night of its first opening, so a re-run of
the same night finds the same alert. Entering and leaving have different thresholds; calm nights in a row end it; a return soon after
reopens it. A night without a score is neither hot nor calm: no data ends nothing. A cell that is no more, because its zone has ended, ends
its alert.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from transforms.district import AlertRules
from transforms.schema import ALERT_EVENTS, LEVELS, Category, Level

TYPE = "level"
SUBJECT_KIND = "cell"


class Event(StrEnum):
    """What can happen to a level alert. ``calm`` and ``resumed`` count quiet nights; they tell nobody anything."""

    OPENED = "opened"
    RAISED = "raised"
    EASED = "eased"
    CALM = "calm"
    RESUMED = "resumed"
    ENDED = "ended"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Alert:
    """The fold of one alert's events."""

    alert_id: str
    subject: str
    category: str
    episode: dt.date
    level: str
    is_open: bool
    calm_nights: int
    last_night: dt.date
    ended_night: dt.date | None


def alert_id(district: str, subject: str, category: str, episode: dt.date) -> str:
    """Identity of a level alert, the same in every run."""
    text = f"{district}|{TYPE}|{SUBJECT_KIND}|{subject}|{category}|{episode.isoformat()}"
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def fold(events: pl.DataFrame) -> list[Alert]:
    """Alerts from their events (schema ``ALERT_EVENTS``), in order of ``alert_id``."""
    alerts: dict[str, Alert] = {}
    order = {e.value: k for k, e in enumerate(Event)}
    for row in sorted(events.iter_rows(named=True), key=lambda r: (r["night"], order[r["event"]], r["alert_id"])):
        alerts[row["alert_id"]] = _apply(alerts.get(row["alert_id"]), row)
    return [alerts[key] for key in sorted(alerts)]


def _apply(alert: Alert | None, row: dict[str, Any]) -> Alert:
    event = Event(row["event"])
    calm = alert.calm_nights if alert else 0
    calm = calm + 1 if event is Event.CALM else calm if event in {Event.ENDED, Event.EASED} else 0
    return Alert(
        alert_id=row["alert_id"],
        subject=row["subject"],
        category=row["category"],
        episode=row["episode"],
        level=row["level"] if event is not Event.CALM or alert is None else alert.level,
        is_open=event is not Event.ENDED,
        calm_nights=calm,
        last_night=row["night"],
        ended_night=row["night"] if event is Event.ENDED else None,
    )


def level_events(before: pl.DataFrame, scores: pl.DataFrame, district: str, rules: AlertRules, night: dt.date) -> pl.DataFrame:
    """The events of one night, schema ``ALERT_EVENTS``, sorted.

    Args:
        before: events of earlier nights; those of tonight or later are not looked at.
        scores: tonight's rows of ``SCORES``; ``political`` never opens a level alert on a cell.
        district: code.
        rules: thresholds and nights.
        night: tonight.
    """
    rank = {level.value: k for k, level in enumerate(LEVELS)}
    latest: dict[tuple[str, str], Alert] = {}
    for alert in sorted(fold(before.filter(pl.col("night") < night)), key=lambda a: a.episode):
        latest[alert.category, alert.subject] = alert
    tonight = scores.filter((pl.col("category") != Category.POLITICAL.value) & pl.col("level").is_not_null())
    events: list[dict[str, Any]] = []
    for row in tonight.select("category", "cell_id", "score", "level").iter_rows(named=True):
        current = latest.get((row["category"], row["cell_id"]))
        hot = rank[row["level"]] >= rank[rules.enter]
        for event in _step(current, hot, row["score"], row["level"], rank, rules, night):
            fresh = event is Event.OPENED or current is None
            episode = night if fresh else current.episode if current else night
            # An alert that resumes on a night just above the exit is still at its own level.
            level = current.level if event is Event.RESUMED and current and rank[row["level"]] < rank[Level.ORANGE] else row["level"]
            events.append(_event(district, row["cell_id"], row["category"], episode, night, event, level))
    present = set(scores["cell_id"])
    for (category, subject), alert in latest.items():
        # Its zone has ended: no night will ever have a score that could calm it.
        if alert.is_open and subject not in present:
            events.append(_event(district, subject, category, alert.episode, night, Event.ENDED, alert.level))
    return pl.DataFrame(events, schema=ALERT_EVENTS).sort("alert_id", "event")


def _event(district: str, subject: str, category: str, episode: dt.date, night: dt.date, event: Event, level: str) -> dict[str, Any]:
    return {
        "alert_id": alert_id(district, subject, category, episode),
        "night": night,
        "event": event.value,
        "type": TYPE,
        "subject_kind": SUBJECT_KIND,
        "subject": subject,
        "category": category,
        "episode": episode,
        "level": level,
    }


def _step(
    alert: Alert | None, hot: bool, score: float, level: str, rank: dict[str, int], rules: AlertRules, night: dt.date
) -> Iterable[Event]:
    if alert is None or not alert.is_open:
        if hot:
            ended = alert.ended_night if alert else None
            yield Event.REOPENED if ended and (night - ended).days <= rules.reopen_nights else Event.OPENED
        return
    if not hot and score < rules.exit_score:
        yield Event.CALM
        if alert.calm_nights + 1 >= rules.calm_nights:
            yield Event.ENDED
        return
    if alert.calm_nights:
        yield Event.RESUMED
    if rank[level] > rank[alert.level]:
        yield Event.RAISED
    elif rank[level] < rank[alert.level] and level in {Level.ORANGE.value, Level.RED.value}:
        yield Event.EASED
