"""What is kept of a batch beside its counts: what the checks said, what was measured, what its sender should know.

Belongs here: the shapes, free of rows and values. Does not: checking (``expectations``), measuring (``transforms.reports.measures``), the
ledger that holds them (``infra.warehouse``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from transforms.reports.measures import Measures
from transforms.schema.told import Told


@dataclass(frozen=True)
class Checked(Told):
    """What the checks said of a batch, and its measures where it was looked at as a whole."""

    measures: Measures | None = None

    def and_also(self, told: Told) -> Checked:
        """The same with what further checks of the batch said."""
        return replace(Checked.of(self.checks + told.checks, self.found + told.found), measures=self.measures)


@dataclass(frozen=True)
class Notice:
    """Something to look at in a batch. ``reason`` is a code of ``transforms.words.reasons``; ``detail`` quotes no value."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Said:
    """What was said of a batch so far: all of it, and what its sender should know."""

    checked: Checked = field(default_factory=Checked)
    notices: tuple[Notice, ...] = ()

    def with_measures(self, measures: Measures) -> Said:
        """The same of a batch that was measured."""
        return replace(self, checked=replace(self.checked, measures=measures))
