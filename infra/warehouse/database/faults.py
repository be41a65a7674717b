"""The one door through which errors of the warehouse leave it: each as one of the kinds of ``infra.errors``, with the remedy of that kind.

Belongs here: what SQLAlchemy, SQLite and PostgreSQL raise, in our words. Does not: waiting for what passes by itself (``outages``), the
kinds (``infra.errors``).

No remedy ever advises to delete: what looks lost may be a mount that is missing, a right that was taken, a server that is starting.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import Final
from urllib.parse import quote_plus

import sqlalchemy as sa

from infra import addresses
from infra.errors import Fault, SifangError, StoreError
from transforms.district.addresses import looks_secret

BUSY_SECONDS: Final = 30
_MASK: Final = "***"
UPGRADE_REMEDY: Final = "Run: sifang db upgrade"

_WHAT: Final = {
    Fault.NOT_THERE: "is not there",
    Fault.NO_RIGHTS: "may not be used so by this user",
    Fault.DAMAGED: "holds what cannot be understood",
    Fault.FULL: "has no room left",
    Fault.AWAY: "does not answer",
}
_REMEDIES: Final = {
    Fault.NOT_THERE: "Check SIFANG_HOME and SIFANG_WAREHOUSE_URL, that the disk is mounted and the database exists; if it is lost, "
    "restore a backup.",
    Fault.NO_RIGHTS: "Give the user who runs Sifang, or its role in the database, the right to it, or run this as one who has it; nothing "
    "is lost.",
    Fault.DAMAGED: "Restore it from a backup. Leave what is there as it is until then.",
    Fault.FULL: "Make room on the warehouse's disk or raise the quota, then run this again; what was whole before still is.",
    Fault.AWAY: "See whether the server runs and its address is right, then run this again: nothing is half written.",
}
_BUSY_REMEDY: Final = "Wait for it, then run this again: nothing is half written."
_TOO_OLD_REMEDY: Final = f"{UPGRADE_REMEDY}. If that finds nothing to do, tables were lost: restore a backup."


class WarehouseError(SifangError):
    """The warehouse cannot be reached, is too old, or refuses what it was handed."""

    @property
    def may_pass(self) -> bool:
        """Whether the same may go well in a moment."""
        return True


class WarehouseFaultError(StoreError, WarehouseError):
    """The warehouse cannot be used. ``fault`` is the kind; ``waited`` says that an outage was waited for as long as anybody would."""

    waited = False

    @property
    def may_pass(self) -> bool:
        """An outage passes; but one that has outlasted all patience is not begun anew."""
        return self.fault is Fault.AWAY and not self.waited


# SQLite's own codes; what stands nowhere is no fault of the store.
_SQLITE: Final = {
    **dict.fromkeys((sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_AUTH), Fault.NO_RIGHTS),
    **dict.fromkeys((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_IOERR), Fault.DAMAGED),
    **dict.fromkeys((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL), Fault.AWAY),
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_CANTOPEN: Fault.NOT_THERE,
}
# Of an error of input and output these were about writing: a quota or a limit of file sizes says so, an exhausted disk at times too.
_SQLITE_WRITES: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_CLOSE,
    }
)
# PostgreSQL's codes, by the longest beginning that is listed. 42P01 and 42703 (no such table or column) are told apart before.
_POSTGRESQL: Final = {
    "08": Fault.AWAY,  # the connection broke
    "25006": Fault.NO_RIGHTS,  # read-only, by a standby or by default
    "25P03": Fault.AWAY,  # the server ended an idle transaction
    "28": Fault.NO_RIGHTS,
    "3D": Fault.NOT_THERE,
    "3F": Fault.NOT_THERE,
    "40001": Fault.AWAY,  # two transactions met, and this one was undone
    "40P01": Fault.AWAY,
    "42501": Fault.NO_RIGHTS,
    "53100": Fault.FULL,
    "53300": Fault.AWAY,  # too many connections
    "55P03": Fault.AWAY,
    "57P": Fault.AWAY,  # shut down, crashed, starting, dropped under our feet
    "57P04": Fault.NOT_THERE,
    "58": Fault.DAMAGED,
    "XX": Fault.DAMAGED,
}
# Data that does not fit its type, and constraints.
_OF_VALUES: Final = ("22", "23")
# Refused connections bear no code. The server may speak another language: what is not recognised is taken for an outage.
_SAID: Final = (
    (re.compile(r"password authentication failed|no password supplied|no pg_hba\.conf entry|role .* does not exist|[Pp]eer auth"), "28"),
    (re.compile(r"database .* does not exist|Name or service not known|nodename nor servname|No address associated"), "3D"),
    (re.compile(r"permission denied for database|Permission denied"), "42501"),
)
_NO_SUCH_TABLE: Final = re.compile(r"no such (table|column)|has no column named|relation .* does not exist")


@contextmanager
def door(engine: sa.Engine) -> Iterator[None]:
    """Turn whatever a driver or SQLAlchemy raises into the error of its kind."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, driver_error(engine)) as error:
        raise _told(engine, _first(error, driver_error(engine))) from error


