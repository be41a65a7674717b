"""Zones round single homes, and redrawn borders whose difference is one: refused, whatever they look like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from transforms.grids.plane import Plane
from transforms.grids.small_places import MIN_AREA_M2, small_places
from transforms.grids.zones import read_collection

PLANE = Plane(113.8, 35.3)
LAST, FIRST = {"valid_to": "2025-12-31"}, {"valid_from": "2026-01-01"}


def box(west: float, south: float, width: float, height: float) -> shapely.Geometry:
    """A rectangle in metres."""
    return shapely.box(west, south, west + width, south + height)


def zone(code: str, ground: shapely.Geometry, **more: Any) -> dict[str, Any]:
    drawn = shapely.transform(ground, lambda c: np.column_stack(PLANE.to_degrees(c[:, 0], c[:, 1])))
    return {"properties": {"cell_id": code, **more}, "geometry": shapely.geometry.mapping(drawn)}


def small(*features: dict[str, Any]) -> list[str]:
    zones, faults = read_collection({"features": list(features)})
    assert not [f for f in faults if f.stops]
    return [f.where for f in small_places(zones) if f.stops]


@given(
    west=st.floats(0, 30_000),
    south=st.floats(0, 30_000),
    width=st.floats(20, 400),
    height=st.floats(20, 400),
    corners=st.integers(3, 12),
    turn=st.floats(0, 6),
)
def test_a_zone_is_refused_by_its_ground_whatever_its_shape(
    west: float, south: float, width: float, height: float, corners: int, turn: float
) -> None:
    angles = turn + 2 * np.pi * np.arange(corners) / corners
    ground = shapely.Polygon(np.column_stack([west + width * np.cos(angles), south + height * np.sin(angles)]))
    # Half a percent is what the plane may be wrong by.
    if not 0.99 < ground.area / MIN_AREA_M2 < 1.01:
        assert small(zone("z1", ground)) == ["z1"] * (ground.area < MIN_AREA_M2)
        assert small(zone("z1", ground, tags=["nonresidential"])) == small(zone("z1", ground, households=50)) == []


@pytest.mark.parametrize(
    ("more", "refused"),
    [({}, True), ({"households": 0}, True), ({"households": 50}, False), ({"tags": ["school"]}, True), ({"tags": "nonresidential"}, False)],
)
def test_a_zone_round_one_farmhouse_needs_homes_or_nobody(more: dict[str, Any], refused: bool) -> None:
    farm = zone("f1", box(500, 500, 60, 40), **more)
    around = zone("a1", box(0, 0, 2000, 2000).difference(box(500, 500, 60, 40)))
    assert small(farm, around) == ["f1"] * refused


def test_islands_count_together_and_holes_do_not_count() -> None:
    assert small(zone("i1", shapely.union_all([box(0, 0, 80, 80), box(500, 0, 80, 80)]))) == []
    assert small(zone("r1", box(0, 0, 120, 120).difference(box(20, 20, 80, 80)))) == ["r1"]


FARM = box(1000, 300, 60, 60)
OLD = box(0, 0, 1000, 1000)


def redrawn(old: shapely.Geometry, new: shapely.Geometry, **more: Any) -> list[str]:
    return small(zone("o1", old, **LAST), zone("n1", new, **FIRST, **more))


def test_a_border_that_takes_one_farm_in_or_leaves_it_out_is_refused() -> None:
    assert redrawn(OLD, OLD.union(FARM)) == ["n1 without o1"]
    assert redrawn(OLD.union(FARM), OLD) == ["o1 without n1"]
    # What moves from one zone to another shows in both.
    other = box(1000, 0, 1000, 1000)
    moved = [zone("o1", OLD, **LAST), zone("o2", other, **LAST)]
    moved += [zone("n1", OLD.union(FARM), **FIRST), zone("n2", other.difference(FARM), **FIRST)]
    assert set(small(*moved)) == {"n1 without o1", "o2 without n2"}


def test_what_is_left_of_a_zone_after_all_that_follow_it_is_a_place_too() -> None:
    halves = [box(0, 0, 500, 1000), box(500, 0, 500, 1000).difference(box(900, 900, 70, 70))]
    parts = [zone(f"n{k}", half, **FIRST) for k, half in enumerate(halves)]
    assert small(zone("o1", OLD, **LAST), *parts) == ["o1 without n0, n1"]


def test_a_plain_split_a_large_change_and_a_border_drawn_anew_pass() -> None:
    assert small(zone("o1", OLD, **LAST), zone("n1", box(0, 0, 400, 1000), **FIRST), zone("n2", box(400, 0, 600, 1000), **FIRST)) == []
    assert redrawn(OLD, box(0, 0, 1200, 1000)) == []
    # A metre along a kilometre is noise of drawing, and holds no house.
    assert redrawn(OLD, box(0, 0, 1001, 1000)) == redrawn(OLD, box(0.5, 0.5, 1000, 1000)) == []
    # Zones that were in force together are no former and new ones: overlaps are another matter.
    assert small(zone("o1", OLD), zone("n1", OLD.union(FARM))) == []


def test_nobody_lives_in_the_difference_or_enough_do() -> None:
    depot = zone("d1", FARM, tags=["nonresidential"])
    assert small(zone("o1", OLD, **LAST), depot, zone("n1", OLD.union(FARM), **FIRST)) == []
    tower = small(zone("o1", OLD, households=800, **LAST), zone("n1", OLD.union(FARM), households=860, **FIRST))
    assert tower == []
    assert small(zone("o1", OLD, households=800, **LAST), zone("n1", OLD.union(FARM), households=849, **FIRST)) == ["n1 without o1"]


@given(st.floats(10, 300), st.floats(10, 300), st.booleans())
def test_any_difference_of_that_size_is_refused(width: float, height: float, taken_away: bool) -> None:
    more = OLD.union(box(1000, 300, width, height))
    found = redrawn(*((more, OLD) if taken_away else (OLD, more)))
    if not 0.99 < width * height / MIN_AREA_M2 < 1.01:
        assert bool(found) == (width * height < MIN_AREA_M2)
