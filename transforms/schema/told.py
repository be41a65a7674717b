"""What checks said, as it is kept: counts by reason and column.

Belongs here: the shape that the warehouse stores and Data Docs draw. Does not: the verdict while it is acted on (``expectations.verdict``),
what else is kept of a batch (``transforms.reports.checked``). No row and no value of one is ever in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Found:
    """One reason, in how many rows, read in which column; ``measured`` is a number about the whole of what was checked."""

    reason: str
    column: str | None
    rows: int
    measured: float | None = None


@dataclass(frozen=True)
class Told:
    """How many checks ran and what they found, by reason and column; the same whenever the same is checked."""

    checks: int = 0
    found: tuple[Found, ...] = ()

    @classmethod
    def of(cls, checks: int, found: Iterable[Found]) -> Self:
        """Findings in whatever order, in the order in which they are kept."""
        return cls(checks, tuple(sorted(found, key=lambda f: (f.reason, f.column or ""))))
