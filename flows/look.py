"""What a night sees: the run's terms, and the reports, source-days and panel that were known under them.

Belongs here: reading the lake as of a moment. Does not: what is made of it (``flows.night``, ``flows.frozen``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from flows.context import Context
from infra.warehouse.publish import Kind, Mode
from transforms import panel as panels
from transforms.arrivals import source_days
from transforms.digests import exposure_digest, reports_digest
from transforms.grids.succession import apportion
from transforms.nights import day_start
from transforms.versions import as_of as reports_as_of
from transforms.versions import known


@dataclass(frozen=True)
class NightRun:
    """How to run one night. ``events`` are the alert events before it; a backfill passes those it would have raised itself."""

    night: dt.date
    as_of: dt.datetime
    lake_seq: int | None
    kind: Kind
    mode: Mode
    run_id: str
    reason: str | None = None
    events: pl.DataFrame | None = None


@dataclass(frozen=True)
class View:
    """What a night sees of the lake: reports, source-days, panel, and the digest of both as inputs."""

    lake_seq: int
    reports: pl.DataFrame
    days: pl.DataFrame
    panel: panels.Panel
    digest: tuple[str, str]


def look(context: Context, night: dt.date, as_of: dt.datetime, lake_seq: int | None) -> View:
    """What ``night`` sees with what was known at ``as_of`` by lake commit ``lake_seq`` (the newest when None)."""
    district = context.district
    newest, everything = context.versions()
    sequence = newest if lake_seq is None else lake_seq
    start = day_start(night, district.zone)
    versions = known(everything, as_of, sequence)
    # The past is bounded after versions are chosen: a correction that moves a report far back must still replace it.
    reports = reports_as_of(versions, as_of, sequence, start).filter(
        pl.col("occurred_at") >= start - dt.timedelta(days=district.history_days + 1)
    )
    days = source_days(versions, reports, district, night, as_of)
    placed = apportion(reports, context.folder.former)
    panel = panels.build(placed, days, district, context.folder.cells, night, context.neighbours())
    return View(sequence, placed, days, panel, (reports_digest(reports), exposure_digest(days)))
