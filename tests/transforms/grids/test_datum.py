from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.grids.datum import Datum, from_wgs84, to_wgs84

WGS, GCJ, BD = (113.8660, 35.3050), (113.871967, 35.304428), (113.878389, 35.310745)
SHIFTED: list[Datum] = ["GCJ-02", "BD-09"]
METRES_PER_DEGREE = 111_320.0


def one(lon: float, lat: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([lon]), np.array([lat])


@pytest.mark.parametrize(("datum", "there"), [("GCJ-02", GCJ), ("BD-09", BD), ("WGS-84", WGS), ("CGCS2000", WGS)])
def test_the_check_point_lies_where_it_should_both_ways(datum: Datum, there: tuple[float, float]) -> None:
    assert np.ravel(from_wgs84(*one(*WGS), datum)) == pytest.approx(there, abs=1e-6)
    assert np.ravel(to_wgs84(*one(*there), datum)) == pytest.approx(WGS, abs=1e-6)


@pytest.mark.parametrize("datum", SHIFTED)
@given(lon=st.floats(73.5, 135.1), lat=st.floats(3.8, 53.6))
def test_there_and_back_is_a_round_trip(datum: Datum, lon: float, lat: float) -> None:
    lon_back, lat_back = to_wgs84(*from_wgs84(*one(lon, lat), datum), datum)
    assert float(np.hypot(lon_back - lon, lat_back - lat)[0]) * METRES_PER_DEGREE < 1e-5


@pytest.mark.parametrize("datum", SHIFTED)
def test_a_shifted_point_lies_hundreds_of_metres_away(datum: Datum) -> None:
    lon, lat = from_wgs84(*one(116.4, 39.9), datum)
    assert 300 < float(np.hypot(lon - 116.4, lat - 39.9)[0]) * METRES_PER_DEGREE < 2000


@pytest.mark.parametrize("datum", ["WGS-84", *SHIFTED])
def test_nulls_pass_beside_points(datum: Datum) -> None:
    lon, lat = np.array([np.nan, 113.0, np.nan]), np.array([35.0, np.nan, np.nan])
    alone = to_wgs84(*one(113.9, 35.3), datum)
    mixed = to_wgs84(np.append(lon, 113.9), np.append(lat, 35.3), datum)
    assert [np.isnan(a).tolist() for a in mixed] == [[True, False, True, False], [False, True, True, False]]
    assert (mixed[0][3], mixed[1][3]) == (alone[0][0], alone[1][0])


@pytest.mark.parametrize("datum", SHIFTED)
@pytest.mark.parametrize("point", [(0.0, 0.0), (35.3, 113.8), (np.inf, 35.0), (1e300, -1e300), (-122.4, 37.8), (999.0, 999.0)])
def test_a_point_where_no_shift_is_defined_stays_what_it_is(datum: Datum, point: tuple[float, float]) -> None:
    for convert in (to_wgs84, from_wgs84):
        assert tuple(np.ravel(convert(*one(*point), datum))) == point


@pytest.mark.parametrize("datum", SHIFTED)
def test_the_given_points_are_not_changed_in_place(datum: Datum) -> None:
    lon, lat = one(*WGS)
    to_wgs84(lon, lat, datum)
    from_wgs84(lon, lat, datum)
    assert (lon[0], lat[0]) == WGS


def test_no_points_are_no_points() -> None:
    assert [len(a) for a in to_wgs84(np.array([]), np.array([]), "BD-09")] == [0, 0]
