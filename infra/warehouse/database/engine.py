"""Connections and transactions that behave the same on SQLite and PostgreSQL.

Belongs here: opening a warehouse, the pragmas and locks that keep concurrent writers honest. Does not: what a driver's errors mean
(``faults``), waiting for a server (``outages``), a file that may only be read (``read_only``), tables and statements about them (one file
per subject, listed in ``infra.warehouse.tables``).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from json import dumps, loads
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, TypeAlias

import sqlalchemy as sa

from infra import addresses
from infra.errors import Fault
from infra.warehouse.database import read_only
from infra.warehouse.database.faults import BUSY_SECONDS as BUSY_SECONDS
from infra.warehouse.database.faults import UPGRADE_REMEDY as UPGRADE_REMEDY
from infra.warehouse.database.faults import WarehouseError as WarehouseError
from infra.warehouse.database.faults import door, shown, unreadable_value, warehouse_fault
from infra.warehouse.database.outages import PATIENCE, connected

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy.pool import ConnectionPoolEntry

_ADDRESSES = "Write sqlite:///path/warehouse.db or postgresql://user@host/database."
_READ_ONLY = "sifang_read_only"
_FILE = "sifang_file"
_PRAGMAS = (f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")


@dataclass(frozen=True)
class Warehouse:
    """A warehouse as one district sees it: every statement is about ``district`` and no other."""

    engine: sa.Engine
    district: str

    @property
    def shown(self) -> str:
        """Where it is, for people: a file, or an address without a password."""
        return shown(self.engine.url)


# For rooms that hand an engine on and make no statement of their own.
Engine: TypeAlias = sa.Engine


def connect(address: str | Path, *, patience: float = 0.0, to_look: bool = False) -> sa.Engine:
    """Open a warehouse and make sure that it answers.

    Args:
        address: a file of SQLite, or ``sqlite:///path`` or ``postgresql://…``; the driver of the latter is always psycopg 3.
        patience: seconds for which a server that is away is waited for, now and later.
        to_look: nothing will be written: neither folder nor file is made, and one that may not be written is good enough.

    Returns:
        An engine. Dispose it when done.

    Raises:
        WarehouseError: the address is unusable or nothing answers there. Passwords never appear in the message.
    """
    parsed = _parse(address)
    engine = _sqlite(parsed, to_look=to_look) if _is_file(parsed) else _postgresql(parsed)
    engine.update_execution_options(**{PATIENCE: patience})
    try:
        with door(engine), connected(engine) as connection:
            # As a reader: whoever opens a file waits for no writer.
            connection.execution_options(**{_READ_ONLY: True}).exec_driver_sql("SELECT 1")
    except BaseException:
        engine.dispose()
        raise
    return engine


def at_once(warehouse: Warehouse) -> Warehouse:
    """The same warehouse for what happens beside the work, and must not hold it up by waiting for a server that is away."""
    return replace(warehouse, engine=warehouse.engine.execution_options(**{PATIENCE: 0.0}))


@contextmanager
def reading(warehouse: Warehouse) -> Iterator[sa.Connection]:
    """A connection for reading only: it sees one state of the warehouse throughout and never waits for a writer."""
    engine = warehouse.engine
    if engine.dialect.name == "postgresql":
        options: dict[str, object] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    else:
        options = {_READ_ONLY: True}
    # The door is outermost: to let go of a connection is a statement too, and a server may have died under it.
    with door(engine), connected(engine) as connection, read_only.unchanged(engine):
        _require_in_place(connection)
        yield connection.execution_options(**options)


@contextmanager
def writing(warehouse: Warehouse) -> Iterator[sa.Connection]:
    """One transaction, alone among the writers of this district; committed at the end, rolled back on any error.

    SQLite admits one writer anyway. On PostgreSQL an advisory lock does it, so that two publications of one night queue up instead of
    both computing the same next revision.
    """
    engine = warehouse.engine
    with door(engine), connected(engine, to_write=True) as connection, connection.begin():
        _require_in_place(connection)
        lock(connection, f"sifang district {warehouse.district}")
        yield connection


def lock(connection: sa.Connection, name: str) -> None:
    """Hold ``name`` until the transaction ends; does nothing on SQLite, whose write transactions exclude each other already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def place(address: str | Path) -> str:
    """Where a warehouse is or would be, for people."""
    return shown(_parse(address))


