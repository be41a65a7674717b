"""Delivery of what nights left in the outbox.

Belongs here: the order: deliver, then mark. Does not: channels (``infra.deliver.folder``).
"""

from __future__ import annotations

from flows.stores import Context
from infra import clock
from infra.deliver import folder as delivery
from infra.warehouse.outbox import mark_delivered, waiting


def deliver(context: Context) -> int:
    """Deliver every waiting message, at least once; return how many."""
    messages = waiting(context.warehouse)
    for message in messages:
        delivery.to_folder(message, context.settings.outbox(context.code))
        mark_delivered(context.warehouse, message.message_id, clock.now())
    return len(messages)
