"""Cells of a district and the cell of a point.

Belongs here: building square cells, reading zone polygons, assigning points, which cells an area covers. Does not: datums
(``transforms.datum``), reading GeoJSON files (``infra.district_folder``).

Points are assigned by stated rules. Square: a cell owns its south and west edges. Zones: a point on a shared border belongs to the
zone that comes first by ``cell_id``. A point in no cell is outside the district; it is never moved to the nearest cell.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from transforms.declared import Area, Subdistrict
from transforms.district import Grid
from transforms.schema import CELLS, require_schema

Array = NDArray[np.float64]

# WGS-84 radii for the local plane; see `Plane`.
_A_M = 6378137.0
_E2 = 0.00669437999014
# A tenth of a millimetre: two ways of computing a cell's edge differ by less, and a point on it must not fall between them.
_EDGE_DEGREES = 1e-9
# More squares than any district has: one corner of the outline was typed wrong.
_MAX_SQUARES = 250_000


@dataclass(frozen=True)
class Plane:
    """A local plane in metres, east and north of an origin.

    One degree of longitude and of latitude are given the lengths they have at the origin's latitude on the WGS-84 ellipsoid. Within
    40 km of the origin distances are right to 0.5 %, and the plane costs two multiplications a point, where a full projection costs
    microseconds.
    """

    lon: float
    lat: float

    @property
    def metres_per_degree(self) -> tuple[float, float]:
        """Metres in one degree of longitude and one of latitude."""
        w = 1 - _E2 * np.sin(np.radians(self.lat)) ** 2
        east = np.pi / 180 * _A_M * np.cos(np.radians(self.lat)) / np.sqrt(w)
        north = np.pi / 180 * _A_M * (1 - _E2) / w**1.5
        return float(east), float(north)

    def to_metres(self, lon: Array, lat: Array) -> tuple[Array, Array]:
        """Degrees WGS-84 to metres east and north of the origin."""
        east, north = self.metres_per_degree
        return (lon - self.lon) * east, (lat - self.lat) * north

    def to_degrees(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Metres east and north of the origin to degrees WGS-84."""
        east, north = self.metres_per_degree
        return self.lon + x / east, self.lat + y / north


def _plane(bounds: Sequence[float]) -> Plane:
    """The plane whose origin is the south-west corner of ``bounds``, scaled at that latitude."""
    return Plane(float(bounds[0]), float(bounds[1]))


def polygons(area: Area) -> shapely.MultiPolygon:
    """An area as one shape.

    Raises:
        ValueError: a ring crosses itself or encloses nothing; each is named by its position.
    """
    rings = [shapely.Polygon(ring) for ring in area]
    if wrong := [f"ring {n}: {shapely.is_valid_reason(r)}" for n, r in enumerate(rings, start=1) if not r.is_valid or r.area == 0]:
        raise ValueError("an area is not made of simple polygons: " + "; ".join(wrong))
    return shapely.MultiPolygon(rings)


def square_cells(grid: Grid, subdistricts: Sequence[Subdistrict], default_subdistrict: str) -> pl.DataFrame:
    """Squares of ``grid.size_m`` of which any part lies in the outline, so that every point in it has a cell; schema ``CELLS``.

    A cell takes the subdistrict with the nearest anchor, or ``default_subdistrict`` when none has an anchor.

    Raises:
        ValueError: the outline is faulty, or so large that a corner of it must be wrong.
    """
    assert grid.outline is not None
    outline = polygons(grid.outline)
    plane = _plane(outline.bounds)
    width, height = plane.to_metres(np.array([outline.bounds[2]]), np.array([outline.bounds[3]]))
    # One more than fits: a cell does not own its east and north edges, and the outline's may lie exactly there.
    across, up = np.floor(width[0] / grid.size_m) + 1, np.floor(height[0] / grid.size_m) + 1
    if across * up > _MAX_SQUARES:
        raise ValueError(
            f"the outline spans {width[0] / 1000:.0f} by {height[0] / 1000:.0f} km, which is {across * up:,.0f} squares of "
            f"{grid.size_m:.0f} m; check its corners, each [longitude, latitude]"
        )
    columns, rows = np.meshgrid(np.arange(across), np.arange(up))
    column, row = columns.ravel().astype(int), rows.ravel().astype(int)
    west, south = plane.to_degrees(column * grid.size_m, row * grid.size_m)
    east, north = plane.to_degrees((column + 1) * grid.size_m, (row + 1) * grid.size_m)
    boxes = shapely.box(west, south, east, north)
    touching = shapely.intersects(
        outline, shapely.box(west - _EDGE_DEGREES, south - _EDGE_DEGREES, east + _EDGE_DEGREES, north + _EDGE_DEGREES)
    )
    boxes, column, row = boxes[touching], column[touching], row[touching]
    x, y = (column + 0.5) * grid.size_m, (row + 0.5) * grid.size_m
    lon, lat = plane.to_degrees(x, y)
    anchors = [s for s in subdistricts if s.anchor is not None]
    if anchors:
        ax, ay = plane.to_metres(np.array([s.anchor[0] for s in anchors if s.anchor]), np.array([s.anchor[1] for s in anchors if s.anchor]))
        nearest = np.argmin((x[:, None] - ax) ** 2 + (y[:, None] - ay) ** 2, axis=1)
        owner = [anchors[i].code for i in nearest]
    else:
        owner = [default_subdistrict] * len(x)
    names = [f"E{c:03d}N{r:03d}" for c, r in zip(column, row, strict=True)]
    frame = pl.DataFrame(
        {
            "cell_id": names,
            "name": names,
            "subdistrict": owner,
            "lon": lon,
            "lat": lat,
            "x_m": x,
            "y_m": y,
            "area_km2": np.full(len(x), grid.size_m**2 / 1e6),
            "households": None,
            "tags": "",
            "outline": [shapely.to_geojson(b) for b in shapely.set_precision(boxes, 1e-6)],
        },
        schema=CELLS,
    )
    return frame.sort("cell_id")


