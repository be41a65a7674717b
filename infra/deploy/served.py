"""What is served of a home: by which process, and where. The lock that says so ends with the process that holds it, however that ends.

Belongs here: the lock, the note beside it, the password of Prefect's server. Does not: what is served (``flows.serving``), the lock of a
district (``infra.warehouse.keeping.locks``).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.addresses import shown
from infra.errors import SifangError
from infra.outputs import door
from infra.settings import Settings
from infra.whole_files import write_file
from transforms.schema.plain import as_json, read_back


@dataclass(frozen=True)
class Served:
    """Who serves a home: a process, the address of its pages, and that of Prefect's server, which may be another's."""

    pid: int
    pages: str
    prefect: str


class AlreadyServedError(SifangError):
    """Another process serves this home."""


@contextmanager
def serving(settings: Settings, served: Served) -> Iterator[None]:
    """Be the one who serves a home, and say so in it.

    Raises:
        AlreadyServedError: another process does.
        StoreError: the home cannot be written.
    """
    with door(_folder(settings)):
        _folder(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(_lock(settings), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(lock, fcntl.LOCK_EX):
            raise _already(settings)
        write_file(_note(settings), as_json(served).encode())
        yield
    finally:
        os.close(lock)


def served(settings: Settings) -> Served | None:
    """Who serves a home at this moment; None where nobody does."""
    try:
        lock = os.open(_lock(settings), os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _taken(lock, fcntl.LOCK_SH) else _noted(settings)
    finally:
        os.close(lock)


def password(settings: Settings) -> str:
    """What Prefect's server asks for, made with the first one: whoever else is on the machine can reach its port, and so can a browser.

    Raises:
        StoreError: it cannot be written.
    """
    file = password_file(settings)
    if not file.is_file():
        with door(file):
            write_file(file, f"sifang:{secrets.token_urlsafe(24)}".encode())
    return file.read_text("ascii")


def password_file(settings: Settings) -> Path:
    """Where the password lies."""
    return _folder(settings) / "password"


def _taken(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _already(settings: Settings) -> AlreadyServedError:
    found = _noted(settings)
    by = f" by process {found.pid}, its pages at {found.pages}" if found else ""
    return AlreadyServedError(
        f"{shown(settings.home.resolve())} is served already{by}.", "Stop that one first, or set SIFANG_HOME to another home."
    )


def _noted(settings: Settings) -> Served | None:
    try:
        return read_back(Served, json.loads(_note(settings).read_text("utf-8")))
    except (OSError, ValueError):
        return None


def _folder(settings: Settings) -> Path:
    return settings.home.resolve() / "serving"


def _lock(settings: Settings) -> Path:
    return _folder(settings) / "lock"


def _note(settings: Settings) -> Path:
    return _folder(settings) / "served.json"
