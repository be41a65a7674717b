"""Every version of a district that was ever used, with its cells, so that an old night can be computed again.

Belongs here: storing and finding district versions. Does not: reading the folder (``infra.districts.folder``), hashing it
(``transforms.district.declaration``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from infra.warehouse import tables
from infra.warehouse.bulk import insert_frame
from infra.warehouse.engine import Warehouse, WarehouseError, reading, writing
from transforms.schema import CELLS, require_schema


@dataclass(frozen=True)
class DistrictVersion:
    """One version: ``canonical`` is the whole configuration as one text, ``cells_digest`` names its set of cells."""

    district: str
    version: str
    scoring_hash: str
    canonical: str
    cells_digest: str
    first_used_at: dt.datetime


def record_district_version(warehouse: Warehouse, version: DistrictVersion, cells: pl.DataFrame) -> None:
    """Store a version and its cells unless they are there; the first use stands.

    Args:
        warehouse: the warehouse.
        version: the version.
        cells: ``CELLS``, the set that ``version.cells_digest`` names.

    Raises:
        WarehouseError: the version is stored with another content, so its hash does not name its content.
    """
    cells = require_schema(cells, CELLS, "cells")
    v, c = tables.district_versions.c, tables.cells.c
    with writing(warehouse) as connection:
        where = (v.district == version.district, v.version == version.version)
        stored = connection.execute(sa.select(v.canonical, v.cells_digest, v.scoring_hash).where(*where)).one_or_none()
        if stored is None:
            connection.execute(sa.insert(tables.district_versions).values(**vars(version)))
        elif tuple(stored) != (version.canonical, version.cells_digest, version.scoring_hash):
            raise WarehouseError(f"District version {version.version} of {version.district} is stored with another content.")
        present = (c.district == version.district, c.generation == version.cells_digest)
        if connection.scalar(sa.select(sa.func.count()).select_from(tables.cells).where(*present)) == 0:
            keys = (pl.lit(version.district).alias("district"), pl.lit(version.cells_digest).alias("generation"))
            insert_frame(connection, tables.cells, cells.with_columns(*keys))


def district_version(warehouse: Warehouse, version: str) -> DistrictVersion | None:
    """The stored version with this hash, or None."""
    v = tables.district_versions.c
    with reading(warehouse) as connection:
        row = connection.execute(
            sa.select(tables.district_versions).where(v.district == warehouse.district, v.version == version)
        ).one_or_none()
    return None if row is None else DistrictVersion(**row._mapping)


def cells_of(warehouse: Warehouse, cells_digest: str) -> pl.DataFrame:
    """The set of cells with this digest as ``CELLS``, sorted by cell; empty when it was never stored."""
    c = tables.cells.c
    query = (
        sa.select(*(c[name] for name in CELLS)).where(c.district == warehouse.district, c.generation == cells_digest).order_by(c.cell_id)
    )
    with reading(warehouse) as connection:
        return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=CELLS, orient="row").sort("cell_id")
