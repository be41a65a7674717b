"""What is wrong with a grid: one fault is one sentence with its remedy.

Belongs here: the shape of a fault, and the faults of one drawn shape. Does not: faults of a zone's values (``transforms.grids.zones``),
faults that only show between zones (``transforms.grids.inspection``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import shapely


@dataclass(frozen=True)
class Fault:
    """``check`` names what was looked at, ``where`` the zones, ``says`` goes on from there.

    What ``stops`` keeps a district from loading; the rest is a warning.
    """

    check: str
    where: str
    says: str
    remedy: str
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.where} {self.says}; {self.remedy}"


def read_shape(geometry: object, where: str) -> tuple[shapely.Geometry | None, list[Fault]]:
    """The polygon or polygons of a GeoJSON geometry in degrees, longitude first, and what is wrong with it."""
    try:
        shape = shapely.from_geojson(json.dumps(geometry)) if geometry else None
    except shapely.errors.GEOSException:
        shape = None
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        return None, [Fault("polygon", where, "has no polygon", "draw it, or give a list of codes without any geometry")]
    west, south, east, north = shape.bounds
    if max(abs(south), abs(north)) > 90 or max(abs(west), abs(east)) > 180:
        reach = f"reaches from ({west:g}, {south:g}) to ({east:g}, {north:g}), which are no degrees"
        if max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180:
            return shape, [Fault("axes", where, f"{reach} as [longitude, latitude]", "the axes are swapped: write longitude first")]
        return shape, [Fault("units", where, reach, "they look like metres of a projection: export the file in WGS-84 degrees")]
    if not shape.is_valid:
        remedy = "redraw the ring so that it neither crosses nor touches itself"
        return shape, [Fault("polygon", where, f"is no simple polygon: {shapely.is_valid_reason(shape)}", remedy)]
    return shape, []
