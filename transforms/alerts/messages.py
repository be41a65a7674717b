"""What leaves the house about a night's alerts.

Belongs here: which events are told, and what a message says: codes only. Does not: outbox (``infra.warehouse.outbox``), channels
(``infra.deliver``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from transforms.schema.plain import Json
from transforms.words import Event

# The others only count quiet nights.
TOLD: Final = (Event.OPENED, Event.REOPENED, Event.RAISED, Event.ENDED)


@dataclass(frozen=True)
class Message:
    """One thing to tell. ``message_id`` is the same however often the night is run, so a receiver can drop a repeat."""

    message_id: str
    payload: Mapping[str, Json]

    def after(self, taken_back: int) -> Message:
        """The same of a night of which a revision was taken back (0: none was): what was told of that one, it does not repeat."""
        return replace(self, message_id=f"{self.message_id}-after-{taken_back}") if taken_back else self

    def taken_back(self, revision: int) -> Message:
        """What is told to who was told this: it came of a revision that was taken back."""
        payload = {**self.payload, "event": Event.RETRACTED.value, "retracts": self.payload["event"]}
        return Message(f"{self.message_id}-retracted-{revision}", payload)


def messages(events: pl.DataFrame) -> list[Message]:
    """The messages of a night's events, schema ``ALERT_EVENTS``."""
    told = events.filter(pl.col("event").is_in([event.value for event in TOLD])).with_columns(pl.col("night", "episode").cast(pl.String))
    return [Message(f"{row['alert_id']}-{row['night']}-{row['event']}", row) for row in told.iter_rows(named=True)]
