"""Whether the axes of places were exchanged: a latitude where a longitude should stand.

Belongs here: telling it by the outline of a district. Does not: refusing (``flows.intake.right_datum``), outlines that are drawn so
themselves (``inspection``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

# So many places, of which hardly any lies in the district as it is and nearly all do the other way round, are no coincidence.
LEAST_POINTS: Final = 20
_HARDLY: Final = 0.05
_NEARLY: Final = 0.8
# Of more places an even sample says as much. Nothing else of Python's goes on meanwhile, and of a million that was a quarter of a second.
_SAMPLE: Final = 50_000


def exchanged(lon: NDArray[np.float64], lat: NDArray[np.float64], outline: shapely.Geometry) -> bool:
    """Whether places lie in the outline of their district once longitude and latitude, both known, take each other's place."""
    if len(lon) < LEAST_POINTS:
        return False
    every = len(lon) // _SAMPLE + 1
    lon, lat = lon[::every], lat[::every]
    shapely.prepare(outline)
    as_told, other = (float(shapely.contains_xy(outline, *axes).mean()) for axes in ((lon, lat), (lat, lon)))
    return as_told < _HARDLY and other > _NEARLY
