"""What is kept of a batch beside its counts: what the checks said, what was measured, what its sender should know.

Belongs here: the shapes, free of rows and values. Does not: checking (``expectations``), measuring (``transforms.reports.measures``), the
ledger that holds them (``infra.warehouse``).
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.reports.measures import Measures
from transforms.schema.told import Told


@dataclass(frozen=True)
class Checked(Told):
    """What the checks said of a batch, and its measures where it was looked at as a whole."""

    measures: Measures | None = None


@dataclass(frozen=True)
class Notice:
    """Something to look at in a batch. ``reason`` is a code of ``transforms.words.reasons``; ``detail`` quotes no value."""

    reason: str
    detail: str