def driver_error(engine: sa.Engine) -> type[Exception]:
    """The class of the driver's own errors: COPY goes past SQLAlchemy, so its errors arrive as these."""
    error: type[Exception] = engine.dialect.loaded_dbapi.Error
    return error


def warehouse_fault(where: str, fault: Fault, detail: str, what: str | None = None, remedy: str | None = None) -> WarehouseFaultError:
    """The error of one kind. ``detail`` is said in brackets."""
    return WarehouseFaultError(fault, f"The warehouse at {where} {what or _WHAT[fault]} ({detail}).", remedy or _REMEDIES[fault])


def shown(url: sa.URL) -> str:
    """Where a warehouse is, for people: a file, or an address without its password, wherever in it that stands."""
    if url.get_backend_name() == "sqlite":
        return addresses.shown(url.database or "")
    query = {name: _MASK if looks_secret(name, "") else value for name, value in url.query.items()}
    # The library takes the mask for text that it has to quote.
    return addresses.shown(url.set(query=query).render_as_string(hide_password=True).replace(quote_plus(_MASK), _MASK))


def unreadable_value(text: object) -> WarehouseFaultError:
    """The error of a stored value that this program never wrote: bytes that changed where they lie. The value itself is not repeated."""
    length = len(text) if isinstance(text, str | bytes) else 0
    return WarehouseFaultError(Fault.DAMAGED, f"The warehouse holds a value of {length} characters that is none.", _REMEDIES[Fault.DAMAGED])


def _first(error: BaseException, driver: type[Exception]) -> BaseException:
    """The error that came first: rolling back over a connection that is gone raises another one, which says less."""
    while isinstance(error.__context__, sa.exc.DBAPIError | driver) and _cause(error) is not error.__context__:
        error = error.__context__
    return error


def _cause(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error


def _told(engine: sa.Engine, error: BaseException) -> WarehouseError:
    cause, where = _cause(error), shown(engine.url)
    line = (str(cause).strip().splitlines() or [type(cause).__name__])[0].strip().rstrip(".")
    if str(getattr(cause, "sqlstate", None)).startswith(_OF_VALUES):
        # The server repeats the value that it does not like.
        line = type(cause).__name__
    if _NO_SUCH_TABLE.search(line) and not _is_refused_connection(cause):
        return WarehouseError(f"The warehouse lacks a table or column ({line}).", _TOO_OLD_REMEDY)
    if isinstance(error, sa.exc.TimeoutError):
        return warehouse_fault(where, Fault.AWAY, "every connection of this process is in use")
    if isinstance(cause, sqlite3.Error):
        return _told_of_sqlite(Path(engine.url.database or ""), where, cause, line)
    fault = _kind_of_postgresql(cause, line)
    if fault is None:
        return WarehouseError(f"The warehouse refused a statement ({line}).")
    if getattr(cause, "sqlstate", None) == "25006":
        what = "takes no writes: it is a standby, or read-only for this role"
        return warehouse_fault(where, fault, line, what, "Give the address of the primary and a role that may write; nothing is lost.")
    return warehouse_fault(where, fault, line)


def _kind_of_postgresql(cause: BaseException, line: str) -> Fault | None:
    code = getattr(cause, "sqlstate", None)
    if code is None and _is_refused_connection(cause):
        code = next((code for pattern, code in _SAID if pattern.search(line)), "08")
    if code is None:
        return None
    return next((_POSTGRESQL[code[:n]] for n in range(len(code), 1, -1) if code[:n] in _POSTGRESQL), None)


def _is_refused_connection(cause: BaseException) -> bool:
    """Whether there is no connection, or none any more: the driver's own operational error, for which no server gave a code."""
    return not isinstance(cause, sqlite3.Error) and getattr(cause, "sqlstate", "") is None and type(cause).__name__ == "OperationalError"


def _told_of_sqlite(file: Path, where: str, cause: sqlite3.Error, line: str) -> WarehouseError:
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_OK)
    fault = _SQLITE.get(code & 0xFF)
    if fault is None:
        return WarehouseError(f"The warehouse refused a statement ({line}).")
    if fault is Fault.AWAY:
        what = f"was held by another process for more than {BUSY_SECONDS} seconds"
        return warehouse_fault(where, fault, line, what, _BUSY_REMEDY)
    if code == sqlite3.SQLITE_READONLY_DBMOVED or (code & 0xFF == sqlite3.SQLITE_CANTOPEN and not _is_there(file)):
        return warehouse_fault(where, Fault.NOT_THERE, line)
    if code & 0xFF == sqlite3.SQLITE_CANTOPEN:
        return warehouse_fault(where, Fault.NO_RIGHTS, line)
    if code & 0xFF == sqlite3.SQLITE_IOERR and (code in _SQLITE_WRITES or _is_full(file)):
        return warehouse_fault(where, Fault.FULL, line, "could not be written")
    return warehouse_fault(where, fault, line)


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        # A folder on the way may not be looked into.
        return True


def _is_full(file: Path) -> bool:
    try:
        return disk_usage(file.parent).free < 1 << 20
    except OSError:
        return False
