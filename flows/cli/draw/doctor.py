"""How ``doctor`` looks: findings, a proposal, what an edit of codelists would change.

Belongs here: a line per thing. Does not: looking (``flows.tell.doctor`` and the files beside it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.cli.draw.table import console, row, table

if TYPE_CHECKING:
    from flows.tell.codelists import WordChange
    from flows.tell.doctor import Finding
    from flows.tell.proposal import Proposal


def findings(found: Sequence[Finding]) -> None:
    """One line per thing looked at."""
    out = console()
    for finding in found:
        sign = "[green]ok[/green]  " if finding.ok else "[red]bad[/red] " if finding.ok is False else "[yellow]note[/yellow]"
        out.print(f"{sign} {finding.what}: ", end="", soft_wrap=True)
        out.print(finding.detail, markup=False, soft_wrap=True)


def codelist(changes: Sequence[WordChange]) -> None:
    """What an edit of the codelists would change."""
    if not changes:
        console().print("Nothing: every landed word keeps its kind")
        return
    made = table("The words of landed rows that the folder now reads differently", "source", "word", "before", "after", "rows")
    for change in changes:
        row(made, change.source, change.word or "(rare or long)", change.before, change.after, change.rows)
    console().print(made)


def proposal(proposed: Proposal) -> None:
    """The block of TOML, and how sure each line of it is."""
    lines = [
        f"# How sure of each line, and why, by {proposed.rows:,} rows of the file:",
        *(f"# {guess.sure:4.0%} {guess.what} = {guess.value}: {guess.why}" for guess in proposed.guesses),
        *(f"# left out {column}: {why}" for column, why in proposed.left_out.items()),
        *(["#", "# The district's own lines could be, instead of those at the top of its file:"] if proposed.district else []),
        *(f"#   {line}" for line in proposed.district),
    ]
    # Everything but the block is a comment, so that the whole can be appended to a district.toml.
    console().print("\n".join([*lines, "", proposed.toml]), markup=False, highlight=False, soft_wrap=True)
