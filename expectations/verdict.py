"""What the checks say about one batch, and how a frame is split by it.

Belongs here: the shape of a verdict, free of Great Expectations and of every value of a row. Does not: the checks (``suites``), running
them (``judge``), storing what they found (``infra``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.schema.told import Found, Told
from transforms.words import Words
from transforms.words.reasons import REASONS, Tier


@dataclass(frozen=True)
class Finding:
    """One reason, in how many rows, read in which column. It holds no value of a row; ``measured`` is a number about the whole batch."""

    reason: str
    column: str | None
    rows: int
    measured: float | None = None

    @property
    def tier(self) -> Tier:
        """What it does."""
        return REASONS[self.reason].tier

    @property
    def words(self) -> Words:
        """What it says."""
        return REASONS[self.reason].words


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the checks say about one batch.

    Attributes:
        stops: why the batch cannot be used; empty when it can.
        rejects: rows to set aside, schema ``QUARANTINED``, in row order; each row once, with the first reason in the order of the suite.
        warnings: what to look at; no row is held back for it.
        checks: how many checks ran.
        seconds: how long they took.
        quarantines: what each failed check would set aside; a row that fails several is counted in each.
    """

    stops: tuple[Finding, ...]
    rejects: pl.DataFrame
    warnings: tuple[Finding, ...]
    checks: int
    seconds: float
    quarantines: tuple[Finding, ...] = ()

    def told(self) -> Told:
        """The verdict as it is kept: counts by reason and column, no row and no value of one; the same whenever it is asked."""
        found = (Found(f.reason, f.column, f.rows, f.measured) for f in (*self.stops, *self.quarantines, *self.warnings))
        return Told.of(self.checks, found)


def split(frame: pl.DataFrame, verdict: Verdict) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows to keep, in their order, and the rejects (schema ``QUARANTINED``): together every row exactly once.

    Raises:
        ValueError: the verdict is about another frame.
    """
    good = frame.filter(~pl.col("row").is_in(verdict.rejects["row"].implode()))
    if len(good) + len(verdict.rejects) != len(frame):
        raise ValueError(f"the verdict rejects {len(verdict.rejects)} rows, of which this frame holds {len(frame) - len(good)}")
    return good, verdict.rejects
