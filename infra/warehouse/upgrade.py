"""Bringing a warehouse to the schema of this version, and refusing to work with another one.

Belongs here: calling Alembic. Does not: the steps themselves (``infra.warehouse.migrations.versions``).

Every command asks whether the schema is this version's, and nearly none has to change it: asking does not import Alembic.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from infra.warehouse.database.engine import UPGRADE_REMEDY, Warehouse, WarehouseError, lock, reading, writing

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")
_ALEMBICS_OWN = sa.table("alembic_version", sa.column("version_num", sa.String))


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Apply every missing step up to a revision, all in one transaction; processes that upgrade at once queue up.

    Raises:
        WarehouseError: the warehouse is of a version that this one does not know.
    """
    from alembic import command

    if (current := current_revision(engine)) is not None and current not in revisions():
        raise _unknown(current)
    with writing(Warehouse(engine, "*")) as connection:
        lock(connection, "sifang schema")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current_revision(engine: sa.Engine) -> str | None:
    """The schema revision of this warehouse, or None for one without tables."""
    with reading(Warehouse(engine, "*")) as connection:
        if not sa.inspect(connection).has_table(_ALEMBICS_OWN.name):
            return None
        revision: str | None = connection.scalar(sa.select(_ALEMBICS_OWN.c.version_num))
        return revision


def head_revision() -> str:
    """The schema revision this version of the program works with."""
    return revisions()[-1]


def revisions() -> list[str]:
    """Every revision, oldest first; the name of a step's file begins with its own."""
    return sorted(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


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
    if current not in revisions():
        raise _unknown(current)
    raise WarehouseError(f"The warehouse is at revision {current}, this version needs {head}.", UPGRADE_REMEDY)


def _unknown(current: str) -> WarehouseError:
    return WarehouseError(
        f"The warehouse is at revision {current}, which this version does not know.",
        "Install the version that made it, or begin a new home: the city's own files are read anew into it.",
    )


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    # Alembic's options are subject to interpolation, and a folder name may hold a percent sign.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
