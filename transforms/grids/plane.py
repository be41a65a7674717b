"""Metres and shapes on the ground: what every kind of grid measures with.

Belongs here: the local plane, areas as shapes, the subdistrict nearest to a cell. Does not: any kind of grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from transforms.district.codes import Area, Subdistrict

Array = NDArray[np.float64]

# WGS-84 radii for the local plane; see `Plane`.
_A_M = 6378137.0
_E2 = 0.00669437999014
# More cells than any district has: one corner of the outline was typed wrong.
MAX_CELLS = 250_000


@dataclass(frozen=True)
class Plane:
    """A local plane in metres, east and north of an origin.

    One degree of longitude and of latitude are given the lengths they have at the origin's latitude on the WGS-84 ellipsoid. Within
    40 km of the origin distances are right to 0.5 %, and the plane costs two multiplications a point, where a full projection costs
    microseconds.
    """

    lon: float
    lat: float

    @classmethod
    def at(cls, bounds: Sequence[float]) -> Plane:
        """The plane whose origin is the south-west corner of ``bounds``, scaled at that latitude."""
        return cls(float(bounds[0]), float(bounds[1]))

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


@dataclass(frozen=True)
class Drawn:
    """An outline on its own plane: its shape in degrees, and how far it reaches from its south-west corner."""

    shape: shapely.MultiPolygon
    plane: Plane
    width_m: float
    height_m: float

    @classmethod
    def of(cls, outline: Area) -> Drawn:
        """Raises ``ValueError`` when the outline is faulty, as ``polygons`` does."""
        shape = polygons(outline)
        plane = Plane.at(shape.bounds)
        (width,), (height,) = plane.to_metres(np.array([shape.bounds[2]]), np.array([shape.bounds[3]]))
        return cls(shape, plane, float(width), float(height))

    def require_few(self, number: float, cells: str) -> None:
        """Pass when the outline can be filled with so many ``cells``.

        Raises:
            ValueError: it is so large that a corner of it must be wrong.
        """
        if number > MAX_CELLS:
            raise ValueError(
                f"the outline spans {self.width_m / 1000:.0f} by {self.height_m / 1000:.0f} km, which is about {number:,.0f} {cells}; "
                "check its corners, each [longitude, latitude]"
            )


def polygons(area: Area) -> shapely.MultiPolygon:
    """An area as one shape.

    Raises:
        ValueError: a ring crosses itself or encloses nothing; each is named by its position.
    """
    rings = [shapely.Polygon(ring) for ring in area]
    if wrong := [f"ring {n}: {shapely.is_valid_reason(r)}" for n, r in enumerate(rings, start=1) if not r.is_valid or r.area == 0]:
        raise ValueError("an area is not made of simple polygons: " + "; ".join(wrong))
    return shapely.MultiPolygon(rings)


def nearest_subdistrict(plane: Plane, x: Array, y: Array, subdistricts: Sequence[Subdistrict], default: str) -> list[str]:
    """The subdistrict whose anchor is nearest to each centre; ``default`` for all of them where the district has no two subdistricts.

    Raises:
        ValueError: a subdistrict would get no cell, because it has no anchor or because all cells are nearer to others.
    """
    if len(subdistricts) < 2:
        return [default] * len(x)
    if bare := [s.code for s in subdistricts if s.anchor is None]:
        raise ValueError(
            f"no cell would belong to {', '.join(bare)}: give every subdistrict an 'anchor', the [longitude, latitude] of its middle"
        )
    anchors = np.array([s.anchor for s in subdistricts])
    ax, ay = plane.to_metres(anchors[:, 0], anchors[:, 1])
    nearest = np.argmin((x[:, None] - ax) ** 2 + (y[:, None] - ay) ** 2, axis=1)
    if empty := [s.code for n, s in enumerate(subdistricts) if not (nearest == n).any()]:
        raise ValueError(f"no cell would belong to {', '.join(empty)}: every cell is nearer to another anchor; move the anchors")
    return [subdistricts[n].code for n in nearest]
