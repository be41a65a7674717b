"""A night of the small invented district, scored, and what holds on every night.

Belongs here: the sample of reports and scoring it. Does not: expectations of any test but those of all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.helpers.made import at, cells, district, events, known_days, reports
from tests.helpers.one_night import panel_of
from transforms.district.declaration import District
from transforms.schema import SCORES, SURGE_COLUMNS
from transforms.scoring.frozen import Frozen
from transforms.scoring.reference import Reference
from transforms.scoring.risk import NightScores, score_night
from transforms.words import CONTRIBUTIONS, LEVELS, Category

NIGHT = dt.date(2025, 6, 4)
DAY = dt.timedelta(days=1)


@lru_cache(maxsize=8)
def sample(days: int = 420, seed: int = 1) -> tuple[dict[str, Any], ...]:
    """Reports of ``days`` days before the night: events of all series, hazards and cases open, closed and overdue."""
    rng = np.random.default_rng(seed)
    first, ids = NIGHT - days * DAY, cells()
    cell = rng.gamma(0.8, 1.0, (16, 1))
    rows = []
    for number, (kind, rate) in enumerate({"fire_building": 0.02, "theft": 0.3, "assault": 0.05, "dispute": 0.1, "service": 0.2}.items()):
        rows += events(kind, np.broadcast_to(cell * rate, (16, days)), first, seed * 10 + number, ids)
    rows += [{"kind": "hazard", "cell_id": str(rng.choice(ids["cell_id"])), "occurred_at": at(NIGHT - 40 * DAY)} for _ in range(10)]
    for row in rows:
        if row["kind"] in {"dispute", "service"}:
            row["due_at"] = row["occurred_at"] + 10 * DAY
            row["department"] = "a"
            closed = row["occurred_at"] + float(rng.gamma(2, 4)) * DAY
            row["closed_at"] = closed if closed < at(NIGHT, 0) else None
    return tuple(rows)


def night(
    rows: Any,
    some: District | None = None,
    days: pl.DataFrame | None = None,
    ids: pl.DataFrame | None = None,
    references: Mapping[Category, Reference] | None = None,
    when: dt.date = NIGHT,
) -> NightScores:
    some, ids = some or district(), cells() if ids is None else ids
    known = known_days(NIGHT - 420 * DAY, when - DAY) if days is None else days
    found = reports(list(rows))
    result = score_night(panel_of(found, known, some, ids, when), found, some, {}, Frozen({}, references or {}))
    check(result, ids)
    return result


def check(result: NightScores, ids: pl.DataFrame) -> None:
    """What holds on every night, whatever there is to score."""
    s = result.scores
    assert s.schema == SCORES
    assert sorted(s.select("category", "cell_id").rows()) == sorted((c.value, i) for c in Category for i in ids["cell_id"])
    for frame in (s, result.duty):
        assert all(frame[c].drop_nulls().is_finite().all() for c, t in frame.schema.items() if t == pl.Float64)
    told = s.filter(pl.col("state") != "not_scored")
    numbers = ["expected_harm", "expected_count", "harm_low", "harm_high", "score"]
    assert told.select(numbers).null_count().sum_horizontal().item() == 0
    assert told["score"].is_between(0, 100).all()
    assert (told["harm_low"] <= told["harm_high"]).all()
    assert told["reason"].null_count() == len(told)
    assert told.filter(pl.col("state") == "scored")["level"].is_in([v.value for v in LEVELS]).all()
    assert told.filter(pl.col("state") == "learning")["level"].null_count() == len(told.filter(pl.col("state") == "learning"))
    silent = s.filter(pl.col("state") == "not_scored")
    untested = s.filter((pl.col("state") != "scored") | (pl.col("category") == "political"))
    assert untested.select(SURGE_COLUMNS.names()).null_count().sum_horizontal().item() == len(untested) * len(SURGE_COLUMNS)
    assert silent["reason"].null_count() == 0
    assert silent.select([*numbers, "p_any", "level", *CONTRIBUTIONS]).null_count().unique().to_dicts() in (
        [],
        [dict.fromkeys([*numbers, "p_any", "level", *CONTRIBUTIONS], len(silent))],
    )
    residents = told.filter(pl.col("category") != "political")
    parts = residents.select(pl.sum_horizontal(CONTRIBUTIONS)).to_series()
    assert (parts - residents["expected_harm"]).abs().max() in (None, pytest.approx(0, abs=1e-9))
    assert residents["p_any"].is_between(0, 1).all()
    assert all(not shares or sum(shares.values()) == pytest.approx(1) for shares in result.series_shares.values())


def with_surge(cell: str = "c0102", kind: str = "assault", number: int = 14) -> tuple[dict[str, Any], ...]:
    """The usual reports, and one more a day in one cell."""
    rows = [{"kind": kind, "cell_id": cell, "occurred_at": at(NIGHT - (k + 1) * DAY)} for k in range(number)]
    return (*sample(), *rows)
