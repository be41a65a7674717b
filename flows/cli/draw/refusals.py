"""How refused files look: those that are new, those that stand on, those that have ended.

Belongs here: their lines, which several verbs show. Does not: rows that were set aside (``flows.cli.draw.intake``), what is told when
(``flows.intake.refusals``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from flows.cli.draw.table import marked
from transforms.words.counting import many, times
from transforms.words.reasons import REASONS

if TYPE_CHECKING:
    from rich.console import Console

    from flows.intake.refusals import Refusal, Refusals

# A declaration that is wrong refuses years of files at once; `--json` has them all.
MOST_LINES: Final = 20


def refusals(out: Console, found: Refusals) -> None:
    """A line for each refused file, by how it stands."""
    _lines(out, "Refused", [(one, _why(one)) for one in found.new])
    _lines(out, "Still refused", [(one, f"{_since(one)}: {_why(one)}") for one in found.standing])
    _lines(out, "Accepted", [(one, f"{_since(one)}: {_ended(one)}") for one in found.accepted])
    _lines(out, "Gone", [(one, f"{_since(one)}: {one.reason}; it lies where it was no more") for one in found.gone])


def _ended(one: Refusal) -> str:
    # A place that could not be reached is known by its address alone: whether it answers now or is asked no more, nothing tells.
    return "it answers now, or is declared no more" if one.reason == "source_unreachable" else "what was refused is in now"


def _lines(out: Console, head: str, told: Sequence[tuple[Refusal, str]]) -> None:
    for one, text in told[:MOST_LINES]:
        out.print(marked(f"{head} "), end="", soft_wrap=True)
        out.print(f"{one.file} ({_marks(one)}): {text}", markup=False, soft_wrap=True)
    if len(told) > MOST_LINES:
        out.print(marked(head, f" {len(told) - MOST_LINES:,} more; `sifang status --json` names them"), soft_wrap=True)


def _marks(one: Refusal) -> str:
    """What tells the file from others where its name does not."""
    size = "" if one.size_bytes is None else f", {one.size_bytes:,} bytes"
    changed = "" if one.changed_at is None else f", changed {one.changed_at:%Y-%m-%d %H:%M}"
    return f"source {one.source}{size}{changed}"


def _why(one: Refusal) -> str:
    return f"{one.reason}: {one.detail or REASONS[one.reason].words.en}"


def _since(one: Refusal) -> str:
    return f"since {one.first_seen:%Y-%m-%d}, {many(one.days, 'day')}, tried {times(one.tries)}"
