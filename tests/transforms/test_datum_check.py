"""Random districts in China, with addresses in clusters and reports at addresses; the random numbers are the same every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely

from transforms.datum import Array, Datum, from_wgs84, to_wgs84
from transforms.datum_check import Evidence, Habit, better_datum
from transforms.grids.locator import Locator
from transforms.grids.square import SquareGrid

EARLIER = 1500
NOWHERE_MOVED: list[tuple[float, float]] = [(-122.42, 37.77), (-79.4, 43.7), (-75.3, 40.1)]
ALL: list[Datum] = ["WGS-84", "GCJ-02", "BD-09"]


@dataclass
class Place:
    """A district 3 to 30 km across, its addresses, and how its earlier reports lie."""

    random: np.random.Generator
    outline: shapely.Polygon
    degrees_per_km: Array
    addresses: Array
    weights: Array
    habit: Habit

    def reports(self, number: int) -> Array:
        where = self.addresses[self.random.choice(len(self.addresses), number, p=self.weights)]
        return where + self.random.normal(0, 0.01, (number, 2)) * self.degrees_per_km

    def size(self) -> int:
        return int(np.exp(self.random.uniform(np.log(300), np.log(4000))))

    def checked(self, points: Array, truth: Datum, declared: Datum, *, first: bool = False) -> Evidence | None:
        """The evidence on points that are sent in one datum and declared as another; ``first`` is a first batch, without habit."""
        sent = from_wgs84(points[:, 0].copy(), points[:, 1].copy(), truth)
        return better_datum(*to_wgs84(*sent, declared), declared, self.outline, None if first else self.habit)


def place(seed: int) -> Place:
    random = np.random.default_rng(seed)
    centre = random.uniform([98, 23], [122, 42])
    degrees_per_km = np.array([1 / (111.32 * np.cos(np.radians(centre[1]))), 1 / 110.6])
    corners = random.integers(20, 60)
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    radius = np.exp(random.uniform(np.log(1.5), np.log(15)))
    wobble = 0.35 * np.cos(angle * 2 + random.uniform(0, 6)) * random.uniform() + random.normal(0, 0.08, corners)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * np.clip(radius * (1 + wobble), 0.3 * radius, None)[:, None]
    outline: Any = shapely.Polygon(centre + ring * degrees_per_km).buffer(0)
    outline = max(getattr(outline, "geoms", [outline]), key=lambda g: g.area)
    addresses = _addresses(random, outline, degrees_per_km)
    weights = random.lognormal(0, 1.2, len(addresses))
    grid = SquareGrid(kind="square", size_m=500, outline=[[(x, y) for x, y in outline.exterior.coords[:-1]]])
    cells = grid.cells(None, [], "s")
    locator = Locator(grid, cells)
    made = Place(random, outline, degrees_per_km, addresses, weights / weights.sum(), Habit(np.array([], np.int64), locator.positions))
    lon, lat = made.reports(EARLIER).T
    at = locator.positions(lon.copy(), lat.copy())
    made.habit = Habit(np.bincount(at[at >= 0], minlength=len(cells)).astype(np.int64), locator.positions)
    return made


def _addresses(random: np.random.Generator, outline: shapely.Polygon, degrees_per_km: Array) -> Array:
    """150 to 4,000 addresses inside: in clusters, a fifth of them scattered."""
    west, south, east, north = outline.bounds
    wanted = int(np.clip(60 * outline.area / degrees_per_km.prod(), 150, 4000))
    centres = random.uniform([west, south], [east, north], (90, 2))
    centres = centres[shapely.contains_xy(outline, *centres.T)][: random.integers(3, 15)]
    spread, share = np.exp(random.uniform(np.log(0.3), np.log(2.5), len(centres))), random.dirichlet(np.ones(len(centres)))
    inside = np.zeros((0, 2))
    while len(inside) < wanted:
        which = random.choice(len(centres), wanted, p=share)
        found = centres[which] + random.normal(0, 1, (wanted, 2)) * spread[which][:, None] * degrees_per_km
        scattered = random.uniform(size=wanted) < 0.2
        found[scattered] = random.uniform([west, south], [east, north], (scattered.sum(), 2))
        inside = np.vstack([inside, found[shapely.contains_xy(outline, *found.T)]])
    return inside[:wanted]


@pytest.fixture(scope="module")
def places() -> list[Place]:
    return [place(seed) for seed in range(50)]


def _clearly_out(p: Place, points: Array, truth: Datum, declared: Datum) -> int:
    sent = from_wgs84(points[:, 0].copy(), points[:, 1].copy(), truth)
    return int((~shapely.contains_xy(p.outline.buffer(0.0012), *to_wgs84(*sent, declared))).sum())


@pytest.mark.parametrize(("truth", "declared"), [("GCJ-02", "WGS-84"), ("WGS-84", "GCJ-02")])
def test_another_datum_than_the_declared_one_is_found_and_named(places: list[Place], truth: Datum, declared: Datum) -> None:
    found = [p.checked(p.reports(p.size()), truth, declared) for p in places]
    assert {e.datum for e in found if e} == {truth}
    # The few that escape are small, with all of their addresses in one smooth cluster away from the border.
    assert sum(e is not None for e in found) >= 45


def test_bd_09_is_always_found_as_it_lies_further_away(places: list[Place]) -> None:
    assert all(p.checked(p.reports(p.size()), "BD-09", "WGS-84") for p in places)


def test_a_first_batch_is_judged_by_the_border_alone(places: list[Place]) -> None:
    spoken, found = 0, 0
    for p in places:
        points = p.reports(p.size())
        if _clearly_out(p, points, "GCJ-02", "WGS-84") >= 12:
            spoken += 1
            found += p.checked(points, "GCJ-02", "WGS-84", first=True) is not None
    assert spoken >= 20
    assert found >= 0.9 * spoken


def test_a_right_batch_is_never_refused(places: list[Place]) -> None:
    """300 of them: plain, with 5 % of the rows far and near outside, and half of the rows along a road on the border."""
    wrong = []
    for number, p in enumerate(places):
        west, south, east, north = p.outline.bounds
        datum = ALL[number % 3]
        plain = p.reports(p.size())
        wide, high = (east - west) * 0.3, (north - south) * 0.3
        dirt = p.random.uniform([west - wide, south - high], [east + wide, north + high], (len(plain) // 20, 2))
        along = (p.random.uniform() + p.random.uniform(0, 0.25, len(plain))) % 1
        road = shapely.get_coordinates(shapely.line_interpolate_point(p.outline.exterior, along, normalized=True))
        road = road + p.random.normal(0, 0.02, road.shape) * p.degrees_per_km
        batches = {"plain": plain, "dirt": np.vstack([plain, dirt]), "road": np.vstack([plain, road])}
        wrong += [
            (number, name, first) for name, b in batches.items() for first in (True, False) if p.checked(b, datum, datum, first=first)
        ]
    assert not wrong


@pytest.mark.parametrize("centre", NOWHERE_MOVED)
@pytest.mark.parametrize("declared", ALL)
def test_where_no_datum_moves_anything_none_is_better(centre: tuple[float, float], declared: Datum) -> None:
    random = np.random.default_rng(1)
    lon, lat = random.normal(centre, 0.02, (500, 2)).T
    outline = shapely.Point(centre).buffer(0.02)
    assert better_datum(lon.copy(), lat.copy(), declared, outline) is None


def test_no_points_and_no_numbers_say_nothing() -> None:
    outline = shapely.box(113, 35, 114, 36)
    assert better_datum(np.array([]), np.array([]), "WGS-84", outline) is None
    assert better_datum(np.array([np.nan, 999.0]), np.array([35.0, -999.0]), "WGS-84", outline) is None
