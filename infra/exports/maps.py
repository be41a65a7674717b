"""A frame whose rows are places, as GeoJSON and as GeoParquet; any frame as Parquet.

Belongs here: geometries. Does not: where they are moved to (``infra.exports.systems``), tables (``infra.exports.tables``).

A row lies where its ``outline`` says, else at its ``lon`` and ``lat``, else nowhere.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Final

import polars as pl
import shapely

from infra.exports.systems import System

# Columns that a map holds as geometries.
PLACE: Final = ("outline", "lon", "lat")


def has_places(frame: pl.DataFrame) -> bool:
    """Whether rows of a frame can lie anywhere."""
    return "outline" in frame.columns or {"lon", "lat"} <= set(frame.columns)


def as_geojson(frame: pl.DataFrame, system: System) -> bytes:
    """A collection of features, one per row; days and moments as ISO texts. Readers before RFC 7946 want its system named."""
    told = frame.drop(PLACE, strict=False).with_columns(
        pl.col(pl.Date).dt.to_string("%Y-%m-%d"), pl.col(pl.Datetime).dt.to_string("%Y-%m-%dT%H:%M:%SZ")
    )
    features = [
        {"type": "Feature", "geometry": json.loads(shapely.to_geojson(place)) if place else None, "properties": row}
        for place, row in zip(_places(frame, system), told.iter_rows(named=True), strict=True)
    ]
    collection = {"type": "FeatureCollection", "crs": system.in_geojson, "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def as_parquet(frame: pl.DataFrame, system: System) -> bytes:
    """Parquet; of places GeoParquet 1.1: a column ``geometry`` of WKB, its reference system as PROJJSON."""
    out = io.BytesIO()
    if not has_places(frame):
        frame.write_parquet(out)
        return out.getvalue()
    places = list(_places(frame, system))
    column = {
        "encoding": "WKB",
        "geometry_types": sorted({place.geom_type for place in places if place}),
        "crs": system.in_geoparquet,
    }
    said = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    shapes = pl.Series("geometry", [shapely.to_wkb(place) if place else None for place in places], pl.Binary)
    frame.drop(PLACE, strict=False).with_columns(shapes).write_parquet(out, metadata={"geo": json.dumps(said)})
    return out.getvalue()


def _places(frame: pl.DataFrame, system: System) -> Iterator[shapely.Geometry | None]:
    nothing = pl.Series([None] * len(frame), dtype=pl.String)
    outlines, lon, lat = (frame[name] if name in frame.columns else nothing for name in PLACE)
    for outline, x, y in zip(outlines, lon, lat, strict=True):
        place = shapely.from_geojson(outline) if outline else shapely.Point(x, y) if x is not None and y is not None else None
        yield None if place is None else system.moved(place)
