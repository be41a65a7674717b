"""Places of an unknown file in metres or feet of a projected system, and which system that is.

Belongs here: finding such columns, and their system by what the document says, by the header, or by the district they lead into. Does not:
degrees (``located``), the way from a system (``transforms.grids.projected``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from transforms.grids.projected import fitting_systems, projected_systems, share_at_home, to_degrees
from transforms.reports import values
from transforms.workshop.proposal.columns import share_of_numbers
from transforms.workshop.proposal.draft import Draft
from transforms.workshop.proposal.naming import ranked
from transforms.workshop.proposal.places import Places
from transforms.workshop.proposal.words import toml

_NAMED: Final = (r"^x|[._]x$|east|ostwert|rechtswert|横坐标", r"^y|[._]y$|north|nordwert|hochwert|纵坐标")
_CODE: Final = re.compile(r"(?<!\d)(\d{4,5})(?!\d)")
_OF_SYSTEMS: Final = re.compile("(?i)epsg|crs|srid|srs")
_SHOWN: Final = 4
_MOST_KNOWN: Final = 0.8
_HARDLY: Final = 0.05


@dataclass(frozen=True)
class OnPlane:
    """Two columns of metres or feet, the way east and the way north, and what stands before their decimals."""

    east: str
    north: str
    decimal: str

    def other_way(self) -> OnPlane:
        """The same, for who counts x to the north, as surveyors do."""
        return OnPlane(self.north, self.east, self.decimal)

    def numbers(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Both as numbers, where both are there."""
        plain = (pl.col(c).str.strip_chars().str.replace(",", ".") if self.decimal == "," else pl.col(c) for c in (self.east, self.north))
        return rows.select(column.cast(pl.Float64, strict=False) for column in plain).drop_nulls()


def plane_of(draft: Draft, rows: pl.DataFrame) -> OnPlane | None:
    """The columns of metres or feet; None where there are none."""
    free = [c for c in rows.columns if c not in {*draft.columns.values(), *draft.parts.values()}]
    for decimal in (".", ","):
        named = [ranked(free, (pattern,), draft.languages, role) for pattern, role in zip(_NAMED, ("lon", "lat"), strict=True)]
        large = [next((c for c in names if _share_of_large(rows[c], decimal) > _MOST_KNOWN), None) for names in named]
        if large[0] is not None and large[1] is not None and large[0] != large[1]:
            return OnPlane(large[0], large[1], decimal)
    return None


def draft_plane(draft: Draft, rows: pl.DataFrame, plane: OnPlane) -> Places | None:
    """Declare the columns with their system, and give the places in degrees; None where nothing tells the system."""
    for crs, sure, why in _systems(draft, rows, plane):
        numbers = plane.numbers(rows)
        lon, lat = to_degrees(numbers[plane.east].to_numpy(), numbers[plane.north].to_numpy(), crs)
        if share_at_home(lon, lat, crs) < _HARDLY:
            other = plane.other_way()
            turned = to_degrees(numbers[other.east].to_numpy(), numbers[other.north].to_numpy(), crs)
            if share_at_home(*turned, crs) > _MOST_KNOWN:
                plane, (lon, lat) = other, turned
                draft.lines.append(f"# {plane.east} is the way east: read the other way round nothing lies where {crs} is made for")
        if not np.isfinite(lon).mean() > _MOST_KNOWN:
            continue
        draft.columns |= {"lon": plane.east, "lat": plane.north}
        for what, column in (("lon", plane.east), ("lat", plane.north)):
            draft.take(what, column, 0.9, f"named so, and in metres or feet of {crs}")
        draft.take("crs", crs, sure, why)
        draft.lines.append(f"crs = {toml(crs)}{'' if sure >= 0.5 else f'   # UNSURE: {why}'}")
        draft.lines += [f"decimal = {toml(plane.decimal)}"] if plane.decimal != "." else []
        known = np.isfinite(lon) & np.isfinite(lat)
        return Places(lon[known], lat[known])
    return None


def draft_points(draft: Draft, rows: pl.DataFrame) -> Places | None:
    """Declare a column of points in metres or feet with the system that the document names, and give them in degrees; None where there is
    none, or nothing names its system."""
    crs = draft.sample.system
    for column in rows.columns if crs is not None else ():
        pair = rows.select(**dict(zip(("x", "y"), values.point(pl.col(column), lon_first=True, on_plane=True), strict=True))).drop_nulls()
        if len(pair) <= _MOST_KNOWN * len(rows) or not ((pair["x"].abs() > 180) & (pair["y"].abs() > 90)).mean():
            continue
        assert crs is not None
        lon, lat = to_degrees(pair["x"].to_numpy(), pair["y"].to_numpy(), crs)
        if share_at_home(lon, lat, crs) <= _MOST_KNOWN:
            continue
        draft.columns["point"] = column
        draft.take("point", column, 0.9, f"pairs in metres or feet of {crs}")
        draft.take("crs", crs, 0.95, "the document says so")
        draft.lines += ['point_order = "lon_lat"', f"crs = {toml(crs)}"]
        return Places(lon, lat)
    return None


def _share_of_large(column: pl.Series, decimal: str) -> float:
    """The share of values that are numbers beyond any degrees, west and south of an origin too."""
    return max(share_of_numbers(column, *bounds, decimal, decimals=False) for bounds in ((1e3, 1e8), (-1e8, -1e3)))


def _systems(draft: Draft, rows: pl.DataFrame, plane: OnPlane) -> Iterator[tuple[str, float, str]]:
    """The systems that may be meant, how sure each is, and why."""
    if draft.sample.system is not None:
        yield draft.sample.system, 0.95, "the document says so"
    telling = [c for c in rows.columns if c in {plane.east, plane.north} or _OF_SYSTEMS.search(c)]
    named = [f"EPSG:{code}" for column in telling for code in _CODE.findall(column)]
    yield from ((crs, 0.8, "named in the header") for crs in dict.fromkeys(named) if crs in projected_systems())
    district = draft.known.district
    if district is None or district.outline is None:
        return
    numbers = plane.numbers(rows)
    east, north = (numbers[axis].to_numpy() for axis in (plane.east, plane.north))
    fits = fitting_systems(east, north, district.outline) or fitting_systems(north, east, district.outline)
    if fits:
        (crs, name), others = fits[0], fits[1:]
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        rivals = f"; so do {', '.join(f'{c} ({n})' for c, n in others[:_SHOWN])}{more}, hardly beside it: ask the sender"
        yield crs, 0.45 if others else 0.8, f"{name}: in it the places lie in {district.code}{rivals if others else ''}"


def told(plane: OnPlane) -> str:
    """What to say where nothing tells the system."""
    remedy = f'ask the sender for its EPSG code, and write crs = "EPSG:…", lon = {toml(plane.east)}, lat = {toml(plane.north)}'
    return f"{plane.east} and {plane.north} hold metres or feet of a map projection, not degrees: {remedy}"
