"""How the verbs of ``sifang db`` tell what they did.

Belongs here: a sentence each. Does not: what is past its time (``flows.upkeep``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from flows.upkeep import Compacted, Purged, Upgraded


def upgraded(result: Upgraded) -> None:
    """Where the schema is now."""
    typer.echo(f"The warehouse is at {result.revision}.")


def purged(result: Purged) -> None:
    """What was dropped, or would be."""
    typer.echo(
        f"{'Would drop' if result.dry_run else 'Dropped'} {result.lake_rows:,} lake rows, {result.landed_files:,} landed files, "
        f"{result.quarantined_rows:,} rows set aside, {result.outbox_drafts:,} drafts of deliveries."
    )
    if result.lake_files_left:
        typer.echo(f"{result.lake_files_left:,} files of the lake hold more of it: run this again.")
    if result.lake_files or result.lake_files_waiting:
        verb = "Would delete" if result.dry_run else "Deleted"
        waiting = f"; {result.lake_files_waiting:,} wait a day, for somebody may be reading them" if result.lake_files_waiting else ""
        typer.echo(f"{verb} {result.lake_files:,} files that the lake holds no more{waiting}.")


def compacted(result: Compacted) -> None:
    """What was joined."""
    left = f" Run this again to join {result.files_left:,} more." if result.files_left else ""
    typer.echo(f"The lake has {result.files_joined:,} files less.{left}")
