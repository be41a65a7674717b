"""How rows that were set aside look, and what reading them again came to.

Belongs here: `sifang quarantine`. Does not: their sums, which other verbs show too (``flows.cli.draw.ledger``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.draw.refusals import refusals
from flows.cli.draw.table import console, marked, row, table
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.intake.quarantine import SetAside
    from flows.intake.reread import Reread
    from flows.intake.retry import Retried


def set_aside(rows: list[SetAside]) -> None:
    """Rows set aside, by source, reason and kind."""
    columns = "source", "reason", "kind", "waiting", "resolved", "expired", "what it means"
    made = table("Set aside", *columns, words=("reason", "kind"), wrapped="what it means")
    for one in rows:
        meaning = f"{one.zh}; {one.en}"
        row(made, one.source, one.reason, one.kind or "-", one.waiting, one.resolved, one.expired, meaning)
    console().print(made if rows else "Nothing was ever set aside.")


def retried(result: Retried) -> None:
    """What a retry came to, and what to do next."""
    out = console()
    out.print(
        f"{many(result.resolved, 'row')} resolved ({result.accepted:,} accepted, {result.merged:,} merged, "
        f"{result.duplicate:,} duplicate); {result.waiting:,} still wait; {result.expired:,} are past their time; "
        f"the files of {result.gone:,} have gone"
    )
    if result.files_accepted:
        out.print(f"{many(result.files_accepted, 'file')} accepted that were refused before")
    refusals(out, result.refusals)
    for batch in result.kept_back:
        out.print(marked("Not read ", f"{batch.batch}: "), end="", soft_wrap=True)
        out.print(batch.why, markup=False, soft_wrap=True)
    if result.nights_from:
        first, last = result.nights_from, result.nights_to
        out.print(f"Next: sifang backfill --from {first} --to {last} --reason quarantine-retry --stale", soft_wrap=True)


def reread(result: Reread) -> None:
    """What reading deliveries again came to, by kind, and what to do next."""
    out = console()
    would = "would change" if result.dry_run else "changed"
    out.print(
        f"{many(result.deliveries, 'delivery')} of {result.source} read again; {result.gone:,} have gone, "
        f"{result.unusable:,} would be refused today. "
        f"{would}: {many(result.added, 'report')} added, {result.changed:,} changed, {result.withdrawn:,} withdrawn; "
        f"{result.unchanged:,} come out as they stand, {result.left:,} are left as they stand because what told of them has gone",
        soft_wrap=True,
    )
    if result.kinds:
        made = table("By kind", "change", "before", "after", "reports")
        for one in result.kinds:
            row(made, one.change, one.before or "-", one.after or "-", one.reports)
        out.print(made)
    if result.nights_from and not result.dry_run:
        first, last = result.nights_from, result.nights_to
        out.print(f"Next: sifang backfill --from {first} --to {last} --reason mended --stale", soft_wrap=True)
