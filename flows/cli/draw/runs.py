"""How attempts at nights look.

Belongs here: their table. Does not: choosing them (``flows.tell.runs``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.draw.table import console, row, table
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.tell.runs import Runs


def runs(found: Runs) -> None:
    """One line per attempt, the newest first."""
    columns = ("started", "night", "kind", "ended", "revision", "seconds", "rows", "changed", "run")
    made = table(f"{found.district}: {many(len(found.runs), 'run')}", *columns, words=("kind", "ended", "run"))
    for each in found.runs:
        kind = each.kind if each.mode in {each.kind, "nightly"} else f"{each.kind} ({each.mode}): {each.reason}"
        ended = each.status if each.error is None else f"{each.status}: {each.error}"
        started, seconds = f"{each.started_at:%Y-%m-%d %H:%M}", f"{each.seconds:.1f}"
        row(made, started, each.night, kind, ended, each.revision, seconds, f"{each.rows_total:,}", f"{each.rows_changed:,}", each.run_id)
    console(made).print(made)
