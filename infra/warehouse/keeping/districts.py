"""Every version of a district that was ever used, with its cells, so that an old night can be computed again.

Belongs here: storing and finding district versions. Does not: reading the folder (``infra.districts.folder``), hashing it
(``transforms.district.declaration``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import key, may, metadata, must
from infra.warehouse.database.engine import Warehouse, WarehouseError, reading, writing
from infra.warehouse.database.frames import as_frame
from infra.warehouse.database.moments import UtcDateTime
from transforms.schema import CELLS, require_schema

district_versions = sa.Table(
    "district_versions",
    metadata,
    key("district"),
    key("version"),
    must("scoring_hash"),
    must("canonical", sa.Text),
    must("cells_digest"),
    must("first_used_at", UtcDateTime),
)

# `generation` is the digest of the cells, as `district_versions.cells_digest` names it: one set of cells serves many versions.
cells = sa.Table(
    "cells",
    metadata,
    key("district"),
    key("generation"),
    key("cell_id"),
    may("name"),
    may("subdistrict"),
    may("lon", sa.Double),
    may("lat", sa.Double),
    may("x_m", sa.Double),
    may("y_m", sa.Double),
    may("area_km2", sa.Double),
    may("households", sa.Integer),
    may("tags"),
    may("outline", sa.Text),
)


@dataclass(frozen=True)
class DistrictVersion:
    """One version: ``canonical`` is the whole configuration as one text, ``cells_digest`` names its set of cells."""

    district: str
    version: str
    scoring_hash: str
    canonical: str
    cells_digest: str
    first_used_at: dt.datetime


def record_district_version(warehouse: Warehouse, version: DistrictVersion, frame: pl.DataFrame) -> None:
    """Store a version and its cells unless they are there; the first use stands.

    Args:
        warehouse: the warehouse.
        version: the version.
        frame: ``CELLS``, the set that ``version.cells_digest`` names.

    Raises:
        WarehouseError: the version is stored with another content, so its hash does not name its content.
    """
    frame = require_schema(frame, CELLS, "cells")
    v, c = district_versions.c, cells.c
    with writing(warehouse) as connection:
        where = (v.district == version.district, v.version == version.version)
        stored = connection.execute(sa.select(v.canonical, v.cells_digest, v.scoring_hash).where(*where)).one_or_none()
        if stored is None:
            connection.execute(sa.insert(district_versions).values(**vars(version)))
        elif tuple(stored) != (version.canonical, version.cells_digest, version.scoring_hash):
            raise WarehouseError(f"District version {version.version} of {version.district} is stored with another content.")
        present = (c.district == version.district, c.generation == version.cells_digest)
        if connection.scalar(sa.select(sa.func.count()).select_from(cells).where(*present)) == 0:
            keys = (pl.lit(version.district).alias("district"), pl.lit(version.cells_digest).alias("generation"))
            insert_frame(connection, cells, frame.with_columns(*keys))


def district_version(warehouse: Warehouse, version: str) -> DistrictVersion | None:
    """The stored version with this hash, or None."""
    v = district_versions.c
    with reading(warehouse) as connection:
        row = connection.execute(sa.select(district_versions).where(v.district == warehouse.district, v.version == version)).one_or_none()
    return None if row is None else DistrictVersion(**row._mapping)


def cells_of(warehouse: Warehouse, cells_digest: str) -> pl.DataFrame:
    """The set of cells with this digest as ``CELLS``, sorted by cell; empty when it was never stored."""
    c = cells.c
    query = (
        sa.select(*(c[name] for name in CELLS)).where(c.district == warehouse.district, c.generation == cells_digest).order_by(c.cell_id)
    )
    with reading(warehouse) as connection:
        return as_frame(connection.execute(query), CELLS).sort("cell_id")
