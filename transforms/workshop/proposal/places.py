"""Where the rows of an unknown file lie: outline, time zone and datum, by their coordinates and by the district if there is one.

Belongs here: guesses from coordinates. Does not: finding the columns that hold them (``propose``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

import h3ronpy
import numpy as np
import polars as pl
import shapely
from h3ronpy import vector

from transforms.district.codes import Area
from transforms.grids.datum import Array, Datum, moved_by_some_datum, to_wgs84
from transforms.grids.datum_check import ALTERNATIVES, better_datum
from transforms.grids.making import outline_of
from transforms.grids.plane import Plane

# Of the places of a file so many lie where they should; the rest are typing errors and neighbours' reports.
_CORE = 0.99
_TOLERANCE_M = 500.0
# Squares are as fine as leaves a district with so few of them.
_MOST_SQUARES = 1_500
# Borders seldom lie this far from halfway between two chief places.
_HARDLY_FARTHER = 1.25
_SIZES_M: Final = (250, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class TimeZone:
    """A time zone: its country, and the latitude and longitude of its chief place."""

    name: str
    country: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Surroundings:
    """What a district already says of itself: its time zone, its outline in WGS-84 (None without one), the codes of its cells."""

    code: str
    timezone: str
    outline: shapely.Geometry | None = field(repr=False)
    cell_ids: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class Places:
    """The coordinates of a file, in the datum of the file."""

    lon: Array = field(repr=False)
    lat: Array = field(repr=False)

    @property
    def middle(self) -> tuple[float, float]:
        """The median longitude and latitude."""
        return float(np.nanmedian(self.lon)), float(np.nanmedian(self.lat))

    def in_china(self) -> bool:
        """Whether datums differ there."""
        lon, lat = self.middle
        return bool(moved_by_some_datum(np.array([lon]), np.array([lat]))[0])


def centres(cells: pl.Series) -> pl.DataFrame:
    """Longitude and latitude of the centre of each cell of H3."""
    index = cells.str.to_integer(base=16, dtype=pl.UInt64).to_numpy()
    found = pl.DataFrame(vector.cells_to_coordinates(index[np.asarray(h3ronpy.cells_valid(index, booleanarray=True))]))
    return found.select(lon="lng", lat="lat")


def nearest_zone(places: Places, zones: Sequence[TimeZone]) -> tuple[TimeZone, TimeZone | None] | None:
    """The time zone whose chief place is nearest to the middle of the places; and one hardly farther away that keeps another clock."""
    lon, lat = places.middle
    narrow = float(np.cos(np.radians(lat)))
    by_distance = sorted((float(np.hypot(z.lat - lat, (z.lon - lon) * narrow)), z.name, z) for z in zones)
    if not by_distance:
        return None
    least, _, nearest = by_distance[0]
    near = (z for distance, _, z in by_distance[1:] if distance <= _HARDLY_FARTHER * least)
    return nearest, next((z for z in near if _clock(z) != _clock(nearest)), None)


def _clock(zone: TimeZone) -> list[dt.timedelta | None]:
    """How far a zone is from UTC in winter and in summer."""
    return [dt.datetime(2025, month, 1, tzinfo=ZoneInfo(zone.name)).utcoffset() for month in (1, 7)]


def share_inside(places: Places, outline: shapely.Geometry, datum: Datum) -> float:
    """The share of the places that lie in a district."""
    return float(shapely.contains_xy(outline, *to_wgs84(places.lon, places.lat, datum)).mean())


def datums_that_fit(places: Places, outline: shapely.Geometry) -> list[Datum]:
    """The datums than which no other fits a district's outline clearly better; one alone is telling."""
    return [d for d in ALTERNATIVES if better_datum(*to_wgs84(places.lon, places.lat, d), d, outline) is None]


def surround(places: Places, datum: Datum) -> tuple[Area, int]:
    """An outline around nearly all places, in few corners, and the side in metres of squares that are not too many for it."""
    lon, lat = to_wgs84(places.lon, places.lat, datum)
    x, y = np.median(lon), np.median(lat)
    narrow = np.cos(np.radians(y))
    away = np.hypot((lon - x) * narrow, lat - y)
    core = away <= np.quantile(away, _CORE)
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([lon[core], lat[core]])))
    area = [[(round(a, 3), round(b, 3)) for a, b in ring] for ring in outline_of(hull, _TOLERANCE_M)]
    east, north = Plane.at(hull.bounds).metres_per_degree
    ground_m2 = sum(shapely.Polygon(ring).area for ring in area) * east * north
    return area, next((size for size in _SIZES_M[1:] if ground_m2 / size**2 <= _MOST_SQUARES), _SIZES_M[-1])
