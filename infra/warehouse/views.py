"""Rows of the views: what dashboards, pages and exports are made of, as typed frames.

Belongs here: reading a view, and which views there are for whom. Does not: what they say (``infra.views``), tables (one file per subject).
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import sqlalchemy as sa

from infra.views.columns import schema_of
from infra.warehouse.engine import Warehouse, reading


def view_rows(warehouse: Warehouse, view: str) -> pl.DataFrame:
    """The rows of a view that are the district's, in no order; each column of the type that its name has everywhere."""
    with reading(warehouse) as connection:
        return rows_within(connection, warehouse.district, view)


def rows_within(connection: sa.Connection, district: str, view: str) -> pl.DataFrame:
    """The same in the caller's transaction."""
    query = sa.select(sa.text("*")).select_from(sa.table(view)).where(sa.column("district") == district)
    found = connection.execute(query)
    schema = schema_of(found.keys())
    rows = [tuple(_read(value, kind) for value, kind in zip(row, schema.values(), strict=True)) for row in found]
    return pl.DataFrame(rows, schema, orient="row")


def _read(value: object, kind: pl.DataType) -> object:
    """A value as Python has it: SQLite gives days and moments as the texts that it keeps."""
    if not isinstance(value, str):
        return value
    if kind == pl.Date:
        return dt.date.fromisoformat(value)
    return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC) if isinstance(kind, pl.Datetime) else value
