"""A city as surges are measured on it: daily counts of Chicago's series on squares of 500 m, and a quiet city drawn from its rates.

Belongs here: counts, tests of many nights, events put where there were none. Does not: what is asked of them (``test_surges``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from infra.districts.holidays import between
from tests.helpers.features import make_features
from transforms.grids.locator import Locator
from transforms.grids.making import outline_of, read_boundary
from transforms.grids.neighbours import Neighbours
from transforms.grids.square import SquareGrid
from transforms.panel.panel import Exposure
from transforms.scoring.features import Past
from transforms.scoring.fitting import fit_model
from transforms.scoring.model import SeriesModel
from transforms.scoring.surge import LAG_DAYS, MIN_PAST_DAYS, SLOW, SurgeModel, run_tests

Array = NDArray[np.float64]
Counts = NDArray[np.float32]

FIRST_YEAR, LAST_YEAR = 2012, 2015
WORDS = {
    "arson": "ARSON",
    "battery": "BATTERY",
    "burglary": "BURGLARY",
    "damage": "CRIMINAL DAMAGE",
    "robbery": "ROBBERY",
    "vehicle_theft": "MOTOR VEHICLE THEFT",
}
# Rings around an injected cell that are tested anew: what it changes, what that is compared with, and what both sum over.
REACH = 5


@dataclass(frozen=True)
class City:
    """Counts per series, shape (cells, days), all of them observed."""

    days: list[dt.date]
    counts: dict[str, Counts]
    neighbours: Neighbours
    holidays: dict[dt.date, str]

    @property
    def cells(self) -> int:
        return len(next(iter(self.counts.values())))

    def past(self, series: str) -> Past:
        own = self.counts[series]
        others = sum(self.counts.values(), np.zeros_like(own)) - own
        return Past(own, others, Exposure(np.zeros(self.cells, dtype=np.int64), np.ones((1, len(self.days)))))

    def column(self, day: dt.date) -> int:
        return (day - self.days[0]).days


def chicago(folder: Path) -> City:
    """Every report inside the police beats; violence at home is left out, as it is of every score."""
    beats, faults = read_boundary(json.loads((folder / "police_beats.geojson").read_text("utf-8")), "WGS-84")
    assert beats is not None, faults
    grid = SquareGrid(kind="square", size_m=500, outline=outline_of(beats, 50))
    cells = grid.cells(None, [], "city")
    files = [folder / f"crimes_{year}.parquet" for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    columns = ["Date", "Primary Type", "Domestic", "Longitude", "Latitude"]
    rows = pl.concat([pl.read_parquet(f, columns=columns) for f in files])
    rows = rows.filter(pl.col("Primary Type").is_in(list(WORDS.values())))
    rows = rows.filter(~((pl.col("Primary Type") == "BATTERY") & (pl.col("Domestic").cast(pl.String).str.to_lowercase() == "true")))
    first = dt.date(FIRST_YEAR, 1, 1)
    days = pl.date_range(first, dt.date(LAST_YEAR, 12, 31), eager=True).to_list()
    day = rows.select((pl.col("Date").str.slice(0, 10).str.to_date("%m/%d/%Y") - first).dt.total_days()).to_series().to_numpy()
    lon, lat = (rows[c].cast(pl.Float64).to_numpy() for c in ("Longitude", "Latitude"))
    cell, word = Locator(grid, cells).positions(lon, lat), rows["Primary Type"].to_numpy()
    shape = (len(cells), len(days))
    counts = {}
    for series, own in WORDS.items():
        at = (word == own) & (cell >= 0)
        counts[series] = np.bincount(cell[at] * shape[1] + day[at], minlength=shape[0] * shape[1]).reshape(shape).astype(np.float32)
    neighbours = Neighbours(cells["x_m"].to_numpy(), cells["y_m"].to_numpy())
    return City(days, counts, neighbours, between("US-IL", FIRST_YEAR, LAST_YEAR))


def quiet(city: City, models: dict[str, SeriesModel], rng: np.random.Generator) -> City:
    """The same city without surges: every cell at its own long-run rate, with the season and the day-to-day spread of the real one."""
    counts = {}
    for series, model in models.items():
        season = model.season.factor(city.days, city.holidays)
        assert model.surge is not None
        size = model.surge.sizes[0]
        mean = city.counts[series].mean(axis=1, keepdims=True, dtype=float) * season[None, :] / season.mean()
        spread = rng.gamma(size, 1 / size, mean.shape) if size < 50 else 1.0
        counts[series] = rng.poisson(mean * spread).astype(np.float32)
    return replace(city, counts=counts)


def spliced(before: City, after: City, column: int) -> City:
    """The one city up to a day, the other from it on."""
    return replace(before, counts={s: np.hstack([c[:, :column], after.counts[s][:, column:]]) for s, c in before.counts.items()})


def fit(city: City, end: int) -> dict[str, SeriesModel]:
    """The models of all series, of what was known before column ``end``."""
    return {s: fit_model(city.past(s).before(end), city.days[:end], city.holidays, 7, city.neighbours) for s in city.counts}


@dataclass(frozen=True)
class Baseline:
    """What one series is tested against on some nights: its model, its season, and ``slow``, shape (features, cells, nights)."""

    model: SurgeModel
    season: Array
    slow: Array


class Nights:
    """The tests of every series on some nights, with models fitted before the first of them.

    ``p`` has shape (series, nights, cells), ``columns`` are the first days that the nights do not know.
    """

    def __init__(self, city: City, columns: NDArray[np.int64], models: dict[str, SeriesModel]) -> None:
        self.city, self.columns = city, columns
        self.series = list(city.counts)
        self._baselines: dict[str, Baseline] = {}
        p = []
        for name, model in models.items():
            assert model.surge is not None
            past, season = city.past(name), model.season.factor(city.days, city.holidays)
            slow = np.asarray(make_features(past, season, columns - LAG_DAYS, city.neighbours, SLOW))
            self._baselines[name] = Baseline(model.surge, season, slow)
            ring = city.neighbours.ring
            p.append([run_tests(model.surge, slow[:, :, k], past.before(c), season[:c], ring).p for k, c in enumerate(columns)])
        self.p = np.array(p)

    def with_events(
        self, series: str, cell: int, first: int, where: NDArray[np.int64], when: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], Array]]:
        """Test a place anew on the nights after each of 14 days, with events put there.

        Everything farther than ``REACH`` rings stands as one cell, so that the district's total is right and little is computed.

        Args:
            series: whose events.
            cell: the middle of the place.
            first: which of the nights begins the first day.
            where: the cell of each event.
            when: the day of each event, 0 to 13.

        Yields:
            The cells around, and their p-values on that night.
        """
        baseline, counts = self._baselines[series], self.city.counts[series]
        ring = self.city.neighbours.ring
        near = np.array([cell])
        for _ in range(REACH):
            near = np.unique(ring[near].indices)
        rings = sparse.block_diag((ring[near][:, near], [[1.0]]), format="csr")
        span = MIN_PAST_DAYS + LAG_DAYS
        begin = int(self.columns[first]) - MIN_PAST_DAYS
        added = _with_rest(counts[:, begin : begin + span], near)
        np.add.at(added, (np.searchsorted(near, where), MIN_PAST_DAYS + when), 1)
        exposure = Exposure(np.zeros(len(near) + 1, dtype=np.int64), np.ones((1, MIN_PAST_DAYS)))
        for day in range(1, LAG_DAYS + 1):
            seen = added[:, day : day + MIN_PAST_DAYS]
            season = baseline.season[begin + day : begin + day + MIN_PAST_DAYS]
            slow = _with_rest(np.nan_to_num(baseline.slow[:, :, first + day]).T, near).T
            yield near, run_tests(baseline.model, slow, Past(seen, seen, exposure), season, rings).p[:-1]


def _with_rest(values: NDArray[Any], near: NDArray[np.int64]) -> NDArray[Any]:
    """The rows of some cells, and all others added up as one more; shape as ``values``, (cells, …)."""
    own = values[near]
    return np.vstack([own, values.sum(axis=0) - own.sum(axis=0)])
