"""Saying a plain line on the terminal: the only way in which the command prints what no table draws.

Belongs here: that, and that nothing reaches the terminal which it would obey. Does not: tables (``flows.cli.draw.table``).
"""

from __future__ import annotations

import typer


def say(text: str, *, err: bool = False) -> None:
    """Print a text of one line or several, on the stream for answers or that for what is told beside them."""
    # `--help` says nothing by this.
    from transforms.words.harmless import harmless

    typer.echo(harmless(text, lines=True), err=err)
