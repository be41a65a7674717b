"""Delivery of what nights left in the outbox.

Belongs here: the order: deliver, then mark; one message that cannot leave keeps no other. Does not: channels (``infra.deliver.folder``).
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.stores import Context
from infra import clock
from infra.deliver import folder as delivery
from infra.errors import StoreError
from infra.warehouse.outbox import mark_delivered, waiting


@dataclass(frozen=True)
class Sent:
    """How many messages were delivered; how many could not be, and why the first of them could not. They wait for the next run."""

    delivered: int
    kept: int = 0
    why: str = ""


def deliver(context: Context) -> Sent:
    """Deliver every waiting message, at least once."""
    failed: list[StoreError] = []
    messages = waiting(context.warehouse)
    for message in messages:
        try:
            delivery.to_folder(message, context.settings.outbox(context.code))
        except StoreError as error:
            failed.append(error)
        else:
            mark_delivered(context.warehouse, message.message_id, clock.now())
    return Sent(len(messages) - len(failed), len(failed), str(failed[0]) if failed else "")
