"""Whether a batch fits its district clearly better under another datum than under the declared one.

Belongs here: the evidence, weighed. Does not: the conversions (``transforms.grids.datum``), refusing (``flows.intake.right_datum``).

A wrong datum moves every point by 100 to 1,200 m the same way, so it shows where a pattern has an edge. Two tests:

- **border**: spots that lie clearly outside the district as declared and inside under the other datum. There must be three apart from each
  other, and the other datum must leave hardly any outside, as it would were they a neighbour's reports: then it pushes as many out
  on the opposite side. What lies far outside says nothing either way. Where it pushes out more than it brings in, the district is no
  district of that datum, and habit is not asked.
- **habit**: how much more usual the cells of the batch are under the other datum, by earlier reports (a test of pairs on the logarithms of
  their counts, summed by spots). It must close half of the gap to the earlier reports' own habit and meet the cells where these
  lie, or the pattern is simply new: new hot spots are no datum.

In both the other datum must also beat control moves: the same distance in other directions, and twice as far. A neighbour's reports beyond
the border, a road along it or a changed pattern do not single out the one move that a datum makes. A place counts once however often it
repeats. With no earlier reports only the border speaks, and it is silent where few reports come from near it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from transforms.grids.datum import Array, Datum, from_wgs84, to_wgs84

ALTERNATIVES: Final[tuple[Datum, ...]] = ("WGS-84", "GCJ-02", "BD-09")
# So many separate spots outside the district must lie in it under the other datum. One or two are a neighbour's address, or a mistake.
FEWEST_SPOTS: Final = 3
FULL_SPOTS: Final = 16
# Of as many spots as are brought in, so few may be pushed out, or lie before the border still.
LEFT_SHARE: Final = 1 / 8
# Standard errors by which the other datum must be more usual, counted by spots.
HABIT_ERRORS: Final = 3.0
# A place is clearly outside when no part of the district is within a quarter of the move, which these bound: addresses and outlines are no
# better than the second.
MARGIN_M: Final = (25.0, 100.0)
_MARGIN_SHARE = 0.25
# Of the way from the batch as declared to the habit of the earlier reports themselves, so much must be made.
GAP_CLOSED: Final = 0.5
# Of the earlier reports that as many reports of the same habit would meet in their cells, so many must be met.
COVERED: Final = 0.6
# Of more points than this an even sample is looked at: it says as much, and always the same.
SAMPLE: Final = 50_000
# Where earlier reports lie says more than a border does: of 110 random districts so many tell as many, 109, as ten times as many do.
SAMPLE_WITH_HABIT: Final = 5_000
# Fewer earlier reports make no habit.
MIN_EARLIER: Final = 200
_PLACE_DEGREES = 1e-4
_PLACES_AROUND = round(360 / _PLACE_DEGREES)
_SMALLEST_MOVE_M = 100.0
_SPOT_M = 250.0
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Habit:
    """Where a source's earlier reports lie: their number per cell, and the cell of a point (-1 outside)."""

    counts: NDArray[np.int64]
    positions: Callable[[Array, Array], NDArray[np.int64]]


@dataclass(frozen=True)
class Evidence:
    """Why ``datum`` fits better: the test that says so, and how strongly (larger is stronger; comparable within a test)."""

    datum: Datum
    test: Literal["border", "habit"]
    strength: float


@dataclass(frozen=True)
class _Move:
    """The places of a batch as declared, and by how many degrees another datum moves each."""

    lon: Array
    lat: Array
    east: Array
    north: Array

    def by(self, along: float, across: float = 0.0) -> tuple[Array, Array]:
        """The places moved so many times along the other datum's move and across it."""
        narrow = np.cos(np.radians(self.lat))
        return (
            self.lon + along * self.east - across * self.north / narrow,
            self.lat + along * self.north + across * self.east * narrow,
        )


_AS_DECLARED, _AS_THE_OTHER = (0.0, 0.0), (1.0, 0.0)
_TWICE = (2.0, 0.0)
_CONTROLS = ((-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), _TWICE)
_AROUND = tuple((float(np.cos(angle)), float(np.sin(angle))) for angle in np.radians(np.arange(45, 360, 45)))


def better_datum(lon: Array, lat: Array, declared: Datum, outline: shapely.Geometry | None, habit: Habit | None = None) -> Evidence | None:
    """The evidence for another datum, or None where the declared one will do.

    Args:
        lon: degrees, converted to WGS-84 from the declared datum; null (NaN) where there is none.
        lat: likewise.
        declared: the datum that was declared.
        outline: the district in WGS-84; None for one without geometry.
        habit: the source's earlier reports, as far as they were declared in the same datum.
    """
    lon, lat = _places(lon, lat, SAMPLE if habit is None or habit.counts.sum() < MIN_EARLIER else SAMPLE_WITH_HABIT)
    raw = from_wgs84(lon, lat, declared)
    found = []
    for datum in ALTERNATIVES:
        x, y = to_wgs84(*raw, datum)
        moved = np.hypot(x - lon, y - lat) * _METRES_PER_DEGREE > _SMALLEST_MOVE_M
        if not moved.any():
            continue
        move = _Move(lon[moved], lat[moved], (x - lon)[moved], (y - lat)[moved])
        border = 0.0 if outline is None else _border(move, outline)
        if border > 0:
            found.append(Evidence(datum, "border", border))
        if border >= 0 and habit is not None and (strength := _habit(move, habit)) > 0:
            found.append(Evidence(datum, "habit", strength))
    return max(found, key=lambda each: (each.test == "border", each.strength)) if found else None


