"""A new database on each kind of server, as a context, and with the tables of today.

Belongs here: making, dropping and filling one. Does not: fixtures (``tests.conftest``), the server (``tests.helpers.postgres``).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from infra.warehouse.database.engine import connect
from infra.warehouse.upgrade import upgrade


@contextmanager
def on_postgres(server_url: str) -> Iterator[str]:
    """The address of a new database without tables on a server."""
    server = sa.make_url(server_url)
    name = f"sifang_{secrets.token_hex(6)}"
    _run(server, f"CREATE DATABASE {name}")
    try:
        yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def fill_with_tables(engine: sa.Engine) -> None:
    """Give a new database the tables of today: a copy of one that was brought there, which takes a third of the time of its steps."""
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).write_bytes(_file_with_tables())
        return
    engine.dispose()
    server, name = engine.url.set(drivername="postgresql", database="postgres"), engine.url.database
    _run(server, f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {_template_with_tables(server)}")


@cache
def _file_with_tables() -> bytes:
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/warehouse.db")
        upgrade(engine)
        engine.dispose()
        return Path(folder, "warehouse.db").read_bytes()


@cache
def _template_with_tables(server: sa.URL) -> str:
    name = f"sifang_template_{secrets.token_hex(6)}"
    _run(server, f"CREATE DATABASE {name}")
    engine = connect(server.set(database=name).render_as_string(hide_password=False))
    upgrade(engine)
    engine.dispose()
    return name


def _run(server: sa.URL, *statements: str) -> None:
    admin = sa.create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
