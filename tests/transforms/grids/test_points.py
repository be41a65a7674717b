from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.children import said
from transforms.district.codes import Area, Subdistrict
from transforms.grids.hexagons import HexagonGrid
from transforms.grids.locator import Locator, covered
from transforms.grids.neighbours import gaussian
from transforms.grids.plane import Plane, polygons
from transforms.grids.square import SquareGrid
from transforms.grids.zones import ZoneGrid, read_collection, read_rows
from transforms.schema import CELLS

SIZE = 500.0
LON, LAT = 113.80, 35.30
PLANE = Plane(LON, LAT)
# An L of about 4 by 3 km, with corners that lie on no cell edge.
L_SHAPE: Area = [
    [(LON, LAT), (LON + 0.043, LAT), (LON + 0.043, LAT + 0.011), (LON + 0.017, LAT + 0.011), (LON + 0.017, LAT + 0.027), (LON, LAT + 0.027)]
]
TWO_ISLANDS: Area = [
    [(LON, LAT), (LON + 0.004, LAT), (LON, LAT + 0.003)],
    [(LON + 0.03, LAT + 0.02), (LON + 0.031, LAT + 0.02), (LON + 0.03, LAT + 0.021)],
]


def metres(*points: tuple[float, float]) -> Area:
    """Corners in metres from the origin as one ring of degrees."""
    east, north = PLANE.metres_per_degree
    return [[(LON + x / east, LAT + y / north) for x, y in points]]


def squares(outline: Area, *subdistricts: Subdistrict, size: float = SIZE) -> tuple[SquareGrid, pl.DataFrame]:
    grid = SquareGrid(kind="square", size_m=size, outline=outline)
    return grid, grid.cells([], subdistricts, "all")


def at(locator: Locator, *points: tuple[float | None, float | None]) -> list[str | None]:
    lon, lat = (np.array([np.nan if p[n] is None else p[n] for p in points], dtype=np.float64) for n in (0, 1))
    return locator.cell_ids(lon, lat).to_list()


def square_zone(code: str, west: float, south: float, side: float = 1.0, hole: bool = False, **more: Any) -> dict[str, Any]:
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    inner = [[west + x * side, south + y * side] for x, y in ((0.4, 0.4), (0.4, 0.6), (0.6, 0.6), (0.6, 0.4), (0.4, 0.4))]
    geometry = {"type": "Polygon", "coordinates": [ring, inner] if hole else [ring]}
    return {"type": "Feature", "properties": {"cell_id": code, **more}, "geometry": geometry}


def zones(*features: dict[str, Any]) -> tuple[Locator, pl.DataFrame]:
    grid = ZoneGrid(kind="zones", file="cells.geojson")
    read, faults = read_collection({"type": "FeatureCollection", "features": list(features)})
    assert faults == []
    cells = grid.cells(read, [], "all")
    return Locator(grid, cells), cells


@pytest.mark.parametrize("outline", [L_SHAPE, TWO_ISLANDS, metres((0, 0), (2000, 0), (2000, 1500), (0, 1500))])
def test_every_point_of_the_outline_has_a_cell(outline: Area) -> None:
    locator = Locator(*squares(outline))
    shape = polygons(outline)
    rng = np.random.default_rng(3)
    west, south, east, north = shape.bounds
    lon, lat = rng.uniform(west, east, 20_000), rng.uniform(south, north, 20_000)
    inside = shapely.contains_xy(shape, lon, lat)
    assert inside.sum() > 100
    assert not locator.cell_ids(lon[inside], lat[inside]).has_nulls()
    border = [
        (p.x, p.y) for ring in shapely.get_rings(shape) for p in (ring.interpolate(f, normalized=True) for f in np.linspace(0, 1, 2001))
    ]
    corners = [corner for ring in outline for corner in ring]
    assert None not in at(locator, *border, *corners)


