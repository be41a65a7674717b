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

from transforms.alerts.machine.transitions import SETTLED
from transforms.district.declaration import District
from transforms.schema import VISITS
from transforms.words import Act, Outcome, Status
from transforms.words.feeds import FEEDS

# Cases of kinds that stand until closed, each with its place, by local days.
CASES: Final = pl.Schema({"cell_id": pl.String, "category": pl.String, "began_on": pl.Date, "closed_on": pl.Date, "rechecked_on": pl.Date})


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
    """What a night knows of cases (``CASES``) and visits (``VISITS``)."""

    cases: pl.DataFrame = field(default_factory=CASES.to_frame)
    visits: pl.DataFrame = field(default_factory=VISITS.to_frame)

    @cached_property
    def _cases(self) -> dict[tuple[str, str], list[_Case]]:
        found: dict[tuple[str, str], list[_Case]] = {}
        for cell, category, *days in self.cases.select(list(CASES)).iter_rows():
            found.setdefault((cell, category), []).append(_Case(*days))
        return found

    @cached_property
    def _visits(self) -> dict[str, list[tuple[dt.date, Outcome]]]:
        found: dict[str, list[tuple[dt.date, Outcome]]] = {}
        for cell, day, outcome in self.visits.filter(pl.col("outcome").is_not_null()).select("cell_id", "day", "outcome").iter_rows():
            found.setdefault(cell, []).append((day, Outcome(outcome)))
        return found

    def tells(self, cell: str, category: str | None, since: dt.date) -> Iterator[Tells]:
        """What is told of an alert on a cell, of what happened from a day on."""
        cases = [
            case
            for case in self._cases.get((cell, category or ""), ())
            if case.began_on < since and (case.closed_on is None or case.closed_on >= since)
        ]
        if cases and all(case.closed_on for case in cases):
            yield Tells(Act.RESOLVE, Outcome.FIXED)
            if all(case.rechecked_on for case in cases):
                yield Tells(Act.VERIFY)
        settled = [(day, outcome) for day, outcome in self._visits.get(cell, ()) if day >= since and outcome in SETTLED]
        if settled:
            yield Tells(Act.RESOLVE, max(settled, key=lambda visit: visit[0])[1])


def cases_of(reports: pl.DataFrame, district: District) -> pl.DataFrame:
    """The cases (``CASES``) among reports as of a night (``REPORTS``, one row each)."""
    hidden = {kind.code for kind in district.kinds.values() if kind.sensitive or kind.officer_initiated}
    standing = [kind.code for kind in district.kinds.values() if kind.standing and kind.code not in hidden]
    is_open = pl.col("status") == Status.OPEN.value

    def local(name: str) -> pl.Expr:
        return pl.col(name).dt.convert_time_zone(district.timezone).dt.date()

    return reports.filter(pl.col("kind").is_in(standing) & (is_open | pl.col("closed_at").is_not_null())).select(
        "cell_id",
        category=pl.col("feed").replace_strict({code: feed.category.value for code, feed in FEEDS.items()}, return_dtype=pl.String),
        began_on=pl.col("occurred_on"),
        # A case that was reopened is open, whenever it was closed before.
        closed_on=pl.when(~is_open).then(local("closed_at")),
        rechecked_on=pl.when(~is_open).then(local("recheck_at")),
    )
