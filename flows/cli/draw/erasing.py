"""How `sifang erase` tells what is gone, and what is left where it has no hand.

Belongs here: a sentence each. Does not: erasing (``flows.repair.erasure``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.saying import say
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.repair.erasure import Erased


def erased(result: Erased) -> None:
    """What went, or would; which nights, which backups."""
    verb = "Would erase" if result.dry_run else "Erased"
    say(
        f"{verb} {many(result.versions, 'version')} in {many(result.batches, 'batch')} of {many(result.keys - result.unknown, 'report')}, "
        f"{many(result.rows_landed, 'landed row')}, {many(result.rows_set_aside, 'row')} set aside."
    )
    if result.unknown:
        say(f"{many(result.unknown, 'key')} of the {result.keys:,} are of no report that is held; they will not enter either.")
    if result.nights:
        say(
            f"{many(len(result.nights), 'night')}, {result.nights[0]} to {result.nights[-1]}, looked at them: `sifang replay` says "
            "`inputs erased` of those. Their numbers stay; `sifang backfill --stale --reason erasure` computes them without."
        )
    for one in result.backups:
        say(f"  backup {one.backup} of {one.made_at:%Y-%m-%d} at {one.folder}: {_said(one.holds, one.reports)}")
    if not result.dry_run:
        say("Delete the file with the keys now. The city's own files still hold these reports; here they do not enter again.")


def _said(holds: str, reports: int) -> str:
    if holds == "erased":
        return f"still holds {many(reports, 'report')} of what was erased; a restore leaves them out. Make a new one and delete this one."
    if holds == "other key":
        return "was made under the key of before, under which nobody knows these reports; a restore brings them back. Delete it."
    return "cannot be reached, so it was not told; run `sifang backup` or `sifang erase` again once it can be."