def test_a_square_cell_owns_its_south_and_west_edges() -> None:
    locator = Locator(*squares(metres((0, 0), (1400, 0), (1400, 1400), (0, 1400))))
    x = np.array([0, 250, 499.999, 500.001, 750, 999.999])
    lon, lat = PLANE.to_degrees(x, np.full(6, 10.0))
    assert locator.cell_ids(lon, lat).to_list() == ["E000N000"] * 3 + ["E001N000"] * 3
    lon, lat = PLANE.to_degrees(np.full(6, 10.0), x)
    assert locator.cell_ids(lon, lat).to_list() == ["E000N000"] * 3 + ["E000N001"] * 3
    # Degrees that are exactly representable: the shared edge belongs to the cell in the east, the shared corner to the north-east one.
    plane = Plane(0.0, 0.0)
    size = plane.metres_per_degree[0] / 128
    locator = Locator(*squares([[(0, 0), (0.03, 0), (0.03, 0.03), (0, 0.03)]], size=size))
    assert at(locator, (0.0078125, 0.001), (0.0, 0.0), (0.015625, 0.001)) == ["E001N000", "E000N000", "E002N000"]


def test_squares_agree_with_a_slow_exact_reference() -> None:
    grid, cells = squares(L_SHAPE)
    locator = Locator(grid, cells)
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(LON - 0.01, LON + 0.05, 3000), rng.uniform(LAT - 0.01, LAT + 0.04, 3000)
    east, north = PLANE.metres_per_degree
    there = set(cells["cell_id"])
    names = [f"E{int((x - LON) * east // SIZE):03d}N{int((y - LAT) * north // SIZE):03d}" for x, y in zip(lon, lat, strict=True)]
    expected = [n if x >= LON and y >= LAT and n in there else None for n, x, y in zip(names, lon, lat, strict=True)]
    assert locator.cell_ids(lon, lat).to_list() == expected
    assert 0 < expected.count(None) < len(expected)


def test_outside_and_null_are_no_cell() -> None:
    locator = Locator(*squares(L_SHAPE))
    far = [(LON - 0.001, LAT), (LON, LAT - 0.001), (LON + 0.04, LAT + 0.025), (0.0, 0.0), (-180.0, -90.0), (180.0, 90.0)]
    assert at(locator, *far, (None, LAT), (LON, None), (None, None)) == [None] * 9
    assert at(locator) == []


def test_cells_of_squares_are_whole_squares_in_order() -> None:
    _, cells = squares(L_SHAPE)
    assert cells.schema == CELLS
    assert cells["cell_id"].is_sorted()
    assert cells["cell_id"].is_unique().all()
    assert cells["area_km2"].unique().to_list() == [0.25]
    box = shapely.from_geojson(cells["outline"][0])
    assert box.contains(shapely.Point(cells["lon"][0], cells["lat"][0]))
    # 8 by 6 squares cover the bounds; the notch of the L is left out.
    assert 24 < len(cells) < 48


def test_a_square_takes_the_subdistrict_of_the_nearest_anchor() -> None:
    def named(code: str, lon: float) -> Subdistrict:
        return Subdistrict(code=code, name_zh="某街道", name_en="some", anchor=(lon, LAT))

    _, cells = squares(L_SHAPE, named("west", LON), named("east", LON + 0.043))
    halves = cells.group_by("subdistrict").agg(pl.col("x_m").min().alias("low"), pl.col("x_m").max().alias("high")).sort("low")
    assert halves["subdistrict"].to_list() == ["west", "east"]
    assert halves["high"][0] < halves["low"][1]
    # One subdistrict needs no anchor: there is nothing to choose.
    _, cells = squares(L_SHAPE, Subdistrict(code="s", name_zh="某", name_en="s"))
    assert cells["subdistrict"].unique().to_list() == ["all"]


@pytest.mark.parametrize(
    ("anchors", "says"),
    [
        ([(LON, LAT), None, None], "no cell would belong to s1, s2: give every subdistrict an 'anchor'"),
        ([None, None], "no cell would belong to s0, s1: give"),
        ([(LON, LAT), (LON + 1, LAT)], "no cell would belong to s1: every cell is nearer to another anchor"),
    ],
)
def test_a_subdistrict_never_silently_gets_no_cell(anchors: list[tuple[float, float] | None], says: str) -> None:
    named = [Subdistrict(code=f"s{n}", name_zh="某", name_en="some", anchor=a) for n, a in enumerate(anchors)]
    for grid in (SquareGrid(kind="square", outline=L_SHAPE), HexagonGrid(kind="h3", outline=L_SHAPE)):
        with pytest.raises(ValueError, match=says):
            grid.cells([], named, "all")


