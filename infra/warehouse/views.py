"""Rows of the views: what dashboards, pages and exports are made of, as typed frames.

Belongs here: reading a view, and which views there are for whom. Does not: what they say (``infra.views``), tables (one file per subject).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl
import sqlalchemy as sa

from infra.views.columns import schema_of
from infra.warehouse.engine import Warehouse, reading


def view_rows(warehouse: Warehouse, view: str) -> pl.DataFrame:
    """The rows of a view that are the district's, in no order; each column of the type that its name has everywhere."""
    with reading(warehouse) as connection:
        return rows_within(connection, warehouse.district, view)


def views_rows(warehouse: Warehouse, views: Iterable[str], since: dt.date) -> dict[str, pl.DataFrame]:
    """The rows of some views, all of one state of the warehouse; where they have a night, those from ``since`` on."""
    with reading(warehouse) as connection:
        return {view: rows_within(connection, warehouse.district, view, since) for view in views}


def rows_within(connection: sa.Connection, district: str, view: str, since: dt.date | None = None) -> pl.DataFrame:
    """The same in the caller's transaction."""
    query = sa.select(sa.text("*")).select_from(sa.table(view)).where(sa.column("district") == district)
    if since is not None and "night" in _columns(connection, view):
        query = query.where(sa.column("night", sa.Date) >= since)
    found = connection.execute(query)
    schema = schema_of(found.keys())
    rows = [tuple(_read(value, kind) for value, kind in zip(row, schema.values(), strict=True)) for row in found]
    return pl.DataFrame(rows, schema, orient="row")


def _columns(connection: sa.Connection, view: str) -> list[str]:
    return list(connection.execute(sa.select(sa.text("*")).select_from(sa.table(view)).limit(0)).keys())


def _read(value: object, kind: pl.DataType) -> object:
    """A value as Python has it: SQLite gives days and moments as the texts that it keeps."""
    if not isinstance(value, str):
        return value
    if kind == pl.Date:
        return dt.date.fromisoformat(value)
    return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC) if isinstance(kind, pl.Datetime) else value
