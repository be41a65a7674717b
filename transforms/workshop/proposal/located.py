"""Which columns of an unknown file tell where: degrees, pairs, cells of H3, codes of zones.

Belongs here: finding them. Does not: what the coordinates say of outline, time zone and datum (``places``, ``ground``).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from transforms.reports import values
from transforms.reports.shapes import present, shape
from transforms.workshop.proposal.columns import share_matching, share_of_codes, share_of_numbers
from transforms.workshop.proposal.draft import Draft, codes_lines
from transforms.workshop.proposal.naming import ranked
from transforms.workshop.proposal.places import Places, centres
from transforms.workshop.proposal.planes import draft_plane, draft_points, plane_of, told
from transforms.workshop.proposal.words import toml

_LON, _LAT = (
    ("^(lon|lng|long|longitude)$", "lon|lng|经度|东经|l(ä|ae)nge", r"^x$|\.x$"),
    ("^(lat|latitude)$", "lat|纬度|北纬|breite", r"^y$|\.y$"),
)
_H3 = r"^8[0-9a-f]{14}$"
_ZONE = ("网格|zone|grid", "beat|council|ward", "社区|街道|community|tract", "district|辖区|片区|行政区", "neighbo", "borough")
_POINT = r"(?s)^\s*(?:.*[(\[\s])?-?\d{1,3}\.\d+\s*[,，;]\s*-?\d{1,3}\.\d+[)\]]?\s*$|(?i:POINT\s*\()"
_SAME = 0.999
_POLAR = 66.0


def draft_places(draft: Draft, rows: pl.DataFrame) -> Places | None:
    """The coordinates, None where there are none, or only codes of cells that have no place either."""
    if _codes_of_the_district(draft, rows):
        return None
    for decimal in (".", ","):
        if (found := _degrees(draft, rows, decimal)) is not None:
            return _located(found)
    if (hexagons := _hexagons(draft, rows)) is not None:
        return _located(hexagons)
    for column in rows.columns:
        if (share := share_matching(rows[column], _POINT)) > 0.8:
            pair = rows.select(**dict(zip(("first", "second"), values.point(pl.col(column), lon_first=True), strict=True)))
            if pair["first"].null_count() > len(pair) / 2:
                continue
            first, second = (float(np.nanmedian(pair[c].to_numpy().astype(np.float64))) for c in pair.columns)
            # So write the lists of GeoJSON and well-known text.
            lon_first = abs(first) > 90 or share_matching(rows[column], r"(?i)POINT|^\s*\[") > 0.5
            draft.columns["point"] = column
            order = "longitude before latitude" if lon_first else "latitude before longitude"
            draft.take("point", column, share if abs(first) > 90 or abs(second) > 90 else 0.6, f"{share:.1%} hold a pair, {order}")
            draft.lines += ['point_order = "lon_lat"'] if lon_first else []
            return _located(pair if lon_first else pair.select("second", "first"))
    if (points := draft_points(draft, rows)) is not None:
        return points
    plane = plane_of(draft, rows)
    if plane is not None and (places := draft_plane(draft, rows, plane)) is not None:
        return places
    for column in ranked(rows.columns, _ZONE, draft.languages, "zone"):
        texts = present(rows[column])
        if len(texts) > 0.3 * len(rows) and 2 <= texts.n_unique() <= 3000:
            draft.columns["zone"] = column
            draft.take(
                "zone",
                column,
                0.6,
                f"no coordinates; {texts.n_unique()} codes such as {shape(texts)}, in {len(texts) / len(rows):.0%} of rows",
            )
            draft.own += codes_lines(texts)
            if plane is not None:
                draft.lines.append(f"# UNSURE: instead of the zone: {told(plane)}")
            return None
    draft.take("place", "?", 0.0, told(plane) if plane is not None else "neither coordinates nor codes of zones were found")
    return None


def _degrees(draft: Draft, rows: pl.DataFrame, decimal: str) -> pl.DataFrame | None:
    """The columns of degrees, longitude first; None where there are none with such decimals."""
    found = []
    for what, patterns, bound in (("lon", _LON, 180), ("lat", _LAT, 90)):
        shares = {
            c: share_of_numbers(rows[c], -bound, bound, decimal)
            for c in ranked(rows.columns, patterns, draft.languages, what)
            if c not in found
        }
        if (column := next((c for c, share in shares.items() if share > 0.8), None)) is None:
            return None
        found.append(column)
        draft.take(what, column, shares[column], f"named so, and {shares[column]:.1%} of its values are degrees")
    draft.columns |= dict(zip(("lon", "lat"), found, strict=True))
    lon, lat = (
        float(np.nanmedian(np.abs(rows.select(values.degrees(pl.col(c), comma=decimal == ",")).to_numpy().astype(float)))) for c in found
    )
    if lat > _POLAR > lon:
        # Nobody lives there: where the other axis would be a usual latitude, they are exchanged.
        draft.columns |= {"lon": found[1], "lat": found[0]}
        draft.take("lon", found[1], 0.4, f"exchanged: as it is named, {found[1]} would lie near a pole; ask the sender")
        draft.lines.append(f"# UNSURE: {found[1]} is taken for the longitude and {found[0]} for the latitude, against their names")
        found = found[::-1]
    draft.lines += [f"decimal = {toml(decimal)}"] if decimal != "." else []
    return rows.select(values.degrees(pl.col(c), comma=decimal == ",") for c in found)


def _hexagons(draft: Draft, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The centres of the cells of H3 that a column names; None where none does."""
    column = next((c for c in rows.columns if share_matching(rows[c], _H3) > _SAME), None)
    if column is None:
        return None
    texts = present(rows[column])
    sizes = texts.str.slice(1, 1).str.to_integer(base=16).unique()
    if len(sizes) > 1:
        return None
    draft.columns["zone"], draft.size = column, f"resolution = {sizes[0]}"
    draft.take("zone", column, 0.95, f"cells of H3 of resolution {sizes[0]}")
    return centres(texts)


def _codes_of_the_district(draft: Draft, rows: pl.DataFrame) -> bool:
    """Whether a column names cells of a district that has no outline to find points in."""
    district = draft.known.district
    if district is None or district.outline is not None:
        return False
    shares = {c: share_of_codes(rows[c], district.cell_ids) for c in rows.columns}
    best = max(shares, key=lambda c: shares[c], default="")
    if not best or shares[best] < 0.5:
        return False
    draft.columns["zone"] = best
    draft.take("zone", best, shares[best], f"{shares[best]:.1%} of its values are cells of {district.code}")
    return True


def _located(pair: pl.DataFrame) -> Places | None:
    """Longitudes and latitudes, where both are there. Zero and zero is what systems write for none."""
    there = pair.drop_nulls().filter(pl.nth(0).is_finite() & pl.nth(1).is_finite() & ((pl.nth(0) != 0) | (pl.nth(1) != 0)))
    lon, lat = (there[c].to_numpy().astype(np.float64) for c in there.columns)
    return Places(lon, lat) if len(lon) else None
