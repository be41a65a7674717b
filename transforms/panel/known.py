"""Everything that was known at one moment, and what each night sees of it.

Belongs here: choosing versions, counting and hashing once for all nights that look from the same moment, and cutting each night out of
that. Does not: reading the lake (``flows.nights.look``), the rules of each step (``versions``, ``arrivals``, ``panel``, ``digests``).

A night's view is the same whether it is cut from what many nights share or made alone: both go this way.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from transforms.clocks.nights import day_start
from transforms.district.declaration import District
from transforms.grids.neighbours import Neighbours
from transforms.grids.succession import Former, apportion
from transforms.panel.arrivals import delays_of, judged_days
from transforms.panel.digests import Read, ReportWords, exposure_digest
from transforms.panel.panel import Panel, Tally
from transforms.reports.versions import as_seen, known, promised, standing
from transforms.schema import REPORTS, VISITS
from transforms.words import Precision
from transforms.worklist.feedback import counted, marked, uncounted
from transforms.worklist.visits import visits_known


@dataclass(frozen=True)
class View:
    """What a night sees of the lake: reports (those that do not count are marked, ``transforms.worklist.feedback``), visits, source-days,
    panel, the digest of reports and source-days as inputs, and deadlines as they were first promised."""

    lake_seq: int
    reports: pl.DataFrame
    days: pl.DataFrame
    panel: Panel
    digest: tuple[str, str]
    promised: pl.DataFrame
    visits: pl.DataFrame = field(default_factory=VISITS.to_frame)


class Known:
    """What was known at ``as_of`` by lake commit ``lake_seq``."""

    def __init__(
        self,
        versions: pl.DataFrame,
        as_of: dt.datetime,
        lake_seq: int,
        district: District,
        cells: pl.DataFrame,
        former: Former,
        neighbours: Neighbours,
        visits: pl.DataFrame | None = None,
    ) -> None:
        """Choose the versions that count and count them.

        Args:
            versions: every version in the lake, schema ``REPORTS``.
            as_of: what was known when (UTC).
            lake_seq: the last lake commit to read.
            district: the declaration.
            cells: schema ``CELLS``.
            former: where the reports of zones that are no more count.
            neighbours: of the cells.
            visits: every visit in the lake, as rows of ``REPORTS``; none without.
        """
        self._as_of, self._lake_seq, self._district = as_of, lake_seq, district
        # What is told by the week or the month happened on no night: it is counted by the month, and never here.
        heard = known(versions, as_of, lake_seq).filter(pl.col("precision") == Precision.DAY.value)
        # The past is bounded night by night, after versions are chosen: a correction that moves a report far back must still replace it.
        self._promised = promised(heard)
        self._visits = visits_known(REPORTS.to_frame() if visits is None else visits, as_of, lake_seq)
        reports = marked(standing(heard, district.released), self._visits)
        self._read = Read.by(district.further_clocks)
        self._words = ReportWords(reports, self._read)
        self._uncounted = uncounted(reports)
        self._delays = {s.code: delays_of(heard, s, district.zone) for s in district.sources}
        codes = {s.code: n for n, s in enumerate(district.sources)}
        days = reports.select(
            source=pl.col("source").replace_strict(codes, default=len(codes), return_dtype=pl.Int64),
            day=pl.col("occurred_on").cast(pl.Int64),
        )
        self._source, self._day = days["source"].to_numpy(), days["day"].to_numpy()
        self._placed = apportion(reports, former)
        if former:
            self._placed = self._placed.sort("occurred_on", "report_id", "cell_id")
        self._placed_on = self._placed["occurred_on"].cast(pl.Int64).to_numpy() if former else self._day
        self._tally = Tally(counted(self._placed), district, cells, neighbours)

    def on(self, night: dt.date) -> View:
        """What a night sees: nothing that happened from its beginning on, or longer ago than the district's history."""
        start = day_start(night, self._district.zone)
        end = (night - dt.date(1970, 1, 1)).days
        days_seen = [end - self._district.history_days - 1, end]
        first, last = (int(k) for k in np.searchsorted(self._day, days_seen))
        days = judged_days(self._counted(first, last), self._delays, self._district, night, self._as_of)
        placed_first, placed_last = (int(k) for k in np.searchsorted(self._placed_on, days_seen))
        placed = as_seen(self._placed[placed_first:placed_last], start)
        visits = self._visits.filter(pl.col("day") < night)
        digest = self._words.digest(first, last, start) + self._uncounted_digest(days_seen), exposure_digest(days)
        return View(self._lake_seq, placed, days, self._tally.panel(days, night), digest, self._promised, visits)

    def _uncounted_digest(self, days_seen: list[int]) -> str:
        """Which of the reports do not count; nothing where all do."""
        on = self._uncounted["occurred_on"].cast(pl.Int64)
        seen = self._uncounted.filter((on >= days_seen[0]) & (on < days_seen[1]))
        return f"|{ReportWords(seen, self._read).digest(0, len(seen))}" if len(seen) else ""

    def _counted(self, first: int, last: int) -> dict[str, tuple[dt.date, np.ndarray[tuple[int], np.dtype[np.int64]]]]:
        """Reports per source and local day, among the rows of a night."""
        if first == last:
            return {}
        source, day = self._source[first:last], self._day[first:last]
        oldest = int(day[0])
        width = int(day[-1]) - oldest + 1
        tables = np.bincount(source * width + (day - oldest), minlength=(len(self._district.sources) + 1) * width).reshape(-1, width)
        counted = {}
        for declared, table in zip(self._district.sources, tables, strict=False):
            had = np.flatnonzero(table)
            if len(had):
                counted[declared.code] = (dt.date(1970, 1, 1) + dt.timedelta(days=oldest + int(had[0])), table[had[0] :])
        return counted
