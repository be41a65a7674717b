"""Fixtures every room may use: a real PostgreSQL, and an empty warehouse on each database.

Belongs here: what needs a server or is shared by rooms, and which suite runs what on which database. Does not: sample data of one room
(beside its tests).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from infra.warehouse.database import engine as warehouse_engine
from tests.helpers.databases import fill_with_tables, on_postgres
from tests.helpers.postgres import Postgres, serving
from tests.helpers.real_data import folder

# How long an example takes says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


# Whole nights, whole homes and whole commands: `make test` runs them on SQLite, the longer suite on PostgreSQL too. What speaks to the
# database itself (``tests/infra/warehouse``, ``views``, ``accord``) and everything else that asks for both runs on both at once.
POSTGRESQL_LATER = frozenset(
    {
        "tests/flows/cli/test_safekeeping.py",
        "tests/flows/nights/test_evaluate.py",
        "tests/flows/nights/test_night.py",
        "tests/flows/nights/test_replay.py",
        "tests/flows/test_no_text_is_kept.py",
    }
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what runs on PostgreSQL later, before anything is chosen by its marks."""
    for item in items:
        if item.path.relative_to(config.rootpath).as_posix() in POSTGRESQL_LATER and "postgresql" in item.name:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of this worker's own, started from the wheel and stopped at the end."""
    # Beside the base temporary folder rather than in it: with xdist that is the folder all workers share.
    shared = tmp_path_factory.getbasetemp().parent
    with serving(shared / "sifang-postgres.lock") as server:
        yield server.url


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of this test's own, which it may stop and start."""
    with serving(tmp_path_factory.getbasetemp().parent / "sifang-postgres.lock") as server:
        yield server


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
    with on_postgres(request.getfixturevalue("postgres_url")) as url:
        yield url


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
    fill_with_tables(empty_warehouse)
    return warehouse_engine.Warehouse(empty_warehouse, "weibin")
