"""The deadlines of cases: whose they are, when they began, when they end, and what became of them by a moment.

Where reports keep days, a day is a whole one: a clock ends with the day it is due, and what was met on a day was met by its end. A recorded
extension counts up to ``MOST_EXTENDED_DAYS``, pauses are added, and a deadline that is moved without one stays where it was first promised.
A deadline so far away that it is none (ten times what is usual for the kind) is replaced by the usual one.

A case is its first department's until another accepts it, where its source tells of acceptance; else it is whose it is recorded to be.
What was accepted elsewhere before its end has left the first department's share, and is counted as handed on; what had run out by then is
the first one's. Departments of one person are pooled.

Belongs here: one row for each deadline. Does not: clocks of other duties (``transforms.duty.further``), how likely one is to be missed
(``transforms.duty.survival``), what weighs how much (``transforms.duty.guards``), shares (``transforms.duty.share``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.clocks.zones import utc_to_local
from transforms.grids.succession import once
from transforms.reports.coarsening import SUBDISTRICT
from transforms.schema.frames import UTC, frame
from transforms.words import DutyClock, Status

UNKNOWN_DEPARTMENT: Final = "unknown"
POOLED_DEPARTMENT: Final = "small_offices"
MOST_EXTENDED_DAYS: Final = 30
MOST_PAUSED_DAYS: Final = 90
_FAR_TIMES: Final = 10
_FAR_DAYS: Final = 60
# Older clocks would weigh less than an eighth.
HISTORY_DAYS: Final = 3 * 365

# One row for each clock; a report may have one of each kind (``DutyClock``). ``until`` is the moment as of which it is looked at, ``ended``
# when it was met, null where it is open, ``answered`` when somebody first answered; ``tells`` whether the source tells of answers.
# ``handed_on_by`` is who had it before another accepted it, ``asked`` whether the source asks callers if a case is resolved.
# ``far`` and ``moved`` are deadlines that were not believed.
CLOCKS: Final = frame(
    {
        "report_id": pl.String,
        "clock": pl.String,
        "kind": pl.String,
        "department": pl.String,
        "handed_on_by": pl.String,
        "subdistrict": pl.String,
        "cell_id": pl.String,
        "spot": pl.Int32,
        "occurred_on": pl.Date,
        "starts": UTC,
        "due": UTC,
        "until": UTC,
        "ended": UTC,
        "answered": UTC,
        "tells": pl.Boolean,
        "reopened": pl.Boolean,
        "passed_on": pl.Boolean,
        "asked": pl.Boolean,
        "confirmed": pl.Boolean,
        "whole_days": pl.Boolean,
        "far": pl.Boolean,
        "moved": pl.Boolean,
    }
)


@dataclass(frozen=True)
class Offices:
    """What is declared of the departments: ``small`` are those of one person; ``hidden`` kinds have no part in how any of them stands."""

    zone: str
    hidden: Collection[str] = ()
    small: Collection[str] = ()

    def pooled(self, column: str) -> pl.Expr:
        """The departments of a column, those of one person under one name."""
        return pl.when(pl.col(column).is_in(list(self.small))).then(pl.lit(POOLED_DEPARTMENT)).otherwise(column)


def clocks_of(
    reports: pl.DataFrame, cells: pl.DataFrame, until: Mapping[str, dt.datetime], offices: Offices, promised: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Every deadline whose clock began before its source was last heard of, schema ``CLOCKS``.

    Args:
        reports: reports as of the night, schema ``REPORTS``, one row each; those without a deadline have no clock.
        cells: schema ``CELLS``.
        until: the moment as of which each source's clocks are looked at; sources that are left out have none.
        offices: the departments.
        promised: ``report_id`` and ``promised_at`` of deadlines that have been moved: what was first promised.
    """
    if not until:
        return CLOCKS.to_frame()
    oldest = oldest_of(until)
    places = places_of(cells)
    rows = once(reports.filter((pl.col("due_at") >= oldest) & ~pl.col("kind").is_in(list(offices.hidden))))
    if promised is None:
        rows = rows.with_columns(promised_at=pl.lit(None, UTC))
    else:
        rows = rows.join(promised.select("report_id", "promised_at"), on="report_id", how="left", maintain_order="left")
    found = _read(rows, until, places, offices).select([pl.col(c).cast(t) for c, t in CLOCKS.items()])
    return found.collect(engine="in-memory")


def oldest_of(until: Mapping[str, dt.datetime]) -> dt.datetime:
    """The moment before which clocks are not looked at."""
    return min(until.values()) - dt.timedelta(days=HISTORY_DAYS)


