"""What the feeds tell of a place that has an alert: its cases are closed, were looked at again, somebody was there.

What is told moves an alert without anybody: cases that all are closed settle it, a second look at all of them verifies it, a visit that
settled something settles it. Only what happened since its clock began counts, so what somebody opened again is not closed by old news.

Belongs here: the cases and visits that matter, and what they say. Does not: what comes of it (``transforms.alerts.machine``), visits
themselves (``transforms.worklist``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from transforms.alerts.alert import CELL, PREMISES, Subject
from transforms.alerts.machine.transitions import SETTLED
from transforms.district.declaration import District
from transforms.schema import VISITS
from transforms.words import Act, Outcome, Status
from transforms.words.feeds import FEEDS

# Cases of kinds that stand until closed, each with its place, by local days.
CASES: Final = pl.Schema({"cell_id": pl.String, "category": pl.String, "began_on": pl.Date, "closed_on": pl.Date, "rechecked_on": pl.Date})

# Major hazards at premises of the register, by local days; whether each was told, or told anew, since the night before.
HAZARDS: Final = pl.Schema(
    {
        "premises": pl.String,
        "began_on": pl.Date,
        "reported_on": pl.Date,
        "closed_on": pl.Date,
        "rechecked_on": pl.Date,
        "is_news": pl.Boolean,
    }
)
# The highest of four severities: what a source calls major, or a kind that is so by itself.
MAJOR_SEVERITY: Final = 4


class NightBefore(NamedTuple):
    """What the night before could know: what was known at a moment, of the lake up to a commit, and the premises that its register had."""

    as_of: dt.datetime
    lake_seq: int
    premises: frozenset[str]


class Tells(NamedTuple):
    """What is told of an alert, as something that is asked of it."""

    act: Act
    outcome: Outcome | None = None


class _Case(NamedTuple):
    began_on: dt.date
    closed_on: dt.date | None
    rechecked_on: dt.date | None


@dataclass(frozen=True)
class Heard:
    """What a night knows of cases (``CASES``), of major hazards at premises (``HAZARDS``) and of visits (``VISITS``)."""

    cases: pl.DataFrame = field(default_factory=CASES.to_frame)
    visits: pl.DataFrame = field(default_factory=VISITS.to_frame)
    hazards: pl.DataFrame = field(default_factory=HAZARDS.to_frame)

    @cached_property
    def _cases(self) -> dict[tuple[str, str], list[_Case]]:
        found: dict[tuple[str, str], list[_Case]] = {}
        for cell, category, *days in self.cases.select(list(CASES)).iter_rows():
            found.setdefault((cell, category), []).append(_Case(*days))
        return found

    @cached_property
    def _hazards(self) -> dict[str, list[_Case]]:
        found: dict[str, list[_Case]] = {}
        for premises, *days in self.hazards.select("premises", "began_on", "closed_on", "rechecked_on").iter_rows():
            found.setdefault(premises, []).append(_Case(*days))
        return found

    @cached_property
    def _visits(self) -> dict[str, list[tuple[dt.date, Outcome]]]:
        found: dict[str, list[tuple[dt.date, Outcome]]] = {}
        for cell, day, outcome in self.visits.filter(pl.col("outcome").is_not_null()).select("cell_id", "day", "outcome").iter_rows():
            found.setdefault(cell, []).append((day, Outcome(outcome)))
        return found

    def tells(self, about: Subject, since: dt.date) -> Iterator[Tells]:
        """What is told of an alert on a cell or on premises, of what happened from a day on.

        Who was in a cell need not have been at premises there, so a visit says nothing of those.
        """
        at_premises = about.kind == PREMISES
        known = self._hazards.get(about.code, ()) if at_premises else self._cases.get((about.code, about.category or ""), ())
        # Another major hazard at the same premises leaves them as they were; in a cell something always begins.
        cases = [c for c in known if (at_premises or c.began_on < since) and (c.closed_on is None or c.closed_on >= since)]
        if cases and all(case.closed_on for case in cases):
            yield Tells(Act.RESOLVE, Outcome.FIXED)
            if all(case.rechecked_on for case in cases):
                yield Tells(Act.VERIFY)
        visits = self._visits.get(about.code, ()) if about.kind == CELL else ()
        settled = [(day, outcome) for day, outcome in visits if day >= since and outcome in SETTLED]
        if settled:
            yield Tells(Act.RESOLVE, max(settled, key=lambda visit: visit[0])[1])


def cases_of(reports: pl.DataFrame, district: District) -> pl.DataFrame:
    """The cases (``CASES``) among reports as of a night (``REPORTS``, one row each)."""
    return _standing(reports, district).select(list(CASES))


def hazards_of(reports: pl.DataFrame, district: District, before: NightBefore | None) -> pl.DataFrame:
    """The major hazards (``HAZARDS``) at premises of the district's register, among such reports.

    To a first night nothing is news, and neither is what stands at premises that entered the register since the night before.
    """
    there = reports.filter(pl.col("premises").is_in(list(district.premises)), pl.col("severity") >= MAJOR_SEVERITY)
    came = pl.lit(value=False)
    if before is not None:
        # Nights that catch up read one lake, each up to a moment of its own.
        unknown = (pl.col("recorded_seq") > before.lake_seq) | (pl.col("known_at") > before.as_of.astimezone(dt.UTC))
        came = unknown & pl.col("premises").is_in(sorted(before.premises))
    return _standing(there.with_columns(is_news=came), district, "is_news").select(list(HAZARDS))


def _standing(reports: pl.DataFrame, district: District, *more: str) -> pl.DataFrame:
    hidden = {kind.code for kind in district.kinds.values() if kind.sensitive or kind.officer_initiated}
    standing = [kind.code for kind in district.kinds.values() if kind.standing and kind.code not in hidden]
    is_open = pl.col("status") == Status.OPEN.value

    def local(name: str) -> pl.Expr:
        return pl.col(name).dt.convert_time_zone(district.timezone).dt.date()

    return reports.filter(pl.col("kind").is_in(standing) & (is_open | pl.col("closed_at").is_not_null())).select(
        "cell_id",
        "premises",
        "reported_on",
        *more,
        category=pl.col("feed").replace_strict({code: feed.category.value for code, feed in FEEDS.items()}, return_dtype=pl.String),
        began_on=pl.col("occurred_on"),
        # A case that was reopened is open, whenever it was closed before.
        closed_on=pl.when(~is_open).then(local("closed_at")),
        rechecked_on=pl.when(~is_open).then(local("recheck_at")),
    )
