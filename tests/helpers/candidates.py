"""Rows of a file as a small district reads them.

Belongs here: declaring, landing and mapping a few rows. Does not: taking them in (``tests.helpers.town``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from infra.districts.calendars import calendar
from tests.helpers.district_folders import declaration, source
from transforms.district.declaration import District
from transforms.reports.mapping import to_candidates

LANDED = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
KINDS: dict[str, dict[str, Any]] = {
    "theft": {"severity": 2},
    "robbery": {"severity": 4},
    "fight": {"severity": 1},
    "gas_leak": {"feed": "fire_hazard", "severity": 3},
    **{code: {"feed": "stability", "severity": 1} for code in ("service_general", "service_water", "formal_request")},
}


def district(*sources: dict[str, Any], **changes: Any) -> District:
    kinds = {k: {"code": k, "feed": "public_order", "name_zh": "某", "name_en": "some", **v} for k, v in KINDS.items()}
    departments = {code: {"code": code, "name_zh": f"{code}局", "name_en": f"The {code}"} for code in ("fire", "water")}
    return District.model_validate(declaration("d", *sources, kinds=kinds, **{"departments": departments, **changes}))


def read(
    rows: list[dict[str, str | None]], *, clocks: list[dict[str, Any]] | None = None, clock_sets: Sequence[str] = (), **changes: Any
) -> pl.DataFrame:
    """Rows of a file as candidates; a row need only name what the test is about."""
    place = district(source(**changes), clocks=clocks or [], clock_sets=list(clock_sets))
    names = {*place.sources[0].kept_columns} | {c for row in rows for c in row}
    usual = {"time": "2025-03-01 12:00:00", "kind": "theft", "x": "113.81", "y": "35.31"}
    landed = pl.DataFrame(
        [{**{n: usual.get(n) for n in names}, **row, "_row": n, "_key_hash": f"k{n}"} for n, row in enumerate(rows, 1)],
        schema={**dict.fromkeys(sorted(names), pl.String), "_row": pl.Int64, "_key_hash": pl.String},
    )
    days = calendar(place.calendar, place.timezone) if any(clock.works for clock in place.deadlines) else None
    return to_candidates(landed, place.sources[0], place, LANDED, calendar=days)


def columns(**more: Any) -> dict[str, Any]:
    return {"occurred_at": "time", "kind": "kind", "lon": "x", "lat": "y", **more}


def times(texts: Sequence[str | None], field: str = "occurred_at", **changes: Any) -> list[str | None]:
    frame = read([{"time": t} for t in texts], **changes)
    return frame[field].dt.strftime("%Y-%m-%d %H:%M").to_list()
