"""Roles of PostgreSQL with the rights that each needs, and no others.

Belongs here: the four roles, what they may do, granting it. Does not: which view is for whom (``infra.views.files``), people and their
passwords, which are the city's own.

The roles are groups that nobody signs in as: a person or a program gets a login of its own that is a member of one. Views read the tables
by the right of their owner, so whoever reads views needs no right on tables. They are barriers as well: without that, a function that a
reader makes for himself could be asked about rows before a view leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from infra.views.files import Tier, names, of_tier
from infra.warehouse.database.engine import Warehouse, WarehouseError, lock, writing
from infra.warehouse.tables import metadata

WRITER, OPERATOR, STAFF, SHARED = ROLES = ("sifang_writer", "sifang_operator", "sifang_staff", "sifang_shared")
_ALL: Final = "SELECT, INSERT, UPDATE, DELETE"
# What people do about alerts, what leaves the house because of it, and who asked for ticket numbers.
_ACTED_ON: Final = ("alerts", "alert_events", "deliveries", "lookups", "outbox", "silences", "sweeps")


@dataclass(frozen=True)
class Granted:
    """A role, and on how many tables and views it has a right."""

    role: str
    tables: int
    views: int


def grant(engine: sa.Engine) -> tuple[Granted, ...]:
    """Make the roles that are missing, and give each its rights and no others, all in one transaction; repeating it changes nothing.

    Raises:
        WarehouseError: the warehouse is no PostgreSQL, or whoever asks may make no roles.
    """
    if engine.dialect.name != "postgresql":
        raise WarehouseError(
            "A warehouse in a file has no roles: who may read the file reads all of it.",
            "Keep the file to yourself, and give each tier a file of its own: `sifang db extract --tier shared --out FILE`.",
        )
    with writing(Warehouse(engine, "*")) as connection:
        lock(connection, "sifang schema")
        for statement in _statements(connection):
            connection.exec_driver_sql(statement)
    every = len(metadata.tables)
    return (
        Granted(WRITER, every, len(names())),
        Granted(OPERATOR, every, len(names())),
        Granted(STAFF, 0, len(of_tier(Tier.STAFF))),
        Granted(SHARED, 0, len(of_tier(Tier.SHARED))),
    )


def _statements(connection: sa.Connection) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    schema = quote(str(connection.exec_driver_sql("SELECT current_schema()").scalar_one()))
    there = set(connection.exec_driver_sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'sifang%%'").scalars())
    for role in ROLES:
        if role not in there:
            yield f"CREATE ROLE {role} NOLOGIN"
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
        yield f"REVOKE ALL ON SCHEMA {schema} FROM {role}"
        yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    tables = [quote(name) for name in sorted(metadata.tables)]
    yield _on(_ALL, tables, WRITER)
    yield _on("SELECT", [*tables, "alembic_version"], OPERATOR)
    yield _on("SELECT", ["alembic_version"], WRITER)
    yield _on(_ALL, _ACTED_ON, OPERATOR)
    for view in names():
        yield f"ALTER VIEW {view} SET (security_barrier = true)"
    for role in (WRITER, OPERATOR, STAFF):
        yield _on("SELECT", of_tier(Tier.STAFF), role)
    yield _on("SELECT", of_tier(Tier.SHARED), SHARED)


def _on(rights: str, things: Sequence[str], role: str) -> str:
    return f"GRANT {rights} ON {', '.join(things)} TO {role}"
