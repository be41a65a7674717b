"""Tables whose rows belong to a night and revision: how they are declared, written and read.

Belongs here: their common key, the frame of one night. Does not: the tables themselves (``scores``, ``duty``, ``source_days``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import Table, key, metadata
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.frames import as_frame
from infra.warehouse.nights.nights import night_within
from transforms.schema import require_schema


def nightly_table(name: str, *items: SchemaItem) -> Table:
    """Declare a table with the key of a night before its own columns."""
    return sa.Table(name, metadata, key("district"), key("night", sa.Date), key("revision", sa.Integer), *items, of_published_night())


def of_published_night() -> sa.ForeignKeyConstraint:
    """Nothing can stand in the warehouse for a night and revision that was never published."""
    return sa.ForeignKeyConstraint(["district", "night", "revision"], ["nights.district", "nights.night", "nights.revision"])


@dataclass(frozen=True)
class NightlyRows:
    """What a nightly table holds of one night, as a frame.

    ``order`` sorts the frame: here, not in SQL, because the databases collate text differently. ``columns`` names those that the table
    calls otherwise than the frame.
    """

    table: Table
    schema: pl.Schema
    order: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)

    def of(self, warehouse: Warehouse, night: dt.date, revision: int | None = None) -> pl.DataFrame:
        """The rows of a revision, the latest one without; empty when it was never published."""
        with reading(warehouse) as connection:
            found = night_within(connection, warehouse.district, night, revision)
            return self.schema.to_frame() if found is None else self.within(connection, warehouse.district, night, found.revision)

    def within(self, connection: sa.Connection, district: str, night: dt.date, revision: int) -> pl.DataFrame:
        """The rows of a revision, read in the caller's transaction."""
        c = self.table.c
        query = sa.select(*(c[self.columns.get(name, name)] for name in self.schema))
        rows = connection.execute(query.where(c.district == district, c.night == night, c.revision == revision))
        return as_frame(rows, self.schema).sort(self.order)

    def checked(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of a night as it will be read back.

        Raises:
            ValueError: it has not the schema.
        """
        return require_schema(frame, self.schema, self.table.name).sort(self.order)

    def store(self, connection: sa.Connection, district: str, night: dt.date, revision: int, frame: pl.DataFrame) -> None:
        """Store a frame as the rows of a revision, in the caller's transaction; it may have further columns of the table."""
        key = {"district": pl.lit(district), "night": pl.lit(night), "revision": pl.lit(revision)}
        insert_frame(connection, self.table, frame.rename(dict(self.columns)).with_columns(**key))
