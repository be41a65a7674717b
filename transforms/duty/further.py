"""The clocks of duties beside the deadline: first contact, telling of acceptance, looking again.

Each is a row of its own, and none hides another: a case that was closed in time and answered too late kept one clock and missed one.
They are counted by the district's rules as of each night. Pauses and extensions lengthen the deadline, and looking again begins at the
deadline that is believed; nobody pauses an answer.

The first department owns first contact until another accepts (首接负责), all along where nobody tells of that; telling of acceptance is
its own in any case. What was missed before another accepted stays with who missed it.

Where reports keep days, the time of day at which a clock began is not known: it runs from the end of that day, and to the end of the day on
which it ends. So a day may be given and none is taken: nobody is said to be late who may have been in time.

Belongs here: rows for these clocks. Does not: deadlines (``transforms.duty.clocks``), which rule is for a report
(``transforms.reports.due``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.clocks.calendar import Calendar
from transforms.clocks.rules import MET_BY
from transforms.clocks.zones import local_to_utc, utc_to_local
from transforms.district.declaration import District
from transforms.duty.clocks import CLOCKS, HISTORY_DAYS, UNKNOWN_DEPARTMENT, Offices, is_midnight, places_of
from transforms.grids.succession import once
from transforms.reports.due import due
from transforms.schema import UTC
from transforms.words import DutyClock
from transforms.words.feeds import FEEDS

_MOMENT: Final = dt.timedelta(microseconds=1)
# What a deadline alone says of itself.
_UNSAID: Final = {name: pl.lit(value=False) for name in ("tells", "reopened", "asked", "far", "moved")}


@dataclass(frozen=True)
class Declared:
    """A district with its rules and the sources that tell when a clock was met; and which days are worked, where a rule asks."""

    district: District
    calendar: Calendar | None = None


def further_clocks(
    reports: pl.DataFrame,
    cells: pl.DataFrame,
    until: Mapping[str, dt.datetime],
    offices: Offices,
    declared: Declared,
    deadlines: pl.DataFrame,
) -> pl.DataFrame:
    """Every clock of another duty that began before its source was last heard of, schema ``CLOCKS``.

    Args:
        reports: reports as of the night, schema ``REPORTS``, one row each.
        cells: schema ``CELLS``.
        until: the moment as of which each source's clocks are looked at; sources that are left out have none.
        offices: the departments.
        declared: the rules.
        deadlines: of the same reports, schema ``CLOCKS``.

    Raises:
        ValueError: a rule asks for the calendar, and there is none.
    """
    found = [CLOCKS.to_frame()]
    hidden = list(offices.hidden)
    for feed in FEEDS:
        known = [s for s in declared.district.sources if s.feed == feed and s.code in until]
        rows = once(reports.filter(pl.col("source").is_in([s.code for s in known]) & ~pl.col("kind").is_in(hidden))).with_columns(
            until=pl.col("source").replace_strict(dict(until), default=None, return_dtype=UTC),
            subdistrict=pl.col("cell_id").replace_strict(places_of(cells), default=None, return_dtype=pl.String),
        )
        for clock, column in MET_BY.items():
            rules = [rule for rule in declared.district.further_clocks if (rule.clock, rule.feed) == (clock, feed)]
            telling = [s.code for s in known if s.columns.of(column)]
            if not rules or not telling:
                continue
            theirs = rows.filter(pl.col("source").is_in(telling)).with_columns(met=pl.col(column), clock=pl.lit(clock.value))
            begun = _after_deadlines(theirs, deadlines) if clock is DutyClock.RECHECK else _after_reports(theirs, offices)
            ends, _ = due(rules, "begins", declared.district, declared.calendar)
            found.append(_rows(begun.with_columns(due=ends), clock, offices))
    return pl.concat(found)


def _after_reports(rows: pl.DataFrame, offices: Offices) -> pl.DataFrame:
    """Clocks that begin with the report."""
    whole = is_midnight("clock_from", offices.zone) & is_midnight("met", offices.zone).fill_null(value=True)
    return rows.with_columns(whole_days=whole, starts=pl.col("clock_from")).with_columns(
        begins=pl.when("whole_days").then(_day_after("starts", offices.zone) - _MOMENT).otherwise("starts")
    )


def _after_deadlines(rows: pl.DataFrame, deadlines: pl.DataFrame) -> pl.DataFrame:
    """Clocks that begin at a deadline, and are whose that is."""
    ended = deadlines.select("report_id", "whole_days", starts="due", owner="department", handed="handed_on_by")
    return rows.join(ended, on="report_id", how="inner", maintain_order="left").with_columns(
        begins=pl.when("whole_days").then(pl.col("starts") - _MOMENT).otherwise("starts")
    )


def _rows(begun: pl.DataFrame, clock: DutyClock, offices: Offices) -> pl.DataFrame:
    """Rows of ``CLOCKS`` for clocks that have begun and whose end somebody can say."""
    zone = offices.zone
    oldest = pl.col("until") - dt.timedelta(days=HISTORY_DAYS)
    here = begun.filter(pl.col("subdistrict").is_not_null() & (pl.col("starts") < pl.col("until")) & (pl.col("due") >= oldest))
    return (
        here.with_columns(
            due=pl.when("whole_days").then(_end_of_day("due", zone)).otherwise("due"),
            ended=pl.when(pl.col("met") < pl.col("until")).then(pl.when("whole_days").then(_day_after("met", zone)).otherwise("met")),
        )
        # The lesser of nothing and something would be something.
        .with_columns(ended=pl.when(pl.col("ended").is_not_null()).then(pl.min_horizontal("ended", "until")))
        .with_columns(other=(pl.col("first_department") != pl.col("department")).fill_null(value=False))
        .with_columns(**_owners(clock, offices), passed_on=pl.col("other") | (pl.col("transfers").fill_null(0) > 0))
        .with_columns(answered=pl.lit(None, UTC), confirmed=pl.lit(None, pl.Boolean), **_UNSAID)
        .select([pl.col(c).cast(t) for c, t in CLOCKS.items()])
    )


def _owners(clock: DutyClock, offices: Offices) -> dict[str, pl.Expr]:
    """Whose a clock is, and who had it before another accepted it."""
    if clock is DutyClock.RECHECK:
        return {"department": pl.col("owner"), "handed_on_by": pl.col("handed")}
    accepted = (pl.col("accepted_at") < pl.min_horizontal("ended", "due", "until")).fill_null(value=False)
    taken = pl.col("other") & accepted & pl.lit(clock is DutyClock.FIRST_CONTACT)
    first = pl.coalesce(offices.pooled("first_department"), offices.pooled("department"))
    return {
        "department": pl.when(taken).then(offices.pooled("department")).otherwise(first).fill_null(UNKNOWN_DEPARTMENT),
        "handed_on_by": pl.when(taken).then(offices.pooled("first_department")),
    }


def _day_after(column: str, zone: str) -> pl.Expr:
    """The beginning of the local day after that of each moment."""
    return local_to_utc(utc_to_local(pl.col(column), zone).dt.truncate("1d").dt.offset_by("1d"), zone)


def _end_of_day(column: str, zone: str) -> pl.Expr:
    """The end of the local day of each moment; a midnight is one."""
    return pl.when(is_midnight(column, zone)).then(column).otherwise(_day_after(column, zone))
