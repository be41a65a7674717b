"""Messages that wait and messages that are dead, and sending these again.

Belongs here: looking at them, letting one be tried again. Does not: sending (``flows.alerts.deliver``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from flows.stores import Context
from infra.errors import SifangError
from infra.warehouse.alerts.deliveries import Delivery, dead_letters, deliveries_of, revive
from infra.warehouse.alerts.outbox import revive_messages, waiting
from transforms.words.harmless import quoted


@dataclass(frozen=True)
class Letter:
    """A message on a channel: how often it was tried, when next, why the last try failed, since when it is dead."""

    message_id: str
    channel: str
    tries: int
    next_try_at: dt.datetime | None
    said: str | None
    dead_at: dt.datetime | None


@dataclass(frozen=True)
class Letters:
    """What has not left: so many messages wait, of them these were tried; these are dead until somebody sends them again."""

    district: str
    messages: int
    waiting: tuple[Letter, ...]
    dead: tuple[Letter, ...]


@dataclass(frozen=True)
class Resent:
    """On how many channels messages are tried again by the next run."""

    district: str
    revived: int


def letters(context: Context) -> Letters:
    """What has not left, and why."""
    wait = [message.message_id for message in waiting(context.warehouse)]
    tried = deliveries_of(context.warehouse, wait).values()
    return Letters(
        context.code,
        len(wait),
        tuple(
            _letter(context, each) for each in sorted(tried, key=lambda each: (each.first_tried_at, each.message_id)) if not each.is_over
        ),
        tuple(_letter(context, each) for each in dead_letters(context.warehouse)),
    )


def resend(context: Context, message_ids: Collection[str]) -> Resent:
    """Have dead messages tried again; all of them where none is named.

    Raises:
        SifangError: one that is named is not dead.
    """
    dead = {each.message_id for each in dead_letters(context.warehouse)}
    if unknown := sorted(set(message_ids) - dead):
        raise SifangError(f"No dead message is called {quoted(unknown[0])}.", "`sifang alerts messages` lists them.")
    wanted = set(message_ids) or dead
    revived = revive(context.warehouse, wanted)
    revive_messages(context.warehouse, wanted)
    return Resent(context.code, revived)


def _letter(context: Context, each: Delivery) -> Letter:
    def local(moment: dt.datetime | None) -> dt.datetime | None:
        return moment.astimezone(context.district.zone) if moment else None

    return Letter(each.message_id, each.channel, each.tries, local(each.next_try_at), each.said, local(each.dead_at))
