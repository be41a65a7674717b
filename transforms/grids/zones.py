"""Zones: polygons with codes of their own, or codes alone, which then have no neighbours and hold no point.

Belongs here: the declaration, reading features and rows, finding the zone of a point. Does not: versions of zones
(``transforms.grids.succession``), faults that only show between zones (``transforms.grids.inspection``), opening the file
(``infra.districts.folder``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, Literal

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from transforms.district.codes import Strict, Subdistrict, is_cell_code
from transforms.grids.faults import Fault, read_shape
from transforms.grids.plane import Array, Plane
from transforms.schema import CELLS, require_schema

# A zone of fewer households shows single homes.
MIN_HOUSEHOLDS = 50
NONRESIDENTIAL = "nonresidential"
# What a file may say of a zone; the rest is not read.
OF_A_ZONE: Final = ("cell_id", "name", "subdistrict", "households", "tags", "valid_from", "valid_to", "predecessors", "geometry")
_GIVE_CODES: Final = "give every zone a code, and what it is called as its name; `sifang grid make --kind zones` does both"


@dataclass(frozen=True)
class Zone:
    """One zone as its file declares it. ``valid_from`` and ``valid_to`` are its first and last night; ``predecessors`` gives, for each
    former zone that this one follows, the share of that zone's reports that fall here."""

    cell_id: str
    name: str
    subdistrict: str | None
    households: int | None
    tags: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    predecessors: dict[str, float]
    shape: shapely.Geometry | None
    outline: str | None


def in_force(zone: Zone, night: dt.date) -> bool:
    """Whether a zone is in force on a night."""
    return (zone.valid_from is None or zone.valid_from <= night) and (zone.valid_to is None or night <= zone.valid_to)


class ZoneGrid(Strict):
    """Zones of a GeoJSON file, or of a CSV file of codes, in the district folder."""

    kind: Literal["zones"]
    file: str

    def cells(self, zones: list[Zone], _: Sequence[Subdistrict], default_subdistrict: str) -> pl.DataFrame:
        """The zones in schema ``CELLS``; places are null where they have no geometry."""
        return zone_cells(zones, default_subdistrict)

    def finder(self, cells: pl.DataFrame) -> ZoneFinder:
        """What finds the zone of a point."""
        return ZoneFinder(cells)


def zone_cells(zones: list[Zone], default_subdistrict: str) -> pl.DataFrame:
    """Zones as schema ``CELLS``, sorted by ``cell_id``."""
    shapes = np.array([z.shape for z in zones], dtype=object)
    # Missing shapes pass through shapely as NaN.
    centre = shapely.centroid(shapes)
    lon, lat = shapely.get_x(centre), shapely.get_y(centre)
    plane = Plane.at(shapely.total_bounds(shapes))
    x, y = plane.to_metres(lon, lat)
    east, north = plane.metres_per_degree
    frame = pl.DataFrame(
        {
            "cell_id": [z.cell_id for z in zones],
            "name": [z.name for z in zones],
            "subdistrict": [z.subdistrict or default_subdistrict for z in zones],
            "lon": lon,
            "lat": lat,
            "x_m": x,
            "y_m": y,
            "area_km2": np.where(shapely.is_missing(shapes), np.nan, shapely.area(shapes)) * east * north / 1e6,
            "households": [z.households for z in zones],
            "tags": [z.tags for z in zones],
            "outline": [z.outline for z in zones],
        },
        schema=CELLS,
    ).with_columns(pl.col("lon", "lat", "x_m", "y_m", "area_km2").fill_nan(None))
    return require_schema(frame, CELLS, "cells").sort("cell_id")


def read_collection(collection: object) -> tuple[list[Zone], list[Fault]]:
    """The zones of a GeoJSON FeatureCollection, and what is wrong with each; a faulty zone is left out."""
    features = collection.get("features", []) if isinstance(collection, dict) else []
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        return [], [Fault("file", "the file", "is not a FeatureCollection", "'features' must be a list of features")]
    rows = [(f.get("properties") if isinstance(f.get("properties"), dict) else {}) | {"geometry": f.get("geometry")} for f in features]
    return read_rows(rows)


def read_rows(rows: Iterable[Mapping[str, object]]) -> tuple[list[Zone], list[Fault]]:
    """Zones from rows: ``cell_id``, and where known ``name, subdistrict, households, tags, valid_from, valid_to, predecessors, geometry``.

    Either all have a geometry or none has.
    """
    listed = list(rows)
    if not listed:
        return [], [Fault("file", "the file", "holds no features", "write one feature, or one row, per zone")]
    faults: list[Fault] = []
    zones: list[Zone] = []
    seen: set[str] = set()
    drawn = any(row.get("geometry") is not None for row in listed)
    for position, row in enumerate(listed):
        given = row.get("cell_id")
        code = "" if given is None else str(given).strip()
        # What is no code may be somebody's name, and is not repeated.
        reader = _Row(code if is_cell_code(code) else f"feature {position}", row)
        if not code:
            reader.fault("code", "has no cell_id", _GIVE_CODES)
        elif not is_cell_code(code):
            reader.fault(
                "code", "has a cell_id that is no code: at most 40 letters, digits and any of . _ : / -, a digit among them", _GIVE_CODES
            )
        elif code in seen:
            reader.fault("code", "stands twice", "give each zone, and each version of a redrawn one, a code of its own")
        seen.add(code)
        zone = Zone(
            cell_id=code,
            name=str(row.get("name") or code),
            subdistrict=str(row["subdistrict"]) if row.get("subdistrict") else None,
            tags=(tags := reader.tags()),
            households=reader.households(tags),
            valid_from=reader.day("valid_from"),
            valid_to=reader.day("valid_to"),
            predecessors=reader.predecessors(),
            shape=(shape := reader.shape() if drawn else None),
            outline=None if shape is None else json.dumps(row["geometry"], separators=(",", ":")),
        )
        if zone.valid_from and zone.valid_to and zone.valid_to < zone.valid_from:
            reader.fault("versions", f"ends on {zone.valid_to}, before it begins on {zone.valid_from}", "exchange or correct them")
        faults += reader.faults
        if not any(f.stops for f in reader.faults):
            zones.append(zone)
    return zones, faults


