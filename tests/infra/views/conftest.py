"""The warehouse that views are asked about, once on each database.

Belongs here: fixtures. Does not: filling it (``tests.helpers.dashboards``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import polars as pl
import pytest

from infra.warehouse.database.engine import Warehouse, connect
from infra.warehouse.upgrade import upgrade
from tests.helpers.dashboards import fill, tables_of
from tests.helpers.databases import on_postgres
from tests.helpers.publication import DISTRICT


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def dashboards(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Five weeks of nights; tests read it, and leave it as it is."""
    database: AbstractContextManager[str] = nullcontext(f"sqlite:///{tmp_path_factory.mktemp('views') / 'warehouse.db'}")
    if request.param == "postgresql":
        database = on_postgres(request.getfixturevalue("postgres_url"))
    with database as url:
        engine = connect(url)
        upgrade(engine)
        made = Warehouse(engine, DISTRICT)
        fill(made)
        yield made
        engine.dispose()


@pytest.fixture(scope="session")
def tables(dashboards: Warehouse) -> dict[str, pl.DataFrame]:
    """Its tables, as an independent calculation reads them."""
    return tables_of(dashboards)
