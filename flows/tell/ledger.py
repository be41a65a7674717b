"""What became of everything that was delivered: the ledger and the quarantine, summed up.

Belongs here: adding up. Does not: keeping it in balance (``infra.warehouse.intake.ledger``), what waits (``flows.intake.quarantine``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from flows.stores import Context
from infra.warehouse.intake.ledger import ledger
from infra.warehouse.intake.quarantine import quarantine_counts
from transforms.schema.plain import records

COUNTS: Final = ("delivered", "accepted", "merged", "duplicate", "quarantined", "out_of_scope")


@dataclass(frozen=True)
class SourceLedger:
    """The batches of one source, those of them that were refused, and their rows; ``delivered`` is the sum of the five counts after it."""

    source: str
    batches: int
    refused: int
    delivered: int
    accepted: int
    merged: int
    duplicate: int
    quarantined: int
    out_of_scope: int

    @property
    def balances(self) -> bool:
        """Whether every delivered row is accounted for."""
        return self.delivered == self.accepted + self.merged + self.duplicate + self.quarantined + self.out_of_scope


@dataclass(frozen=True)
class SetAside:
    """Rows of a source that were set aside for one reason and were not resolved since."""

    source: str
    reason: str
    rows: int


def ledger_by_source(context: Context) -> tuple[SourceLedger, ...]:
    """The ledger summed over batches, by source."""
    batches = ledger(context.warehouse)
    summed = batches.group_by("source").agg(
        batches=pl.len(), refused=(pl.col("state") == "refused").sum(), **{c: pl.col(c).sum() for c in COUNTS}
    )
    return records(SourceLedger, summed.sort("source"))


def set_aside(context: Context) -> tuple[SetAside, ...]:
    """Rows in quarantine, by source and reason."""
    return records(SetAside, quarantine_counts(context.warehouse))