class _Row:
    """Reads the values of one zone and keeps what is wrong with them."""

    def __init__(self, label: str, row: Mapping[str, object]) -> None:
        self._label, self._row = label, row
        self.faults: list[Fault] = []

    def fault(self, check: str, says: str, remedy: str) -> None:
        self.faults.append(Fault(check, self._label, says, remedy))

    def tags(self) -> str:
        tags = self._row.get("tags") or []
        return " ".join(sorted(str(t) for t in tags)) if isinstance(tags, list) else str(tags)

    def households(self, tags: str) -> int | None:
        given = self._row.get("households")
        if given is None or given == "":
            return None
        try:
            number = float("nan") if isinstance(given, bool) else float(str(given))
        except (TypeError, ValueError):
            number = float("nan")
        if not (number >= 0 and number % 1 == 0):
            self.fault("households", f"has households {given!r}, which is no whole number", "correct it, or leave it out")
            return None
        if 0 < number < MIN_HOUSEHOLDS and NONRESIDENTIAL not in tags.split():
            self.fault(
                "households",
                f"has {number:.0f} households, and fewer than {MIN_HOUSEHOLDS} show single homes",
                f"join it with a neighbour, or tag it {NONRESIDENTIAL!r} where nobody lives",
            )
        return int(number)

    def day(self, name: str) -> dt.date | None:
        given = self._row.get(name)
        if given is None or given == "":
            return None
        try:
            return dt.date.fromisoformat(str(given))
        except ValueError:
            self.fault("versions", f"has {name} {given!r}, which is no date", "write it like 2026-01-01")
            return None

    def predecessors(self) -> dict[str, float]:
        """Shares by former code: an object in GeoJSON, ``code:share`` separated by spaces in CSV."""
        given = self._row.get("predecessors") or {}
        try:
            pairs = given.items() if isinstance(given, dict) else [pair.rsplit(":", 1) for pair in str(given).split()]
            shares = {str(code): float(share) for code, share in pairs}
            if all(0 < share <= 1 for share in shares.values()):
                return shares
        except (TypeError, ValueError):
            pass
        self.fault(
            "versions",
            f"has predecessors {given!r}, which are no shares",
            'write them like {"former code": 0.4}, each above 0 and at most 1',
        )
        return {}

    def shape(self) -> shapely.Geometry | None:
        shape, faults = read_shape(self._row.get("geometry"), self._label)
        self.faults += faults
        return shape


# Below so many points per zone, looking them up one by one is faster than going through all zones.
_FEW_PER_ZONE: Final = 10


class ZoneFinder:
    """Finds zones by their polygons; of several that hold a point, the first in the order of the cells.

    Points are sorted by longitude, so that each zone looks only at those in its box (measured: 4 times as fast as a tree of either).
    The few of a daily file ask a tree of boxes instead (50 points in 417 zones: 0.1 ms instead of 15).

    Several threads may ask it, and take turns: a prepared polygon and a tree finish themselves when they are first asked, and GEOS does
    not guard that (libgeos/geos issue 825); two at once end the process.
    """

    def __init__(self, cells: pl.DataFrame) -> None:
        drawn = cells["outline"].is_not_null()
        self._rows = np.flatnonzero(drawn.to_numpy())
        self._shapes = shapely.from_geojson(cells["outline"].filter(drawn).to_numpy())
        # Prepared once: a zone is asked about thousands of points.
        shapely.prepare(self._shapes)
        self._boxes = shapely.bounds(self._shapes).reshape(-1, 4)
        self._tree = shapely.STRtree(self._shapes)
        self._turn = Lock()

    def positions(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        """Row of the cells for each point, -1 where it lies in none; every coordinate is finite."""
        with self._turn:
            return self._of_few(lon, lat) if len(lon) < _FEW_PER_ZONE * len(self._rows) else self._of_many(lon, lat)

    def _of_few(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        found = np.full(len(lon), -1, dtype=np.int64)
        point, zone = self._tree.query(shapely.points(lon, lat))
        inside = shapely.intersects_xy(self._shapes[zone], lon[point], lat[point])
        last_first = np.flatnonzero(inside)[np.argsort(-zone[inside], kind="stable")]
        found[point[last_first]] = self._rows[zone[last_first]]
        return found

    def _of_many(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        found = np.full(len(lon), -1, dtype=np.int64)
        order = np.argsort(lon)
        x, y = lon[order], lat[order]
        first, last = np.searchsorted(x, self._boxes[:, 0], "left"), np.searchsorted(x, self._boxes[:, 2], "right")
        # From the last zone to the first, so that the first one stays.
        for zone in reversed(range(len(self._rows))):
            _, south, _, north = self._boxes[zone]
            band = y[first[zone] : last[zone]]
            near = first[zone] + np.flatnonzero((band >= south) & (band <= north))
            inside = shapely.intersects_xy(self._shapes[zone], x[near], y[near])
            found[order[near[inside]]] = self._rows[zone]
        return found
