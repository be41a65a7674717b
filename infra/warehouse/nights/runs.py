"""Runs: every attempt at a night, whether it published or failed.

Belongs here: the terms of a run, the table ``runs``, recording one and what is asked of it. Does not: publishing (``publish``), what a
summary holds (``transforms.schema.night``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.frames import UTC_TIME, as_frame
from infra.warehouse.database.moments import UtcDateTime
from transforms.schema.night import NightSummary
from transforms.schema.plain import plain, read_back

Kind: TypeAlias = Literal["nightly", "backfill", "demo"]
Mode: TypeAlias = Literal["nightly", "restate", "as_known"]
Status: TypeAlias = Literal["ok", "failed", "unchanged"]
# The codes of runs that failed at nothing of their own: somebody stopped it, or it ended without a word.
STOPPED: Final = "stopped"
KILLED: Final = "killed"


@dataclass(frozen=True)
class RunTerms:
    """How one night is run.

    It looks with what was known at ``as_of`` by lake commit ``lake_seq``, the newest where that is None; ``mode`` says where the two come
    from. A run of several nights has one ``run_id``. ``reason`` is a code, or ``code: note``.
    """

    night: dt.date
    as_of: dt.datetime
    lake_seq: int | None
    kind: Kind
    mode: Mode
    run_id: str
    reason: str | None = None

    @property
    def is_live(self) -> bool:
        """Whether it opens and ends alerts, and tells people: a run of the past does neither."""
        return self.mode == "nightly"


@dataclass(frozen=True)
class Doing:
    """What the holder of a lock is at: a run, and when it began."""

    terms: RunTerms
    started_at: dt.datetime


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended; ``error`` is a code. ``lake_seq`` is the commit it read, once that is known."""

    status: Status
    started_at: dt.datetime
    finished_at: dt.datetime
    lake_seq: int | None = None
    revision: int | None = None
    rows_total: int = 0
    rows_changed: int = 0
    error: str | None = None
    summary: NightSummary = field(default_factory=NightSummary)


@dataclass(frozen=True)
class RunRecord:
    """A run as it is recorded, with what it said of its night."""

    night: dt.date
    finished_at: dt.datetime
    status: Status
    error: str | None
    rows_total: int
    summary: NightSummary


# A run of several nights is one row per night under one run_id.
runs = sa.Table(
    "runs",
    metadata,
    key("district"),
    key("run_id"),
    key("night", sa.Date),
    must("kind"),
    must("mode"),
    may("revision", sa.Integer),
    may("as_of", UtcDateTime),
    may("lake_seq", sa.BigInteger),
    must("started_at", UtcDateTime),
    must("finished_at", UtcDateTime),
    must("status"),
    may("reason"),
    may("note"),
    may("error"),
    must("rows_total", sa.Integer),
    must("rows_changed", sa.Integer),
    must("summary", sa.JSON),
    sa.CheckConstraint("kind IN ('nightly', 'backfill', 'demo')", name="kind"),
    sa.CheckConstraint("mode IN ('nightly', 'restate', 'as_known')", name="mode"),
    sa.CheckConstraint("status IN ('ok', 'failed', 'unchanged')", name="status"),
    sa.Index(None, "district", "started_at"),
)

RUNS = pl.Schema(
    {
        "run_id": pl.String,
        "night": pl.Date,
        "kind": pl.String,
        "mode": pl.String,
        "revision": pl.Int64,
        "as_of": UTC_TIME,
        "lake_seq": pl.Int64,
        "started_at": UTC_TIME,
        "finished_at": UTC_TIME,
        "status": pl.String,
        "reason": pl.String,
        "note": pl.String,
        "error": pl.String,
        "rows_total": pl.Int64,
        "rows_changed": pl.Int64,
    }
)


def runs_of(warehouse: Warehouse, limit: int = 20, *, failed: bool = False) -> pl.DataFrame:
    """The newest runs (``RUNS``), newest first; only those that failed, where that is asked for."""
    r = runs.c
    asked = [r.district == warehouse.district, *([r.status == "failed"] if failed else [])]
    query = sa.select(*(r[c] for c in RUNS)).where(*asked).order_by(r.started_at.desc(), r.night.desc()).limit(limit)
    with reading(warehouse) as connection:
        return as_frame(connection.execute(query), RUNS)


def run_summary(warehouse: Warehouse, run_id: str, night: dt.date) -> NightSummary:
    """What a run said of a night; nothing when it is not recorded."""
    r = runs.c
    with reading(warehouse) as connection:
        found = connection.scalar(sa.select(r.summary).where(r.district == warehouse.district, r.run_id == run_id, r.night == night))
    return read_back(NightSummary, found or {})


def newest_runs(warehouse: Warehouse, limit: int) -> list[RunRecord]:
    """The newest runs with what they said, oldest first."""
    r = runs.c
    query = sa.select(*(r[c] for c in RunRecord.__dataclass_fields__)).where(r.district == warehouse.district)
    with reading(warehouse) as connection:
        newest = connection.execute(query.order_by(r.started_at.desc(), r.night.desc()).limit(limit)).all()
    return [RunRecord(**{**row._mapping, "summary": read_back(NightSummary, row.summary)}) for row in reversed(newest)]


def record_run(connection: sa.Connection, district: str, terms: RunTerms, outcome: RunOutcome) -> None:
    """Record a run that came to its end, in the publishing transaction.

    One that is repeated after it had published finds nothing to change; its record keeps saying that it published.
    """
    this = _this(district, terms)
    if outcome.status == "unchanged" and connection.scalar(sa.select(runs.c.status).where(*this)) == "ok":
        return
    connection.execute(sa.delete(runs).where(*this))
    connection.execute(sa.insert(runs).values(_row(district, terms, outcome)))


def record_failed_run(warehouse: Warehouse, terms: RunTerms, outcome: RunOutcome) -> None:
    """Record that a run failed. What an earlier attempt under the same id published stays recorded with it."""
    row = _row(warehouse.district, terms, outcome)
    failure = {name: row[name] for name in ("status", "error", "finished_at", "summary")}
    with writing(warehouse) as connection:
        if connection.execute(sa.update(runs).where(*_this(warehouse.district, terms)).values(failure)).rowcount:
            return
        connection.execute(sa.insert(runs).values(row))


def record_killed_run(connection: sa.Connection, district: str, doing: Doing, now: dt.datetime) -> None:
    """Record that a run ended without a word; one that had published before it did is recorded already."""
    if connection.scalar(sa.select(runs.c.status).where(*_this(district, doing.terms))) is None:
        outcome = RunOutcome("failed", doing.started_at, now, error=KILLED)
        connection.execute(sa.insert(runs).values(_row(district, doing.terms, outcome)))


def _this(district: str, terms: RunTerms) -> tuple[sa.ColumnElement[bool], ...]:
    return runs.c.district == district, runs.c.run_id == terms.run_id, runs.c.night == terms.night


def _row(district: str, terms: RunTerms, outcome: RunOutcome) -> dict[str, object]:
    code, _, note = (terms.reason or "").partition(":")
    return {
        "district": district,
        **vars(terms),
        **vars(outcome),
        "lake_seq": terms.lake_seq if outcome.lake_seq is None else outcome.lake_seq,
        "reason": code.strip() or None,
        "note": note.strip() or None,
        "summary": plain(outcome.summary),
    }
