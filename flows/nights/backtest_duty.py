"""The fourth category tried out: at past origins, how likely each open clock was to be missed, beside what came of it.

Belongs here: what each origin knew of clocks. Does not: chances and grades (``transforms.duty``, ``transforms.backtest.duty``), going
through origins (``flows.nights.backtest``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from flows.stores import Context
from transforms.backtest.duty.cases import CASES, case_rows, what_came
from transforms.backtest.duty.grades import graded
from transforms.backtest.duty.report import DutyReport
from transforms.duty.halves import LINE, Halves, halves, usual
from transforms.duty.known import Grounds, heard_and_stale, known_clocks
from transforms.duty.share import outlook
from transforms.duty.window import in_window
from transforms.panel.known import View

_YEAR = dt.timedelta(days=365)


@dataclass
class DutyWalk:
    """Goes from origin to origin, with the ``truth`` of what is known at last; ``restated`` looks at each with what is known now."""

    truth: View
    restated: bool
    _rows: list[pl.DataFrame] = field(default_factory=list)
    _halves: list[tuple[Halves, Halves]] = field(default_factory=list)
    _came: pl.DataFrame | None = None

    def at(self, here: Context, view: View) -> None:
        """Ask about the clocks that are open at one origin."""
        clocks, night = _clocks(here, view), view.panel.night
        if clocks.is_empty():
            return
        if self._came is None:
            self._came = what_came(_clocks(here, self.truth))
        holidays, zone = here.holidays(night), here.district.timezone
        for alike in clocks.partition_by("clock", maintain_order=True):
            self._rows.append(case_rows(night, alike, self._came, holidays, zone, restated=self.restated))
        judged = outlook(clocks, holidays, zone)
        past_year = judged.filter((pl.col("due") <= pl.col("until")) & (pl.col("due") > pl.col("until") - _YEAR))
        self._halves.append((halves(in_window(judged), LINE), halves(past_year, ("department",))))

    def report(self) -> DutyReport | None:
        """All origins graded; None where no clock was open whose end is known."""
        rows = pl.concat([CASES.to_frame(), *self._rows])
        if rows.is_empty():
            return None
        by_line, by_department = (usual(both[k] for both in self._halves) for k in (0, 1))
        return DutyReport(rows["origin"].n_unique(), len(rows), graded(rows), by_line, by_department)


def _clocks(here: Context, view: View) -> pl.DataFrame:
    lately, _ = heard_and_stale(view.panel, here.district, view.reports["source"].unique())
    return known_clocks(view.panel, view.reports, here.district, Grounds(view.promised, here.folder.calendar_of_clocks), lately)
