"""A small invented district, its cells, and reports made to measure."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.helpers.one_night import panel_of
from transforms.district.columns import Columns
from transforms.district.declaration import District, Kind, Series
from transforms.district.source import Source
from transforms.grids.neighbours import Neighbours
from transforms.grids.zones import ZoneGrid
from transforms.panel.panel import Exposure, Panel
from transforms.schema import CELLS, REPORTS, SOURCE_DAYS
from transforms.words import Category

ZONE = ZoneInfo("Asia/Shanghai")
# The days and the side of the grid that models and forecasts are tried on.
FIRST, DAYS, SIDE = dt.date(2024, 1, 1), 420, 8
N = SIDE * SIDE
FEEDS = {"fire": "fire_hazard", "order": "public_order", "hotline": "stability"}
KINDS: dict[str, dict[str, Any]] = {
    "fire_building": {"feed": "fire_hazard", "series": "fire"},
    "hazard": {"feed": "fire_hazard", "standing": True},
    "theft": {"feed": "public_order", "series": "theft"},
    "assault": {"feed": "public_order", "series": "violence"},
    "drugs": {"feed": "public_order", "officer_initiated": True},
    "domestic": {"feed": "public_order", "sensitive": True},
    "dispute": {"feed": "stability", "series": "dispute", "standing": True},
    "service": {"feed": "stability", "standing": True},
    "private_dispute": {"feed": "stability", "standing": True, "sensitive": True},
}
SERIES = {"fire": ("safety", 10.0), "theft": ("public_order", 1.0), "violence": ("public_order", 8.0), "dispute": ("stability", 2.0)}


def source(code: str, feed: str, **more: Any) -> Source:
    columns = Columns.model_validate({"occurred_at": "o", "kind": "k", "zone": "z"})
    return Source.model_validate({"code": code, "feed": feed, "files": ["*.csv"], "key": ["id"], "columns": columns, **more})


def district(**changes: Any) -> District:
    fields: dict[str, Any] = {
        "code": "d",
        "name_zh": "某区",
        "name_en": "some district",
        "timezone": "Asia/Shanghai",
        "calendar": "CN",
        "grid": ZoneGrid(kind="zones", file="cells.geojson"),
        "sources": [source(code, feed) for code, feed in FEEDS.items()],
        "kinds": {c: Kind.model_validate({"code": c, "name_zh": "某类", "name_en": "some kind", **k}) for c, k in KINDS.items()},
        "series": {
            c: Series.model_validate({"code": c, "category": category, "weight": weight, "name_zh": "某列", "name_en": "some series"})
            for c, (category, weight) in SERIES.items()
        },
        "categories": {Category.SAFETY: {"stock_weight": 0.02}, Category.STABILITY: {"stock_weight": 0.05}},
    }
    return District.model_validate({**fields, **changes})


def cells(side: int = 4, step_m: float = 500.0) -> pl.DataFrame:
    """``side``² cells on a square grid; the western half lies in subdistrict W, the other in E."""
    place = [(i, j) for i in range(side) for j in range(side)]
    return pl.DataFrame(
        {
            "cell_id": [f"c{i:02d}{j:02d}" for i, j in place],
            "name": [None] * len(place),
            "subdistrict": ["W" if i < side / 2 else "E" for i, _ in place],
            "lon": [113.0 + 0.005 * i for i, _ in place],
            "lat": [35.0 + 0.005 * j for _, j in place],
            "x_m": [step_m * i for i, _ in place],
            "y_m": [step_m * j for _, j in place],
            "area_km2": [0.25] * len(place),
            "households": [500] * len(place),
            "tags": [None] * len(place),
            "outline": [None] * len(place),
        },
        schema=CELLS,
    )


def at(day: dt.date, hour: float = 12.0) -> dt.datetime:
    """A local hour of a day, in UTC."""
    return (dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(hours=hour)).astimezone(dt.UTC)


def reports(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Reports from what matters about them; ``occurred_at`` and ``kind`` at least."""
    source_of = {feed: code for code, feed in FEEDS.items()}
    made = []
    for number, row in enumerate(rows):
        feed = row.get("feed", KINDS[row["kind"]]["feed"])
        known = row.get("known_at", row["occurred_at"] + dt.timedelta(hours=1))
        made.append(
            {
                "report_id": f"r{number:06d}",
                "version_hash": number,
                "feed": feed,
                "source": source_of[feed],
                "severity": 2,
                "discovery": "resident",
                "occurred_on": row["occurred_at"].astimezone(ZONE).date(),
                "part_of_day": "unknown",
                "reported_on": row["occurred_at"].astimezone(ZONE).date(),
                "clock_from": row["occurred_at"],
                "count": 1,
                "precision": "day",
                "known_at": known,
                # Delivered when it became known.
                "order_key": round(known.timestamp() * 1e6),
                "rank": 0,
                "recorded_seq": 1,
                "cell_id": "c0000",
                "located_by": "zone",
                "status": "closed" if row.get("closed_at") else "open",
                "batch_id": "b",
                **row,
            }
        )
    return pl.DataFrame([{c: r.get(c) for c in REPORTS} for r in made], schema=REPORTS, orient="row")


def events(kind: str, rate: NDArray[np.float64], first: dt.date, seed: int, ids: pl.DataFrame) -> list[dict[str, Any]]:
    """Poisson events at noon; ``rate`` has shape (cells, days)."""
    drawn = np.random.default_rng(seed).poisson(rate)
    return [
        {"kind": kind, "cell_id": ids["cell_id"][int(c)], "occurred_at": at(first + dt.timedelta(days=int(d))), "closed_at": None}
        for c, d in zip(*np.nonzero(drawn), strict=True)
        for _ in range(int(drawn[c, d]))
    ]


def known_days(first: dt.date, last: dt.date, sources: tuple[str, ...] = tuple(FEEDS), share: float = 1.0) -> pl.DataFrame:
    """Every source on every day, all of it arrived."""
    days = pl.date_range(first, last, eager=True).to_list()
    rows = [(s, d, "ok", 0, share) for s in sorted(sources) for d in days]
    return pl.DataFrame(rows, schema=SOURCE_DAYS, orient="row")


def span(days: int) -> list[dt.date]:
    """So many days from the first."""
    return [FIRST + dt.timedelta(days=k) for k in range(days)]


@cache
def around(side: int = SIDE) -> Neighbours:
    """The neighbourhoods of ``cells``."""
    place = cells(side)
    return Neighbours(place["x_m"].to_numpy(), place["y_m"].to_numpy())


def panel(rows: pl.DataFrame, days: pl.DataFrame, night: dt.date, some: District | None = None, ids: pl.DataFrame | None = None) -> Panel:
    return panel_of(rows, days, some or district(), cells() if ids is None else ids, night)


def full(cells_: int, days: int) -> Exposure:
    """Everything observed."""
    return Exposure(np.zeros(cells_, dtype=np.int64), np.ones((1, days)))
