"""Zones, and differences between zones of two times, that are so small that they show single homes.

Belongs here: finding them. Does not: other faults of one zone (``transforms.grids.zones``), faults that only show between zones in force at
once (``transforms.grids.inspection``).

A zone of under ``MIN_AREA_M2`` needs a count of ``MIN_HOUSEHOLDS`` households, or the tag that nobody lives there. Where a zone is redrawn,
whoever holds both its counts can take one from the other: what is left is a place too, and asked the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from transforms.grids.faults import Fault
from transforms.grids.plane import Plane
from transforms.grids.zones import MIN_HOUSEHOLDS, NONRESIDENTIAL, Zone

MIN_AREA_M2: Final = 10_000.0
# What a border drawn anew leaves along it: no house stands on a strip that is narrower.
_STRIP_M: Final = 5.0
# Zones that share more than this of the smaller one are nearly the same, and their difference is told apart from noise.
_NEARLY: Final = 0.5

Shapes = NDArray[np.object_]


def small_places(zones: Sequence[Zone]) -> list[Fault]:
    """Everything that is too small among zones of all times; zones without geometry are asked for households alone, when they are read."""
    drawn = [z for z in zones if z.shape is not None]
    if not drawn:
        return []
    plane = Plane.at(shapely.total_bounds(np.array([z.shape for z in drawn], dtype=object)))
    ground = {z.cell_id: shapely.transform(z.shape, lambda c: np.column_stack(plane.to_metres(c[:, 0], c[:, 1]))) for z in drawn}
    return [*(f for z in drawn for f in _of_zone(z, ground[z.cell_id].area)), *_of_differences(drawn, ground)]


def _of_zone(zone: Zone, area_m2: float) -> list[Fault]:
    if area_m2 >= MIN_AREA_M2 or is_uninhabited(zone) or (zone.households or 0) >= MIN_HOUSEHOLDS:
        return []
    says = f"covers {area_m2:,.0f} m², and what is smaller than {MIN_AREA_M2:,.0f} m² shows single homes"
    homes = f"write how many households it has, if they are {MIN_HOUSEHOLDS}"
    remedy = f"join it with a neighbour, {homes}, or tag it {NONRESIDENTIAL!r} if nobody lives there"
    return [Fault("area", zone.cell_id, says, remedy)]


def is_uninhabited(zone: Zone) -> bool:
    """Whether a zone is declared to be nobody's home."""
    return NONRESIDENTIAL in zone.tags.split()


def _of_differences(zones: Sequence[Zone], ground: dict[str, shapely.Geometry]) -> list[Fault]:
    """What is left of a zone when those of another time are taken from it: one that is nearly the same, and all that lie within it."""
    if all(z.valid_from is None and z.valid_to is None for z in zones):
        return []
    shapes: Shapes = np.array([ground[z.cell_id] for z in zones], dtype=object)
    uninhabited = shapely.union_all([ground[z.cell_id] for z in zones if is_uninhabited(z)])
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    faults: dict[str, Fault] = {}
    for number, zone in enumerate(zones):
        if is_uninhabited(zone):
            continue
        others = [int(k) for k in two[one == number] if _never_together(zone, zones[k])]
        within = [k for k in others if _stripped(shapes[k].difference(shapes[number])).area == 0]
        alike = [k for k in others if shapes[k].intersection(shapes[number]).area > _NEARLY * min(shapes[k].area, shapes[number].area)]
        for taken in (*([k] for k in alike), *([within] if within else [])):
            rest = shapes[number].difference(shapely.union_all(shapes[taken])).difference(uninhabited)
            area_m2 = _stripped(rest).area
            if 0 < area_m2 < MIN_AREA_M2 and not _enough_homes(zone, [zones[k] for k in taken]):
                where = f"{zone.cell_id} without {', '.join(zones[k].cell_id for k in taken)}"
                says = f"leaves {area_m2:,.0f} m², and the difference between former and new zones shows single homes there"
                remedy = f"let their borders be the same, or differ by {MIN_AREA_M2:,.0f} m² or more"
                faults[where] = Fault("area", where, says, remedy)
    return list(faults.values())


def _never_together(a: Zone, b: Zone) -> bool:
    begun = max(a.valid_from or dt.date.min, b.valid_from or dt.date.min)
    return begun > min(a.valid_to or dt.date.max, b.valid_to or dt.date.max)


def _enough_homes(zone: Zone, taken: Sequence[Zone]) -> bool:
    """Whether the households that both sides declare leave enough for what is between them."""
    counts = [z.households for z in taken]
    return zone.households is not None and zone.households - sum(c or 0 for c in counts) >= MIN_HOUSEHOLDS and None not in counts


def _stripped(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape without its strips: what is narrower is noise of drawing. What remains keeps its size."""
    core = shape.buffer(-_STRIP_M / 2, join_style="mitre")
    return shape.intersection(core.buffer(_STRIP_M / 2 + 0.01, join_style="mitre")) if not core.is_empty else core
