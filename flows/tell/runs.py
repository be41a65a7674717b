"""The attempts at nights, newest first: `sifang runs`.

Belongs here: which of them are shown. Does not: recording one (``infra.warehouse.nights.runs``), drawing them (``flows.cli.draw.runs``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flows.stores import Context
from infra.warehouse.nights.runs import runs_of
from transforms.schema.plain import records


@dataclass(frozen=True)
class RunShown:
    """An attempt at a night: how it ended, how long it took, how many rows it had and how many it changed.

    ``status`` is ok, unchanged or failed, ``error`` the code of the failure: ``stopped`` is one that somebody stopped, ``killed`` one that
    ended without a word.
    """

    run_id: str
    night: dt.date
    kind: str
    mode: str
    status: str
    error: str | None
    reason: str | None
    revision: int | None
    started_at: dt.datetime
    seconds: float
    rows_total: int
    rows_changed: int


@dataclass(frozen=True)
class Runs:
    """Attempts of a district, by its clock."""

    district: str
    runs: tuple[RunShown, ...]


def newest_attempts(context: Context, limit: int, *, failed: bool = False) -> Runs:
    """The newest attempts; only those that failed, where that is asked for."""
    zone = context.district.timezone
    found = runs_of(context.warehouse, limit, failed=failed)
    seconds = (found["finished_at"] - found["started_at"]).dt.total_milliseconds() / 1000
    local = found.with_columns(found["started_at"].dt.convert_time_zone(zone), seconds=seconds)
    return Runs(context.code, records(RunShown, local))
