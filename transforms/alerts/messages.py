"""What leaves the house about alerts.

Belongs here: which events are told, and what a message says: codes only. Does not: who may see how much (``transforms.alerts.visible``),
outbox (``infra.warehouse.alerts.outbox``), channels (``infra.deliver``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from transforms.alerts.addressing import Addressee
from transforms.alerts.machine.commands import AlertEvent
from transforms.alerts.machine.handling import Alert
from transforms.alerts.machine.transitions import FRESH
from transforms.alerts.visible import SHORT, Line
from transforms.schema.plain import Json
from transforms.words import Event, Level, ToldBecause, Waited

# The others only count quiet nights, or were done by those who would be told.
TOLD: Final = frozenset(
    {
        *(Event.OPENED, Event.REOPENED, Event.RAISED, Event.ENDED),
        *(Event.ASSIGNED, Event.WHISTLED, Event.ESCALATED, Event.REMINDED),
    }
)


@dataclass(frozen=True)
class Message:
    """One thing to tell. ``message_id`` is the alert and the number of its event, so that a receiver can drop a repeat; ``at`` is when it
    came up."""

    message_id: str
    payload: Mapping[str, Json]
    at: dt.datetime | None = field(default=None, compare=False)

    @property
    def alert_id(self) -> str:
        """The alert that it is about; nothing for a digest."""
        return str(self.payload.get("alert_id") or "")

    @property
    def seq(self) -> int:
        """The number of the event that it tells; 0 for a digest."""
        found = self.payload.get("seq")
        return found if isinstance(found, int) else 0

    def taken_back(self, revision: int) -> Message:
        """What is told to who was told this: it came of a revision that was taken back."""
        payload = {**self.payload, "event": Event.RETRACTED.value, "retracts": self.payload["event"]}
        return Message(f"{self.message_id}-retracted-{revision}", payload)


# So many are named in what leaves together. What is due never stands behind all that is due some day.
_NAMED: Final = 10
_NEVER: Final = "9999"
# What asks for something: nobody is asked any more once it is done.
_ASKS: Final = frozenset({Event.ESCALATED.value, Event.REMINDED.value})
_ENDS: Final = frozenset({Event.ENDED.value, Event.RETRACTED.value})


def is_superseded(message: Message, alert: Alert | None, *, told: bool) -> bool:
    """Whether a message that waits says nothing any more, as its alert stands now.

    An end is told where the opening was told, and once; a beginning only while it goes on, a call for action only while nobody acts.

    Args:
        message: it.
        alert: how the alert stands at this moment; None for a digest.
        told: whether anything about the alert was told to this receiver.
    """
    event = message.payload.get("event")
    if alert is None:
        return False
    if event in _ENDS:
        return not told
    return alert.is_over or (event in _ASKS and alert.state not in FRESH and alert.seq > message.seq)


def in_words(sent: Sequence[Message]) -> str:
    """What chat and mail say, in both languages, of messages that leave together; the first line is the title.

    Of each the number, the level, the subdistrict, what happened, what to do by when, why it came here; never a cell, never a cause.
    Of many those are named of which something is due first, and the others counted: nobody reads two hundred, and few channels carry them.
    """
    named = sent if len(sent) <= _NAMED else sorted(sent, key=lambda message: str(message.payload.get("due") or _NEVER))[:_NAMED]
    said = [_said(message.payload) for message in named]
    if len(sent) > 1:
        places = {str(message.payload.get("subdistrict") or "") for message in sent} - {""}
        said.insert(0, f"{' '.join(sorted(places))} {len(sent)} 条消息 messages".strip())
    if more := len(sent) - len(named):
        said.append(f"另有 {more} 条未列出 · {more} more are not named here")
    return "\n".join([*said, "四色为内部关注等级 the colours are internal attention levels"])


def _said(said: Mapping[str, Json]) -> str:
    if said.get("event") == "digest":
        return f"摘要 digest: {said['alerts']} 条预警 alerts, {said['night']}"
    level = Level(str(said["level"])).words.joined if said.get("level") else ""
    event = Event(str(said["event"])).words
    named = f"{str(said['alert_id'])[:SHORT]}@{said['seq']}"
    lines = [f"{' · '.join(part for part in (named, level, str(said.get('subdistrict') or '')) if part)}: {event.joined}"]
    if said.get("waits") and said.get("due"):
        waits, by = Waited(str(said["waits"])).words, f"{dt.datetime.fromisoformat(str(said['due'])):%m-%d %H:%M}"
        lines.append(f"请于 {by} 前{waits.zh} · {waits.en} by {by}")
    to = said.get("to")
    for one in to if isinstance(to, list) else []:
        because = ToldBecause(str(one["because"])).words if isinstance(one, dict) else None
        lines += [f"告知原因 why you: {because.zh} · {because.en}"] if because else []
    return "\n".join([*dict.fromkeys(lines), *([str(said["link"])] if said.get("link") else [])])


def told(message: Message, line: Line | None, to: Sequence[Addressee], site: str | None) -> Message:
    """A message as it leaves: what happened, and what its receiver may see of the alert as it stands.

    Args:
        message: as it was posted.
        line: the alert, reduced to what the receiver may see; None for a digest.
        to: who is told by this, and why.
        site: where people open an alert; None where there is no such place.
    """
    if line is None:
        return message
    happened = {name: message.payload[name] for name in ("alert_id", "seq", "night", "event", "retracts") if name in message.payload}
    stands: dict[str, Json] = {
        "state": line.state.value,
        "level": line.level,
        "subdistrict": line.subdistrict,
        "type": line.type,
        "category": line.category,
        "subject_kind": line.subject_kind,
        "subject": line.subject,
        "departments": list(line.called),
        "waits": line.waits.value if line.waits else None,
        "due": line.due.isoformat() if line.due else None,
    }
    seen = {name: value for name, value in stands.items() if value not in (None, [])}
    receivers: list[Json] = [{"receiver": one.receiver, "place": one.place, "because": one.because.value} for one in to]
    where: dict[str, Json] = {"link": f"{site.rstrip('/')}/alerts/{line.alert_id}"} if site else {}
    return Message(message.message_id, {**happened, **seen, "to": receivers, **where})


def group_of(message: Message) -> str:
    """The envelope in which a message travels where several leave together: its subdistrict's. It binds nothing else to anything."""
    return str(message.payload.get("subdistrict") or "")


def messages(events: Iterable[AlertEvent]) -> list[Message]:
    """The messages of events, in their order; what is quiet is counted by a digest."""
    told = (event for event in events if event.event in TOLD and not event.about.quiet)
    return [Message(f"{event.alert_id}-{event.seq}", _payload(event), event.at) for event in told]


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
        "subdistrict": event.about.subdistrict,
        "departments": list(event.departments),
    }
