"""How what was delivered looks: the ledger, the quarantine.

Belongs here: the tables that several verbs show. Does not: adding up (``flows.tell.ledger``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from flows.cli.draw.table import row, table
from flows.tell.ledger import COUNTS, SetAside, SourceLedger
from transforms.words.reasons import REASONS


def ledger(sources: Sequence[SourceLedger]) -> Table:
    """The ledger per source; delivered is the sum of the five columns after it."""
    made = table("Ledger: delivered = accepted + merged + duplicate + quarantined + out of scope", "source", "batches", "refused", *COUNTS)
    lines = [_numbers(one) for one in sources]
    for one, numbers in zip(sources, lines, strict=True):
        row(made, one.source, *numbers)
    if lines:
        row(made, "all", *map(sum, zip(*lines, strict=True)))
    return made


def _numbers(one: SourceLedger) -> tuple[int, ...]:
    counts = one.delivered, one.accepted, one.merged, one.duplicate, one.quarantined, one.out_of_scope
    return one.batches, one.refused, *counts


def quarantine(rows: Sequence[SetAside]) -> Table:
    """Rows set aside, by reason."""
    made = table("Quarantine by reason", "reason", "rows", "what it means", wrapped="what it means")
    totals: Counter[str] = Counter()
    for each in rows:
        totals[each.reason] += each.rows
    for reason, number in totals.most_common():
        row(made, reason, number, f"{REASONS[reason].words.zh}; {REASONS[reason].words.en}")
    return made
