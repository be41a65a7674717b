"""What the checks say about a batch on its way in, put to use.

Belongs here: which suite is asked about what, what is kept of its verdict, and what a stop becomes. Does not: the suites
(``expectations``), the order of the steps (``flows.intake.road``), a night on its way out (``flows.nights.checks``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import polars as pl

from expectations.outputs import judge_reports
from expectations.patterns import judge_patterns
from expectations.verdict import Finding, Verdict, split
from infra.districts.folder import DistrictFolder
from infra.side_by_side import side_by_side
from infra.sources.table import UnusableFile
from transforms.district.source import Source
from transforms.reports.checked import Checked, Notice, Said
from transforms.reports.measures import Measures, measure
from transforms.schema import QUARANTINED
from transforms.words.counting import many


class UnfitFile(UnusableFile):
    """The checks refuse the file. ``stops`` are why, ``checked`` is everything that they said."""

    def __init__(self, stops: tuple[Finding, ...], checked: Checked) -> None:
        said = "; ".join(f"{s.words.en}{f' in {s.column}' if s.column else ''}{_amount(s)}" for s in stops)
        culprits = [f"{f.reason} {f.rows}" for f in checked.found if f.reason not in {s.reason for s in stops}]
        super().__init__(stops[0].reason, f"{said} [{', '.join(culprits)}]" if culprits else said)
        self.stops = stops
        self.checked = checked


def _amount(finding: Finding) -> str:
    return f" ({many(finding.rows, 'row')})" if finding.measured is None else f" ({finding.measured:g} of the usual)"


# What keeps the candidates of a batch, as landing does.
Keep = Callable[[pl.DataFrame], None]


def for_nobody(candidates: pl.DataFrame) -> None:
    """For rows that lie somewhere already, or are merely looked at."""


class Sifted(NamedTuple):
    """The rows of a batch, apart: those that pass and the rejects (``QUARANTINED``). ``measures`` are of all of them together."""

    good: pl.DataFrame
    rejects: pl.DataFrame
    said: Said
    measures: Measures | None


def sift(candidates: pl.DataFrame, source: Source, folder: DistrictFolder, now: dt.datetime, keep: Keep = for_nobody) -> Sifted:
    """Check every row. A file whose rows are all out of scope or personal has nothing to check.

    ``keep`` is done with the rows meanwhile, whatever the checks say: they are one thread of Python's for most of their time.

    Raises:
        UnfitFile: the batch cannot be used.
    """
    if candidates.is_empty():
        keep(candidates)
        return Sifted(candidates, QUARANTINED.to_frame(), Said(), None)
    # Great Expectations takes ten seconds to import; only a run with something to check pays for it.
    from expectations.judge import judge

    district = folder.district

    def aside() -> Measures:
        keep(candidates)
        return measure(candidates, source, source.timezone or district.timezone, now)

    verdict, measures = side_by_side(
        partial(judge, candidates, source, district, known_zones=folder.zones_named_by(source), now=now), aside
    )
    said = _heard(Said(), verdict)
    return Sifted(*split(candidates, verdict), said, measures)


def check_outgoing(said: Said, versions: pl.DataFrame, source: Source, folder: DistrictFolder) -> Said:
    """Check what is about to enter the lake.

    Raises:
        UnfitFile: it must not.
    """
    if versions.is_empty():
        return said
    ground = folder.ground(b"")
    return _heard(said, judge_reports(versions, source, folder.district, {*ground.subdistricts, *ground.hidden_cells}))


def check_as_a_whole(said: Said, history: list[Measures], source: Source) -> Said:
    """Hold a batch that was measured against the source's earlier ones.

    Raises:
        UnfitFile: it is too unlike them.
    """
    measures = said.checked.measures
    return said if measures is None else _heard(said, judge_patterns(measures, history, source))


def _heard(said: Said, verdict: Verdict) -> Said:
    """What was said before and by this verdict. Raises ``UnfitFile`` where it stops the batch."""
    checked = said.checked.and_also(verdict.told())
    if verdict.stops:
        raise UnfitFile(verdict.stops, checked)
    return Said(checked, said.notices + tuple(_notice(w) for w in verdict.warnings))


def _notice(warning: Finding) -> Notice:
    amount = f"{many(warning.rows, 'row')}" if warning.measured is None else f"{warning.measured:g}"
    return Notice(warning.reason, f"{warning.column}: {amount}" if warning.column else amount)
