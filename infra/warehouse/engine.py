"""Connections and transactions that behave the same on SQLite and PostgreSQL.

Belongs here: opening a warehouse, the pragmas and locks that keep concurrent writers honest, turning driver errors into plain ones.
Does not: tables and statements about them (one file per subject, listed in ``infra.warehouse.tables``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from json import dumps
from pathlib import Path
from time import monotonic, sleep

import sqlalchemy as sa

from infra import addresses
from infra.errors import SifangError

BUSY_SECONDS = 30
UPGRADE_REMEDY = "Run: sifang db upgrade"
_ADDRESSES = "Write sqlite:///path/warehouse.db or postgresql://user@host/database."
_READ_ONLY = "sifang_read_only"
_PRAGMAS = (f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=NORMAL", "foreign_keys=ON")


class WarehouseError(SifangError):
    """The warehouse cannot be reached, is too old, or refuses what it was handed."""


@dataclass(frozen=True)
class Warehouse:
    """A warehouse as one district sees it: every statement is about ``district`` and no other."""

    engine: sa.Engine
    district: str

    @property
    def shown(self) -> str:
        """Where it is, for people: a file, or an address without a password."""
        return _shown(self.engine.url)


def connect(address: str | Path) -> sa.Engine:
    """Open a warehouse and make sure that it answers.

    Args:
        address: a file of SQLite, or ``sqlite:///path`` or ``postgresql://…``; the driver of the latter is always psycopg 3.

    Returns:
        An engine. Dispose it when done.

    Raises:
        WarehouseError: the address is unusable or nothing answers there. Passwords never appear in the message.
    """
    parsed = _parse(address)
    shown = _shown(parsed)
    engine = _sqlite(parsed) if _is_file(parsed) else _postgresql(parsed)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except (sa.exc.DBAPIError, _driver_error(engine)) as error:
        engine.dispose()
        raise WarehouseError(
            f"The warehouse at {shown} does not answer ({_first_line(error)}).", "Check its address and rights."
        ) from error
    return engine


@contextmanager
def reading(warehouse: Warehouse) -> Iterator[sa.Connection]:
    """A connection for reading only: it sees one state of the warehouse throughout and never waits for a writer."""
    engine = warehouse.engine
    if engine.dialect.name == "postgresql":
        options: dict[str, object] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    else:
        options = {_READ_ONLY: True}
    with _plain_errors(engine), engine.connect() as connection:
        yield connection.execution_options(**options)


@contextmanager
def writing(warehouse: Warehouse) -> Iterator[sa.Connection]:
    """One transaction, alone among the writers of this district; committed at the end, rolled back on any error.

    SQLite admits one writer anyway. On PostgreSQL an advisory lock does it, so that two publications of one night queue up instead of
    both computing the same next revision.
    """
    with _plain_errors(warehouse.engine), warehouse.engine.begin() as connection:
        lock(connection, f"sifang district {warehouse.district}")
        yield connection


def lock(connection: sa.Connection, name: str) -> None:
    """Hold ``name`` until the transaction ends; does nothing on SQLite, whose write transactions exclude each other already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def place(address: str | Path) -> str:
    """Where a warehouse is or would be, for people."""
    return _shown(_parse(address))


def is_begun(address: str | Path) -> bool:
    """Whether something may lie at an address: a file that does not exist would be made by looking into it."""
    parsed = _parse(address)
    return not _is_file(parsed) or Path(parsed.database or "").is_file()


def _shown(url: sa.URL) -> str:
    return addresses.shown(url.database or "") if _is_file(url) else url.render_as_string(hide_password=True)


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


def _sqlite(url: sa.URL) -> sa.Engine:
    assert url.database is not None
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"The folder {addresses.shown(folder)} cannot be created ({error.strerror}).", "Choose another place for the warehouse."
        ) from error
    # The driver's own transactions begin late and lose updates when processes meet; ours begin explicitly, in `_begin`.
    arguments = {"isolation_level": None, "timeout": BUSY_SECONDS}
    engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True, json_serializer=_json)
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    return sa.create_engine(url, connect_args=arguments, hide_parameters=True, json_serializer=_json, pool_pre_ping=True)


# NaN is no JSON, and Chinese stays readable.
_json = partial(dumps, ensure_ascii=False, allow_nan=False, sort_keys=True)


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


def _driver_error(engine: sa.Engine) -> type[Exception]:
    error: type[Exception] = engine.dialect.loaded_dbapi.Error
    return error


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]


@contextmanager
def _plain_errors(engine: sa.Engine) -> Iterator[None]:
    # COPY bypasses SQLAlchemy, so its errors arrive as the driver's own.
    try:
        yield
    except (sa.exc.DBAPIError, _driver_error(engine)) as error:
        line = _first_line(error)
        if "no such table" in line or "no such column" in line or ("relation" in line and "does not exist" in line):
            raise WarehouseError(f"The warehouse lacks a table or column ({line}).", UPGRADE_REMEDY) from error
        if "database is locked" in line:
            raise WarehouseError(f"Another process held the warehouse for more than {BUSY_SECONDS} seconds.", "Try again.") from error
        raise WarehouseError(f"The warehouse refused a statement ({line}).") from error