def zone_cells(collection: dict[str, Any], default_subdistrict: str) -> pl.DataFrame:
    """Zones of a GeoJSON FeatureCollection in schema ``CELLS``; ``cell_id`` is required in every feature's properties.

    Raises:
        ValueError: a feature has no ``cell_id`` or no polygon, an ID stands twice, or a polygon or a number is invalid; all are named.
    """
    features = collection.get("features", []) if isinstance(collection, dict) else []
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise ValueError("the file is not a FeatureCollection: 'features' must be a list of features")
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    shapes: list[shapely.Geometry] = []
    for position, feature in enumerate(features):
        properties = feature.get("properties") or {}
        given = properties.get("cell_id")
        code = "" if given is None else str(given).strip()
        label = code or f"feature {position}"
        if not code:
            problems.append(f"{label} has no cell_id")
        elif code in seen:
            problems.append(f"{label} stands twice")
        seen.add(code)
        geometry = feature.get("geometry")
        try:
            shape = shapely.from_geojson(json.dumps(geometry)) if geometry else None
        except shapely.errors.GEOSException:
            shape = None
        if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
            problems.append(f"{label} has no polygon")
            continue
        if not shape.is_valid:
            problems.append(f"{label}: {shapely.is_valid_reason(shape)}")
        shapes.append(shape)
        households = properties.get("households")
        if households is not None and (
            isinstance(households, bool) or not isinstance(households, int | float) or households % 1 or households < 0
        ):
            problems.append(f"{label}: households must be a whole number, not {households!r}")
            households = None
        tags = properties.get("tags") or []
        rows.append(
            {
                "cell_id": code,
                "name": str(properties.get("name") or code),
                "subdistrict": str(properties.get("subdistrict") or default_subdistrict),
                "households": None if households is None else int(households),
                "tags": " ".join(sorted(tags)) if isinstance(tags, list) else str(tags),
                "outline": json.dumps(geometry, separators=(",", ":")),
            }
        )
    if not features:
        problems.append("the file holds no features")
    if problems:
        raise ValueError("; ".join(problems))
    plane = _plane(shapely.total_bounds(shapes))
    centre = shapely.centroid(shapes)
    lon, lat = shapely.get_x(centre), shapely.get_y(centre)
    x, y = plane.to_metres(lon, lat)
    east, north = plane.metres_per_degree
    frame = pl.DataFrame(rows).with_columns(
        lon=pl.Series(lon),
        lat=pl.Series(lat),
        x_m=pl.Series(x),
        y_m=pl.Series(y),
        area_km2=pl.Series(shapely.area(shapes) * east * north / 1e6),
    )
    return require_schema(frame.cast({"households": pl.Int32}).select(list(CELLS)), CELLS, "cells").sort("cell_id")


class Locator:
    """Finds the cell of points in WGS-84. Build it once per district and reuse it."""

    def __init__(self, grid: Grid, cells: pl.DataFrame) -> None:
        self._grid = grid
        self._ids = cells["cell_id"]
        if grid.kind == "square":
            assert grid.outline is not None
            self._plane = _plane(polygons(grid.outline).bounds)
            column = np.floor(cells["x_m"].to_numpy() / grid.size_m).astype(np.int64)
            row = np.floor(cells["y_m"].to_numpy() / grid.size_m).astype(np.int64)
            self._index = np.full((column.max() + 1, row.max() + 1), -1, dtype=np.int64)
            self._index[column, row] = np.arange(len(column))
        else:
            self._shapes = shapely.from_geojson(cells["outline"].to_numpy())
            self._tree = shapely.STRtree(self._shapes)

    def positions(self, lon: Array, lat: Array) -> NDArray[np.int64]:
        """Row of ``cells`` for each point, -1 where it lies in none or is null."""
        found = np.full(len(lon), -1, dtype=np.int64)
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        if self._grid.kind == "square":
            x, y = self._plane.to_metres(lon[known], lat[known])
            column, row = np.floor(x / self._grid.size_m), np.floor(y / self._grid.size_m)
            ok = (column >= 0) & (row >= 0) & (column < self._index.shape[0]) & (row < self._index.shape[1])
            found[known[ok]] = self._index[column[ok].astype(np.int64), row[ok].astype(np.int64)]
            return found
        point, shape = self._tree.query(shapely.points(lon[known], lat[known]), predicate="intersects")
        order = np.lexsort((shape, point))
        first = np.unique(point[order], return_index=True)[1]
        found[known[point[order][first]]] = shape[order][first]
        return found

    def cell_ids(self, lon: Array, lat: Array) -> pl.Series:
        """``cell_id`` of each point, null where it lies in none."""
        found = pl.Series(self.positions(lon, lat))
        return self._ids.gather(found.set(found < 0, None)).alias("cell_id")


def covered(cells: pl.DataFrame, area: Area | None) -> NDArray[np.bool_]:
    """Which cells a coverage area holds, by their centre; every cell when no area is declared."""
    if area is None:
        return np.ones(len(cells), dtype=bool)
    inside: NDArray[np.bool_] = shapely.contains_xy(polygons(area), cells["lon"].to_numpy(), cells["lat"].to_numpy())
    return inside
