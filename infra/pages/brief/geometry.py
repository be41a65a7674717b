"""Shapes of the brief's map: from longitude and latitude to short SVG paths.

Belongs here: projection, outlines, subdistrict borders, label places, the tile grid for codes without geometry. Does not: colours and
words (``templates/``, ``labels``), which cells exist (``model``).

Units are those of the sheet: 2000 wide, y downwards. Coordinates on the page are whole units, about a third of a screen pixel.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from infra.pages.brief.model import CellShape, Ring
from transforms.words import Words

SHEET_WIDTH = 2000
MAX_HEIGHT = 1750
MARGIN = 36
TILE = 62
TILE_GAP = 66
TILE_HEAD = 62
# Points the page can afford in all outlines together: about 5 bytes each.
MAX_POINTS = 26_000
KM_PER_DEGREE = 111.195
# Sheet units per CSS pixel where the map is drawn wide (desk) and narrow (phone); only used to keep labels apart.
UNITS_PER_PX_WIDE = 2.6
UNITS_PER_PX_NARROW = 5.6


@dataclass(frozen=True)
class Label:
    """A subdistrict's name at a point of the sheet. ``minor`` labels would collide on a narrow screen, ``hidden`` ones on any."""

    words: Words
    x: int
    y: int
    minor: bool
    hidden: bool


@dataclass(frozen=True)
class ScaleBar:
    """A round distance and its length in sheet units."""

    km: float
    units: int


@dataclass(frozen=True)
class Sheet:
    """Everything drawn on the map that does not depend on a category. ``shapes``, ``paths`` and ``points`` follow the cells' order."""

    width: int
    height: int
    shapes: tuple[BaseGeometry, ...]
    paths: tuple[str, ...]
    points: tuple[tuple[int, int], ...]
    borders: str
    district: str
    labels: tuple[Label, ...]
    scale_bar: ScaleBar | None
    tiles: int


def draw(cells: Sequence[CellShape]) -> Sheet:
    """Lay the cells out on one sheet: those with outlines as a map, the others as a tile grid below it, by subdistrict."""
    mapped = [i for i, c in enumerate(cells) if c.outline]
    tiled = [i for i, c in enumerate(cells) if not c.outline]
    shapes: list[BaseGeometry] = [shapely.Point()] * len(cells)
    height, bar = MARGIN, None
    if mapped:
        projected, height, bar = _project([cells[i] for i in mapped])
        for i, shape in zip(mapped, _simplify(projected), strict=True):
            shapes[i] = shape
    heads: dict[Words, tuple[int, int]] = {}
    if tiled:
        height = _tile(cells, tiled, shapes, heads, height)
    groups: dict[Words, list[int]] = {}
    for i, cell in enumerate(cells):
        groups.setdefault(cell.subdistrict, []).append(i)
    unions = {name: merge([shapes[i] for i in members]) for name, members in groups.items()}
    return Sheet(
        width=SHEET_WIDTH,
        height=height,
        shapes=tuple(shapes),
        paths=tuple(path(s) for s in shapes),
        points=tuple(_middle(s) for s in shapes),
        borders="".join(path(u) for u in unions.values()),
        district=path(merge(list(unions.values()))),
        labels=_labels(unions, heads),
        scale_bar=bar,
        tiles=len(tiled),
    )


def rings(outline: str | None) -> tuple[Ring, ...]:
    """The rings of an outline, a GeoJSON polygon or several; none of a cell without geometry."""
    if outline is None:
        return ()
    geometry = json.loads(outline)
    shapes = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(tuple((float(x), float(y)) for x, y, *_ in ring) for shape in shapes for ring in shape)


def merge(shapes: Sequence[BaseGeometry], tolerance: float = 0.0) -> BaseGeometry:
    """One shape out of many. Slivers between neighbours are closed; ``tolerance`` in sheet units coarsens the outline."""
    # Neighbours simplified or projected apart by a fraction of a unit would leave hairlines inside the union.
    joined = shapely.union_all([s.buffer(0.6, join_style="mitre") for s in shapes]).buffer(-0.6, join_style="mitre")
    return joined.simplify(tolerance) if tolerance else joined


def path(shape: BaseGeometry, step: int = 1) -> str:
    """The polygons of ``shape`` as SVG path data in whole multiples of ``step``, relative and without needless characters."""
    return "".join(
        _ring([(round(x / step) * step, round(y / step) * step) for x, y in ring.coords])
        for polygon in shapely.get_parts(shape)
        if polygon.geom_type == "Polygon" and not polygon.is_empty
        for ring in (polygon.exterior, *polygon.interiors)
    )


def _ring(points: Iterable[tuple[int, int]]) -> str:
    kept: list[tuple[int, int]] = []
    for point in points:
        if not kept or kept[-1] != point:
            kept.append(point)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    if len(kept) < 3:
        return ""
    text = f"M{kept[0][0]} {kept[0][1]}"
    for (x0, y0), (x1, y1) in pairwise(kept):
        dx, dy = x1 - x0, y1 - y0
        text += f"h{dx}" if dy == 0 else f"v{dy}" if dx == 0 else f"l{dx}{dy}" if dy < 0 else f"l{dx} {dy}"
    return text + "z"


