"""Coordinates in metres or feet of a projected system, as degrees.

Belongs here: the systems that are known, and the way from them. Does not: the datums of Chinese web maps (``datum``), the plane of a
district's own grid (``square``).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


@cache
def projected_systems() -> frozenset[str]:
    """The codes of every projected system, such as ``EPSG:32650``."""
    # Only a source that says one pays for its library.
    from pyproj.database import get_codes

    return frozenset(f"EPSG:{code}" for code in get_codes("EPSG", "PROJECTED_CRS", allow_deprecated=True))


def to_degrees(east: NDArray[np.float64], north: NDArray[np.float64], crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes (WGS-84) of points of a projected system in its own unit, feet included; NaN where it has none."""
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(east, north)
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    beyond = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(beyond, np.nan, lon), np.where(beyond, np.nan, lat)
