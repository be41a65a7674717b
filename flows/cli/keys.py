"""Verbs about the secret under which report keys are hashed.

Belongs here: options and what is printed. Does not: the work (``flows.repair``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.saying import say
from flows.cli.shell import DistrictOption, JsonOption, choose, progress_shown, show

keys = typer.Typer(help="The secret under which report keys are hashed: make one, put another in its stead.", no_args_is_help=True)


@keys.command()
def new(as_json: JsonOption = False) -> None:
    """Print a new key: `export SIFANG_KEY=$(sifang key new)`. It is stored nowhere; keep it where backups do not lie."""
    from flows.repair.keys import new_key

    show(new_key(), as_json, lambda made: say(made.key))


@keys.command()
def rotate(
    backup: Annotated[Path, typer.Option("--backup", metavar="DIR", help="A new folder for the backup that is made first.")],
    reason: Annotated[str, typer.Option("--reason", help="A code such as key-changed, then optionally ':' and a ticket number.")],
    district: DistrictOption = None,
    lost: Annotated[bool, typer.Option("--lost", help="The key of before is known to nobody: begin again from the files.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would come to.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fill a district anew under SIFANG_KEY_NEXT, from its own files; SIFANG_KEY is the key of before. Cut short, it goes on."""
    from expectations.judge import get_ready
    from flows.cli.draw.keys import rotated
    from flows.repair.rotation import rotate as run

    code, settings = choose(district)
    get_ready()
    with progress_shown(as_json):
        found = run(code, settings, backup, reason, lost=lost, dry_run=dry_run)
    show(found, as_json, rotated)