def _project(cells: Sequence[CellShape]) -> tuple[list[BaseGeometry], int, ScaleBar]:
    """Equirectangular around the middle of the district, fitted into the sheet."""
    points = [p for c in cells for ring in c.outline for p in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, tall = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((SHEET_WIDTH - 2 * MARGIN) / wide, (MAX_HEIGHT - 2 * MARGIN) / tall)
    left = (SHEET_WIDTH - wide * scale) / 2

    def to_sheet(lon: float, lat: float) -> tuple[float, float]:
        return left + (lon - west) * squeeze * scale, MARGIN + (north - lat) * scale

    units_per_km = scale / KM_PER_DEGREE
    km = max((k for k in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if k * units_per_km <= SHEET_WIDTH * 0.22), default=0.1)
    height = round(tall * scale) + 2 * MARGIN
    return [_outline(c.outline, to_sheet) for c in cells], height, ScaleBar(km, round(km * units_per_km))


def _outline(rings: Iterable[Sequence[tuple[float, float]]], to_sheet: Callable[[float, float], tuple[float, float]]) -> BaseGeometry:
    shape: BaseGeometry = shapely.Polygon()
    for ring in rings:
        part = shapely.make_valid(shapely.Polygon([to_sheet(lon, lat) for lon, lat in ring]))
        shape = shape.symmetric_difference(part) if not shape.is_empty else part
    return shape


def _simplify(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Drop points a reader cannot see, more of them the more there are, keeping shared edges shared."""
    together = bool(shapely.coverage_is_valid(shapes))
    tolerance, out = 0.8, list(shapes)
    while True:
        out = list(shapely.coverage_simplify(shapes, tolerance)) if together else [s.simplify(tolerance) for s in shapes]
        if tolerance > 12 or sum(int(n) for n in shapely.get_num_coordinates(out)) <= MAX_POINTS:
            break
        tolerance *= 1.6
    # A cell smaller than the tolerance still has to be there to be pointed at.
    return [s if path(s) else shapely.box(*_square(original)) for s, original in zip(out, shapes, strict=True)]


def _square(shape: BaseGeometry) -> tuple[float, float, float, float]:
    middle = shape.centroid if not shape.is_empty else shapely.Point(MARGIN, MARGIN)
    return middle.x - 3, middle.y - 3, middle.x + 3, middle.y + 3


def _tile(
    cells: Sequence[CellShape], tiled: Sequence[int], shapes: list[BaseGeometry], heads: dict[Words, tuple[int, int]], top: int
) -> int:
    """Give every tiled cell a square: one block per subdistrict, blocks in rows. Returns the height of the sheet."""
    blocks: dict[Words, list[int]] = {}
    for i in tiled:
        blocks.setdefault(cells[i].subdistrict, []).append(i)
    room = SHEET_WIDTH - 2 * MARGIN
    x, y, deepest = MARGIN, top + TILE_HEAD, 0
    for name, members in blocks.items():
        columns = min(max(4, math.ceil(math.sqrt(len(members) * 1.6))), room // TILE)
        if x > MARGIN and x + columns * TILE > SHEET_WIDTH - MARGIN:
            x, y, deepest = MARGIN, y + deepest + TILE_HEAD + TILE_GAP // 2, 0
        heads[name] = (x, y - 10)
        for place, i in enumerate(members):
            row, column = divmod(place, columns)
            shapes[i] = shapely.box(x + column * TILE, y + row * TILE, x + (column + 1) * TILE, y + (row + 1) * TILE)
        deepest = max(deepest, math.ceil(len(members) / columns) * TILE)
        x += columns * TILE + TILE_GAP
    return y + deepest + MARGIN


def _middle(shape: BaseGeometry) -> tuple[int, int]:
    inside = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
    return round(inside.x), round(inside.y)


def _labels(unions: dict[Words, BaseGeometry], heads: dict[Words, tuple[int, int]]) -> tuple[Label, ...]:
    """The largest subdistrict is labelled first; a smaller one gives way where the two names would overlap."""
    placed: list[Label] = []
    for name in sorted(unions, key=lambda n: (-unions[n].area, n.zh)):
        if not name.zh:
            continue
        if name in heads:
            x, y = heads[name]
            placed.append(Label(name, x, y, minor=False, hidden=False))
            continue
        largest = max(shapely.get_parts(unions[name]), key=lambda part: part.area)
        # The middle of the widest open place reads better than a centroid, which may lie in a bay.
        centre = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=8), 0)
        label = Label(name, round(centre.x), round(centre.y), minor=False, hidden=False)
        hidden = any(_collide(label, other, UNITS_PER_PX_WIDE) for other in placed if not other.hidden)
        minor = hidden or any(_collide(label, other, UNITS_PER_PX_NARROW) for other in placed if not other.minor)
        placed.append(Label(name, label.x, label.y, minor=minor, hidden=hidden))
    return tuple(placed)


def _collide(a: Label, b: Label, units_per_px: float) -> bool:
    width = sum(max(len(one.words.zh) * 14, len(one.words.en) * 7) for one in (a, b)) / 2
    return abs(a.x - b.x) < width * units_per_px and abs(a.y - b.y) < 17 * units_per_px
