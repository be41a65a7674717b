"""Coordinates in metres or feet of a projected system, as degrees.

Belongs here: the systems that are known, the way from them, and which of them lead into a district. Does not: the datums of Chinese web
maps (``datum``), the plane of a district's own grid (``square``).
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

# What systems of today are based on; older ones lie up to some hundred metres beside them, which no outline tells.
_OF_TODAY: Final = re.compile(
    r"WGS 84|ETRS89|NAD83|CGCS2000|China Geodetic|RGF93|JGD20|GDA|KGD2002|SIRGAS|NZGD2000|OSGB|Amersfoort|CH1903\+|TM65|IRENET"
)
# At least so much of a file lies in its district.
_MOST: Final = 0.5
_AS_WELL: Final = 0.005
_TRIED: Final = 300


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


def exchanged_on_plane(lon: NDArray[np.float64], lat: NDArray[np.float64], crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where points of a projected system would lie if its ways east and north took each other's place; NaN where nowhere."""
    from pyproj import Transformer

    east, north = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return to_degrees(np.asarray(north, dtype=np.float64), np.asarray(east, dtype=np.float64), crs)


def share_at_home(lon: NDArray[np.float64], lat: NDArray[np.float64], crs: str) -> float:
    """The share of points that lie where a projected system is made for."""
    from pyproj import CRS

    area = CRS.from_user_input(crs).area_of_use
    if area is None or area.west > area.east:
        return 1.0
    return float(((lon >= area.west) & (lon <= area.east) & (lat >= area.south) & (lat <= area.north)).mean())


def fitting_systems(east: NDArray[np.float64], north: NDArray[np.float64], outline: shapely.Geometry) -> list[tuple[str, str]]:
    """The systems, code and name, in which points lie in a district, the likeliest first: those of today before older ones, which lie so
    near that nothing here tells them apart; empty where in none of them most points do."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType
    from pyproj.exceptions import ProjError

    east, north = (axis[:: max(1, len(axis) // _TRIED)] for axis in (east, north))
    found: dict[tuple[str, str], float] = {}
    for info in query_crs_info("EPSG", PJType.PROJECTED_CRS, AreaOfInterest(*outline.bounds), contains=True):
        code = f"EPSG:{info.code}"
        # Of some nobody has written down the way from them.
        with suppress(ProjError):
            found[code, info.name] = float(shapely.contains_xy(outline, *to_degrees(east, north, code)).mean())
    best = max(found.values(), default=0.0)
    fits = [system for system, share in found.items() if share >= max(_MOST, best - _AS_WELL)]
    # The plain one is meant more often than its refinements, which have longer names.
    return sorted(fits, key=lambda s: (_OF_TODAY.search(s[1]) is None, len(s[1]), s[0]))