@pytest.mark.parametrize(
    ("outline", "says"),
    [
        ([[(0, 0), (1, 1), (1, 0), (0, 1)]], "ring 1: Self-intersection"),
        ([[(0, 0), (1, 0), (1, 1)], [(5, 5), (5, 5), (5, 5)]], "ring 2"),
        ([[(113.8, 35.3), (113.9, 3.53), (113.9, 35.4)]], "check its corners"),
    ],
)
def test_a_faulty_outline_is_named(outline: Area, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        squares(outline, size=250)


def test_zones_hold_their_points_and_not_their_holes() -> None:
    locator, cells = zones(square_zone("b0", 1, 0), square_zone("a0", 0, 0, hole=True), square_zone("c0", 5, 5))
    assert cells["cell_id"].to_list() == ["a0", "b0", "c0"]
    assert at(locator, (0.2, 0.2), (0.5, 0.5), (1.5, 0.5), (5.5, 5.5)) == ["a0", None, "b0", "c0"]
    assert at(locator, (3.0, 3.0), (None, 0.5), (0.5, None), (-0.001, 0.5)) == [None] * 4


def test_a_point_on_a_shared_border_goes_to_the_first_code() -> None:
    first, _ = zones(square_zone("b0", 1, 0), square_zone("a0", 0, 0))
    assert at(first, (1.0, 0.5), (1.0, 0.0), (1.0, 1.0)) == ["a0"] * 3
    # The same zones with their codes exchanged.
    second, _ = zones(square_zone("a0", 1, 0), square_zone("b0", 0, 0))
    assert at(second, (1.0, 0.5), (0.5, 0.5), (0.0, 0.0), (2.0, 1.0)) == ["a0", "b0", "b0", "a0"]
    # Borders and corners of a hole belong to the zone around it.
    hole, _ = zones(square_zone("a0", 0, 0, hole=True))
    assert at(hole, (0.4, 0.5), (0.6, 0.6), (0.5, 0.5)) == ["a0", "a0", None]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_zones_agree_with_a_slow_exact_reference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Small whole numbers, so that many points lie exactly on borders and corners.
    features = [
        square_zone(f"z{n}", int(rng.integers(6)), int(rng.integers(6)), int(rng.integers(1, 4)), hole=bool(n % 2)) for n in range(5)
    ]
    locator, cells = zones(*features)
    points = [(float(x), float(y)) for x, y in rng.integers(-1, 19, (40, 2)) / 2]
    shapes = {c: shapely.from_geojson(o) for c, o in cells.select("cell_id", "outline").iter_rows()}
    slow = [next((c for c in sorted(shapes) if shapes[c].covers(shapely.Point(p))), None) for p in points]
    assert at(locator, *points) == slow
    # Few points are looked up one by one, many zone by zone.
    assert at(locator, *points * 5) == slow * 5


def test_zone_properties_reach_the_cells() -> None:
    told = square_zone("z0", 113, 35, 0.01, name="一号", subdistrict="s1", households=120, tags=["old_estate", "a"])
    _, cells = zones(told, square_zone("y0", 113.01, 35, 0.01))
    assert cells.schema == CELLS
    z = cells.row(1, named=True)
    assert (z["name"], z["subdistrict"], z["households"], z["tags"]) == ("一号", "s1", 120, "a old_estate")
    y = cells.row(0, named=True)
    assert (y["name"], y["subdistrict"], y["households"], y["tags"]) == ("y0", "all", None, "")
    assert z["area_km2"] == pytest.approx(1.0114, rel=2e-3)
    assert json.loads(z["outline"])["type"] == "Polygon"
    assert (z["lon"], z["lat"]) == pytest.approx((113.005, 35.005))


def test_every_fault_of_a_zones_file_is_named_at_once() -> None:
    broken = square_zone("bow0", 0, 0)
    broken["geometry"]["coordinates"] = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    point = {**square_zone("dot0", 0, 0), "geometry": {"type": "Point", "coordinates": [0, 0]}}
    open_ring = {**square_zone("open0", 0, 0), "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}
    empty = {**square_zone("void0", 0, 0), "geometry": {"type": "Polygon", "coordinates": []}}
    features = [broken, point, open_ring, empty, square_zone("", 3, 3), square_zone("twin0", 4, 4), square_zone("twin0", 5, 5)]
    features += [{**square_zone("bare0", 0, 0), "geometry": None}, square_zone("many0", 7, 7, households="viele")]
    said = [str(f) for f in read_collection({"features": features})[1] if f.stops]
    expected = ["bow0 is no simple polygon: Self-intersection", "dot0 has no polygon", "open0 has no polygon", "void0 has no polygon"]
    expected += ["feature 4 has no cell_id", "twin0 stands twice", "bare0 has no polygon"]
    expected += ["many0 has households 'viele', which is no whole number"]
    assert [e for e in expected if not any(line.startswith(e) for line in said)] == []
    assert len(said) == len(expected)


@pytest.mark.parametrize("collection", [[], {}, {"features": []}, {"features": 3}, {"features": ["x"]}, "x"])
def test_what_is_no_collection_of_zones_is_refused(collection: Any) -> None:
    read, (fault,) = read_collection(collection)
    assert read == []
    assert "feature" in str(fault)
    assert fault.stops


def test_a_source_covers_the_cells_whose_centre_lies_in_its_area() -> None:
    _, cells = squares(metres((0, 0), (1990, 0), (1990, 990), (0, 990)))
    assert covered(cells, None).tolist() == [True] * len(cells)
    west_half = covered(cells, metres((-50, -50), (1000, -50), (1000, 2000), (-50, 2000)))
    assert cells.filter(pl.Series(west_half))["cell_id"].to_list() == ["E000N000", "E000N001", "E001N000", "E001N001"]
    two = covered(cells, [*metres((0, 0), (500, 0), (500, 500), (0, 500)), *metres((1500, 500), (2000, 500), (2000, 1000), (1500, 1000))])
    assert cells.filter(pl.Series(two))["cell_id"].to_list() == ["E000N000", "E003N001"]


def test_metres_on_the_plane_are_metres_on_the_ground() -> None:
    # Vincenty on WGS-84: one degree at 35.3° N is 90,979 m east and 110,951 m north.
    assert PLANE.metres_per_degree == pytest.approx((90_979, 110_951), rel=1e-3)
    lon, lat = PLANE.to_degrees(*PLANE.to_metres(np.array([113.9]), np.array([35.4])))
    assert (lon[0], lat[0]) == pytest.approx((113.9, 35.4), abs=1e-12)


def test_codes_alone_are_cells_without_a_place() -> None:
    rows = [{"cell_id": "b0", "name": "B", "households": "120", "tags": "old_estate"}, {"cell_id": "a0", "subdistrict": "s1"}]
    read, faults = read_rows(rows)
    assert faults == []
    grid = ZoneGrid(kind="zones", file="cells.csv")
    cells = grid.cells(read, [], "all")
    assert cells.schema == CELLS
    assert cells.select("cell_id", "name", "subdistrict", "households", "tags").rows() == [
        ("a0", "a0", "s1", None, ""),
        ("b0", "B", "all", 120, "old_estate"),
    ]
    assert cells.select("lon", "lat", "x_m", "y_m", "area_km2", "outline").null_count().row(0) == (2,) * 6
    assert at(Locator(grid, cells), (0.5, 0.5), (None, None)) == [None, None]
    assert gaussian(cells["x_m"].to_numpy(), cells["y_m"].to_numpy(), 700).toarray().tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("households", "tags", "refused"),
    [(0, [], False), (1, [], True), (49, ["school"], True), (49, ["nonresidential"], False), (50, [], False), (None, [], False)],
)
def test_a_zone_that_shows_single_homes_is_refused(households: int | None, tags: list[str], refused: bool) -> None:
    _, faults = read_collection({"features": [square_zone("z0", 0, 0, households=households, tags=tags)]})
    assert [f.check for f in faults if f.stops] == ["households"] * refused


def test_a_zone_of_several_islands_holds_all_of_them() -> None:
    parts = [square_zone("x0", west, 0)["geometry"]["coordinates"] for west in (0, 3)]
    islands = {"properties": {"cell_id": "islands0"}, "geometry": {"type": "MultiPolygon", "coordinates": parts}}
    locator, cells = zones(islands, square_zone("between0", 1.5, 0))
    assert at(locator, (0.5, 0.5), (3.5, 0.5), (2.0, 0.5), (1.25, 0.5)) == ["islands0", "islands0", "between0", None]
    # Its centre may lie on the water: neighbourhoods and coverage go by centres.
    assert cells.filter(cell_id="islands0")["lon"].to_list() == [2.0]


@pytest.mark.slow
@pytest.mark.parametrize("points", [500, 4_000])
def test_two_threads_may_ask_for_zones_at_once(points: int) -> None:
    """Few points ask a tree of zones, many ask zone by zone; before threads took turns, either ended the process within 80 rounds."""
    said("tests.transforms.grids.finder_child", points)
