from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from transforms.grids.axes import LEAST_POINTS, exchanged, lost_signs, only_otherwise
from transforms.grids.projected import exchanged_on_plane, share_at_home, to_degrees

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


def test_places_whose_west_or_south_lost_its_minus_sign() -> None:
    ohio = shapely.box(-83.1, 39.9, -82.9, 40.1)
    lon, lat = _PICK.uniform(-83.1, -82.9, 200), _PICK.uniform(39.9, 40.1, 200)
    assert lost_signs(-lon, lat, ohio) == ("lon",)
    assert lost_signs(lon, lat, ohio) == ()
    assert lost_signs(lon, -lat, ohio) == ("lat",)
    assert lost_signs(-lon, -lat, ohio) == ("lon", "lat")
    # Half of them without are no rule, and those who lie in on both sides of a meridian lost nothing.
    assert lost_signs(np.where(np.arange(200) < 100, -lon, lon), lat, ohio) == ()
    assert lost_signs(_PICK.uniform(-0.1, 0.1, 200), lat, shapely.box(-0.1, 39.9, 0.1, 40.1)) == ()


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:32649", "EPSG:3857"])
def test_exchanged_ways_of_a_plane_are_turned_back(crs: str) -> None:
    east, north = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(LON, LAT)
    turned = to_degrees(north, east, crs)
    assert only_otherwise(turned, partial(exchanged_on_plane, crs=crs), OUTLINE)
    assert not only_otherwise((LON, LAT), partial(exchanged_on_plane, crs=crs), OUTLINE)
    assert share_at_home(LON, LAT, crs) == 1
