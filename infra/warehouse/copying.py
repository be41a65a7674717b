"""A whole warehouse as frames, and a warehouse made of them: in one snapshot, whatever database it is, so that either can become the other.

Belongs here: every table out and in, and the marks of its lakes in the same snapshot. Does not: where the frames are kept
(``infra.backup``), tables (one file per subject).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import polars as pl
import sqlalchemy as sa

from infra.warehouse.database.bulk import insert_frame
from infra.warehouse.database.columns import Table
from infra.warehouse.database.engine import Warehouse, reading, writing
from infra.warehouse.database.frames import as_frame
from infra.warehouse.database.moments import UtcDateTime
from infra.warehouse.keeping.identities import OfDistrict, of_every_district
from infra.warehouse.keeping.locks import locks
from infra.warehouse.tables import metadata

# Of the widest table this many rows are some 40 MB.
_PART_ROWS = 100_000


@dataclass(frozen=True)
class Snapshot:
    """One state of a warehouse, while the connection lasts; writers go on meanwhile and are not seen."""

    connection: sa.Connection

    def districts(self) -> tuple[OfDistrict, ...]:
        """Every district that it knows, with the newest commit of its lake that it knows."""
        return of_every_district(self.connection)

    def tables(self) -> tuple[str, ...]:
        """Every table, each after those that it refers to."""
        return tuple(table.name for table in metadata.sorted_tables)

    def parts(self, name: str) -> Iterator[pl.DataFrame]:
        """The rows of a table, so many at a time; at least one frame, which may be empty."""
        table = metadata.tables[name]
        schema = pl.Schema({column.name: _kind(column) for column in table.columns})
        order = table.primary_key.columns
        query = sa.select(*(_as_stored(c) for c in table.columns)).order_by(*order).execution_options(yield_per=_PART_ROWS)
        found = False
        for rows in self.connection.execute(query).partitions():
            found = True
            yield as_frame(rows, schema)
        if not found:
            yield schema.to_frame()


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[Snapshot]:
    """One state of all districts of a warehouse."""
    with reading(Warehouse(engine, "*")) as connection:
        yield Snapshot(connection)


def is_empty(engine: sa.Engine) -> bool:
    """Whether no table of ours holds a row; a warehouse without tables is empty."""
    with reading(Warehouse(engine, "*")) as connection:
        there = set(sa.inspect(connection).get_table_names())
        tables = [t for t in metadata.sorted_tables if t.name in there]
        return not any(connection.execute(sa.select(sa.literal(1)).select_from(t).limit(1)).first() for t in tables)


def fill(engine: sa.Engine, parts: Iterable[tuple[str, Callable[[], pl.DataFrame]]]) -> None:
    """Fill an empty warehouse, all or nothing. Whoever held a district's lock holds it no more: it ran elsewhere, or then.

    Args:
        engine: a warehouse at the schema of the rows, without any.
        parts: for each part of a table its name, and what reads its rows; in the order of ``Snapshot.tables``.
    """
    with writing(Warehouse(engine, "*")) as connection:
        filled = set()
        for name, rows in parts:
            frame = rows()
            insert_frame(connection, _named(name, frame), frame)
            filled.add(name)
        connection.execute(sa.update(locks).values(held=False))
        _count(connection, filled)


def _count(connection: sa.Connection, tables: Iterable[str]) -> None:
    """Tell PostgreSQL how much there is now: its own round comes a minute later, and until then it takes every table for a small one."""
    if connection.dialect.name == "postgresql":
        for name in tables:
            connection.exec_driver_sql(f"ANALYZE {name}")


@dataclass(frozen=True)
class Digest:
    """What a table holds, whatever order a database has it in: how many rows, and the sum of their hashes."""

    rows: int
    hashes: int


def copy_into(state: Snapshot, engine: sa.Engine) -> None:
    """Fill an empty warehouse of the same schema from a state of another, all or nothing; as ``fill`` does it."""
    fill(engine, ((name, partial(_itself, part)) for name in state.tables() for part in state.parts(name)))


def _itself(part: pl.DataFrame) -> pl.DataFrame:
    return part


def digests(state: Snapshot) -> dict[str, Digest]:
    """What each table holds but for the locks, which nobody holds in a copy."""
    return {name: _digest(state.parts(name)) for name in state.tables() if name != locks.name}


def _digest(parts: Iterable[pl.DataFrame]) -> Digest:
    rows = hashes = 0
    for part in parts:
        rows += len(part)
        hashes += sum(part.hash_rows(seed=0).to_list())
    return Digest(rows, hashes)


def _named(name: str, frame: pl.DataFrame) -> Table:
    """A table by its columns' names alone: a copy may be of an older schema than that of this program."""
    return sa.Table(name, sa.MetaData(), *(sa.Column[object](column) for column in frame.columns))


def _as_stored(column: sa.Column[object]) -> sa.ColumnElement[object] | sa.Label[str]:
    """A column as it lies there: of JSON the text, in which a null of JSON is another thing than none at all."""
    return sa.cast(column, sa.Text).label(column.name) if isinstance(column.type, sa.JSON) else column


def _kind(column: sa.Column[object]) -> pl.DataType:
    """What a column is in a frame."""
    sort = column.type
    if isinstance(sort, UtcDateTime):
        return pl.Datetime("us", "UTC")
    if isinstance(sort, sa.Date):
        return pl.Date()
    if isinstance(sort, sa.Boolean):
        return pl.Boolean()
    if isinstance(sort, sa.Integer):
        return pl.Int64()
    if isinstance(sort, sa.Float):
        return pl.Float64()
    assert isinstance(sort, sa.String | sa.JSON), f"{column} has no form in a frame"
    return pl.String()