def places_of(cells: pl.DataFrame) -> dict[str, str]:
    """The subdistrict of each cell, and of what is known by its subdistrict alone."""
    places = {c: s for c, s in cells.select("cell_id", "subdistrict").iter_rows() if s is not None}
    return places | {f"{SUBDISTRICT}{s}": s for s in places.values()}


def _read(rows: pl.DataFrame, until: Mapping[str, dt.datetime], places: Mapping[str, str], offices: Offices) -> pl.LazyFrame:
    """What each report says of its clock, and in which subdistrict it lies by its cell."""
    day = dt.timedelta(days=1)
    answered = pl.when("whole_days").then(pl.col("first_contact_at") + day).otherwise("first_contact_at")
    return (
        rows.lazy()
        .with_columns(
            until=pl.col("source").replace_strict(dict(until), default=None, return_dtype=UTC),
            subdistrict=pl.col("cell_id").replace_strict(dict(places), default=None, return_dtype=pl.String),
            starts=pl.coalesce("clock_from", pl.col("occurred_on").cast(UTC)),
            is_open=pl.col("status") == Status.OPEN.value,
        )
        .filter(pl.col("subdistrict").is_not_null() & (pl.col("starts") < pl.col("until")))
        # Closed without saying when: nobody knows whether the clock was kept, so it is no clock.
        .filter(pl.col("is_open") | pl.col("closed_at").is_not_null())
        .with_columns(ended=pl.when(~pl.col("is_open") & (pl.col("closed_at") < pl.col("until"))).then("closed_at"))
        .with_columns(whole_days=is_midnight("due_at", offices.zone) & is_midnight("starts", offices.zone))
        .with_columns(**_deadlines(), clock=pl.lit(DutyClock.DEADLINE.value))
        .with_columns(due=pl.when("far").then(pl.col("starts") + pl.col("usual")).otherwise("due"))
        .with_columns(
            due=pl.when("whole_days").then(pl.col("due") + day).otherwise("due"),
            # Nothing stays nothing: the lesser of it and something is something.
            ended=pl.when(pl.col("whole_days") & pl.col("ended").is_not_null())
            .then(pl.min_horizontal(pl.col("ended") + day, "until"))
            .otherwise("ended"),
            answered=pl.when(pl.col("first_contact_at") < pl.col("until")).then(answered),
            tells=pl.col("first_contact_at").is_not_null().any().over("source"),
            asked=pl.col("confirmed").is_not_null().any().over("source"),
            reopened=pl.col("reopens").fill_null(0) > 0,
        )
        .with_columns(**_owners(offices))
    )


def is_midnight(column: str, zone: str) -> pl.Expr:
    """Whether each moment begins a local day."""
    return utc_to_local(pl.col(column), zone).dt.time() == dt.time()


def _owners(offices: Offices) -> dict[str, pl.Expr]:
    """Whose each clock is, who had it before another accepted it, and whether it was passed on at all."""
    pooled = offices.pooled
    told = pl.col("accepted_at").is_not_null().any().over("source")
    # Who lets a clock run out and hands it on then has missed it.
    accepted = ~told | (pl.col("accepted_at") < pl.min_horizontal("until", "due"))
    other = (pl.col("first_department") != pl.col("department")).fill_null(value=False)
    own = pl.when(other & ~accepted.fill_null(value=False)).then(pooled("first_department")).otherwise(pooled("department"))
    return {
        "department": own.fill_null(UNKNOWN_DEPARTMENT),
        "handed_on_by": pl.when(other & told & accepted.fill_null(value=False)).then(pooled("first_department")),
        "passed_on": other | (pl.col("transfers").fill_null(0) > 0),
    }


def _deadlines() -> dict[str, pl.Expr]:
    """When each clock ends, as far as its deadline is believed, and how long one of its kind usually is."""
    moved = pl.col("promised_at") < pl.col("due_at")
    first = pl.when(moved).then("promised_at").otherwise("due_at")
    most = first + dt.timedelta(days=MOST_EXTENDED_DAYS)
    extended = pl.when(pl.col("extended_until") > first).then(pl.min_horizontal("extended_until", most)).otherwise(first)
    paused = pl.duration(days=pl.col("paused_days").fill_null(0).clip(0, MOST_PAUSED_DAYS))
    length = pl.col("due_at") - pl.col("starts")
    usual = length.median().over("kind")
    return {
        "due": pl.max_horizontal(extended + paused, "starts"),
        "usual": usual,
        "far": (length > usual * _FAR_TIMES) & (length > dt.timedelta(days=_FAR_DAYS)),
        "moved": moved.fill_null(value=False),
    }
