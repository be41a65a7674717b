"""An alert: what it is about, and the one fold that makes it of its events, those of people among them.

Belongs here: identity, state, the fold. Does not: which events a night brings (``transforms.alerts.events``), storing them
(``infra.warehouse.alerts``).

An alert is (district, type, subject kind, subject, category, episode); the episode is the night of its first opening, so a re-run of the
same night finds the same alert.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import polars as pl

from transforms.words import AlertState, Event

# Kinds of subjects that are places of the map. A type of alert may have others; those are called by their codes.
CELL: Final = "cell"
DISTRICT: Final = "district"

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
    category: str | None


class Happened(NamedTuple):
    """One row of ``ALERT_EVENTS``, its columns in their order."""

    alert_id: str
    night: dt.date
    event: str
    type: str
    subject_kind: str
    subject: str
    category: str | None
    episode: dt.date
    level: str | None


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
    text = "|".join((district, *(part or "" for part in subject), episode.isoformat()))
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def fold(events: pl.DataFrame) -> list[Alert]:
    """Alerts from all their events, in order of ``alert_id``; an alert without an opening counts as open from its first event on.

    Args:
        events: schema ``ALERT_EVENTS``, in any order. Where it has ``recorded_at`` too, that orders the events of one night.
    """
    alerts: dict[str, Alert] = {}
    clock = [c for c in ("night", "recorded_at") if c in events.columns]
    order = pl.col("event").replace_strict({e.value: k for k, e in enumerate(Event)}, return_dtype=pl.Int64)
    for row in events.sort(*clock, order, "alert_id").select(Happened._fields).iter_rows():
        happened = Happened(*row)
        alerts[happened.alert_id] = _apply(alerts.get(happened.alert_id), happened)
    return [alerts[key] for key in sorted(alerts)]


def _apply(alert: Alert | None, row: Happened) -> Alert:
    event, night = Event(row.event), row.night
    was = alert or Alert(
        alert_id=row.alert_id,
        subject=Subject(row.type, row.subject_kind, row.subject, row.category),
        episode=row.episode,
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
        level=was.level if event is Event.CALM or row.level is None else row.level,
        calm_nights=was.calm_nights + 1 if event is Event.CALM else 0 if event in _DISTURBS else was.calm_nights,
        last_night=night,
        ended_night=None if state not in OVER else night if event in STATE_AFTER else was.ended_night,
    )
