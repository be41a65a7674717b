"""Whether the axes of places were exchanged, a latitude where a longitude should stand, or lost the minus sign of the west or the south.

Belongs here: telling it by the outline of a district. Does not: refusing (``flows.intake.right_datum``), outlines that are drawn so
themselves (``inspection``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

Degrees: TypeAlias = NDArray[np.float64]
# Longitudes and latitudes.
Axes: TypeAlias = tuple[Degrees, Degrees]
# So many places, of which hardly any lies in the district as it is and nearly all do the other way round, are no coincidence.
LEAST_POINTS: Final = 20
_HARDLY: Final = 0.05
_NEARLY: Final = 0.8
# Of more places an even sample says as much. Nothing else of Python's goes on meanwhile, and of a million that was a quarter of a second.
_SAMPLE: Final = 50_000


def exchanged(lon: NDArray[np.float64], lat: NDArray[np.float64], outline: shapely.Geometry) -> bool:
    """Whether places lie in the outline of their district once longitude and latitude, both known, take each other's place."""
    return only_otherwise((lon, lat), lambda lon, lat: (lat, lon), outline)


def lost_signs(lon: NDArray[np.float64], lat: NDArray[np.float64], outline: shapely.Geometry) -> tuple[str, ...]:
    """The axes, ``lon`` or ``lat`` or both, with whose other sign alone places lie in the outline of their district."""
    for axes, signs in ((("lon",), (-1, 1)), (("lat",), (1, -1)), (("lon", "lat"), (-1, -1))):
        if only_otherwise((lon, lat), partial(_signed, signs=signs), outline):
            return axes
    return ()


def only_otherwise(told: Axes, other: Callable[[Degrees, Degrees], Axes], outline: shapely.Geometry) -> bool:
    """Whether hardly any place lies in an outline as it is told, and nearly all do as ``other`` makes them."""
    if len(told[0]) < LEAST_POINTS:
        return False
    every = len(told[0]) // _SAMPLE + 1
    lon, lat = (axis[::every] for axis in told)
    shapely.prepare(outline)
    if float(shapely.contains_xy(outline, lon, lat).mean()) >= _HARDLY:
        return False
    return float(shapely.contains_xy(outline, *other(lon, lat)).mean()) > _NEARLY


def _signed(lon: Degrees, lat: Degrees, signs: tuple[int, int]) -> Axes:
    return signs[0] * lon, signs[1] * lat
