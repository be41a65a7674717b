"""Random districts in China, with addresses in clusters and reports at addresses; the random numbers are the same every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely

from transforms.grids import datum_check
from transforms.grids.datum import Array, Datum, from_wgs84, to_wgs84
from transforms.grids.datum_check import SAMPLE_WITH_HABIT, Evidence, Habit, better_datum
from transforms.grids.locator import Locator
from transforms.grids.square import SquareGrid

EARLIER = 1500
# A hundred reports a day, which is what the simulator's police send: a month of them, and what a city delivers first.
MONTH = 3_000
FIRST_DELIVERY = 10_000
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

    def odd(self, name: str, number: int) -> Array:
        """Right reports that are distributed unlike the earlier ones, or lie where they should not."""
        plain, (west, south, east, north) = self.reports(number), self.outline.bounds
        if name == "dirt":  # 5 % of the rows anywhere in and around the district
            wide, high = (east - west) * 0.3, (north - south) * 0.3
            dirt = self.random.uniform([west - wide, south - high], [east + wide, north + high], (number // 20, 2))
            return np.vstack([plain, dirt])
        if name == "road":  # as many again along a quarter of the border
            return np.vstack([plain, self._border(number, 0.25) + self._scatter(number, 0.02)])
        if name == "new":  # nothing but one to four hot spots
            spots = self.random.uniform([west, south], [east, north], (200, 2))
            spots = spots[shapely.contains_xy(self.outline, *spots.T)][: self.random.integers(1, 5)]
            points = spots[self.random.integers(0, len(spots), number)] + self._scatter(number, self.random.uniform(0.05, 0.5))
            return np.asarray(points[shapely.contains_xy(self.outline, *points.T)])
        if name == "other":  # the same addresses, others of them often
            weights = self.random.lognormal(0, 1.5, len(self.addresses))
            chosen = self.random.choice(len(weights), number, p=weights / weights.sum())
            return np.add(self.addresses[chosen], self._scatter(number, 0.01))
        if name == "spill":  # a tenth of the rows beyond a stretch of the border
            return np.vstack([plain, self._beyond(number // 10, self.random.uniform(0.05, 0.3), self.random.uniform(0.1, 0.8))])
        if name == "few":
            return plain[: self.random.integers(3, 60)]
        if name == "neighbour":  # one address beyond the border, again and again
            return np.vstack([plain, np.repeat(self._beyond(1, 0.0, 0.3), 40, axis=0) + self._scatter(40, 0.01)])
        assert name == "rough"  # addresses that are no better than 80 m
        return np.add(plain, self._scatter(number, 0.08))

    def _scatter(self, number: int, km: float) -> Array:
        return self.random.normal(0, km, (number, 2)) * self.degrees_per_km

    def _border(self, number: int, share: float) -> Array:
        """Points on a stretch of the border."""
        along = (self.random.uniform() + self.random.uniform(0, share, number)) % 1
        return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(self.outline.exterior, along, normalized=True)))

    def _beyond(self, number: int, share: float, km: float) -> Array:
        """Points outside, beyond a stretch of the border; fewer the further away."""
        border, centre = self._border(4 * number, share), np.array(self.outline.centroid.coords[0])
        away = (border - centre) / self.degrees_per_km
        away *= self.random.exponential(km, (4 * number, 1)) / np.linalg.norm(away, axis=1)[:, None]
        points = border + away * self.degrees_per_km
        return np.asarray(points[~shapely.contains_xy(self.outline, *points.T)][:number])

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


@pytest.mark.parametrize(("truth", "declared"), [("GCJ-02", "WGS-84"), ("WGS-84", "GCJ-02")])
def test_a_month_under_another_datum_than_the_declared_one_is_found_and_named(places: list[Place], truth: Datum, declared: Datum) -> None:
    found = [p.checked(p.reports(MONTH), truth, declared) for p in places]
    print(f"a month of {truth} declared {declared}: {sum(map(bool, found))} of {len(places)} refused")
    assert [e.datum if e else number for number, e in enumerate(found)] == [truth] * len(places)


def test_a_first_delivery_under_another_datum_is_found_by_the_border_alone(places: list[Place]) -> None:
    found = [p.checked(p.reports(FIRST_DELIVERY), "GCJ-02", "WGS-84", first=True) for p in places]
    print(f"a first delivery of GCJ-02 declared WGS-84: {sum(map(bool, found))} of {len(places)} refused")
    assert [(e.datum, e.test) if e else number for number, e in enumerate(found)] == [("GCJ-02", "border")] * len(places)


def test_what_cannot_be_told_from_few_reports_passes(places: list[Place]) -> None:
    """A week's first batch in a wide district has hardly a report near the border."""
    found = [p.checked(p.reports(300), "GCJ-02", "WGS-84", first=True) for p in places]
    assert {e.datum for e in found if e} == {"GCJ-02"}
    assert 20 <= sum(e is not None for e in found) < len(places)


def test_bd_09_is_found_as_it_lies_further_away(places: list[Place]) -> None:
    assert all(p.checked(p.reports(MONTH), "BD-09", "WGS-84") for p in places)


def test_two_hundred_right_batches_pass(places: list[Place]) -> None:
    wrong = []
    for number, p in enumerate(places):
        for turn in range(4):
            datum, points = ALL[(number + turn) % 3], p.reports(p.size())
            wrong += [(number, turn, first) for first in (True, False) if p.checked(points, datum, datum, first=first)]
    print(f"right batches: {len({each[:2] for each in wrong})} of {4 * len(places)} refused")
    assert not wrong


@pytest.mark.parametrize("name", ["dirt", "road", "new", "other", "spill", "few", "neighbour", "rough"])
def test_right_batches_that_look_odd_pass(places: list[Place], name: str) -> None:
    wrong = []
    for number, p in enumerate(places):
        datum, points = ALL[number % 3], p.odd(name, p.size())
        wrong += [(number, first) for first in (True, False) if p.checked(points, datum, datum, first=first)]
    print(f"right batches, {name}: {len({each[0] for each in wrong})} of {len(places)} refused")
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


def test_of_a_large_batch_a_sample_says_as_much_where_there_is_a_habit(monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[int, list[Datum | None]] = {}
    for seed in range(50, 58):
        made = place(seed)
        points = made.reports(40_001)
        for most in (SAMPLE_WITH_HABIT, len(points)):
            monkeypatch.setattr(datum_check, "SAMPLE_WITH_HABIT", most)
            assert made.checked(points, "GCJ-02", "GCJ-02") is None
            evidence = made.checked(points, "GCJ-02", "WGS-84")
            found.setdefault(most, []).append(evidence.datum if evidence else None)
    of_sample, of_all = found.values()
    assert of_sample == of_all
    assert of_sample.count("GCJ-02") == 7
