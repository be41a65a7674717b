"""How `sifang backup`, `sifang restore` and the verbs of `sifang db` tell what they did.

Belongs here: a sentence each. Does not: what is past its time (``flows.upkeep``), what is kept (``flows.repair.safekeeping``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.saying import say
from transforms.words.counting import many

if TYPE_CHECKING:
    from flows.repair.adopting import Adopted, Lost
    from flows.repair.moving import Copied, Roles
    from flows.repair.safekeeping import BackedUp
    from flows.tell.export import Extracted
    from flows.upkeep import Compacted, Purged, Upgraded


def upgraded(result: Upgraded) -> None:
    """Where the schema is now."""
    say(f"The warehouse is at {result.revision}.")


def purged(result: Purged) -> None:
    """What was dropped, or would be."""
    say(
        f"{'Would drop' if result.dry_run else 'Dropped'} {many(result.lake_rows, 'lake row')}, "
        f"{many(result.landed_files, 'landed file')}, "
        f"{many(result.quarantined_rows, 'row')} set aside, {many(result.outbox_drafts, 'draft')} of deliveries."
    )
    if result.lake_files_left:
        say(f"{many(result.lake_files_left, 'file')} of the lake hold more of it: run this again.")
    if result.lake_files or result.lake_files_waiting:
        verb = "Would delete" if result.dry_run else "Deleted"
        waiting = f"; {result.lake_files_waiting:,} wait a day, for somebody may be reading them" if result.lake_files_waiting else ""
        say(f"{verb} {many(result.lake_files, 'file')} that the lake holds no more{waiting}.")


def compacted(result: Compacted) -> None:
    """What was joined."""
    left = f" Run this again to join {result.files_left:,} more." if result.files_left else ""
    say(f"The lake has {many(result.files_joined, 'file')} less.{left}")


def backed_up(result: BackedUp) -> None:
    """What the backup holds, and what it does not."""
    say(
        f"Backup {result.backup} at {result.folder}: {many(result.warehouse_rows, 'row')} of the warehouse at {result.warehouse}, "
        f"{many(result.landed_files, 'landed file')}, {many(result.files, 'file')} in all, {result.size_bytes / 1e6:,.1f} MB."
    )
    _districts(result)
    for one in result.holding:
        unknown = "is of the key of before, and may hold erased reports" if one.holds == "other key" else "cannot be reached"
        said = f"holds {many(one.reports, 'report')} that were erased since" if one.reports else unknown
        say(f"  Earlier backup {one.backup} of {one.made_at:%Y-%m-%d} at {one.folder} {said}.")
    if not result.is_known:
        say("The home cannot be written, so it will not know of this backup when reports are erased later.")
    say("Not in it: SIFANG_KEY, the folders of the districts, and the city's own files. Keep those as well.")


def restored(result: BackedUp) -> None:
    """What was restored, and what comes next."""
    say(
        f"Restored backup {result.backup} of {result.made_at:%Y-%m-%d %H:%M} UTC, proved: {many(result.warehouse_rows, 'row')} into the "
        f"warehouse at {result.warehouse}, {many(result.landed_files, 'landed file')}."
    )
    _districts(result)
    if result.other_key:
        say("SIFANG_KEY is set to another key than the one named above: nothing can be taken in under it.")
    say("The next nightly takes in what was delivered since. `sifang replay --nights 30` shows that nights come out as they were.")


def _districts(result: BackedUp) -> None:
    for one in result.districts:
        nights = f"{many(one.nights, 'night')}, the newest {one.newest_night}" if one.newest_night else "no night"
        say(f"  {one.district}: lake of {many(one.lake_rows, 'row')}; {nights}; key of fingerprint {one.fingerprint}.")


def adoption(result: Adopted) -> None:
    """What it costs or has cost, line by line, and what comes next."""
    say(result.says)
    say(f"Beginning again from what is there {'cost' if result.done else 'costs'}:")
    if result.warehouse_is_new:
        say("  - every night published before, every alert with what people did about it, every model and record of a run is gone;")
        say("    the district learns anew, and what is alarming now may be told again.")
    if result.lost.batches:
        say(f"  - {_batches(result.lost)} that the ledger had and no lake holds. {_at_hand(result.lost)}")
        say("    Where reports of a source count as known from their landing on, they count as known from then on.")
    if result.nights:
        say(f"  - {many(result.nights, 'night')} published from those: scores stay, a replay is not possible any more.")
    if result.unknown.batches:
        say(f"  - {_batches(result.unknown)} are in the lake, and the ledger has never heard of them. {_at_hand(result.unknown)}")
        if result.unknown.batches_at_hand < result.unknown.batches:
            say("    Of the others it has the rows alone; what was set aside of them, nobody knows any more.")
    if not (result.warehouse_is_new or result.lost.batches or result.nights or result.unknown.batches):
        say("  - nothing that could be counted.")
    if result.done:
        before = f" instead of {result.instead_of}" if result.instead_of else ""
        say(f"Done ({result.reason}): {result.district} is {result.identity}{before}. `sifang nightly` takes the files in.")
    else:
        say("Nothing was done. Where a backup is left, `sifang restore` loses less. To begin again all the same, add --yes.")


def _batches(lost: Lost) -> str:
    return _batches_of(lost.batches, lost.rows)


def _batches_of(batches: int, rows: int) -> str:
    return f"{many(batches, 'batch')} with {many(rows, 'row')}"


def _at_hand(lost: Lost) -> str:
    if lost.batches_at_hand == lost.batches:
        return "All their files still lie where they came from and are taken in again."
    return f"The files of {_batches_of(lost.batches_at_hand, lost.rows_at_hand)} still lie where they came from and are taken in again."


def granted(result: Roles) -> None:
    """Each role, and what it may read."""
    for one in result.roles:
        say(f"{one.role}: {many(one.tables, 'table')}, {many(one.views, 'view')}")
    say("Give a person or a program a login of its own that is a member of one: CREATE ROLE name LOGIN IN ROLE sifang_staff")


def copied(result: Copied) -> None:
    """What was copied, and what to do next."""
    say(f"Copied {many(result.rows, 'row')} of {many(result.tables, 'table')} ({', '.join(result.districts)}); both are equal.")
    say(f"From now on use SIFANG_WAREHOUSE_URL={result.target}; what lies at {result.source} is as it was.")


def extracted(result: Extracted) -> None:
    """What the file holds."""
    say(f"{result.district}: {many(len(result.views), 'view')}, {many(sum(result.views.values()), 'row')} in {result.file}")
