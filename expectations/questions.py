"""The language a suite is written in: seven questions about a table, free of the library that asks them.

Belongs here: what can be asked, and what a check is. Does not: which checks a table has to pass (``suites``, ``patterns``, ``outputs``),
asking (``engine`` with Great Expectations, ``plain`` with Polars). A test has both ask the same and answer the same.

Kept apart from Great Expectations, whose import takes ten seconds: a suite can be read, counted and drawn without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from transforms.words import Words
from transforms.words.reasons import REASONS, Tier


@dataclass(frozen=True)
class HasColumns:
    """The table has at least these columns."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class RowCount:
    """The table has at least, and where given at most, so many rows."""

    at_least: int
    at_most: int | None = None


@dataclass(frozen=True)
class Present:
    """The column has a value in every row, or in the share ``mostly``."""

    column: str
    mostly: float = 1.0


Bound = float | dt.datetime


@dataclass(frozen=True)
class Between:
    """Where the column has a value, it lies between two bounds, both included unless ``above_low``."""

    column: str
    low: Bound | None = None
    high: Bound | None = None
    above_low: bool = False


@dataclass(frozen=True)
class OneOf:
    """Where the column has a value, it is one of a set."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Unique:
    """Where the column has a value, no other row has the same."""

    column: str


@dataclass(frozen=True)
class NotBefore:
    """Where both columns have a value, ``later`` is not less than ``earlier``."""

    later: str
    earlier: str


Question = HasColumns | RowCount | Present | Between | OneOf | Unique | NotBefore


@dataclass(frozen=True)
class Check:
    """One expectation: the question, what is expected in words, and what a failure means.

    Attributes:
        reason: the code of ``transforms.words.reasons`` that a failure is given; it decides the tier.
        column: the column to name (never a helper column), None where the table as a whole is meant.
        asks: the question.
        words: what is expected, one short sentence.
    """

    reason: str
    column: str | None
    asks: Question
    words: Words

    @property
    def tier(self) -> Tier:
        """What a failure does."""
        return REASONS[self.reason].tier


def columns_of(checks: Iterable[Check]) -> list[str]:
    """The columns that the questions name, helper columns included."""
    parts = ("column", "later", "earlier")
    named = (getattr(check.asks, part, None) for check in checks for part in parts)
    return list(dict.fromkeys(str(name) for name in named if name is not None))
