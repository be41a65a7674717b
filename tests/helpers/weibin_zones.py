"""The generator of the shipped synthetic district's zones: an invented shape, tiled without gaps or overlaps.

Belongs here: the invented outline, subdistricts, communities, households and tags, as GeoJSON text. Does not: what happens in the cells
(``transforms.workshop.simulator``), turning zones into cells (``transforms.grids.zones``).

Nothing here is a real boundary or a real count. The cells are Voronoi regions of one shared set of sites, kept where the site lies inside
the district; neighbours share their vertices exactly, so rounding to six decimals cannot open a gap.
"""

from __future__ import annotations

import json
import math
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import Voronoi, cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CENTRE: Final = (113.866, 35.305)
# code, zh, en, anchor in km east and north of the centre; the last one is the rural town.
SUBDISTRICTS: Final = (
    ("410703001", "胜利路", "Shengli Road", (-1.0, 1.6)),
    ("410703002", "解放路", "Jiefang Road", (0.8, 1.7)),
    ("410703003", "中同街", "Zhongtong Street", (-0.4, 0.2)),
    ("410703004", "健康路", "Jiankang Road", (1.9, 0.3)),
    ("410703005", "自由路", "Ziyou Road", (0.9, -1.0)),
    ("410703006", "南桥", "Nanqiao", (-0.6, -1.9)),
    ("410703007", "铁西", "Tiexi", (-2.2, -0.2)),
    ("410703100", "平原镇", "Pingyuan Town", (-0.4, -5.4)),
)
TOWN: Final = "410703100"

_SEED: Final = 20240401
_URBAN_M: Final = 305.0
_RURAL_M: Final = 660.0
_KM: Final = 1000.0
_M_PER_DEG_LAT: Final = 111_195.0
_M_PER_DEG_LON: Final = _M_PER_DEG_LAT * math.cos(math.radians(CENTRE[1]))
_CELLS_PER_COMMUNITY: Final = 7
# Where old estates are common.
_OLD_CORE: Final = frozenset({"410703003", "410703006", "410703007"})


def _inside(
    points: Floats, centre: tuple[float, float], radius_km: float, wobble: tuple[tuple[float, float], ...]
) -> npt.NDArray[np.bool_]:
    """Which points (metres) lie in a star-shaped region whose radius wavers with the angle."""
    x, y = points[:, 0] / _KM - centre[0], points[:, 1] / _KM - centre[1]
    angle = np.arctan2(y, x)
    edge = radius_km * (1 + sum(size * np.cos((k + 2) * angle + phase) for k, (size, phase) in enumerate(wobble)))
    result: npt.NDArray[np.bool_] = np.hypot(x, y) < edge
    return result


def _urban(points: Floats) -> npt.NDArray[np.bool_]:
    return _inside(points, (0.0, 0.0), 3.0, ((0.06, 0.4), (0.05, 1.9), (0.04, 4.0)))


def _rural(points: Floats) -> npt.NDArray[np.bool_]:
    return _inside(points, (-0.4, -4.9), 3.0, ((0.12, 3.0), (0.06, 0.7), (0.05, 2.2))) & ~_urban(points)


def _lattice(step_m: float, rng: np.random.Generator) -> Floats:
    """A jittered triangular lattice over a box far larger than the district."""
    xs = np.arange(-7000.0, 7000.0, step_m)
    ys = np.arange(-12000.0, 7000.0, step_m * math.sqrt(3) / 2)
    x, y = np.meshgrid(xs, ys)
    x[1::2] += step_m / 2
    points: Floats = np.column_stack([x.ravel(), y.ravel()])
    return points + rng.uniform(-0.27, 0.27, points.shape) * step_m


def _sites(rng: np.random.Generator) -> tuple[Floats, int]:
    """All sites in metres and how many of them, the first ones, lie inside. The rest give the outer cells a finite border."""
    fine, coarse = _lattice(_URBAN_M, rng), _lattice(_RURAL_M, rng)
    urban = fine[_urban(fine)]
    rural = coarse[_rural(coarse)]
    kept = np.vstack([urban, rural])
    # Sites of two lattices can meet at the border between town and country; the later one goes.
    close = cKDTree(kept).query_pairs(0.45 * _URBAN_M)
    kept = np.delete(kept, sorted({max(pair) for pair in close}), axis=0)
    outer = coarse[~_urban(coarse) & ~_rural(coarse)]
    outer = outer[cKDTree(kept).query(outer)[0] > 0.6 * _URBAN_M]
    return np.vstack([kept, outer]), len(kept)


