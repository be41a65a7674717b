"""Simulates the three feeds of an invented district, with what is wrong in them known exactly.

Belongs here: the order of the steps, files and their days, the truth that tests and the demo compare with. Does not: the numbers of the
invented world (``world``), events, cases, rows and faults (``events``, ``cases``, ``rows``, ``dirt``), the zones (``cells``), files on disk
(``infra.districts.simulated``).

Deterministic per seed: no clock, no files, no environment. Nothing simulated has a name, an address or a free text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from transforms.district.declaration import District
from transforms.grids.datum import Datum
from transforms.schema import CELLS, require_schema
from transforms.workshop.simulator.cases import follow
from transforms.workshop.simulator.dirt import REASON, REPEATED, ROW, columns_of, spoil
from transforms.workshop.simulator.events import SURGE_WINDOW_DAYS, WARM_UP_DAYS, Ground, Ints, happen, stream, survey
from transforms.workshop.simulator.rows import CASE, FILE_DAY, HELPERS, RESENT, release, write_rows
from transforms.workshop.simulator.world import KINDS, SOURCES

DATUMS: dict[str, Datum] = {"fire": "GCJ-02", "order": "WGS-84", "stability": "WGS-84"}
# The source that fails to deliver on one day.
SILENT_SOURCE = "order"


@dataclass(frozen=True)
class Delivery:
    """One file: ``day`` is the last local day it covers and names it; ``rows`` holds every column as text, exactly as the file will."""

    source: str
    day: date
    rows: pl.DataFrame


@dataclass(frozen=True)
class Truth:
    """What the simulator knows and the pipeline has to find.

    ``surges``: ``series, cell_id, first_day, last_day, extra_events``. ``dirt``: ``source, day, row, reason``, rows counted from 0 within
    their delivery; every row of a key conflict is listed. ``totals``, per source: ``deliveries, delivered, cases, merged, duplicates,
    dirty, accepted``, where delivered = accepted + merged + duplicates + dirty. ``silent``: ``source, day`` without a delivery.
    """

    surges: pl.DataFrame
    dirt: pl.DataFrame
    totals: pl.DataFrame
    silent: pl.DataFrame


@dataclass(frozen=True)
class Simulation:
    """All deliveries, by day and source, and the truth about them."""

    deliveries: list[Delivery]
    truth: Truth


def simulate(
    cells: pl.DataFrame,
    *,
    first_day: date,
    days: int,
    seed: int,
    history_days: int = 0,
    scale: float = 1.0,
    datums: Mapping[str, Datum] | None = None,
    register: pl.DataFrame | None = None,
) -> Simulation:
    """Simulate ``days`` local days of deliveries from ``first_day`` on.

    Args:
        cells: the district's cells, schema ``CELLS``, of any grid; on codes without geometry every source names the cell.
        first_day: first local day that appears in a file; cases from before it appear when they change.
        days: number of local days.
        seed: the same seed gives the same deliveries, text for text.
        history_days: so many of the first days come as one file per source and month, named by the last day it covers.
        scale: multiplies every rate.
        datums: of the points of a source, where it is not the usual one (``DATUMS``).
        register: premises at which hazards may be, ``code, cell_id``.

    Raises:
        ValueError: a length is impossible, or there are too few cells.
    """
    if days < 1 or not 0 <= history_days <= days or scale <= 0:
        raise ValueError(f"days must be at least 1, history_days in 0..days and scale positive; found {days}, {history_days}, {scale}")
    ground = _surveyed(cells, register, seed)
    origin = first_day - dt.timedelta(days=WARM_UP_DAYS)
    events, surges = happen(ground, origin, WARM_UP_DAYS + days, days, scale, seed)
    live, last = WARM_UP_DAYS + history_days, WARM_UP_DAYS + days
    file_day_of, silent_day = _file_days(origin, last, live), _silent_day(live, last, seed)
    source_of = np.array([SOURCES.index(k.source) for k in KINDS])[events.kind]
    parts = {}
    for number, source in enumerate(SOURCES):
        cases = follow(events.take(source_of == number), ground, source, stream(seed, f"cases of {source}"))
        skips, draws = silent_day if source == SILENT_SOURCE else None, stream(seed, f"releases of {source}")
        releases = release(cases, WARM_UP_DAYS, live, file_day_of, skips, draws)
        rows = write_rows(cases, releases, ground, source, origin, (DATUMS | dict(datums or {}))[source])
        parts[source] = spoil(rows, source, ground, origin, stream(seed, f"dirt of {source}"))
    deliveries = [d for source, rows in parts.items() for d in _deliveries(source, rows, origin)]
    silent = [(SILENT_SOURCE, origin + dt.timedelta(days=silent_day))] if silent_day is not None else []
    truth = Truth(
        surges=surges,
        dirt=pl.concat([_dirt(source, rows, origin) for source, rows in parts.items()]),
        totals=pl.DataFrame([_totals(source, rows) for source, rows in parts.items()]),
        silent=pl.DataFrame(silent, schema={"source": pl.String, "day": pl.Date}, orient="row"),
    )
    return Simulation(sorted(deliveries, key=lambda d: (d.day, d.source)), truth)


def _surveyed(cells: pl.DataFrame, register: pl.DataFrame | None, seed: int) -> Ground:
    ground = survey(require_schema(cells, CELLS, "cells"), stream(seed, "ground"))
    if register is None or register.is_empty():
        return ground
    first = dict(register.sort("code", descending=True).select("cell_id", "code").iter_rows())
    return replace(ground, premises=tuple(first.get(cell) for cell in ground.cell_id))


def unread(district: District, cells: pl.DataFrame) -> list[str]:
    """Why a district's sources would not take in what is simulated for it; empty where they would."""
    placed = cells["lon"].null_count() == 0
    declared = {s.code: s.columns for s in district.sources}
    problems = [f"no source {code!r} is declared" for code in SOURCES if code not in declared]
    for code in (c for c in SOURCES if c in declared):
        for field in ("kind", *({"lon", "lat", "zone"} & columns_of(code, placed).keys())):
            column, name = getattr(declared[code], field), columns_of(code, placed)[field]
            if column != name and name not in (column or []):
                problems.append(f"source {code!r} takes its {field} from {column!r}, and the file has it in {name!r}")
    return sorted(problems)


