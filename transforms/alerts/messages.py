"""What leaves the house about alerts.

Belongs here: which events are told, and what a message says: codes only. Does not: outbox (``infra.warehouse.outbox``), channels
(``infra.deliver``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from transforms.alerts.machine.commands import AlertEvent
from transforms.schema.plain import Json
from transforms.words import Event

# The others only count quiet nights, or were done by those who would be told.
TOLD: Final = frozenset(
    {
        *(Event.OPENED, Event.REOPENED, Event.RAISED, Event.ENDED),
        *(Event.ASSIGNED, Event.WHISTLED, Event.ESCALATED, Event.REMINDED),
    }
)


@dataclass(frozen=True)
class Message:
    """One thing to tell. ``message_id`` is the alert and the number of its event, so that a receiver can drop a repeat."""

    message_id: str
    payload: Mapping[str, Json]

    def taken_back(self, revision: int) -> Message:
        """What is told to who was told this: it came of a revision that was taken back."""
        payload = {**self.payload, "event": Event.RETRACTED.value, "retracts": self.payload["event"]}
        return Message(f"{self.message_id}-retracted-{revision}", payload)


def messages(events: Iterable[AlertEvent]) -> list[Message]:
    """The messages of events, in their order; what is quiet is counted by a digest."""
    told = (event for event in events if event.event in TOLD and not event.about.quiet)
    return [Message(f"{event.alert_id}-{event.seq}", _payload(event)) for event in told]


def digest(events: Sequence[AlertEvent], night: dt.date) -> list[Message]:
    """What a night did quietly, counted per subdistrict: one message, or none. The same events give the same one."""
    quiet = [event for event in events if event.about.quiet and event.event in TOLD]
    if not quiet:
        return []
    name = hashlib.blake2b("|".join(event.event_id for event in quiet).encode(), digest_size=6).hexdigest()
    counted: dict[str, Json] = {**Counter(f"{event.about.subdistrict or 'district'}:{event.event}" for event in quiet)}
    payload: dict[str, Json] = {"event": "digest", "night": night.isoformat(), "alerts": len(quiet), "counted": counted}
    return [Message(f"digest-{night}-{name}", payload)]


def _payload(event: AlertEvent) -> dict[str, Json]:
    subject = event.about.subject
    return {
        "alert_id": event.alert_id,
        "seq": event.seq,
        "night": event.night.isoformat(),
        "event": event.event.value,
        "type": subject.type,
        "subject_kind": subject.kind,
        "subject": subject.code,
        "category": subject.category,
        "episode": event.about.episode.isoformat(),
        "level": event.level,
        "departments": list(event.departments),
    }
