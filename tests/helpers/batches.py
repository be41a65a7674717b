"""Batches of plausible candidates, and one way to spoil a row.

Belongs here: rows as mapping hands them to the checks. Does not: files (``tests.helpers.candidates``), fixtures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl

from expectations.verdict import Verdict
from transforms.district.columns import Columns
from transforms.district.declaration import District, Kind
from transforms.district.source import Source
from transforms.grids.zones import ZoneGrid
from transforms.schema import CANDIDATES
from transforms.words.feeds import FEEDS

NOW = dt.datetime(2025, 3, 1, 4, 0, tzinfo=dt.UTC)
ZONES = ("Z1", "Z2")
Judge = Callable[..., Verdict]
_POINT = {"lon": "x", "lat": "y"}
_CLOCKS = {"reported_at": "r", "first_contact_at": "f", "closed_at": "c", "status": "s", "department": "d", "due_at": "u"}


def make_source(feed: str = "stability", *, place: dict[str, str] | None = None, **more: Any) -> Source:
    columns = Columns(**{"occurred_at": "o", "kind": "k", **_CLOCKS, **(_POINT if place is None else place)})
    return Source(
        **{"code": "hotline", "feed": feed, "files": ["*.csv"], "key": ["id"], "max_quarantined": 1.0, "columns": columns, **more}
    )


def make_district(source: Source) -> District:
    kinds = {f"{feed}_{n}": Kind(code=f"{feed}_{n}", feed=feed, name_zh="某类", name_en="some kind") for feed in FEEDS for n in ("a", "b")}
    return District(
        code="d",
        name_zh="某区",
        name_en="some district",
        timezone="Asia/Shanghai",
        calendar="CN",
        grid=ZoneGrid(kind="zones", file="cells.geojson"),
        sources=[source],
        kinds=kinds,
    )


def make_row(number: int, feed: str = "stability", **changes: Any) -> dict[str, Any]:
    occurred = dt.datetime(2025, 2, 1, 3, 30, tzinfo=dt.UTC) + dt.timedelta(hours=number)
    row = {
        "row": number,
        "key_hash": f"key{number}",
        "occurred_given": True,
        "occurred_at": occurred,
        "reported_at": occurred + dt.timedelta(minutes=30),
        "known_at": NOW,
        "kind_given": True,
        "kind": f"{feed}_a",
        "severity": 2,
        "discovery": "resident",
        "lon": 113.9,
        "lat": 35.3,
        "place_given": True,
        "zone_given": True,
        "zone": "Z1",
        "premises_given": False,
        "department_given": True,
        "department": "water",
        "first_department": "water",
        "status_given": True,
        "status": "closed",
        "due_at": occurred + dt.timedelta(days=5),
        "first_contact_at": occurred + dt.timedelta(hours=2),
        "closed_at": occurred + dt.timedelta(days=2),
        "transfers": 0,
        "reopens": 0,
    }
    # What is not there was not written either, unless a test says otherwise.
    written = {f"{name}_given": changes[name] is not None for name in ("zone", "department") if name in changes}
    return row | written | changes


def make_frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=CANDIDATES)


def spoiled(feed: str = "stability", rows: int = 6, at: int = 3, **changes: Any) -> pl.DataFrame:
    """A batch of which only row ``at`` differs from a plausible one."""
    return make_frame(*(make_row(n, feed, **(changes if n == at else {})) for n in range(rows)))


def reasons(verdict: Verdict) -> dict[int, str]:
    return dict(zip(verdict.rejects["row"].to_list(), verdict.rejects["reason"].to_list(), strict=True))
