"""Rows of the views: what dashboards, pages and exports are made of, as typed frames.

Belongs here: reading a view, and which views there are for whom. Does not: what they say (``infra.views``), tables (one file per subject).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl
import sqlalchemy as sa

from infra.views.columns import schema_of
from infra.warehouse.database.engine import Warehouse, reading
from infra.warehouse.database.frames import as_frame


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
    # SQLite gives days and moments as the texts that it keeps.
    as_kept = pl.Schema({name: pl.String() if _is_text(connection, kind) else kind for name, kind in schema.items()})
    return as_frame(found, as_kept).with_columns(_read(name, kind) for name, kind in schema.items() if _is_text(connection, kind))


def _is_text(connection: sa.Connection, kind: pl.DataType) -> bool:
    return connection.dialect.name == "sqlite" and kind.is_temporal()


def _read(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name).str
    return column.to_date("%Y-%m-%d") if kind == pl.Date else column.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", time_zone="UTC")


def _columns(connection: sa.Connection, view: str) -> list[str]:
    return list(connection.execute(sa.select(sa.text("*")).select_from(sa.table(view)).limit(0)).keys())
