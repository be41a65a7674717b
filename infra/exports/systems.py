"""The reference system that a map is written in: WGS-84, the datum of a Chinese web map, or a projected system of the city.

Belongs here: moving geometries, and how formats name where they are. Does not: the formulas (``transforms.grids.datum``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, cast, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from infra.errors import WrongNameError
from transforms.grids.datum import Datum, from_wgs84
from transforms.grids.projected import projected_systems

Array = NDArray[np.float64]
WGS84: Final = "WGS-84"
_DATUMS: Final = get_args(Datum)


@dataclass(frozen=True)
class System:
    """A reference system by its name: a datum's, or an EPSG code of a projected one."""

    name: str = WGS84

    def __post_init__(self) -> None:
        if self.name not in _DATUMS and self.name not in projected_systems():
            raise WrongNameError(
                f"Nothing is known of the reference system {self.name!r}.",
                f"Write one of {', '.join(_DATUMS)}, or the code of a projected system such as EPSG:32650.",
            )

    def moved(self, place: shapely.Geometry) -> shapely.Geometry:
        """A geometry in WGS-84, in this system."""
        return place if self.name == WGS84 else shapely.transform(place, self._points)

    def _points(self, points: Array) -> Array:
        if self.name in _DATUMS:
            return np.column_stack(from_wgs84(points[:, 0].copy(), points[:, 1].copy(), cast("Datum", self.name)))
        from pyproj import Transformer

        return np.column_stack(Transformer.from_crs("OGC:CRS84", self.name, always_xy=True).transform(points[:, 0], points[:, 1]))

    @property
    def in_geojson(self) -> dict[str, object]:
        """As readers of GeoJSON want it named; the shifted datums of web maps have no name that all of them know."""
        names = {WGS84: "urn:ogc:def:crs:OGC:1.3:CRS84", "CGCS2000": "urn:ogc:def:crs:EPSG::4490"}
        urn = self.name.replace("EPSG:", "urn:ogc:def:crs:EPSG::") if self.name.startswith("EPSG:") else self.name
        return {"type": "name", "properties": {"name": names.get(self.name, urn)}}

    @property
    def in_geoparquet(self) -> object:
        """As PROJJSON; null, which says that nobody knows, for the shifted datums: no library can undo them."""
        if self.name in {"GCJ-02", "BD-09"}:
            return None
        from pyproj import CRS

        known = {WGS84: "OGC:CRS84", "CGCS2000": "EPSG:4490"}
        return json.loads(CRS(known.get(self.name, self.name)).to_json())
