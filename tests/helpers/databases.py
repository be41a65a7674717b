"""A new database on each kind of server, as a context.

Belongs here: making and dropping one. Does not: fixtures (``tests.conftest``), the server (``tests.helpers.postgres``).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def on_postgres(server_url: str) -> Iterator[str]:
    """The address of a new database without tables on a server."""
    server = sa.make_url(server_url).set(drivername="postgresql+psycopg")
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
