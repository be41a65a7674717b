"""Bringing a warehouse to the schema of this version, and refusing to work with another one.

Belongs here: calling Alembic. Does not: the steps themselves (``infra.warehouse.migrations.versions``).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from infra.warehouse.engine import UPGRADE_REMEDY, Warehouse, WarehouseError, lock, reading, writing

_MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(engine: sa.Engine) -> None:
    """Apply every missing step, all in one transaction; processes that upgrade at once queue up."""
    with writing(Warehouse(engine, "*")) as connection:
        lock(connection, "sifang schema")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_revision(engine: sa.Engine) -> str | None:
    """The schema revision of this warehouse, or None for one without tables."""
    with reading(Warehouse(engine, "*")) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The schema revision this version of the program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def require_current(engine: sa.Engine) -> None:
    """Make sure that the warehouse has the schema of this version.

    Raises:
        WarehouseError: it is empty, older or newer.
    """
    current, head = current_revision(engine), head_revision()
    if current == head:
        return
    if current is None:
        raise WarehouseError("The warehouse has no tables yet.", UPGRADE_REMEDY)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current not in known:
        raise WarehouseError(
            f"The warehouse is at revision {current}, which this version does not know.", "Install the version that made it."
        )
    raise WarehouseError(f"The warehouse is at revision {current}, this version needs {head}.", UPGRADE_REMEDY)


def _config() -> Config:
    config = Config()
    # Alembic's options are subject to interpolation, and a folder name may hold a percent sign.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
