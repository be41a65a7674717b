"""The clocks that a night knows: of sources heard of lately, at the departments that a district declares.

Belongs here: until when each source's clocks are known, and what is declared of departments. Does not: one row for each clock
(``transforms.duty.clocks``), shares (``transforms.duty.share``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.clocks.calendar import Calendar
from transforms.clocks.nights import day_start
from transforms.district.declaration import CategorySettings, District
from transforms.district.source import Source
from transforms.duty.clocks import Offices, clocks_of
from transforms.duty.further import Declared, further_clocks
from transforms.panel.panel import Panel
from transforms.scoring.silence import Heard
from transforms.words import Category, DutyClock


def heard_and_stale(panel: Panel, district: District, told: Iterable[str] = ()) -> tuple[dict[str, dt.datetime], dict[str, dt.datetime]]:
    """The moment (UTC) until which the clocks of each source are known: of those heard of lately, and of those silent for too long.

    What became of a case only its own source can tell, whatever others of its feed say. A source that has ended as declared is not silent:
    its clocks run out. Neither is one silent for too long if others are heard of that may tell of all its kinds in all its cells: they have
    come in its place. Those that are declared no more have ended too.

    Args:
        panel: when each source was heard of.
        district: which sources there are.
        told: the sources of the reports that the clocks are of.
    """
    stale_after = district.categories.get(Category.POLITICAL, CategorySettings()).stale_after_days
    night, zone = panel.night, district.zone
    until = dict.fromkeys(told, night) | {s.code: _heard_until(panel, s) for s in district.sources}
    lately = {code: moment for code, moment in until.items() if (night - moment).days < stale_after}
    stale = {code: moment for code, moment in until.items() if code not in lately}
    replaced = {code for code in stale if _is_replaced(panel, district, code, lately, night - dt.timedelta(days=stale_after))}
    moments = {code: day_start(day, zone) for code, day in (lately | dict.fromkeys(replaced, night)).items()}
    return moments, {code: day_start(day, zone) for code, day in stale.items() if code not in replaced}


def _heard_until(panel: Panel, source: Source) -> dt.date:
    """The day before which a source was heard of; the night where it has ended, or never began."""
    ended = source.coverage.until is not None and source.coverage.until < panel.night
    alone = panel.of_sources.get(frozenset({source.code}))
    heard = None if ended or alone is None else Heard.of(alone, panel.days)
    return heard.until if heard else panel.night


def _is_replaced(panel: Panel, district: District, silent: str, lately: Collection[str], since: dt.date) -> bool:
    """Whether of each kind that a silent source told of, others were heard of since a day, in every cell that it covered."""
    column = max(panel.column(since), 0)
    covered = _cells_heard(panel, silent, 0)
    for sources in (of for of in district.told_kinds.values() if silent in of):
        others = [_cells_heard(panel, code, column) for code in sources if code in lately]
        if not others or (covered & ~np.logical_or.reduce(others)).any():
            return False
    return True


def _cells_heard(panel: Panel, source: str, first: int) -> NDArray[np.bool_]:
    """Which cells a source was heard of in, from a column on."""
    alone = panel.of_sources[frozenset({source})]
    seen: NDArray[np.bool_] = np.asarray((alone.share[:, first:] > 0).any(axis=1))
    return np.asarray(seen[alone.pattern])


@dataclass(frozen=True)
class Grounds:
    """What clocks are counted on beside the reports: moved deadlines and beginnings as they were first ``promised``
    (``transforms.reports.versions``), and the calendar where a clock of the district asks which days are worked."""

    promised: pl.DataFrame | None = None
    calendar: Calendar | None = None


def known_clocks(
    panel: Panel, reports: pl.DataFrame, district: District, grounds: Grounds, until: Mapping[str, dt.datetime]
) -> pl.DataFrame:
    """The clocks of some sources, schema ``CLOCKS``, as of the moments until which each of them is known.

    A case whose report is dated later than it first was goes on from its first date.

    Raises:
        ValueError: a clock asks for the calendar, and there is none.
    """
    # No cell shows a number that a sensitive report had a part in, and self-made cases do not brighten a department's share.
    hidden = [k.code for k in district.kinds.values() if k.sensitive or k.officer_initiated]
    small = [d.code for d in district.departments.values() if d.one_person]
    offices = Offices(district.timezone, hidden, small)
    if grounds.promised is not None:
        reports = reports.join(grounds.promised.select("report_id", "begun_at"), on="report_id", how="left", maintain_order="left")
        redated = reports.filter(pl.col("begun_at") < pl.col("clock_from"))["report_id"]
        reports = reports.with_columns(clock_from=pl.min_horizontal("clock_from", "begun_at")).drop("begun_at")
    else:
        redated = pl.Series(dtype=pl.String)
    deadlines = clocks_of(reports, panel.cells, until, offices, grounds.promised)
    if not district.further_clocks:
        return deadlines
    further = further_clocks(reports, panel.cells, until, offices, Declared(district, grounds.calendar), deadlines)
    # A deadline says itself whether it was moved; looking again begins at it.
    from_report = pl.col("clock") != DutyClock.RECHECK.value
    return pl.concat([deadlines, further.with_columns(moved=from_report & pl.col("report_id").is_in(redated.implode()))])
