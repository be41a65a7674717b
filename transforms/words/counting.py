"""How many of something there are, in English.

Belongs here: a count with its noun. Does not: words of a vocabulary (``bilingual``).
"""

from __future__ import annotations


def many(count: int, what: str) -> str:
    """A count with its noun in the right number: "1 batch", "1,200 batches", "0 deliveries"; what follows "row of" stays as it is."""
    noun, of, rest = what.partition(" of ")
    plural = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}{of}{rest}"


def times(count: int) -> str:
    """How often something was done: "once", "2 times"."""
    return "once" if count == 1 else many(count, "time")
