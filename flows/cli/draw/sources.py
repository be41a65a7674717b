"""How sources look, and what asking them came to.

Belongs here: `sifang source`. Does not: what a far side has (``flows.cli.draw.doctor``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.cli.draw.table import console, marked, row, table

if TYPE_CHECKING:
    from flows.intake.fetch import Fetched
    from flows.tell.sources import SourceLine


def lines(found: Sequence[SourceLine]) -> None:
    """One line per source."""
    columns = "source", "feed", "from", "delivers", "last batch", "state", "asked", "reached", "where"
    made = table("Sources", *columns, words=columns[1:-1], wrapped="where")
    for one in found:
        last = f"{one.last_batch:%Y-%m-%d %H:%M}" if one.last_batch else None
        state = f"{one.state}: {one.reason}" if one.reason else one.state
        row(made, one.source, one.feed, one.kind, one.content, last, state, one.asked_at, one.reached, one.where)
    console(made).print(made)


def fetched(found: Sequence[Fetched]) -> None:
    """What came of each source, and why something did not."""
    made = table("Taken in, without scoring", "source", "batches", "delivered", "accepted", "duplicate", "quarantined", "refused")
    for one in found:
        row(made, one.source, one.batches, one.delivered, one.accepted, one.duplicate, one.quarantined, len(one.refused))
    out = console(made)
    out.print(made)
    for one in found:
        for refusal in one.refused:
            out.print(marked("Refused ", f"{refusal.file}: {refusal.reason}: "), end="", soft_wrap=True)
            out.print(refusal.detail or "", markup=False, soft_wrap=True)
