"""Thirty days of a small city whose cases come, change and go, and a home that takes them in from wherever they are declared to come.

Belongs here: the city's truth day by day, and what stands in a home. Does not: far sides (the folder beside this file),
expectations of any test.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from flows.intake.ingest import ingest
from flows.stores import Context, opened
from infra.settings import Settings
from infra.warehouse.intake.batches import BatchRecord, newest_batches
from tests.helpers.tiny import EAST, NORTH, SOUTH, WEST
from transforms.reports.versions import standing

CODE = "live"
COLUMNS = ("number", "happened", "kind", "lon", "lat", "status")
FIRST = dt.date(2026, 1, 1)

_TOML = f"""
code = "{CODE}"
name_zh = "活"
name_en = "Live"
timezone = "Asia/Shanghai"
calendar = "CN"
synthetic = true

[grid]
kind = "square"
size_m = 500
outline = [[[{WEST}, {SOUTH}], [{EAST}, {SOUTH}], [{EAST}, {NORTH}], [{WEST}, {NORTH}]]]

[[sources]]
code = "order"
feed = "public_order"
{{place}}
delivery = "event"
min_share_of_usual = 0
time_formats = ["%Y-%m-%dT%H:%M:%S"]
key = ["number"]
columns = {{{{ occurred_at = "happened", kind = "kind", lon = "lon", lat = "lat", status = "status" }}}}
statuses = {{{{ open = ["open"], closed = ["closed"], withdrawn = ["void"] }}}}
"""


def write_city(folder: Path, place: str) -> None:
    """The district with one source; ``place`` are its lines that say where it comes from."""
    own = folder / CODE
    own.mkdir(parents=True, exist_ok=True)
    (own / "district.toml").write_text(_TOML.format(place=place), "utf-8")


Row = Mapping[str, str | None]


@dataclass
class Truth:
    """The cases as they are on a day, and what a day did to them."""

    rng: random.Random = field(default_factory=lambda: random.Random(7))
    rows: dict[str, dict[str, str | None]] = field(default_factory=dict)
    made: int = 0

    def day(self, day: dt.date, *, deleting: bool) -> tuple[list[Row], list[Row], list[str]]:
        """One day passes: new rows (late ones among them), edited ones as they are now, numbers that were deleted."""
        new = [self._new(day - dt.timedelta(days=self.rng.choice([0, 0, 0, 0, 1, 6]))) for _ in range(self.rng.randint(30, 60))]
        old = sorted(self.rows)
        edited = self.rng.sample(old, min(len(old), 12))
        for number in edited:
            row = self.rows[number]
            row["status"] = {"open": "closed", "closed": "open"}[str(row["status"])]
        deleted = self.rng.sample(sorted(set(old) - set(edited)), min(len(old) // 20, 3)) if deleting else []
        for number in deleted:
            del self.rows[number]
        self.rows |= {str(r["number"]): r for r in new}
        return [dict(r) for r in new], [dict(self.rows[n]) for n in edited], deleted

    def _new(self, day: dt.date) -> dict[str, str | None]:
        self.made += 1
        return {
            "number": f"n{self.made:06d}",
            "happened": f"{day:%F}T{self.rng.randint(0, 3):02d}:{self.rng.randint(0, 59):02d}:00",
            "kind": self.rng.choice(["theft", "fight", "assault"]),
            "lon": f"{WEST + (EAST - WEST) * self.rng.uniform(0.02, 0.98):.6f}",
            "lat": f"{SOUTH + (NORTH - SOUTH) * self.rng.uniform(0.02, 0.98):.6f}",
            "status": "open",
        }


def at(day: dt.date) -> dt.datetime:
    """When the city is asked on a day."""
    return dt.datetime.combine(day, dt.time(22), dt.UTC)


@contextmanager
def home() -> Iterator[Context]:
    """The district in the environment of this test."""
    with opened(CODE, Settings()) as context:
        yield context


def take(now: dt.datetime, since: dt.date | None = None) -> list[BatchRecord]:
    """What one run takes in."""
    with home() as context:
        return ingest(context, now, since=since)


def stands() -> pl.DataFrame:
    """The standing reports, as far as files and live sources must agree on them."""
    with home() as context:
        found = standing(context.lake.read(), context.district.released)
    return found.select("report_id", "version_hash", "occurred_on", "kind", "status", "cell_id").sort("report_id")


def ledger() -> dict[str, BatchRecord]:
    """Every batch by its id."""
    with home() as context:
        return {r.batch_id: r for r in newest_batches(context.warehouse, "order", 999)}
