"""Delivery of what waits in the outbox, on every channel that this machine has.

Belongs here: the order: look at the alert again, send, then remember; what one channel or one message holds up. Does not: channels
(``infra.deliver``), when something is tried again (``transforms.alerts.retrying``).

At least once: a message is remembered after its receiver took it, so a sender that is killed in between repeats it under the same name.
Messages of an alert leave in their order: while one waits, those behind it wait as well.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from flows.stores import Context
from infra import clock
from infra.deliver import folder
from infra.deliver.apprise import chat
from infra.deliver.channel import Channel, UndeliveredError
from infra.deliver.webhook import webhook
from infra.errors import SifangError, StoreError
from infra.warehouse.alerts import events_of_alert
from infra.warehouse.deliveries import Delivery, deliveries_of, remember, told_of
from infra.warehouse.outbox import mark_delivered, supersede, waiting
from transforms.alerts.machine.handling import Alert, fold
from transforms.alerts.messages import Message, is_superseded
from transforms.alerts.retrying import next_try

FOLDER: Final = "folder"
# A channel that fails so often in a row is away, and would hold the run up with every further message.
AWAY_AFTER: Final = 3


@dataclass(frozen=True)
class Sent:
    """How many messages left, how many had nothing to say any more, how many no channel will take; how many wait, and why the first."""

    delivered: int
    superseded: int = 0
    dead: int = 0
    kept: int = 0
    why: str = ""


def channels(context: Context) -> list[Channel]:
    """The folder of the home, and what the environment names.

    Raises:
        SifangError: what it names is no address, or has no secret.
    """
    settings = context.settings
    to_folder = partial(folder.to_folder, folder=settings.outbox(context.code))
    found = [Channel(FOLDER, to_folder, rests=False)]
    if settings.webhook_url is not None:
        if settings.webhook_secret is None:
            raise SifangError("SIFANG_WEBHOOK_URL has no secret beside it.", "Set SIFANG_WEBHOOK_SECRET.")
        found.append(webhook(settings.webhook_url.get_secret_value(), settings.webhook_secret.get_secret_value()))
    if settings.chat is not None:
        found.append(chat(settings.chat.get_secret_value()))
    return found


def deliver(context: Context) -> Sent:
    """Deliver what waits, at least once, and drop what has nothing to say any more."""
    return _Sending(context, clock.now(), channels(context)).run()


@dataclass
class _Sending:
    """One pass over the outbox."""

    context: Context
    now: dt.datetime
    channels: list[Channel]
    why: str = ""
    # Alerts of which an earlier message still waits, by channel; how often in a row a channel failed.
    held: set[tuple[str, str]] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)

    def run(self) -> Sent:
        """Send every message that is due on every channel."""
        warehouse = self.context.warehouse
        messages = waiting(warehouse)
        before = deliveries_of(warehouse, [message.message_id for message in messages])
        delivered = superseded = dead = kept = 0
        for message in messages:
            tried = [self._on(channel, message, before.get((message.message_id, channel.name))) for channel in self.channels]
            if all(one is None for one in tried):
                superseded += 1
                supersede(warehouse, message.message_id, self.now)
            elif all(one is None or one.is_over for one in tried):
                gone = any(one is not None and one.delivered_at for one in tried)
                delivered, dead = delivered + gone, dead + (not gone)
                mark_delivered(warehouse, message.message_id, clock.now())
            else:
                kept += 1
        return Sent(delivered, superseded, dead, kept, self.why)

    def _on(self, channel: Channel, message: Message, before: Delivery | None) -> Delivery | None:
        """What became of a message on a channel; None where it has nothing to say there any more."""
        if before is not None and before.is_over:
            return before
        first = Delivery(message.message_id, channel.name, 0, self.now, self.now) if before is None else before
        key = (channel.name, message.alert_id)
        if (message.alert_id and key in self.held) or (first.next_try_at and first.next_try_at > self.now):
            self.held.add(key)
            return first
        if is_superseded(message, self._alert(message), told=told_of(self.context.warehouse, message.alert_id, channel.name)):
            return None
        if channel.rests and self.failed.get(channel.name, 0) >= AWAY_AFTER:
            self.held.add(key)
            return first
        tried = self._send(channel, message, first)
        remember(self.context.warehouse, tried)
        if not tried.is_over:
            self.held.add(key)
        return tried

    def _send(self, channel: Channel, message: Message, first: Delivery) -> Delivery:
        tried = replace(first, tries=first.tries + 1, tried_at=self.now, next_try_at=None)
        try:
            channel.send(message)
        except UndeliveredError as error:
            said, code = str(error), error.code
        except StoreError as error:
            said, code = str(error), "store"
        else:
            self.failed[channel.name] = 0
            return replace(tried, delivered_at=clock.now(), said=None)
        self.why = self.why or said
        self.failed[channel.name] = self.failed.get(channel.name, 0) + 1
        if not channel.rests:
            return replace(tried, said=code)
        again = next_try(message.message_id, tried.tries, tried.first_tried_at, self.now)
        return replace(tried, next_try_at=again, dead_at=self.now if again is None else None, said=code)

    def _alert(self, message: Message) -> Alert | None:
        """How its alert stands at this moment: people may have done something since the run began."""
        return fold(events_of_alert(self.context.warehouse, message.alert_id)) if message.alert_id else None
