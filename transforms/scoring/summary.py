"""The summary of a night: what people ask for first, counted.

Belongs here: counting. Does not: the shape that is kept (``transforms.schema.night``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.schema.night import NightSummary
from transforms.schema.told import Told
from transforms.scoring.risk import NightScores
from transforms.words import Category, Event, Level, State, Surge


def summarise(result: NightScores, events: pl.DataFrame, checks: Mapping[str, Told], *, live: bool) -> NightSummary:
    """The summary of a night's scores and of its alert events, schema ``ALERT_EVENTS``."""
    levels: dict[Category, dict[Level | State, int]] = {}
    not_scored: dict[Category, dict[str, int]] = {}
    counted = result.scores.group_by("category", "state", "reason", "level").agg(cells=pl.len())
    for category, state, reason, level, cells in counted.sort("category", "state", "reason", "level").iter_rows():
        if state == State.NOT_SCORED:
            not_scored.setdefault(Category(category), {})[reason] = cells
        else:
            counts, stands = levels.setdefault(Category(category), {}), Level(level) if level else State.LEARNING
            counts[stands] = counts.get(stands, 0) + cells
    happened = events.group_by("event").agg(n=pl.len()).sort("event").iter_rows()
    surges = result.scores.filter(pl.col("surge").is_not_null()).group_by("surge").agg(n=pl.len()).sort("surge").iter_rows()
    rose = result.district_surges.filter(pl.col("surge") == Surge.RED.value)
    return NightSummary(
        levels=levels,
        not_scored=not_scored,
        events={Event(event): n for event, n in happened},
        surges={Surge(surge): n for surge, n in surges},
        district_surges=tuple(rose.filter(subdistrict="")["series"]),
        subdistrict_surges=tuple(rose.filter(pl.col("subdistrict") != "").select("series", "subdistrict").iter_rows()),
        live=live,
        against_last_year=result.against_last_year,
        series_shares=result.series_shares,
        totals=result.totals,
        checks=checks,
    )
