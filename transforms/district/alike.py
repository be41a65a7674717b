"""Words of a codelist that look the same, and are one word to whoever reads them.

Belongs here: how a word of a codelist is compared. Does not: folding (``transforms.words.folding``), reading a row's words
(``transforms.reports.values``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transforms.words.folding import as_seen


def prefix_of(word: str) -> str:
    """What texts begin with, as folded, to be meant by a word that ends in a star; a blank before the star counts."""
    before = word.removesuffix("*")
    return as_seen(before) + " " * (before != before.rstrip())


def clashes(pairs: Iterable[tuple[str, object]]) -> Iterator[str]:
    """Words of one codelist that look the same and mean something else, one sentence each; patterns are compared as they stand."""
    seen: dict[str, tuple[str, object]] = {}
    for word, meant in pairs:
        key = word if word.startswith("/") else f"{prefix_of(word)}*" if word.endswith("*") else as_seen(word)
        other, before = seen.setdefault(key, (word, meant))
        if before != meant:
            yield f"{other!r} and {word!r} are one word and stand for {before!r} and {meant!r}; keep one"
