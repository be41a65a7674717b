"""Which of a district's clocks is for a report, and when it ends.

Belongs here: one rule for each report, and its end. Does not: counting time (``transforms.clocks.working``), rules
(``transforms.clocks.rules``), what became of a clock (``transforms.duty``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial

import polars as pl

from transforms.clocks.calendar import Calendar
from transforms.clocks.nights import day_start
from transforms.clocks.rules import Clock, rosters
from transforms.clocks.working import dues
from transforms.district.declaration import District
from transforms.schema import UTC
from transforms.words import Unit


def due(clocks: Iterable[Clock], start: str, district: District, calendar: Calendar | None) -> tuple[pl.Expr, pl.Expr]:
    """When the clock of each row ends that began at ``start``, and whether it counts hours; null where none of the clocks is for it.

    The end is null as well where nobody can say yet, because it reaches into a year whose moved days are not known.

    Raises:
        ValueError: a clock asks for the calendar, and there is none.
    """
    ends, hours = pl.lit(None, UTC), pl.lit(None, pl.Boolean)
    # What takes precedence comes last and rules, also where its end is not known.
    first_rules = sorted(clocks, key=lambda c: c.precedence, reverse=True)
    for clock in first_rules[::-1]:
        applies = is_for(clock, start, district)
        ends = pl.when(applies).then(_end(clock, start, district, calendar)).otherwise(ends)
        hours = pl.when(applies).then(pl.lit(clock.unit is Unit.HOUR)).otherwise(hours)
    return ends, hours


def is_for(clock: Clock, start: str, district: District) -> pl.Expr:
    """Whether a clock is for a report of its feed."""
    asked = {"kind": clock.kind, "department": clock.department, "urgency": clock.urgency}
    applies = pl.all_horizontal(pl.lit(value=True), *(pl.col(column) == code for column, code in asked.items() if code is not None))
    return applies if clock.since is None else applies & (pl.col(start) >= day_start(clock.since, district.zone))


def _end(clock: Clock, start: str, district: District, calendar: Calendar | None) -> pl.Expr:
    limit = clock.works
    if limit is None:
        return pl.col(start) + (dt.timedelta(hours=clock.limit) if clock.unit is Unit.HOUR else dt.timedelta(days=clock.limit))
    if calendar is None:
        raise ValueError("working time needs a calendar")
    ends = partial(dues, clock=limit, calendar=calendar, roster=rosters(district.rosters)[limit.roster])
    return pl.col(start).map_batches(ends, return_dtype=UTC, is_elementwise=True)