def _file_days(origin: date, days: int, live: int) -> Ints:
    """For each day since the origin the day its file is named by: itself, or the last historical day of its month."""
    named = list(range(days))
    for day in range(live - 2, -1, -1):
        if (origin + dt.timedelta(days=day + 1)).day != 1:
            named[day] = named[day + 1]
    return np.array(named, dtype=np.int64)


def _silent_day(live: int, days: int, seed: int) -> int | None:
    """A live day of the last 60 on which one source sends nothing, clear of both ends; null in runs too short for it."""
    first, last = max(live + 1, days - SURGE_WINDOW_DAYS), days - 3
    return int(stream(seed, "silence").integers(first, last + 1)) if last >= first else None


def _local_day(origin: date) -> pl.Expr:
    return (pl.lit(origin) + pl.duration(days=pl.col(FILE_DAY))).cast(pl.Date)


def _deliveries(source: str, rows: pl.DataFrame, origin: date) -> list[Delivery]:
    text = rows.drop(ROW, REASON, REPEATED, *(h for h in HELPERS if h != FILE_DAY))
    parts = text.partition_by(FILE_DAY, maintain_order=True, include_key=True)
    return [Delivery(source, origin + dt.timedelta(days=part[FILE_DAY][0]), part.drop(FILE_DAY)) for part in parts]


def _dirt(source: str, rows: pl.DataFrame, origin: date) -> pl.DataFrame:
    return rows.filter(pl.col(REASON).is_not_null()).select(
        pl.lit(source).alias("source"),
        _local_day(origin).alias("day"),
        pl.col(ROW).cast(pl.Int64).alias("row"),
        pl.col(REASON).alias("reason"),
    )


def _totals(source: str, rows: pl.DataFrame) -> dict[str, str | int]:
    sound = rows.filter(pl.col(REASON).is_null() & ~pl.col(REPEATED))
    # Rows of one incident in one file are one version of it; a version sent again unchanged is a duplicate as a whole.
    versions = sound.select(CASE, FILE_DAY, RESENT).unique()
    duplicates = int(rows[REPEATED].sum()) + int(versions[RESENT].sum())
    dirty = int(rows[REASON].is_not_null().sum())
    merged = len(sound) - len(versions)
    return {
        "source": source,
        "deliveries": rows[FILE_DAY].n_unique(),
        "delivered": len(rows),
        "cases": rows[CASE].n_unique(),
        "merged": merged,
        "duplicates": duplicates,
        "dirty": dirty,
        "accepted": len(rows) - merged - duplicates - dirty,
        "no_department": int(rows[columns_of(source, placed=True)["department"]].is_null().sum()),
    }