def is_begun(address: str | Path) -> bool:
    """Whether something may lie at an address: a file that does not exist would be made by looking into it."""
    parsed = _parse(address)
    return not _is_file(parsed) or Path(parsed.database or "").exists()


def _is_file(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _parse(address: str | Path) -> sa.URL:
    if isinstance(address, Path):
        # Made of its parts: in a text, a question mark in the path would begin the options.
        return sa.URL.create("sqlite", database=str(address))
    try:
        parsed = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        # The address is not repeated: it may hold a password.
        raise WarehouseError("The address of the warehouse cannot be read.", _ADDRESSES) from None
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
            raise WarehouseError("A SQLite warehouse is a file.", _ADDRESSES)
        return parsed
    raise WarehouseError(f"{parsed.drivername!r} is not supported as a warehouse.", _ADDRESSES)


def _sqlite(url: sa.URL, *, to_look: bool) -> sa.Engine:
    assert url.database is not None
    file = Path(url.database)
    if os.path.isdir(file):  # noqa: PTH112 - says no, rather than raising, where nobody may look
        said = f"The warehouse at {addresses.shown(file)} is a folder, where a file of SQLite should be."
        raise WarehouseError(said, "Correct SIFANG_HOME or SIFANG_WAREHOUSE_URL, or give the folder another name; nothing is lost.")
    if to_look and read_only.is_bound(file):
        engine = read_only.engine(url, file, _json, _from_json)
        sa.event.listen(engine, "begin", _begin)
        return engine
    _prepare(file.parent)
    # The driver's own transactions begin late and lose updates when processes meet; ours begin explicitly, in `_begin`.
    arguments = {"isolation_level": None, "timeout": BUSY_SECONDS}
    engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True, json_serializer=_json, json_deserializer=_from_json)
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "connect", partial(_note_file, file=file))
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"The folder {addresses.shown(folder)} cannot be created ({error.strerror}).", "Choose another place for the warehouse."
        ) from error


def _postgresql(url: sa.URL) -> sa.Engine:
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    how = {"json_serializer": _json, "json_deserializer": _from_json}
    engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True, pool_pre_ping=True, **how)
    sa.event.listen(engine, "checkin", _as_the_server_says)
    return engine


# NaN is no JSON, and Chinese stays readable.
_json = partial(dumps, ensure_ascii=False, allow_nan=False, sort_keys=True)


def _from_json(text: str | bytes) -> object:
    try:
        return loads(text)
    except ValueError:
        raise unreadable_value(text) from None


def _as_the_server_says(connection: psycopg.Connection | None, _record: object) -> None:
    # After a reading transaction SQLAlchemy asks for writing ones by name, which overrides a default of the role or the database.
    if connection is not None and not connection.closed:
        connection.read_only = None


def _note_file(_connection: sqlite3.Connection, record: ConnectionPoolEntry, file: Path) -> None:
    record.info[_FILE] = _number(file)


def _number(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _require_in_place(connection: sa.Connection) -> None:
    """Pass when the file that a connection has open still is the warehouse: what is written to one that was moved away is lost."""
    opened, engine = connection.info.get(_FILE), connection.engine
    if opened is not None and _number(Path(engine.url.database or "")) != opened:
        raise warehouse_fault(shown(engine.url), Fault.NOT_THERE, "its file was moved or replaced while it was open")


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
    # The busy timeout does not cover the first switch to WAL: processes that open a new file at once would fail.
    give_up_at = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > give_up_at:
                raise
            sleep(0.02)


def _begin(connection: sa.Connection) -> None:
    # IMMEDIATE takes the write lock before the first read, so nothing read can be stale when it is written back. Readers must not take it.
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(_READ_ONLY) else "BEGIN IMMEDIATE")
