"""Invented deliveries for a district: a simulation written as files, in the encodings and formats in which the sending systems would.

Belongs here: `sifang simulate`, bytes and file names. Does not: what the rows say (``transforms.workshop.simulator.simulate``), reading
them (``infra.sources``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from infra.districts import folder as district_folder
from infra.errors import SifangError
from transforms.workshop.simulator.simulate import Delivery, simulate, unread


@dataclass(frozen=True)
class Period:
    """What to simulate. The same seed gives the same files; ``scale`` multiplies the daily volumes."""

    first_day: dt.date
    days: int
    seed: int
    scale: float = 1.0


@dataclass(frozen=True)
class Simulated:
    """What was written into ``folder``; ``unread`` says why the district, as it is declared, would not take the files in."""

    district: str
    files: int
    rows: int
    folder: Path
    unread: tuple[str, ...]


def simulate_district(district: Path, period: Period, out: Path) -> Simulated:
    """Write deliveries for the district of a folder, on any grid, with every kind of dirt and the truth about it, into ``out``.

    Raises:
        SifangError: the district does not load, or has too few cells.
    """
    folder = district_folder.load(district).at(period.first_day)
    datums = {s.code: s.datum for s in folder.district.sources}
    try:
        simulation = simulate(
            folder.cells,
            first_day=period.first_day,
            days=period.days,
            seed=period.seed,
            scale=period.scale,
            datums=datums,
            register=folder.register,
        )
    except ValueError as error:
        raise SifangError(
            f"Nothing can be simulated for {folder.district.code}: {error}.", "Give it a finer grid, or choose another district."
        ) from None
    files = write_deliveries(simulation.deliveries, out)
    simulation.truth.surges.write_csv(out / "truth_surges.csv")
    simulation.truth.dirt.write_csv(out / "truth_dirt.csv")
    rows = sum(len(d.rows) for d in simulation.deliveries)
    return Simulated(folder.district.code, len(files), rows, out, tuple(unread(folder.district, folder.cells)))


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _fire(rows: pl.DataFrame) -> bytes:
    return rows.write_csv(line_terminator="\r\n").encode("gb18030")


def _order(rows: pl.DataFrame) -> bytes:
    return _BYTE_ORDER_MARK + rows.write_csv().encode("utf-8")


def _stability(rows: pl.DataFrame) -> bytes:
    return rows.write_ndjson().encode("utf-8")


_FORMATS = {"fire": ("csv", _fire), "order": ("csv", _order), "stability": ("jsonl", _stability)}


def write_deliveries(deliveries: Iterable[Delivery], folder: Path) -> list[Path]:
    """Write one file per delivery into ``folder``, made when absent, and return their paths in order.

    The same deliveries give the same bytes. A file that exists is replaced whole, never half.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for delivery in deliveries:
        extension, content = _FORMATS[delivery.source]
        path = folder / f"{delivery.source}_{delivery.day:%Y%m%d}.{extension}"
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        draft.write_bytes(content(delivery.rows))
        draft.replace(path)
        written.append(path)
    return written
