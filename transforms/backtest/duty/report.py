"""A duty backtest whole: what the page shows and the summary holds.

Belongs here: its shape. Does not: the numbers (``grades``, ``transforms.duty.halves``).
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.backtest.duty.grades import AgeGrade
from transforms.duty.halves import Halves


@dataclass(frozen=True)
class DutyReport:
    """Cases graded at their ages, and how reliable shares are: of department and subdistrict by 35 days, of departments by a year."""

    origins: int
    cases: int
    ages: tuple[AgeGrade, ...]
    by_line: Halves
    by_department: Halves
