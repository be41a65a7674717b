"""A batch while it is walked: whose it is, when it landed, and where it stands in the order of the deliveries.

Belongs here: what every step of the road knows of the batch. Does not: its rows, what became of it (``walked``), its record
(``infra.warehouse.intake.batches``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from transforms.district.source import Source


@dataclass(frozen=True)
class Delivery:
    """One delivered file. Of two with the same report, what the one with the greater ``order_key`` says stands."""

    source: Source
    batch_id: str
    landed_at: dt.datetime
    order_key: int


def order_key(landed_at: dt.datetime, number: int) -> int:
    """Where a delivery stands: by the moment of its landing, then by its number among those that landed then."""
    return round(landed_at.timestamp() * 1_000_000) + number
