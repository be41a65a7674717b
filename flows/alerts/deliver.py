"""Delivery of what waits in the outbox, on every channel that this machine has.

Belongs here: the order: look at the alert again, send, then remember; what one channel or one message holds up. Does not: channels
(``infra.deliver``), whether something leaves (``transforms.alerts.leaving``), when it is tried again (``transforms.alerts.retrying``).

At least once: a message is remembered after its receiver took it, so a sender that is killed in between repeats it under the same name.
Messages of an alert leave in their order: while one waits, those behind it wait as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from flows.alerts.silences import end_calm
from flows.stores import Context
from infra import clock
from infra.deliver import folder
from infra.deliver.apprise import chats
from infra.deliver.channel import Channel, UndeliveredError
from infra.deliver.webhook import webhook
from infra.errors import SifangError, StoreError
from infra.warehouse.alerts.alerts import events_of_alert
from infra.warehouse.alerts.deliveries import Delivery, deliveries_of, remember, told_of
from infra.warehouse.alerts.outbox import mark_delivered, supersede, waiting
from infra.warehouse.alerts.silences import silences_of
from transforms.alerts.addressing import is_for
from transforms.alerts.leaving import Leaves, Picture, Way, leaves, told_to
from transforms.alerts.machine.handling import fold
from transforms.alerts.machine.rules import Rules
from transforms.alerts.messages import Message, group_of, told
from transforms.alerts.retrying import next_try
from transforms.alerts.routing import Table
from transforms.alerts.visible import Viewer, as_it_stands, reduced
from transforms.words import Audience

FOLDER: Final = "folder"
# A channel that fails so often in a row is away, and would hold the run up with every further message.
AWAY_AFTER: Final = 3


@dataclass(frozen=True)
class Sent:
    """How many messages left, how many had nothing to say any more, how many no channel will take; how many wait, of them silenced ones and
    ones that wait for office hours, and why the first of those that failed did."""

    delivered: int
    superseded: int = 0
    dead: int = 0
    kept: int = 0
    silenced: int = 0
    out_of_hours: int = 0
    why: str = ""


def channels(context: Context) -> list[Channel]:
    """The folder of the home, and what the environment names.

    Raises:
        SifangError: what it names is no address, or has no secret.
    """
    settings = context.settings
    found = [Channel(FOLDER, Audience.MACHINE, partial(_into, settings.outbox(context.code)), rests=False)]
    if settings.webhook_url is not None:
        if settings.webhook_secret is None:
            raise SifangError("SIFANG_WEBHOOK_URL has no secret beside it.", "Set SIFANG_WEBHOOK_SECRET.")
        found.append(webhook(settings.webhook_url.get_secret_value(), settings.webhook_secret.get_secret_value()))
    if settings.chat is not None:
        found += chats(settings.chat.get_secret_value())
    return found


def _into(outbox: Path, sent: Sequence[Message]) -> None:
    for message in sent:
        folder.to_folder(message, outbox)


def deliver(context: Context) -> Sent:
    """Deliver what waits, at least once, and drop what has nothing to say any more."""
    now = clock.now()
    end_calm(context, now)
    rules, table = Rules.of(context.district, context.folder.calendar), Table.of(context.district.receivers, context.district.routes)
    picture = Picture(rules, table, silences_of(context.warehouse), now)
    return _Sending(context, picture).run(channels(context))


class _Became(Enum):
    """What became of a message on a channel."""

    LEFT = "left"
    DEAD = "dead"
    UNSAID = "unsaid"
    KEPT = "kept"
    SILENCED = "silenced"
    OUT_OF_HOURS = "out of hours"


_WAITS: Final = frozenset({_Became.KEPT, _Became.SILENCED, _Became.OUT_OF_HOURS})
_OF: Final = {
    Leaves.NOTHING_TO_SAY: _Became.UNSAID,
    Leaves.NOT_THEIRS: _Became.UNSAID,
    Leaves.SILENCED: _Became.SILENCED,
    Leaves.OUT_OF_HOURS: _Became.OUT_OF_HOURS,
}


class _Ready(NamedTuple):
    """A message that leaves: what was tried of it, and as its receiver may see it."""

    tried: Delivery
    told: Message


@dataclass
class _Sending:
    """One pass over the outbox."""

    context: Context
    picture: Picture
    # Of which alerts an earlier message still waits, by channel; how often in a row a channel failed.
    held: set[tuple[str, str]] = field(default_factory=set)
    failed: Counter[str] = field(default_factory=Counter)
    why: str = ""

    def run(self, channels: Sequence[Channel]) -> Sent:
        """Send every message that is due, on one channel after the other."""
        messages = waiting(self.context.warehouse)
        before = deliveries_of(self.context.warehouse, [message.message_id for message in messages])
        became: dict[str, list[_Became]] = {message.message_id: [] for message in messages}
        for channel in channels:
            mine = {message.message_id: before.get((message.message_id, channel.name)) for message in messages}
            for identity, found in self._on(channel, messages, mine):
                became[identity].append(found)
        return self._counted(became)

    def _on(self, channel: Channel, messages: Sequence[Message], before: Mapping[str, Delivery | None]) -> Iterator[tuple[str, _Became]]:
        """What became of each message on a channel."""
        together: dict[str, list[_Ready]] = {}
        waits: dict[str, list[Message]] = {}
        for message in messages:
            tried = before[message.message_id]
            if tried is None or not tried.is_over:
                waits.setdefault(message.alert_id, []).append(message)
        for message in messages:
            tried = before[message.message_id] or Delivery(message.message_id, channel.name, 0, self.picture.now, self.picture.now)
            found = self._look(channel, message, tried, waits.get(message.alert_id, ()))
            if isinstance(found, _Became):
                yield message.message_id, found
            elif channel.gathers:
                together.setdefault(group_of(found.told), []).append(found)
            else:
                yield message.message_id, self._send(channel, [found])
        for some in together.values():
            outcome = self._send(channel, some)
            yield from ((each.told.message_id, outcome) for each in some)

    def _look(self, channel: Channel, message: Message, tried: Delivery, waits: Sequence[Message]) -> _Became | _Ready:
        """Whether a message leaves; its alert is read once more, for people may have done something since the run began."""
        if tried.is_over:
            return _Became.LEFT if tried.delivered_at else _Became.DEAD
        key = (channel.name, message.alert_id)
        if (message.alert_id and key in self.held) or (tried.next_try_at and tried.next_try_at > self.picture.now):
            self.held.add(key)
            return _Became.KEPT
        alert = fold(events_of_alert(self.context.warehouse, message.alert_id)) if message.alert_id else None
        told_before = told_of(self.context.warehouse, message.alert_id, channel.name)
        found = leaves(message, alert, Way(channel.receiver, channel.gathers, told_before, waits), self.picture)
        if found is not Leaves.NOW:
            if _OF[found] in _WAITS:
                self.held.add(key)
            return _OF[found]
        line = reduced(as_it_stands(alert, self.picture.rules), Viewer(channel.audience)) if alert else None
        if alert is not None and line is None:
            return _Became.UNSAID
        to = [one for one in told_to(alert, self.picture) if is_for(channel.receiver, [one])]
        return _Ready(tried, told(message, line, to, self.context.settings.site_url))

    def _send(self, channel: Channel, ready: Sequence[_Ready]) -> _Became:
        """Send messages that leave together, unless the channel is away; what a try came to is remembered of each."""
        if channel.rests and self.failed[channel.name] >= AWAY_AFTER:
            self.held.update((channel.name, each.told.alert_id) for each in ready)
            return _Became.KEPT
        said: str | None = None
        try:
            channel.send([each.told for each in ready])
        except UndeliveredError as error:
            self._failed(channel, str(error))
            said = error.code
        except StoreError as error:
            self._failed(channel, str(error))
            said = "store"
        else:
            self.failed[channel.name] = 0
        outcomes = {self._remember(channel, each, said) for each in ready}
        return _Became.KEPT if _Became.KEPT in outcomes else outcomes.pop()

    def _failed(self, channel: Channel, said: str) -> None:
        self.failed[channel.name] += 1
        self.why = self.why or said

    def _remember(self, channel: Channel, each: _Ready, said: str | None) -> _Became:
        now = self.picture.now
        tried = replace(each.tried, tries=each.tried.tries + 1, tried_at=now, next_try_at=None, said=said)
        if said is None:
            tried = replace(tried, delivered_at=clock.now())
        elif channel.rests:
            again = next_try(tried.message_id, tried.tries, tried.first_tried_at, now)
            tried = replace(tried, next_try_at=again, dead_at=now if again is None else None)
        remember(self.context.warehouse, tried)
        if not tried.is_over:
            self.held.add((channel.name, each.told.alert_id))
            return _Became.KEPT
        return _Became.LEFT if tried.delivered_at else _Became.DEAD

    def _counted(self, became: Mapping[str, Sequence[_Became]]) -> Sent:
        """Remember with which messages every channel is done, and count."""
        warehouse, counts = self.context.warehouse, Counter[str]()
        for identity, found in became.items():
            if _WAITS & set(found):
                counts.update(kept=1, silenced=_Became.SILENCED in found, out_of_hours=_Became.OUT_OF_HOURS in found)
            elif set(found) <= {_Became.UNSAID}:
                counts.update(superseded=1)
                supersede(warehouse, identity, self.picture.now)
            else:
                gone = _Became.LEFT in found
                counts.update(delivered=gone, dead=not gone)
                mark_delivered(warehouse, identity, clock.now())
        c = counts
        return Sent(c["delivered"], c["superseded"], c["dead"], c["kept"], c["silenced"], c["out_of_hours"], self.why)
