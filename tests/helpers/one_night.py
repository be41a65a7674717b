"""A night's steps one by one, from every version and sharing nothing: slower than ``transforms.panel.known``, and plain to read.

Belongs here: the rule of each step as one call. Does not: the rules (``transforms.reports.versions``, ``transforms.panel``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from transforms.district.declaration import District
from transforms.grids.neighbours import Neighbours
from transforms.panel.arrivals import delays_of, judged_days
from transforms.panel.digests import ReportWords
from transforms.panel.panel import Panel, Tally
from transforms.reports.versions import as_seen, known, standing

SHANGHAI = "Asia/Shanghai"


def as_of(
    versions: pl.DataFrame,
    moment: dt.datetime,
    lake_seq: int,
    night_start: dt.datetime,
    released: Collection[str] = (),
    zone: str = SHANGHAI,
) -> pl.DataFrame:
    """Reports as they were known at ``moment``, with nothing that happened after the night began."""
    before = pl.col("occurred_on") < night_start.astimezone(ZoneInfo(zone)).date()
    return as_seen(standing(known(versions, moment, lake_seq), released).filter(before), night_start)


def source_days(versions: pl.DataFrame, reports: pl.DataFrame, district: District, night: dt.date, moment: dt.datetime) -> pl.DataFrame:
    """The state of every source on every day before ``night``, by the delays of the versions known at ``moment``."""
    per_day = reports.group_by("source", day="occurred_on").agg(n=pl.len()).sort("day")
    counts = {}
    for (source,), own in per_day.group_by("source"):
        days = own["day"].to_list()
        counted = np.zeros((days[-1] - days[0]).days + 1, dtype=np.int64)
        counted[[(day - days[0]).days for day in days]] = own["n"].to_numpy()
        counts[str(source)] = (days[0], counted)
    return judged_days(counts, {s.code: delays_of(versions, s, district.zone) for s in district.sources}, district, night, moment)


def panel_of(
    reports: pl.DataFrame, days: pl.DataFrame, district: District, cells: pl.DataFrame, night: dt.date, around: Neighbours | None = None
) -> Panel:
    """The panel of one night, with nothing of its reports from the night on."""
    return Tally(reports, district, cells, around).panel(days, night)


def reports_digest(reports: pl.DataFrame) -> str:
    """Digest of reports as a night sees them, in whatever order they come."""
    return ReportWords(reports).digest(0, len(reports))
