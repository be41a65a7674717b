"""The shape of an explanation: what `sifang explain` answers, as values.

Belongs here: the types. Does not: finding what they hold (``flows.tell.explain``), drawing them (``flows.cli.draw.explain``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from transforms.scoring.rests_on import RestsOn
from transforms.words import Category, Cause, Contribution, Level, State, Surge, SurgeArea, Words
from transforms.words.reasons import NotScored


@dataclass(frozen=True)
class Driver:
    """A contribution that is worth naming, without a number."""

    source: Contribution
    words: Words


@dataclass(frozen=True)
class Part:
    """What one contribution brings to a cell's expected harm."""

    source: Contribution
    words: Words
    harm: float
    share: float


@dataclass(frozen=True)
class SeriesPart:
    """What one series brings to it, computed again from what was known.

    民转刑: ``escalation`` is the share of the series that overdue disputes predict, None where it is not declared, and
    ``from_overdue_disputes`` what they bring here.
    """

    code: str
    name: Words
    harm: float
    share: float
    escalation: float | None
    from_overdue_disputes: float


@dataclass(frozen=True)
class Numbers:
    """A score in numbers; ``usual`` is None where nothing is known of it, ``series`` empty once the night's inputs are past their time."""

    score: float | None
    expected_harm: float | None
    harm_low: float | None
    harm_high: float | None
    expected_count: float | None
    p_any: float | None
    usual: float | None
    contributions: tuple[Part, ...]
    series: tuple[SeriesPart, ...]


@dataclass(frozen=True)
class SurgeSeen:
    """More of a series than usual in the last ``days`` days."""

    surge: Surge
    series: str | None
    days: int | None
    area: SurgeArea | None


@dataclass(frozen=True)
class MoveCause:
    """What one cause did to a score; ``points`` are None where the cell had too few reports to be told in numbers."""

    cause: Cause
    words: Words
    points: float | None


@dataclass(frozen=True)
class Move:
    """A score that moved since the night before, strongest cause first. ``before`` and ``now`` are None as the points of causes are."""

    category: Category
    cell: str
    name: str | None
    direction: Literal["up", "down"]
    before: float | None
    now: float | None
    causes: tuple[MoveCause, ...]
    sentence: Words


@dataclass(frozen=True)
class CategoryTold:
    """One category of a cell: in words always, in ``numbers`` where it was scored and had enough reports."""

    category: Category
    state: State
    reason: NotScored | None
    level: Level | None
    sentence: Words
    numbers: Numbers | None
    drivers: tuple[Driver, ...]
    surge: SurgeSeen | None
    moved: Move | None
    model_id: str | None
    reference_id: str | None
    against_last_year: float | None
    rests_on: RestsOn


@dataclass(frozen=True)
class Explanation:
    """Everything that is known of a cell on a published night."""

    district: str
    night: dt.date
    revision: int
    as_of: dt.datetime
    lake_seq: int
    mode: str
    cell: str
    name: str | None
    subdistrict: str | None
    categories: tuple[CategoryTold, ...]


@dataclass(frozen=True)
class MovedScores:
    """Every score of a night that moved, the farthest first."""

    district: str
    night: dt.date
    moves: tuple[Move, ...]
