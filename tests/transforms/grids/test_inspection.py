"""What a grid has wrong with it as a whole, each fault planted by itself."""

from __future__ import annotations

from typing import Any

import pytest

from transforms.grids.faults import Fault
from transforms.grids.inspection import inspect, misplaced, overlaps, projected
from transforms.grids.zones import read_collection

# A hundredth of a degree: about 0.9 by 1.1 km.
SIDE = 0.01
WEST, SOUTH = 113.80, 35.30


def feature(code: str, ring: list[list[float]], *holes: list[list[float]], **more: Any) -> dict[str, Any]:
    closed = [[*r, r[0]] for r in (ring, *holes)]
    properties = {"cell_id": code, "households": 200, **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": closed}}


def box(west: float, south: float, width: float = 1, height: float = 1) -> list[list[float]]:
    """A rectangle in sides from the corner."""
    x, y = WEST + west * SIDE, SOUTH + south * SIDE
    return [[x, y], [x + width * SIDE, y], [x + width * SIDE, y + height * SIDE], [x, y + height * SIDE]]


def found(*features: dict[str, Any]) -> list[Fault]:
    zones, faults = read_collection({"features": list(features)})
    return [*faults, *inspect(zones)]


def checks(*features: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(f.check, f.where, f.stops) for f in found(*features)]


NINE = [feature(f"z{x}{y}", box(x, y)) for x in range(3) for y in range(3)]
AROUND = [f for f in NINE if f["properties"]["cell_id"] != "z11"]


def test_a_sound_grid_has_no_fault() -> None:
    assert found(*NINE) == []


def test_overlaps_are_named_by_pair_and_share() -> None:
    (half,) = found(feature("a0", box(0, 0)), feature("b0", box(0.5, 0)))
    assert str(half).startswith("a0 and b0 overlap on 0.50 km², 50.0% of the smaller one; redraw")
    assert half.stops
    (sliver,) = found(feature("a0", box(0, 0)), feature("b0", box(0.995, 0)))
    assert not sliver.stops
    assert "0.5% of the smaller one" in sliver.says
    # A zone inside another one that has no hole for it.
    assert checks(feature("a0", box(0, 0, 3, 3)), feature("b0", box(1, 1))) == [("overlap", "a0 and b0", True)]
    # Borders whose corners differ overlap nowhere.
    assert found(feature("a0", box(0, 0, 2, 1)), feature("b0", box(0, 1)), feature("c0", box(1, 1))) == []


def test_zones_of_different_times_may_lie_on_each_other() -> None:
    old, new = feature("a0", box(0, 0), valid_to="2025-12-31"), feature("b0", box(0, 0), valid_from="2026-01-01")
    assert found(old, new) == []
    late = feature("b0", box(0, 0), valid_from="2025-12-31")
    assert [f.check for f in overlaps(read_collection({"features": [old, late]})[0])] == ["overlap"]


def test_gaps_holes_and_islands_are_notes() -> None:
    gap = feature("b0", box(1.01, 0))
    (narrow,) = found(feature("a0", box(0, 0)), gap)[1:]
    assert (narrow.check, narrow.stops) == ("gap", False)
    assert "m² near 113.81" in narrow.says
    (hole,) = found(*AROUND)
    assert (hole.check, hole.stops) == ("hole", False)
    assert hole.says == "1.01 km² near 113.81500, 35.31500 belong to no zone"
    # A hole that another zone fills is none.
    ring = feature("ring0", box(0, 0, 3, 3), box(1, 1))
    assert [f.check for f in found(ring)] == ["hole"]
    assert found(ring, feature("core0", box(1, 1))) == []
    assert checks(feature("a0", box(0, 0)), feature("b0", box(2, 0))) == [("island", "the grid", False)]


def test_a_hole_that_opens_later_says_when() -> None:
    centre = feature("z11", box(1, 1), valid_to="2026-03-31")
    (hole,) = found(*AROUND, centre)
    assert hole.says.endswith("belong to no zone from 2026-04-01 on")


@pytest.mark.parametrize(
    ("ring", "check", "says"),
    [
        ([[0, 0], [1, 1], [1, 0], [0, 1]], "polygon", "is no simple polygon: Self-intersection"),
        ([[35.30, 113.80], [35.31, 113.80], [35.31, 113.81]], "axes", "the axes are swapped: write longitude first"),
        ([[39512345.0, 3901234.0], [39513345.0, 3901234.0], [39513345.0, 3902234.0]], "units", "metres of a projection"),
        ([[571234.0, 4150000.0], [571334.0, 4150000.0], [571334.0, 4150100.0]], "units", "metres of a projection"),
    ],
)
def test_shapes_that_cannot_be_meant_stop(ring: list[list[float]], check: str, says: str) -> None:
    (fault,) = found(feature("a0", ring))
    assert (fault.check, fault.stops) == (check, True)
    assert says in str(fault)


@pytest.mark.parametrize(
    ("bounds", "timezone", "swapped"),
    [
        ([13.1, 52.3, 13.7, 52.7], "Europe/Berlin", False),
        ([52.3, 13.1, 52.7, 13.7], "Europe/Berlin", True),
        ([-122.5, 37.7, -122.3, 37.8], "America/Los_Angeles", False),
        ([40.6, -74.1, 40.8, -73.9], "America/New_York", True),
        ([75.9, 39.4, 76.1, 39.6], "Asia/Shanghai", False),
        ([30.2, 60.0, 30.4, 60.1], "Asia/Shanghai", False),
    ],
)
def test_axes_that_are_possible_but_far_from_the_time_zone_are_noted(bounds: list[float], timezone: str, swapped: bool) -> None:
    faults = misplaced(bounds, timezone)
    assert [(f.check, f.stops) for f in faults] == [("axes", False)] * swapped


def test_a_file_that_declares_another_system_is_noted() -> None:
    def crs(name: str) -> dict[str, Any]:
        return {"crs": {"type": "name", "properties": {"name": name}}}

    assert [f.check for f in projected(crs("urn:ogc:def:crs:EPSG::4527"))] == ["units"]
    assert projected(crs("urn:ogc:def:crs:OGC:1.3:CRS84")) == projected(crs("urn:ogc:def:crs:EPSG::4490")) == projected({}) == []


def test_unknown_households_are_counted_in_one_note() -> None:
    (note,) = found(*[feature(f"z{n}", box(n, 0), households=None) for n in range(8)])
    assert str(note).startswith("z0, z1, z2, z3, z4 and 3 more do not say how many households they have")
    assert not note.stops
    assert found(feature("a0", box(0, 0), households=None, tags=["nonresidential"])) == []
