from __future__ import annotations

import numpy as np
import pytest
import shapely

from transforms.grids.axes import LEAST_POINTS, exchanged

OUTLINE = shapely.box(113.8, 35.2, 113.95, 35.4)
_PICK = np.random.default_rng(5)
LON, LAT = _PICK.uniform(113.8, 113.95, 200), _PICK.uniform(35.2, 35.4, 200)


def test_places_that_lie_in_their_district_the_other_way_round() -> None:
    assert exchanged(LAT, LON, OUTLINE)
    assert not exchanged(LON, LAT, OUTLINE)


@pytest.mark.parametrize("strays", [10, 30])
def test_some_typing_errors_hide_nothing(strays: int) -> None:
    lon, lat = LAT.copy(), LON.copy()
    lon[:strays] = 0.0
    assert exchanged(lon, lat, OUTLINE)


def test_a_few_places_or_places_elsewhere_tell_nothing() -> None:
    assert not exchanged(LAT[: LEAST_POINTS - 1], LON[: LEAST_POINTS - 1], OUTLINE)
    assert not exchanged(LAT + 5, LON, OUTLINE)
    # Where both ways lie in the district, nothing is wrong.
    assert not exchanged(LAT, LAT, shapely.box(0, 0, 180, 90))
