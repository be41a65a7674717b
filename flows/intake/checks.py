"""What the checks say about a batch on its way in, put to use.

Belongs here: which suite is asked when, with which history, and what a stop becomes. Does not: the suites (``expectations``), writing
(``infra.warehouse``), a night on its way out (``flows.nights.checks``).
"""

from __future__ import annotations

import datetime as dt
from functools import partial

import polars as pl

from expectations.outputs import judge_reports
from expectations.patterns import judge_patterns
from expectations.verdict import Finding, Verdict, joined, split
from flows.stores import Context
from infra.side_by_side import side_by_side
from infra.sources.table import UnusableFile
from infra.warehouse.batches import measured_before
from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.reports.checked import Checked, Notice
from transforms.reports.measures import Measures, measure, with_cells
from transforms.schema import QUARANTINED
from transforms.schema.told import Told


class UnfitFile(UnusableFile):
    """The checks refuse the file. ``checked`` is what they said."""

    def __init__(self, stops: tuple[Finding, ...], checked: Checked) -> None:
        said = "; ".join(f"{s.words.en}{f' in {s.column}' if s.column else ''}{_amount(s)}" for s in stops)
        culprits = [f"{f.reason} {f.rows}" for f in checked.found if f.reason not in {s.reason for s in stops}]
        super().__init__(stops[0].reason, f"{said} [{', '.join(culprits)}]" if culprits else said)
        self.checked = checked


def _amount(finding: Finding) -> str:
    return f" ({finding.rows} rows)" if finding.measured is None else f" ({finding.measured:g} of the usual)"


class Checking:
    """The checks of one batch, step by step; a stop raises ``UnfitFile``."""

    def __init__(self, context: Context, source: Source, now: dt.datetime) -> None:
        self._context, self._source, self._now = context, source, now
        self._verdict: Verdict | None = None
        self._of_rows: Measures | None = None
        self._measures: Measures | None = None

    def rows(self, candidates: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Good rows and rejects. A file whose rows are all out of scope or personal has nothing to check."""
        if candidates.is_empty():
            return candidates, QUARANTINED.to_frame()
        # Great Expectations takes ten seconds to import; only a run with something to check pays for it.
        from expectations.judge import judge

        district, zones = self._context.district, self._context.folder.zones_named_by(self._source)
        zone = self._source.timezone or district.timezone
        verdict, self._of_rows = side_by_side(
            partial(judge, candidates, self._source, district, known_zones=zones, now=self._now),
            partial(measure, candidates, self._source, zone, self._now),
        )
        self._take(verdict)
        return split(candidates, verdict)

    def batch(self, located: pl.DataFrame) -> None:
        """The batch as a whole beside those before it, once its rows are checked and located."""
        if self._of_rows is None:
            return
        context, source, district = self._context, self._source, self._context.district
        # Sensitive kinds are never counted by cell.
        sensitive = [k.code for k in district.kinds.values() if k.sensitive]
        self._measures = with_cells(self._of_rows, located, sensitive)
        self._take(judge_patterns(self._measures, measured_before(context.warehouse, source.code), source))

    def outgoing(self, versions: pl.DataFrame) -> None:
        """What is about to enter the lake."""
        if len(versions):
            context = self._context
            self._take(judge_reports(versions, self._source, context.district, set(context.folder.cells["cell_id"])))

    def told(self) -> Checked:
        """What the checks said and measured, to keep."""
        told = Told() if self._verdict is None else self._verdict.told()
        return Checked(told.checks, told.found, self._measures)

    def warnings(self) -> tuple[Notice, ...]:
        """The warnings, as the batch records them."""
        return tuple(
            Notice(w.reason, f"{f'{w.column}: ' if w.column else ''}{f'{w.rows} rows' if w.measured is None else f'{w.measured:g}'}")
            for w in (self._verdict.warnings if self._verdict else ())
        )

    def _take(self, verdict: Verdict) -> None:
        self._verdict = verdict if self._verdict is None else joined(self._verdict, verdict)
        if verdict.stops:
            raise UnfitFile(verdict.stops, self.told())


def kinds_of(candidates: pl.DataFrame, district: District) -> pl.DataFrame:
    """``row, kind`` of candidates whose kind may be named beside a row: none that is sensitive."""
    named = [k.code for k in district.kinds.values() if not k.sensitive]
    return candidates.select("row", kind=pl.when(pl.col("kind").is_in(named)).then("kind"))
