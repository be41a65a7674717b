"""What a proposal is unsure of, the more harmful first.

Belongs here: the order, and one sentence a doubt. Does not: the guesses (``propose`` and those after it), trying the draft on its own rows
(``flows.tell.trying``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from transforms.workshop.proposal.draft import Guess

# What is wrong everywhere and shows nowhere comes first: rows counted twice or as one, on other days, elsewhere, as something else.
_HARM: Final = (
    *("key", "count", "occurred_at", "place", "lon", "lat", "point", "crs", "datum", "zone", "places inside"),
    *("feed", "kind", "kinds", "status"),
    *("reported_at", "closed_at", "due_at", "timezone", "encoding"),
)
_WRONG_IF: Final = {
    "key": "reports are counted twice, or several as one",
    "count": "what counts once counts several times",
    "occurred_at": "reports stand on other days",
    "place": "no report has a cell",
    "lon": "reports lie elsewhere",
    "lat": "reports lie elsewhere",
    "point": "reports lie elsewhere",
    "crs": "reports lie beside their cells",
    "datum": "reports lie half a kilometre away",
    "zone": "reports lie in other cells",
    "places inside": "reports are set aside as outside of the district",
    "feed": "another category is scored by them",
    "kind": "reports count as something else",
    "kinds": "rows without a kind are set aside",
    "status": "open cases pass for closed, or closed ones stay open",
    "timezone": "reports near midnight stand on other days",
    "encoding": "no word of the file is recognised",
}
_UNSURE: Final = 0.5


def doubts(guesses: Sequence[Guess], left: str) -> list[str]:
    """One sentence a doubt, in the order of the harm that a wrong guess does.

    Args:
        guesses: all of them.
        left: the block of TOML, whose notes of doubt stand for what was no guess.
    """
    unsure = [g for g in guesses if g.sure <= _UNSURE]
    ordered = sorted(unsure, key=lambda g: _HARM.index(g.what) if g.what in _HARM else len(_HARM))
    said = [f"{g.what} = {g.value}: {g.why}{f'; if it is wrong, {_WRONG_IF[g.what]}' if g.what in _WRONG_IF else ''}" for g in ordered]
    notes = [line.partition("# UNSURE: ")[2] for line in left.splitlines() if "# UNSURE: " in line]
    said += [note for note in notes if not any(g.why in note or note in g.why for g in unsure)]
    if 'rule = "after_reported"' in left:
        said.append("known_at: that reports were known a day after they were made is a guess; for daily files leave the line out")
    return said
