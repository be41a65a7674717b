"""Verbs about the secret under which report keys are hashed.

Belongs here: options and what is printed. Does not: the work (``flows.repair``).
"""

from __future__ import annotations

import typer

from flows.cli.shell import JsonOption, show

keys = typer.Typer(help="The secret under which report keys are hashed: make one.", no_args_is_help=True)


@keys.command()
def new(as_json: JsonOption = False) -> None:
    """Print a new key: `export SIFANG_KEY=$(sifang key new)`. It is stored nowhere; keep it where backups do not lie."""
    from flows.repair.keys import new_key

    show(new_key(), as_json, lambda made: typer.echo(made.key))