def _corners(sites: Floats, count: int) -> list[Floats]:
    """The Voronoi region of each of the first ``count`` sites, counter-clockwise, as longitude and latitude rounded to 6 decimals."""
    diagram = Voronoi(sites)
    lonlat = np.round(diagram.vertices / (_M_PER_DEG_LON, _M_PER_DEG_LAT) + CENTRE, 6)
    rings = []
    for i in range(count):
        region = np.asarray(diagram.regions[diagram.point_region[i]])
        spokes = diagram.vertices[region] - sites[i]
        ring = lonlat[region[np.argsort(np.arctan2(spokes[:, 1], spokes[:, 0]))]]
        # Two vertices closer than the rounding would repeat a corner.
        ring = ring[np.any(ring != np.roll(ring, 1, axis=0), axis=1)]
        rings.append(np.vstack([ring, ring[:1]]))
    return rings


def _communities(sites: Floats, members: Ints) -> list[Ints]:
    """Halve a subdistrict across its longer side until every part is small enough to be one community."""
    if len(members) <= _CELLS_PER_COMMUNITY:
        return [members]
    spread = np.ptp(sites[members], axis=0)
    ordered = members[np.argsort(sites[members, int(spread[1] > spread[0])], kind="stable")]
    half = len(ordered) // 2
    return [*_communities(sites, ordered[:half]), *_communities(sites, ordered[half:])]


def _tags(subdistrict: str, nonresidential: bool, draw: Floats) -> list[str]:
    """Tags of one cell from six uniform numbers; they serve routing and audit, never the score."""
    town = subdistrict == TOWN
    tags = []
    if nonresidential:
        tags.append("nonresidential")
        if draw[0] < 0.25:
            tags.append("industrial")
    else:
        if draw[0] < (0.04 if town else 0.38 if subdistrict in _OLD_CORE else 0.17):
            tags.append("old_estate")
        if draw[1] < (0.5 if "old_estate" in tags or town else 0.06):
            tags.append("no_property_manager")
    if draw[2] < 0.035:
        tags.append("market")
    if draw[3] < 0.06 and not nonresidential:
        tags.append("school")
    if draw[4] < 0.012 and not town:
        tags.append("transport_hub")
    return tags


def zone_features() -> list[dict[str, object]]:
    """The zones as GeoJSON features, ordered by code. The same list on every call."""
    rng = np.random.default_rng(_SEED)
    sites, count = _sites(rng)
    rings = _corners(sites, count)
    inner = sites[:count]
    anchors = np.array([s[3] for s in SUBDISTRICTS]) * _KM
    town = len(SUBDISTRICTS) - 1
    nearest = np.argmin(np.hypot(*(inner[:, None, :] - anchors[None, :town, :]).transpose(2, 0, 1)), axis=1)
    owner = np.where(_urban(inner), nearest, town)
    features: list[dict[str, object]] = []
    for number, (code, zh, _, _) in enumerate(SUBDISTRICTS):
        for c, community in enumerate(_communities(inner, np.flatnonzero(owner == number)), start=1):
            for g, cell in enumerate(community, start=1):
                draw = rng.random(6)
                nonresidential = bool(rng.random() < (0.22 if code == TOWN else 0.08))
                households = 0 if nonresidential else max(50, int(rng.lognormal(math.log(290), 0.45)))
                features.append(
                    {
                        "type": "Feature",
                        "properties": {
                            "cell_id": f"{code}{c:03d}{g:03d}",
                            "name": f"{zh}{c:02d}社区{g:02d}网格",
                            "subdistrict": code,
                            "households": households,
                            "tags": _tags(code, nonresidential, draw),
                        },
                        "geometry": {"type": "Polygon", "coordinates": [rings[cell].tolist()]},
                    }
                )
    return features


def zones_geojson() -> str:
    """The text of ``cells.geojson``: one feature per line, so that a changed cell is one changed line."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in zone_features())
    return f'{{"type":"FeatureCollection","synthetic":true,"features":[\n{lines}\n]}}\n'
