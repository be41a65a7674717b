"""A city of any size drawn at random, and what an analyst would write in pandas for it.

Belongs here: worlds for the benchmarks of the forecast. Does not: what these may cost (``test_forecast``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from infra.districts import folder as district_folder
from infra.districts.folder import DistrictFolder
from tests.helpers.district_folders import source, write_district
from tests.helpers.one_night import panel_of
from tests.helpers.shipped import kind as kind_of
from tests.helpers.shipped import series as series_of
from tests.helpers.shipped import shipping
from transforms.clocks.nights import span
from transforms.panel.panel import Panel
from transforms.schema import REPORTS, SOURCE_DAYS

NIGHT = dt.date(2025, 6, 2)
HALF_LIVES = (14.0, 90.0, 730.0)
EVENTS_PER_CELL_YEAR = 3.6


@dataclass(frozen=True)
class City:
    """A district, its reports and its panel on ``NIGHT``."""

    folder: DistrictFolder
    reports: pl.DataFrame
    panel: Panel


def city(folder: Path, side: int, series: int, days: int) -> City:
    """``side`` × ``side`` squares of 500 m with clustered, steady rates; ``series`` series over ``days`` days."""
    east, south = 113.0 + side * 500 / 91_280, 35.0
    outline = [[[113.0, south], [east, south], [east, south + side * 500 / 110_950], [113.0, south + side * 500 / 110_950]]]
    names = [f"crime_{n:02d}" for n in range(series)]
    place = write_district(
        folder,
        f"city_{side}_{series}_{days}",
        source(kinds={n: n for n in names}),
        grid={"kind": "square", "size_m": 500, "outline": outline},
        history_days=days,
    )
    with shipping({"public_order": ([series_of(n) for n in names], [kind_of(n, n) for n in names])}):
        loaded = district_folder.load(place)
    ids, rng = loaded.cells["cell_id"], np.random.default_rng(side * series + days)
    count = round(len(ids) * series * days / 365 * EVENTS_PER_CELL_YEAR)
    share = rng.gamma(0.5, 1.0, len(ids))
    cell = rng.choice(len(ids), count, p=share / share.sum())
    minute = np.sort(rng.integers(0, days * 1440, count))
    first = NIGHT - dt.timedelta(days=days)
    given: dict[str, Any] = {
        "report_id": pl.Series(np.arange(count)).cast(pl.String).str.zfill(32),
        "feed": pl.lit("public_order"),
        "source": pl.lit("police"),
        "kind": pl.Series(np.array(names)[rng.integers(0, series, count)]),
        "severity": pl.lit(2),
        "occurred_on": pl.lit(first) + pl.Series(minute // 1440) * pl.duration(days=1),
        "cell_id": ids.gather(cell),
        "status": pl.lit("open"),
    }
    empty = pl.DataFrame({"row": np.arange(count)})
    reports = empty.select(given.get(c, pl.lit(None)).cast(t).alias(c) for c, t in REPORTS.items())
    known = pl.DataFrame({"day": list(span(NIGHT - dt.timedelta(days=days), NIGHT - dt.timedelta(days=1)))}).select(
        source=pl.lit("police"), day="day", state=pl.lit("ok"), reports=pl.lit(1, pl.Int64), share_arrived=pl.lit(1.0)
    )
    assert known.schema == SOURCE_DAYS
    return City(loaded, reports, panel_of(reports, known, loaded.district, loaded.cells, NIGHT))


def in_pandas(reports: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Features and baseline scores of a night as an analyst writes them: group, pivot, weigh; neighbours by a merge of nearby cells.

    Args:
        reports: ``kind, cell_id, age_days`` (1 for yesterday).
        cells: ``cell_id, x_m, y_m``.

    Returns:
        One row per series and cell: decayed sums of the cell and of what lies within 900 m, long-run mean, last week, baseline score.
    """
    reach = range(-1, 2)
    at = cells.assign(column=(cells["x_m"] / 500).round().astype(int), row=(cells["y_m"] / 500).round().astype(int))
    around = [(i, j, np.exp(-0.5 * (i * i + j * j) / 0.36)) for i in reach for j in reach]
    shifts = [at.assign(column=at["column"] + i, row=at["row"] + j, weight=weight) for i, j, weight in around]
    near = pd.concat(shifts).merge(at[["cell_id", "column", "row"]], on=["column", "row"], suffixes=("", "_near"))
    frames = []
    for kind, own in reports.groupby("kind"):
        found = cells[["cell_id"]].set_index("cell_id")
        days = own["age_days"].max()
        for half_life in HALF_LIVES:
            weighed = own.assign(weight=0.5 ** (own["age_days"] / half_life)).groupby("cell_id")["weight"].sum()
            found[f"cell_{half_life:g}"] = weighed.reindex(found.index).fillna(0.0)
            spread = near.assign(value=near["cell_id_near"].map(found[f"cell_{half_life:g}"]) * near["weight"])
            found[f"near_{half_life:g}"] = spread.groupby("cell_id")["value"].sum().reindex(found.index)
        found["long_run"] = own.groupby("cell_id").size().reindex(found.index).fillna(0.0) / days
        found["last_week"] = own[own["age_days"] <= 7].groupby("cell_id").size().reindex(found.index).fillna(0.0)
        found["score"] = (0.97 * found["long_run"] + 0.03 * found["long_run"].mean()).rank(pct=True) * 100
        frames.append(found.assign(kind=kind))
    return pd.concat(frames).reset_index()
