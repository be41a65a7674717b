"""What only shows when a grid is looked at as a whole: overlaps, gaps, holes, islands, a place that cannot be meant.

Belongs here: finding. Does not: faults of one zone (``transforms.grids.zones``), telling people (``infra.districts.grids``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from transforms.grids.faults import Fault
from transforms.grids.plane import Array, Plane
from transforms.grids.zones import NONRESIDENTIAL, Zone, in_force

if TYPE_CHECKING:
    from transforms.district.declaration import District

Shapes = NDArray[np.object_]

# Above this share of the smaller zone an overlap is no slip of the pen: its points would go to whichever code comes first.
MAX_OVERLAP_SHARE = 0.01
# Borders drawn apart by less than this leave a gap that nobody meant.
GAP_M = 40.0
# A square metre: rounding coordinates to six decimals leaves less than this along a border.
_NOTHING_KM2 = 1e-6
# A time zone is 15 degrees of longitude. Countries stretch theirs, hardly ever to more than this from its meridian.
_ZONE_DEGREES = 30.0
# How much better the exchanged axes must fit.
_CLEARLY_DEGREES = 20.0
# Coordinates in metres closer than this are one point: the same corner, typed twice.
_SAME_M = 0.01
_NAMED = 5


def overlaps(zones: Sequence[Zone]) -> list[Fault]:
    """Zones that share ground while both are in force. A small share is a warning; its points go to the code that comes first."""
    drawn = sorted((z for z in zones if z.shape is not None), key=lambda z: z.cell_id)
    shapes = np.array([z.shape for z in drawn], dtype=object)
    if shapely.coverage_is_valid(shapes):
        return []
    plane = Plane.at(shapely.total_bounds(shapes))
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    at_once = [a < b and _both_in_force(drawn[a], drawn[b]) for a, b in zip(one, two, strict=True)]
    one, two = one[at_once], two[at_once]
    common = _km2(shapely.intersection(shapes[one], shapes[two]), plane)
    share = common / np.minimum(_km2(shapes[one], plane), _km2(shapes[two], plane))
    return [
        Fault(
            "overlap",
            f"{drawn[a].cell_id} and {drawn[b].cell_id}",
            f"overlap on {_area(km2)}, {part:.1%} of the smaller one",
            "redraw their border so that they only touch",
            stops=bool(part > MAX_OVERLAP_SHARE),
        )
        for a, b, km2, part in zip(one, two, common, share, strict=True)
        if km2 > _NOTHING_KM2
    ]


def inspect(zones: Sequence[Zone]) -> list[Fault]:
    """Everything that shows between zones, for each set of them that was or will be in force at once."""
    found = dict.fromkeys(overlaps(zones))
    days = sorted({d for z in zones for d in (z.valid_from, z.valid_to and z.valid_to + dt.timedelta(days=1)) if d})
    for first, _ in pairwise([dt.date.min, *days, dt.date.max]):
        together = [z.shape for z in zones if z.shape is not None and in_force(z, first)]
        if together:
            when = f" from {first} on" if first > dt.date.min else ""
            found |= dict.fromkeys(_ground(np.array(together, dtype=object), when))
    return [*found, *_households(zones)]


def misplaced(bounds: Sequence[float], timezone: str) -> list[Fault]:
    """A grid that lies far from its time zone, and would not if its axes were exchanged."""
    # The earlier of both halves of the year is without summer time, in either hemisphere.
    offset = min(ZoneInfo(timezone).utcoffset(dt.datetime(2025, month, 1)) or dt.timedelta() for month in (1, 7))  # noqa: DTZ001
    meridian = offset / dt.timedelta(hours=1) * 15
    lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    as_written, exchanged = abs(lon - meridian), abs(lat - meridian)
    if as_written <= _ZONE_DEGREES or exchanged > min(_ZONE_DEGREES, as_written - _CLEARLY_DEGREES):
        return []
    says = f"lies at longitude {lon:.1f} and latitude {lat:.1f}, far from the time zone {timezone}"
    return [Fault("axes", "the grid", says, "the axes look swapped: write longitude first, or correct the time zone", stops=False)]


def projected(collection: object) -> list[Fault]:
    """A GeoJSON file that names a reference system other than degrees, whatever its numbers look like."""
    crs = collection.get("crs") if isinstance(collection, dict) else None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not name or name.endswith(("CRS84", ":4326", ":4490", ":4258", ":4269")):
        return []
    says = f"declares the reference system {name!r}, but GeoJSON is always degrees of WGS-84"
    return [Fault("units", "the file", says, "export it again in EPSG:4326", stops=False)]


def unplaced(district: District, cells: pl.DataFrame) -> list[str]:
    """What a district asks of its grid that it cannot give: zones that it does not have, and points of codes without geometry."""
    there = set(cells["cell_id"])
    absent = {s.code: sorted({*s.zones.values()} - there) for s in district.sources}
    strange = [
        f"source {source!r} maps words to {', '.join(codes[:_NAMED])}, which are no zones of the grid; correct them, or make the grid anew"
        for source, codes in absent.items()
        if codes
    ]
    if cells["outline"].null_count() < len(cells):
        return strange
    no_zone = [f"source {s.code!r} names no 'zone' column" for s in district.sources if s.columns.zone is None]
    areas = [f"source {s.code!r} declares an area of coverage" for s in district.sources if s.coverage.area is not None]
    return strange + [
        f"{says}, and the grid is codes without geometry, where no point lies; correct one of them" for says in (*no_zone, *areas)
    ]


def strangers(cells: pl.DataFrame, district: District) -> list[Fault]:
    """Subdistricts that cells name and nobody declared, or that are declared and have no cell."""
    declared, named = {s.code for s in district.subdistricts}, set(cells["subdistrict"])
    if not declared:
        return []
    return [
        Fault("subdistrict", code, "is named by cells, but declared nowhere", "declare it under [[subdistricts]]", stops=False)
        for code in sorted(named - declared)
    ] + [
        Fault("subdistrict", code, "is declared, but no cell belongs to it", "correct the cells' subdistrict, or remove it", stops=False)
        for code in sorted(declared - named)
    ]


def _both_in_force(a: Zone, b: Zone) -> bool:
    first = max(a.valid_from or dt.date.min, b.valid_from or dt.date.min)
    return first <= min(a.valid_to or dt.date.max, b.valid_to or dt.date.max)


def _ground(shapes: Shapes, when: str) -> list[Fault]:
    """Holes, gaps and islands of zones that are in force at once."""
    plane = Plane.at(shapely.total_bounds(shapes))
    ground = shapely.transform(shapes, lambda c: np.column_stack(plane.to_metres(c[:, 0], c[:, 1])))
    whole = shapely.union_all(ground, grid_size=_SAME_M)
    faults = []
    parts = shapely.get_parts(whole)
    if len(parts) > 1:
        smallest = _area(float(shapely.area(parts).min()) / 1e6)
        says = f"is made of {len(parts)} parts that do not touch, the smallest of {smallest}{when}"
        remedy = "fine where there are islands or water; otherwise draw what is between"
        faults.append(Fault("island", "the grid", says, remedy, stops=False))
    closed = whole.buffer(GAP_M / 2, join_style="mitre").buffer(-GAP_M / 2, join_style="mitre")
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(closed) for ring in part.interiors]
    for check, pieces in (("gap", shapely.get_parts(closed.difference(whole.buffer(0.01)))), ("hole", holes)):
        for piece in _worth_naming(pieces, whole):
            lon, lat = plane.to_degrees(piece.representative_point().x, piece.representative_point().y)
            says = f"{_area(piece.area / 1e6)} near {lon:.5f}, {lat:.5f} belong to no zone{when}"
            remedy = "join the borders" if check == "gap" else "add a zone where anything can happen there; reports from it lie outside"
            faults.append(Fault(check, "the grid", says, remedy, stops=False))
    return faults


def _worth_naming(pieces: Iterable[shapely.Geometry], whole: shapely.Geometry) -> list[shapely.Geometry]:
    """The largest of the pieces that no zone fills."""
    empty = [p for p in pieces if p.area > 1.0 and not whole.intersects(p.representative_point())]
    return sorted(empty, key=lambda p: -p.area)[:_NAMED]


def _households(zones: Sequence[Zone]) -> list[Fault]:
    unknown = [z.cell_id for z in zones if z.households is None and NONRESIDENTIAL not in z.tags.split()]
    if not unknown:
        return []
    named = ", ".join(unknown[:_NAMED]) + (f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else "")
    says = "do not say how many households they have, so nobody can tell whether they are too small"
    return [Fault("households", named, says, "add 'households' where it is known", stops=False)]


def _km2(shapes: Shapes, plane: Plane) -> Array:
    east, north = plane.metres_per_degree
    area: Array = shapely.area(shapes) * east * north / 1e6
    return area


def _area(km2: float) -> str:
    return f"{km2:.2f} km²" if km2 >= 0.01 else f"{km2 * 1e6:.0f} m²"
