"""How many of something there are, in English.

Belongs here: a count with its noun. Does not: words of a vocabulary (``bilingual``).
"""

from __future__ import annotations


def many(count: int, what: str) -> str:
    """A count with its noun in the right number: "1 batch", "1,200 batches"."""
    plural = "es" if what.endswith("ch") else "s"
    return f"{count:,} {what}{'' if count == 1 else plural}"
