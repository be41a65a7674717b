"""Coordinates of projected systems: the same places in metres, in feet and in degrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from tests.helpers.district_folders import source
from transforms.district.source import Source
from transforms.grids.projected import projected_systems, to_degrees

# Metres, metres with another origin, US survey feet, and metres on another ellipsoid, each with a place that it is made for.
SYSTEMS = {"EPSG:32610": (-123.1, 49.2), "EPSG:28992": (4.9, 52.4), "EPSG:2263": (-74.0, 40.7), "EPSG:31467": (9.2, 48.8)}


@pytest.mark.parametrize("crs", SYSTEMS)
@settings(max_examples=25)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_place_is_the_same_in_every_system(crs: str, east: float, north: float) -> None:
    lon, lat = SYSTEMS[crs][0] + east, SYSTEMS[crs][1] + north
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    found = to_degrees(np.array([x, np.nan]), np.array([y, 1.0]), crs)
    assert (found[0][0], found[1][0]) == (pytest.approx(lon, abs=1e-6), pytest.approx(lat, abs=1e-6))
    assert np.isnan(found[0][1])


def test_a_known_place_lies_where_its_city_says() -> None:
    lon, lat = to_degrees(np.array([492043.89]), np.array([5453664.32]), "EPSG:32610")
    assert (round(lon[0], 4), round(lat[0], 4)) == (-123.1093, 49.2357)


def test_what_is_no_projected_system_is_refused_by_name() -> None:
    assert "EPSG:4326" not in projected_systems()
    for wrong in ("EPSG:4326", "EPSG:1", "utm 10"):
        with pytest.raises(ValueError, match="no projected system"):
            Source.model_validate(source(crs=wrong))
    with pytest.raises(ValueError, match="crs goes with 'lon'"):
        Source.model_validate(source(crs="EPSG:32650", datum="GCJ-02"))
