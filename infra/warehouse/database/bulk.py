"""Inserting a frame as fast as each database can, in the caller's transaction.

Belongs here: the two fast paths (SQLite: driver-level executemany with tuples; PostgreSQL: COPY) and the conversions they need, so that a
value reads back the same as one written by a plain SQLAlchemy insert. Does not: deciding what is written (the subjects, ``publish``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.columns import Table

if TYPE_CHECKING:
    import psycopg

_SLICE_ROWS = 50_000


def insert_frame(connection: sa.Connection, table: Table, frame: pl.DataFrame) -> int:
    """Insert every row of ``frame``; columns go by name, and columns of the table that are absent become null.

    Columns without any value are not handed over: SQLite takes as long to bind a null as a number.

    Args:
        connection: one that is in a transaction; committing is the caller's.
        table: the table.
        frame: strings, numbers, booleans, dates and zoned datetimes.

    Returns:
        How many rows were inserted.

    Raises:
        ValueError: an unknown column, a type without a safe form in SQL, or a number that is NaN or infinite (SQLite would store the former
            as null).
    """
    if not connection.in_transaction():
        raise ValueError("insert_frame works inside a transaction, and this connection is in none")
    if unknown := [name for name in frame.columns if name not in table.columns]:
        raise ValueError(f"{table.name} has no column {', '.join(unknown)}")
    if frame.is_empty():
        return 0
    _require_finite(frame, table.name)
    postgresql = connection.dialect.name == "postgresql"
    # A compiled insert names its columns in the table's order.
    given = [column.name for column in table.columns if column.name in frame.columns and frame[column.name].null_count() < frame.height]
    plain = frame.select(_plain(frame.schema, name, postgresql) for name in given)
    if postgresql:
        _copy(connection, table, plain)
    else:
        statement = str(table.insert().compile(dialect=connection.dialect, column_keys=plain.columns))
        for part in plain.iter_slices(_SLICE_ROWS):
            connection.exec_driver_sql(statement, part.rows())
    return frame.height


def zero_unsigned(name: str) -> pl.Expr:
    """A column of floats with 0.0 for -0.0: SQLite stores it so, and both databases shall hold the same."""
    column = pl.col(name).cast(pl.Float64)
    return pl.when(column == 0.0).then(0.0).otherwise(column).alias(name)


def _copy(connection: sa.Connection, table: Table, frame: pl.DataFrame) -> None:
    preparer = connection.dialect.identifier_preparer
    columns = ", ".join(preparer.quote(name) for name in frame.columns)
    statement = f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN (FORMAT csv)"
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for part in frame.iter_slices(_SLICE_ROWS):
            # Strings are quoted and nulls are not: that is how CSV tells an empty string from a null.
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))


def _plain(schema: pl.Schema, name: str, postgresql: bool) -> pl.Expr:
    column, kind = pl.col(name), schema[name]
    if isinstance(kind, pl.Datetime):
        if kind.time_zone is None:
            raise ValueError(f"{name} has no time zone")
        # Exactly what `UtcDateTime` writes: SQLite compares these as text.
        text = column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
        return text + "+00" if postgresql else text
    if kind == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if kind.is_float():
        return zero_unsigned(name)
    if isinstance(kind, pl.Enum | pl.Categorical | pl.Null):
        return column.cast(pl.String)
    if kind.is_integer() or kind in (pl.String, pl.Boolean):
        return column
    raise ValueError(f"{name} is {kind}, which has no form in the warehouse")


def _require_finite(frame: pl.DataFrame, table: str) -> None:
    finite = frame.select(
        (pl.col(name).is_finite() | pl.col(name).is_null()).all() for name, kind in frame.schema.items() if kind.is_float()
    )
    for name in finite.columns:
        if not finite[name].item():
            raise ValueError(f"{table}.{name} holds a number that is NaN or infinite")
