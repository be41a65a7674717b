"""Whether a batch fits its district clearly better under another datum than under the declared one.

Belongs here: the evidence, weighed. Does not: the conversions (``transforms.datum``), refusing a batch (``flows.ingest``).

A wrong datum moves every point by 300 to 1,200 m the same way, so it shows where a pattern has an edge. Two tests, each of pairs, so that
what is wrong for other reasons counts on both sides or on none:

- **border**: places that lie clearly outside the district as declared and inside under the other datum, against the opposite (sign test).
- **habit**: how much more usual the cells of the batch are under the other datum, by this source's earlier reports (paired t-test on the
  logarithms of their counts). It must close much of the gap to the earlier reports' own habit, or the pattern is simply new; and it must
  stay so without the square kilometres that say it loudest (three, or a quarter of a small district): new hot spots are no datum.

In both the other datum must also beat control moves: the same distance backwards, sideways, and half and twice as far. A neighbour's
reports beyond the border, a road along it or a changed pattern do not single out the one move that a datum makes. A place counts once
however often it repeats. With no earlier reports only the border speaks, and it is silent where few reports come from near it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.stats import binom

from transforms.datum import Array, Datum, from_wgs84, to_wgs84

ALTERNATIVES: Final[tuple[Datum, ...]] = ("WGS-84", "GCJ-02", "BD-09")
# The chance at which a right batch would look wrong were its two sides alike; right ones lean the other way and stay far from it.
BORDER_CHANCE: Final = 0.005
# Standard errors by which the other datum must be more usual.
HABIT_ERRORS: Final = 4.0
# Of the places that speak, so large a share must speak for the other datum.
CLEAR_SHARE: Final = 0.8
# A place is clearly outside when no part of the district is within this distance: addresses and outlines are no better than that.
MARGIN_M: Final = 100.0
# Of the way from the batch as declared to the habit of the earlier reports themselves, so much must be made.
GAP_CLOSED: Final = 0.3
# Fewer earlier reports make no habit.
MIN_EARLIER: Final = 200
_BLOCK_M = 1_000.0
_LOUDEST_BLOCKS = 3
_PLACE_DEGREES = 1e-4
_MAX_PLACES = 20_000
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
_CONTROLS = ((-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (2.0, 0.0))


def better_datum(lon: Array, lat: Array, declared: Datum, outline: shapely.Geometry | None, habit: Habit | None = None) -> Evidence | None:
    """The evidence for another datum, or None where the declared one will do.

    Args:
        lon: degrees, converted to WGS-84 from the declared datum; null (NaN) where there is none.
        lat: likewise.
        declared: the datum that was declared.
        outline: the district in WGS-84; None for one without geometry.
        habit: the source's earlier reports, as far as they were declared in the same datum.
    """
    lon, lat = _places(lon, lat)
    raw = from_wgs84(lon, lat, declared)
    found = []
    for datum in ALTERNATIVES:
        x, y = to_wgs84(*raw, datum)
        moved = np.hypot(x - lon, y - lat) * _METRES_PER_DEGREE > MARGIN_M
        if not moved.any():
            continue
        move = _Move(lon[moved], lat[moved], (x - lon)[moved], (y - lat)[moved])
        if outline is not None and (strength := _border(move, outline)) > 0:
            found.append(Evidence(datum, "border", strength))
        if habit is not None and (strength := _habit(move, habit)) > 0:
            found.append(Evidence(datum, "habit", strength))
    return max(found, key=lambda each: (each.test == "border", each.strength)) if found else None


def _places(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Distinct places, to about ten metres; evenly thinned where there are very many."""
    known = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    squares = np.column_stack([lon[known], lat[known]])
    first = np.sort(np.unique(np.round(squares / _PLACE_DEGREES).astype(np.int64), axis=0, return_index=True)[1])
    kept = squares[first[:: len(first) // _MAX_PLACES + 1]]
    return kept[:, 0].copy(), kept[:, 1].copy()


def _border(move: _Move, outline: shapely.Geometry) -> float:
    """Minus the logarithm of the chance; zero where the border does not speak clearly for the other datum."""
    shapely.prepare(outline)

    def sides(points: tuple[Array, Array]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        inside = shapely.contains_xy(outline, *points)
        return inside, ~inside & (_metres_away(*points, outline, ~inside) > MARGIN_M)

    (inside_here, away_here), (inside_there, away_there) = sides(move.by(*_AS_DECLARED)), sides(move.by(*_AS_THE_OTHER))
    gained, lost = int((away_here & inside_there).sum()), int((inside_here & away_there).sum())
    chance = float(binom.logsf(gained - 1, gained + lost, 0.5))
    if chance > np.log(BORDER_CHANCE) or gained < CLEAR_SHARE * (gained + lost):
        return 0.0
    if any(shapely.contains_xy(outline, *move.by(*control)).sum() >= inside_there.sum() for control in _CONTROLS):
        return 0.0
    return -chance


def _metres_away(lon: Array, lat: Array, outline: shapely.Geometry, which: NDArray[np.bool_]) -> Array:
    """Metres from each point of ``which`` to the outline, zero for the others."""
    away = np.zeros(len(lon))
    # One degree of longitude is shorter than one of latitude: both are measured in the latter's.
    narrow = np.cos(np.radians(np.median(lat)))
    squeezed = shapely.transform(outline, lambda corners: corners * [narrow, 1.0])
    away[which] = shapely.distance(squeezed, shapely.points(lon[which] * narrow, lat[which])) * _METRES_PER_DEGREE
    return away


def _habit(move: _Move, habit: Habit) -> float:
    """Standard errors by which the other datum's cells are more usual; zero where they are not clearly so."""
    if habit.counts.sum() < MIN_EARLIER:
        return 0.0
    usual = np.append(np.log(habit.counts + 1.0), 0.0)  # what lies outside has position -1
    before, after = (usual[habit.positions(*move.by(*where))] for where in (_AS_DECLARED, _AS_THE_OTHER))
    gain = after - before
    own = float(np.average(usual[:-1], weights=habit.counts))
    if gain.mean() < GAP_CLOSED * (own - before.mean()):
        return 0.0
    error = np.sqrt(np.sum(gain**2))
    narrow = np.cos(np.radians(np.median(move.lat)))
    block = np.floor(np.column_stack([move.lon * narrow, move.lat]) * _METRES_PER_DEGREE / _BLOCK_M)
    by_block = np.sort(np.bincount(np.unique(block, axis=0, return_inverse=True)[1].ravel(), weights=gain))
    if gain.sum() < HABIT_ERRORS * error or by_block[: -min(_LOUDEST_BLOCKS, len(by_block) // 4) or None].sum() <= 0:
        return 0.0
    if any(usual[habit.positions(*move.by(*control))].sum() >= after.sum() for control in _CONTROLS):
        return 0.0
    return float(gain.sum() / error)
