"""A SQLite warehouse in a home that may be read and not written: rights taken away, or a disk that is mounted so.

Belongs here: whether a file is bound so, opening it, noticing that somebody else wrote it meanwhile. Does not: writable files (``engine``).

SQLite's journal wants two files beside the database, also of who only reads. Where they stand, a writer of another user may be at work and
they are shared with it. Where they are missing they cannot be made: then nobody writes, the file is read as one that does not change, and
whether it really did not is looked at before and after each look. A journal that a crash left without its index is read in a copy.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import sqlalchemy as sa

from infra.errors import Fault
from infra.warehouse.database.faults import BUSY_SECONDS, shown, warehouse_fault

_FROZEN: Final = "sifang_frozen_file"


def is_bound(file: Path) -> bool:
    """Whether a file is there that this user may not write, or not make another beside."""
    return file.is_file() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def engine(url: sa.URL, file: Path, to_json: Callable[[object], str], from_json: Callable[[str], object]) -> sa.Engine:
    """An engine for reading such a file."""
    own: TemporaryDirectory[str] | None = None
    frozen = not _beside(file, "-wal").exists()
    seen = file
    if not frozen and not _beside(file, "-shm").exists():
        own = TemporaryDirectory(prefix="sifang-")
        seen = _copied(file, Path(own.name))
    options = "mode=rw" if own else "mode=ro&immutable=1" if frozen else "mode=ro"
    address = f"{seen.absolute().as_uri()}?{options}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON").close()
        return connection

    made = sa.create_engine(
        url,
        creator=connect,
        poolclass=sa.NullPool,
        hide_parameters=True,
        json_serializer=to_json,
        json_deserializer=from_json,
        execution_options={_FROZEN: file if frozen else None},
    )
    if own is not None:
        weakref.finalize(made, own.cleanup)
    return made


@contextmanager
def unchanged(engine: sa.Engine) -> Iterator[None]:
    """Pass when a file that is read as one that does not change did not; nothing to do for any other."""
    file = engine.get_execution_options().get(_FROZEN)
    if file is None:
        yield
        return
    before = _stamp(file)
    yield
    if before != _stamp(file):
        what = "was written by somebody else while it was read without the right to lock it"
        raise warehouse_fault(shown(engine.url), Fault.AWAY, "another user's run", what, "Run this again.")


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _copied(file: Path, folder: Path) -> Path:
    for ending in ("", "-wal"):
        shutil.copyfile(_beside(file, ending), folder / f"warehouse.db{ending}")
    return folder / "warehouse.db"


def _stamp(file: Path) -> tuple[int, int, bool]:
    now = file.stat()
    return now.st_size, now.st_mtime_ns, _beside(file, "-wal").exists()
