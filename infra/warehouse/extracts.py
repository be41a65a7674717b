"""A file that holds what one tier may read of a district, and nothing else: what takes the place of a role where the warehouse is a file.

Belongs here: making it. Does not: which view is for whom (``infra.views.files``), exports of single views (``infra.exports``).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from infra.views.files import Tier, of_tier
from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import Table, may
from infra.warehouse.database.engine import Warehouse, connect, reading, writing
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.views import rows_within


def extract(warehouse: Warehouse, tier: Tier, file: Path) -> dict[str, int]:
    """Write the views of a tier as tables of a new SQLite file, each under the name of its view, all from one state of the warehouse.

    Returns:
        How many rows each holds.

    Raises:
        WarehouseError: the warehouse cannot be read.
    """
    draft = file.with_name(f"{file.name}.draft")
    draft.unlink(missing_ok=True)
    counts = {}
    engine = connect(draft)
    try:
        draft.chmod(0o600)
        with reading(warehouse) as source, writing(Warehouse(engine, warehouse.district)) as target:
            for view in of_tier(tier):
                rows = rows_within(source, warehouse.district, view)
                table = _table(view, rows.schema)
                table.create(target)
                counts[view] = insert_frame(target, table, rows)
        with engine.connect() as connection:
            # One file: nothing waits in a journal beside it.
            connection.rollback()
    finally:
        engine.dispose()
    draft.replace(file)
    return counts


def _table(view: str, schema: pl.Schema) -> Table:
    return sa.Table(view, sa.MetaData(), *(_column(name, kind) for name, kind in schema.items()))


def _column(name: str, kind: pl.DataType) -> SchemaItem:
    if kind == pl.Date:
        return may(name, sa.Date)
    if isinstance(kind, pl.Datetime):
        return may(name, UtcDateTime)
    if kind == pl.String:
        return may(name)
    return may(name, sa.BigInteger) if kind.is_integer() else may(name, sa.Double)
