"""The codelists that a city must not have, and those that look like them and are harmless.

Belongs here: reading both files of ``tests/transforms/words``. Does not: how many may be told wrongly (the tests there).
"""

from __future__ import annotations

from tests.helpers.source import ROOT

FOLDER = ROOT / "tests" / "transforms" / "words"


def codelists(name: str) -> list[dict[str, str]]:
    """Those of ``prohibited`` or ``harmless``: one a line of the file, as words with the kinds they become."""
    lines = [line.split(" | ")[1:] for line in (FOLDER / f"{name}_codelists.txt").read_text("utf-8").splitlines()]
    found = [[(word, kind) for word, _, kind in (pair.rpartition(" = ") for pair in line)] for line in lines]
    return [dict(pairs) for pairs in found]
