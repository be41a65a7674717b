"""Map datums: WGS-84 (and CGCS2000, the same within a decimetre), GCJ-02 and BD-09, both ways, on arrays.

Belongs here: the conversions. Does not: deciding which datum a source uses (declared, never guessed).

GCJ-02 is an obfuscated shift of WGS-84 defined on the Krasovsky 1940 ellipsoid; BD-09 adds a second one. The forward formulas are the
publicly known ones; they have no closed inverse, so the inverse is a fixed-point iteration that stops below 1e-11 degrees (about a
micrometre).

Both shifts are defined around China alone. A point outside ``_DEFINED`` passes as it is, as in every public implementation: the formulas
would move an impossible or a swapped coordinate to some other place, where nobody could tell any more what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Datum = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
Array = NDArray[np.float64]

_AXIS_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_INVERSE_TOLERANCE_DEGREES = 1e-11
_INVERSE_ROUNDS = 30
_BLOCK = 16_384
# West, east, south, north of where the shifts are defined, in degrees.
_DEFINED = (72.004, 137.8347, 0.8293, 55.8271)


def moved_by_some_datum(lon: Array, lat: Array) -> NDArray[np.bool_]:
    """Which points the shifts apply to; false for null."""
    west, east, south, north = _DEFINED
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _shift(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Degrees by which GCJ-02 lies east and north of WGS-84."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = 2 / 3 * (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += 2 / 3 * (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y))
    north += 2 / 3 * (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += 2 / 3 * (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x))
    east += 2 / 3 * (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x))
    phi = np.radians(lat)
    w = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    metres_per_degree_north = np.pi / 180.0 * _AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / w**1.5
    metres_per_degree_east = np.pi / 180.0 * _AXIS_M * np.cos(phi) / np.sqrt(w)
    return east / metres_per_degree_east, north / metres_per_degree_north


def _wgs_to_gcj(lon: Array, lat: Array) -> tuple[Array, Array]:
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def _gcj_to_bd(lon: Array, lat: Array) -> tuple[Array, Array]:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _wgs_to_bd(lon: Array, lat: Array) -> tuple[Array, Array]:
    return _gcj_to_bd(*_wgs_to_gcj(lon, lat))


_FORWARD = {"GCJ-02": _wgs_to_gcj, "BD-09": _wgs_to_bd}


def from_wgs84(lon: Array, lat: Array, datum: Datum) -> tuple[Array, Array]:
    """Degrees in WGS-84 to degrees in ``datum``; nulls (NaN) stay null, points far from China stay where they are."""
    forward = _FORWARD.get(datum)
    if forward is None:
        return lon, lat
    there = moved_by_some_datum(lon, lat)
    x, y = lon.copy(), lat.copy()
    x[there], y[there] = forward(lon[there], lat[there])
    return x, y


def to_wgs84(lon: Array, lat: Array, datum: Datum) -> tuple[Array, Array]:
    """Degrees in ``datum`` to degrees in WGS-84, better than 1e-5 m inside China; the rest as in ``from_wgs84``."""
    forward = _FORWARD.get(datum)
    if forward is None:
        return lon, lat
    there = np.flatnonzero(moved_by_some_datum(lon, lat))
    found_x, found_y = lon.copy(), lat.copy()
    # In blocks that stay in the processor's cache: a million points at once take half as long again.
    for start in range(0, len(there), _BLOCK):
        block = there[start : start + _BLOCK]
        found_x[block], found_y[block] = _inverse(lon[block], lat[block], forward)
    return found_x, found_y


def _inverse(given_x: Array, given_y: Array, forward: Callable[[Array, Array], tuple[Array, Array]]) -> tuple[Array, Array]:
    x, y = given_x, given_y
    for _ in range(_INVERSE_ROUNDS):
        fx, fy = forward(x, y)
        dx, dy = given_x - fx, given_y - fy
        x, y = x + dx, y + dy
        if max(np.max(np.abs(dx)), np.max(np.abs(dy))) < _INVERSE_TOLERANCE_DEGREES:
            break
    return x, y
