"""Alembic's environment: the connection comes from ``infra.warehouse.upgrade``, never from a settings file.

Belongs here: how steps run. Does not: which steps there are (``versions``).
"""

from __future__ import annotations

from alembic import context

from infra.warehouse.tables import metadata

# Our SQLite transactions begin explicitly, so its DDL rolls back like PostgreSQL's; Alembic assumes otherwise.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
