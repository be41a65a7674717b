"""A whole backtest: what the page shows and the summary holds.

Belongs here: the shape of a report. Does not: the numbers of one series (``transforms.backtest.grade``), the page
(``infra.pages.backtest``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from transforms.backtest.duty.report import DutyReport
from transforms.backtest.grade import SeriesGrade
from transforms.backtest.regret import Regret
from transforms.backtest.totals import Coverage
from transforms.backtest.useful import Use
from transforms.words import Words


@dataclass(frozen=True)
class SeriesReport:
    """One series: its names, its grade (None where no event came), cells left out by reason, and how its models stood, by origins."""

    code: str
    name_zh: str
    name_en: str
    category: str
    grade: SeriesGrade | None
    left_out: Mapping[str, int]
    standings: Mapping[str, int]
    # How the intervals of the district's and the subdistricts' totals held.
    district_total: Coverage | None = None
    subdistrict_totals: Coverage | None = None
    regret: Regret | None = None


@dataclass(frozen=True)
class Report:
    """A backtest of one district. ``restated`` says that origins were seen with what is known now, not with what was known then;
    ``subdistricts`` are the names of its codes."""

    district: str
    name_zh: str
    name_en: str
    synthetic: bool
    first: dt.date
    last: dt.date
    origins: int
    every_days: int
    horizon_days: int
    restated: bool
    cells: int
    series: tuple[SeriesReport, ...]
    uses: tuple[Use, ...] = ()
    duty: DutyReport | None = None
    subdistricts: Mapping[str, Words] = field(default_factory=dict)
