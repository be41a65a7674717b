"""Four cities' open data as panels, read straight from the files: what the forecast's tables are measured on.

Belongs here: counts, exposure and neighbours of each. Does not: forecasting them (``walk``), what is asked of the figures (``table``).
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from infra.districts.holidays import between
from tests.backtests.city import WORDS
from transforms.grids.locator import Locator
from transforms.grids.making import outline_of, read_boundary
from transforms.grids.neighbours import Neighbours
from transforms.grids.square import SquareGrid
from transforms.panel.panel import Exposure

DISTRICTS = Path(__file__).parents[1] / "districts"
Words = Mapping[str, str]


@dataclass(frozen=True)
class Open:
    """A city: counts per series, sparse tables (cells, days), on cells of schema ``CELLS``."""

    name: str
    days: list[dt.date]
    cells: pl.DataFrame
    counts: Mapping[str, Any]
    exposure: Exposure
    neighbours: Neighbours
    holidays: Mapping[dt.date, str]
    area: NDArray[np.float64]

    def column(self, day: dt.date) -> int:
        """Column of a day."""
        return (day - self.days[0]).days


def chicago(data: Path) -> Open:
    """Squares of 500 m inside the police beats; violence at home is left out."""
    files = sorted((data / "chicago").glob("crimes_20*.parquet"))
    columns = ["Date", "Primary Type", "Domestic", "Longitude", "Latitude"]
    rows = pl.concat([pl.read_parquet(f, columns=columns) for f in files])
    at_home = (pl.col("Primary Type") == "BATTERY") & (pl.col("Domestic").cast(pl.String).str.to_lowercase() == "true")
    day = pl.col("Date").str.slice(0, 10).str.to_date("%m/%d/%Y")
    read = rows.filter(~at_home).select(day=day, kind="Primary Type", lon="Longitude", lat="Latitude")
    shape, _ = read_boundary(json.loads((data / "chicago" / "police_beats.geojson").read_text("utf-8")), "WGS-84")
    assert shape is not None
    return _city(
        "chicago", read, {v: k for k, v in WORDS.items()}, SquareGrid(kind="square", size_m=500, outline=outline_of(shape, 50)), "US-IL"
    )


def san_francisco(data: Path) -> Open:
    """Squares of 500 m inside the tracts; every other week is missing."""
    words = {
        "ARSON": "arson",
        "ASSAULT": "assault",
        "BURGLARY": "burglary",
        "FRAUD": "fraud",
        "LARCENY/THEFT": "theft",
        "ROBBERY": "robbery",
        "TRESPASS": "trespass",
        "VANDALISM": "damage",
        "VEHICLE THEFT": "vehicle_theft",
    }
    rows = pl.read_parquet(data / "san_francisco" / "crime_2003_2015.parquet").unique(["Dates", "Category", "X", "Y"])
    read = rows.select(day=pl.col("Dates").str.slice(0, 10).str.to_date(), kind="Category", lon="X", lat="Y")
    shape, _ = read_boundary(json.loads((data / "san_francisco" / "neighbourhood_tracts.geojson").read_text("utf-8")), "WGS-84")
    assert shape is not None
    return _city("san_francisco", read, words, SquareGrid(kind="square", size_m=500, outline=outline_of(shape, 50)), "US-CA", gaps=True)


def toronto(data: Path) -> Open:
    """Squares of 1 km."""
    words = {
        "Assault": "assault",
        "Auto Theft": "vehicle_theft",
        "Break and Enter": "burglary",
        "Robbery": "robbery",
        "Theft Over": "theft",
    }
    rows = pl.read_parquet(data / "toronto" / "toronto_mci.parquet").unique(["occurrencedate", "occurrencehour", "MCI", "Long", "Lat"])
    moment = pl.col("occurrencedate").str.to_datetime("%Y/%m/%d %H:%M:%S%#z").dt.convert_time_zone("America/Toronto")
    read = rows.select(day=moment.dt.date(), kind=pl.col("MCI").str.strip_chars(), lon="Long", lat="Lat")
    return _city("toronto", read.filter(pl.col("day") >= dt.date(2014, 1, 1)), words, _declared("toronto"), "CA-ON")


def montgomery(data: Path) -> Open:
    """Squares of 1 km; fire calls and, of another feed, traffic."""
    return _montgomery(data, "Fire: ")


def montgomery_traffic(data: Path) -> Open:
    """The same county's traffic calls."""
    return _montgomery(data, "Traffic: ")


def _montgomery(data: Path, prefix: str) -> Open:
    rows = pl.read_csv(data / "montgomery_911" / "911.csv.gz", infer_schema=False)
    rows = rows.filter(pl.col("title").str.starts_with(prefix)).unique(["timeStamp", "title", "lat", "lng"])
    fire = {"BUILDING FIRE": "building", "APPLIANCE FIRE": "building", "GAS-ODOR/LEAK": "emergencies", "FIRE ALARM": "alarms"}
    traffic = {"VEHICLE ACCIDENT -": "crash", "DISABLED VEHICLE -": "disabled"}
    known = fire if prefix == "Fire: " else traffic
    kind = pl.col("title").str.strip_prefix(prefix).str.strip_chars()
    named = pl.when(kind.str.contains("^(HAZARDOUS|RESCUE)")).then(pl.lit("emergencies"))
    read = rows.select(
        day=pl.col("timeStamp").str.slice(0, 10).str.to_date(),
        kind=named.otherwise(kind.replace_strict(known, default="other")),
        lon=pl.col("lng").cast(pl.Float64),
        lat=pl.col("lat").cast(pl.Float64),
    )
    words = {v: v for v in (*known.values(), "other")}
    return _city(f"montgomery_{'fire' if known is fire else 'traffic'}", read, words, _declared("montgomery"), "US-PA")


CITIES: Final[Mapping[str, Callable[[Path], Open]]] = {
    f.__name__: f for f in (chicago, san_francisco, toronto, montgomery, montgomery_traffic)
}


def _declared(code: str) -> SquareGrid:
    """The grid of one of the tests' districts."""
    return SquareGrid(**tomllib.loads((DISTRICTS / code / "district.toml").read_text("utf-8"))["grid"])


def _city(name: str, read: pl.DataFrame, words: Words, grid: SquareGrid, calendar: str, *, gaps: bool = False) -> Open:
    """Count ``day, kind, lon, lat``; with ``gaps``, days without a single row are missing and not quiet."""
    first, last = read["day"].min(), read["day"].max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    cells = grid.cells(None, [], name)
    days = pl.date_range(first, last, eager=True).to_list()
    at = Locator(grid, cells).positions(read["lon"].cast(pl.Float64).to_numpy(), read["lat"].cast(pl.Float64).to_numpy())
    day = (read["day"] - first).dt.total_days().to_numpy()
    kind = read["kind"].to_numpy()
    counts = {}
    for code in sorted(set(words.values())):
        own = np.isin(kind, [w for w, c in words.items() if c == code]) & (at >= 0)
        table = sparse.csc_array(sparse.coo_array((np.ones(own.sum()), (at[own], day[own])), shape=(len(cells), len(days))))
        table.sum_duplicates()
        table.sort_indices()
        counts[code] = table
    seen = (np.bincount(day, minlength=len(days)) > 0).astype(float) if gaps else np.ones(len(days))
    exposure = Exposure(np.zeros(len(cells), dtype=np.int64), seen[None, :])
    x, y = cells["x_m"].to_numpy(), cells["y_m"].to_numpy()
    return Open(
        name, days, cells, counts, exposure, Neighbours(x, y), between(calendar, first.year, last.year + 1), cells["area_km2"].to_numpy()
    )
