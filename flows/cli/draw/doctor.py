"""How ``doctor`` looks: findings, a proposal, what an edit of codelists would change.

Belongs here: a line per thing. Does not: looking (``flows.tell.doctor`` and the files beside it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from flows.cli.draw.table import BAD, NOTE, OK, console, row, table
from transforms.words.counting import many
from transforms.words.reasons import REASONS

if TYPE_CHECKING:
    from flows.tell.codelists import Codelists, DepartmentWords, Unread
    from flows.tell.connecting import Connected
    from flows.tell.doctor import Finding
    from flows.tell.proposal import Proposed

_SIGNS: Final = {True: OK, False: BAD, None: NOTE}


def findings(found: Sequence[Finding]) -> None:
    """One line per thing looked at."""
    out = console()
    for finding in found:
        out.print(_SIGNS[finding.ok], f"{finding.what}: ", end="", soft_wrap=True)
        said = ". ".join(part.rstrip(".") for part in (finding.detail, finding.means, finding.remedy) if part)
        out.print(said, markup=False, soft_wrap=True)


def codelist(found: Codelists) -> None:
    """The words without a kind, and what an edit of the codelists would change."""
    if found.shares:
        made = table("Rows whose kind says what happened: known, and no catch-all", "source", "rows", "of them", "share")
        for share in found.shares:
            row(made, share.source, share.rows, share.telling, f"{share.telling / share.rows:.1%}")
        console().print(made)
    _unread(found.unread)
    if found.unmapped:
        made = table("Words without a kind: add them to the source's kinds", "source", "word", "rows")
        for word in found.unmapped:
            row(made, word.source, word.word or f"({word.words} rare or long ones)", word.rows)
        console().print(made)
    if not found.changes:
        console().print("No edit: every word that was read keeps its kind")
        return
    made = table("The words that the folder now reads differently", "source", "word", "before", "after", "rows")
    for change in found.changes:
        row(made, change.source, change.word or "(rare or long)", change.before, change.after, change.rows)
    console().print(made)


def departments(found: DepartmentWords) -> None:
    """The words without a department, as the source writes them: here and nowhere else."""
    _unread(found.unread)
    if not found.words:
        console().print("Every word that was read has its department")
        return
    made = table("Words without a department: give them a code in departments.csv and the source's departments", "source", "word", "rows")
    for word in found.words:
        row(made, word.source, word.word, word.rows)
    console().print(made)


def _unread(found: Sequence[Unread]) -> None:
    """The files whose words nobody has seen."""
    for one in found:
        said = f"{many(one.files, 'file')} of {one.source} refused, and none of their words told: {REASONS[one.reason].words.en}"
        console().print(BAD, said, soft_wrap=True)


def connected(found: Connected) -> None:
    """What a far side has, whether the source fits it, and a block that declares it."""
    out = console()
    rows = "a number of rows that it does not say" if found.rows is None else many(found.rows, "row")
    paged = f": {rows}, newest {found.newest or 'not said'}, {found.page_rows:,} in a page" if found.page_rows is not None else ""
    out.print(f"{found.where} ({found.kind}){paged}", soft_wrap=True)
    for text in (found.reach, *found.notes):
        out.print(f"  {text}", markup=False, soft_wrap=True)
    if found.columns:
        made = table("Columns", "column", "type", words=("type",))
        for column in found.columns:
            row(made, column.name, column.kind)
        out.print(made)
    if found.missing:
        out.print(BAD, f"it lacks: {', '.join(found.missing)}", soft_wrap=True)
    if found.would is not None:
        out.print(_SIGNS[found.would.well], "the newest rows: " if found.columns else "the file: ", end="", soft_wrap=True)
        out.print(found.would.said, markup=False, soft_wrap=True)
    if found.proposal is not None:
        proposal(found.proposal)


def proposal(proposed: Proposed) -> None:
    """The block of TOML, how sure each line of it is, rows of the file as reports, and what is to be doubted."""
    lines = [
        f"# How sure of each line, and why, by {many(proposed.rows, 'row')} of the file:",
        *(f"# {guess.sure:4.0%} {guess.what} = {guess.value}: {guess.why}" for guess in proposed.guesses),
        *(f"# left out {column}: {why}" for column, why in proposed.left_out.items()),
        *(["#", "# The district's own lines could be, instead of those at the top of its file:"] if proposed.district else []),
        *(f"#   {line}" for line in proposed.district),
    ]
    end = [
        *(["# Some of its rows as the reports that they would be:"] if proposed.reports else []),
        *(f"#   on {report.day}: {report.kind} in {report.cell}" for report in proposed.reports),
        "# What I am unsure of, the more harmful first:" if proposed.unsure else "# Nothing of it is in doubt.",
        *(f"#   {number}. {doubt}" for number, doubt in enumerate(proposed.unsure, start=1)),
    ]
    # Everything but the block is a comment, so that the whole can be appended to a district.toml.
    console().print("\n".join([*lines, "", proposed.toml, *end]), markup=False, highlight=False, soft_wrap=True)