def _places(lon: Array, lat: Array, most: int) -> tuple[Array, Array]:
    """Distinct places, to about ten metres, of an even sample where there are very many points."""
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    sample = known[:: len(known) // most + 1]
    east, north = (np.round(degrees[sample] / _PLACE_DEGREES).astype(np.int64) for degrees in (lon, lat))
    kept = sample[np.sort(np.unique(east * _PLACES_AROUND + north, return_index=True)[1])]
    return lon[kept], lat[kept]


def _border(move: _Move, outline: shapely.Geometry) -> float:
    """Spots outside the district that the other datum brings in, net: positive where the border speaks clearly for it, negative against."""
    shapely.prepare(outline)
    narrow = float(np.cos(np.radians(np.median(move.lat))))
    length_m = float(np.median(np.hypot(move.east * narrow, move.north))) * _METRES_PER_DEGREE
    margin_m = float(np.clip(_MARGIN_SHARE * length_m, *MARGIN_M))

    def beyond(where: tuple[float, float]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which places lie outside, and which of them clearly and yet no further than the datums lie apart."""
        lon, lat = move.by(*where)
        outside = ~shapely.contains_xy(outline, lon, lat)
        near = outside.copy()
        away_m = _metres_away(lon[outside], lat[outside], outline, narrow)
        near[outside] = (away_m > margin_m) & (away_m <= length_m)
        return outside, near

    (_, near_here), (outside_there, near_there) = beyond(_AS_DECLARED), beyond(_AS_THE_OTHER)
    gained, left = _spots(move, near_here & ~outside_there), _spots(move, near_there)
    if left >= gained + FEWEST_SPOTS:
        return float(gained - left)
    twice = _spots(move, beyond(_TWICE)[1])
    # That the opposite side is empty as far as the datums lie apart, and full behind that, is worth a spot.
    if gained + (twice - left >= FULL_SPOTS) < FEWEST_SPOTS or left > LEFT_SHARE * gained:
        return 0.0
    if twice <= left or any(_spots(move, beyond(control)[1]) < left for control in _AROUND):
        return 0.0
    return float(gained - left)


def _spots(move: _Move, which: NDArray[np.bool_]) -> int:
    """How many separate spots such places lie in, counted on two nets half a mesh apart: a knot of one is amid a mesh of the other."""
    mesh = _mesh(move)[which]
    return min(len(np.unique(np.floor(mesh + offset), axis=0)) for offset in (0.0, 0.5)) if len(mesh) else 0


def _mesh(move: _Move) -> Array:
    """Where each place lies as declared, in meshes of a net: what lies close together moves alike, and is one piece of evidence."""
    narrow = np.cos(np.radians(np.median(move.lat)))
    return np.column_stack([move.lon * narrow, move.lat]) * (_METRES_PER_DEGREE / _SPOT_M)


def _metres_away(lon: Array, lat: Array, outline: shapely.Geometry, narrow: float) -> Array:
    """Metres from each point to the outline. One degree of longitude is shorter than one of latitude: both are measured in the latter's."""
    squeezed = shapely.transform(outline, lambda corners: corners * [narrow, 1.0])
    return np.asarray(shapely.distance(squeezed, shapely.points(lon * narrow, lat))) * _METRES_PER_DEGREE


def _habit(move: _Move, habit: Habit) -> float:
    """Standard errors by which the other datum's cells are more usual; zero where they are not clearly so."""
    reports = habit.counts.sum()
    if reports < MIN_EARLIER:
        return 0.0
    usual = np.append(np.log(habit.counts + 1.0), 0.0)  # what lies outside has position -1
    here, there = (habit.positions(*move.by(*where)) for where in (_AS_DECLARED, _AS_THE_OTHER))
    gain = usual[there] - usual[here]
    # Each earlier report is asked how usual its cell is by all the others.
    own = float(np.average(np.log(np.maximum(habit.counts, 1)), weights=habit.counts))
    if gain.mean() < GAP_CLOSED * (own - usual[here].mean()):
        return 0.0
    share = habit.counts / reports
    if share[np.unique(there[there >= 0])].sum() < COVERED * (share * (1 - (1 - share) ** len(there))).sum():
        return 0.0
    by_spot = np.bincount(np.unique(np.floor(_mesh(move)), axis=0, return_inverse=True)[1].ravel(), weights=gain)
    errors = float(by_spot.sum() / max(np.sqrt(np.sum(by_spot**2)), np.finfo(float).tiny))
    if errors < HABIT_ERRORS:
        return 0.0
    if any(usual[habit.positions(*move.by(*control))].sum() >= usual[there].sum() for control in _CONTROLS):
        return 0.0
    return errors
