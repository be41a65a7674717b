"""What the checks say, put to use: a batch on its way in, and a night on its way out.

Belongs here: which suite is asked when, with which history, and what a stop becomes. Does not: the suites (``expectations``), writing
(``infra.warehouse``).
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import polars as pl

from expectations.outputs import judge_alerts, judge_district_surges, judge_reports, judge_scores
from expectations.patterns import judge_patterns
from expectations.verdict import Finding, Verdict, joined, split
from flows.stores import Context
from infra.errors import SifangError
from infra.side_by_side import side_by_side
from infra.sources.table import UnusableFile
from infra.warehouse.batches import checked_before
from infra.warehouse.read import usual_levels
from transforms.district.declaration import District
from transforms.district.source import Source
from transforms.reports.measures import measure, measure_cells
from transforms.schema import QUARANTINED
from transforms.scoring.risk import NightScores

LEVEL_NIGHTS = 28
# A change of a source's reports from one week to the next beyond this share explains a change of levels.
EXPLAINING_CHANGE = 0.3


class UnfitFile(UnusableFile):
    """The checks refuse the file. ``checked`` is what they said, as plain values."""

    def __init__(self, stops: tuple[Finding, ...], checked: dict[str, Any]) -> None:
        said = "; ".join(f"{s.en}{f' in {s.column}' if s.column else ''}{_amount(s)}" for s in stops)
        culprits = [f"{f['reason']} {f['rows']}" for f in checked["found"] if f["reason"] not in {s.reason for s in stops}]
        super().__init__(stops[0].reason, f"{said} [{', '.join(culprits)}]" if culprits else said)
        self.checked = checked


def _amount(finding: Finding) -> str:
    return f" ({finding.rows} rows)" if finding.measured is None else f" ({finding.measured:g} of the usual)"


class Checking:
    """The checks of one batch, step by step; a stop raises ``UnfitFile``."""

    def __init__(self, context: Context, source: Source, now: dt.datetime) -> None:
        self._context, self._source, self._now = context, source, now
        self._verdict: Verdict | None = None
        self._of_rows: dict[str, Any] = {}
        self._measures: dict[str, Any] = {}

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
        if not self._of_rows:
            return
        context, source, district = self._context, self._source, self._context.district
        # Sensitive kinds are never counted by cell.
        sensitive = [k.code for k in district.kinds.values() if k.sensitive]
        self._measures = {**self._of_rows, **measure_cells(located.filter(~pl.col("kind").is_in(sensitive)))}
        told = checked_before(context.warehouse, source.code)
        history = [t["measures"] for t in told if "measures" in t]
        self._take(judge_patterns(self._measures, history, source))

    def outgoing(self, versions: pl.DataFrame) -> None:
        """What is about to enter the lake."""
        if len(versions):
            context = self._context
            self._take(judge_reports(versions, self._source, context.district, set(context.folder.cells["cell_id"])))

    def told(self) -> dict[str, Any]:
        """What the checks said and measured, as plain values to keep."""
        return {} if self._verdict is None else {**self._verdict.told(), **({"measures": self._measures} if self._measures else {})}

    def warnings(self) -> list[dict[str, str]]:
        """The warnings, as the batch records them."""
        found = self._verdict.warnings if self._verdict else ()
        return [
            {
                "reason": w.reason,
                "detail": f"{f'{w.column}: ' if w.column else ''}{f'{w.rows} rows' if w.measured is None else f'{w.measured:g}'}",
            }
            for w in found
        ]

    def _take(self, verdict: Verdict) -> None:
        self._verdict = verdict if self._verdict is None else joined(self._verdict, verdict)
        if verdict.stops:
            raise UnfitFile(verdict.stops, self.told())


def kinds_of(candidates: pl.DataFrame, district: District) -> pl.DataFrame:
    """``row, kind`` of candidates whose kind may be named beside a row: none that is sensitive."""
    named = [k.code for k in district.kinds.values() if not k.sensitive]
    return candidates.select("row", kind=pl.when(pl.col("kind").is_in(named)).then("kind"))


class RefusedNightError(SifangError):
    """A night was computed and must not be published. ``code`` is what the run records."""

    def __init__(self, night: dt.date, stops: tuple[Finding, ...]) -> None:
        self.code = f"refused: {', '.join(dict.fromkeys(s.reason for s in stops))}"
        said = "; ".join(f"{s.en}{f' ({s.column})' if s.column else ''}, {s.rows} rows" for s in stops)
        remedy = (
            f"If the jump is real, publish it with `sifang backfill --from {night} --to {night} --reason jump-confirmed`."
            if {s.reason for s in stops} == {"level_jump"}
            else "This is a fault of the program or of its inputs: keep the files, and report it."
        )
        super().__init__(f"Night {night} is not published: {said}. What was published before stays.", remedy)


def check_night(
    context: Context,
    night: dt.date,
    result: NightScores,
    events: pl.DataFrame,
    days: pl.DataFrame,
    models: list[str],
    *,
    reason: str | None,
) -> dict[str, Any]:
    """Check a night before it is published; what the checks said, as plain values for the run's summary.

    A jump of levels counts as explained where the run carries a reason, other rules or models are at work, or a source sent much more or
    less than before.

    Raises:
        RefusedNightError: it must not be published.
    """
    cells = set(context.folder.cells["cell_id"])
    usual = None
    if reason is None and not _sources_changed(days, night):
        usual = usual_levels(context.warehouse, night, LEVEL_NIGHTS, context.folder.scoring_hash, models)
    verdict = judge_scores(result.scores, cells, usual if usual is not None and len(usual) else None)
    # The alert of a zone that is no more ends with it.
    alerts = judge_alerts(events, night, cells | set(context.folder.former))
    surges = judge_district_surges(result.district_surges, context.district.series)
    every = {name: said for name, said in (("scores", verdict), ("surges", surges), ("alerts", alerts)) if said is not None}
    if stops := sum((said.stops for said in every.values()), ()):
        raise RefusedNightError(night, stops)
    return {name: said.told() for name, said in every.items()}


def _sources_changed(days: pl.DataFrame, night: dt.date) -> bool:
    """Whether some source's reports of the last week differ much from those of the weeks before; a day that is missing counts as none."""
    recent = days.filter(pl.col("day") >= night - dt.timedelta(days=LEVEL_NIGHTS), pl.col("day") < night)
    last = pl.col("day") >= night - dt.timedelta(days=7)
    weekly = recent.group_by("source").agg(
        now=pl.col("reports").filter(last).sum() / 7, before=pl.col("reports").filter(~last).sum() / (LEVEL_NIGHTS - 7)
    )
    changed = (weekly["now"] - weekly["before"]).abs() > EXPLAINING_CHANGE * weekly["before"]
    return bool(changed.any())
