"""How `sifang key rotate` tells what another key came to.

Belongs here: a sentence each. Does not: filling a district under it (``flows.repair.rotation``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.saying import say
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.repair.rotation import Rotated


def rotated(result: Rotated) -> None:
    """What was read again, what has no file, what stays out, and what to do now."""
    verb, stand = ("Would read", "stand") if result.dry_run else ("Read", "stand now")
    say(
        f"{verb} {many(result.batches, 'batch')} of {result.district} under the key of fingerprint {result.after}, instead of "
        f"{result.before or 'one that is lost'}: {many(result.reports, 'report')} {stand}."
    )
    if result.refused:
        say(f"{many(result.refused, 'batch')} would be taken in no more as declared today; `sifang status` says why.")
    if result.batches_gone:
        say(f"{many(result.batches_gone, 'batch')} have no file any more.")
    if result.reports_gone:
        say(f"{many(result.reports_gone, 'report')} that stood before are in no file that was read.")
    if result.erased:
        say(f"{many(result.erased, 'erased report')} stay out.")
    if result.erased_unknown:
        say(
            f"{many(result.erased_unknown, 'erased report')} are in no file, so nobody knows them under the new key: hand their keys to "
            "`sifang erase` again before such a file comes back."
        )
    if result.nights:
        where = f" at {result.folder}" if result.folder else ""
        what = "a backup that is made first" if result.dry_run else f"backup {result.backup}{where}, under the key of before"
        keep, they = ("keeps its numbers", "replays") if result.nights == 1 else ("keep their numbers", "replay")
        say(f"{many(result.nights, 'night')} published before {keep}, and {they} only from {what}.")
    if not result.before:
        say("Without the key of before no file is known to have been read: the next nightly takes in every file that lies there.")
    if not result.dry_run:
        say("Now set SIFANG_KEY to the new key and forget SIFANG_KEY_NEXT. Backups of before hold ids under the old key.")
