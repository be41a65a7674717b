"""A warehouse in another database, and the rights of those who use it there.

Belongs here: what ``sifang db copy`` and ``sifang db roles`` come to. Does not: rows as frames (``infra.warehouse.copying``), statements
about rights (``infra.warehouse.roles``), backups (``flows.repair.safekeeping``).
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from infra import progress
from infra.errors import SifangError
from infra.settings import Settings
from infra.warehouse.copying import Digest, copy_into, digests, is_empty, snapshot
from infra.warehouse.database.engine import Warehouse, connect, place
from infra.warehouse.keeping.locks import held
from infra.warehouse.roles import Granted, grant
from infra.warehouse.upgrade import require_current, upgrade


@dataclass(frozen=True)
class Copied:
    """What was copied, from where to where; every table was found equal."""

    source: str
    target: str
    districts: tuple[str, ...]
    tables: int
    rows: int


@dataclass(frozen=True)
class Roles:
    """The roles of a warehouse."""

    warehouse: str
    roles: tuple[Granted, ...]


def grant_roles(settings: Settings) -> Roles:
    """Make the roles of the warehouse that the settings name.

    Raises:
        WarehouseError: it is none of PostgreSQL, or whoever asks may make no roles.
    """
    engine = connect(settings.warehouse, patience=settings.warehouse_wait)
    try:
        require_current(engine)
        return Roles(place(settings.warehouse), grant(engine))
    finally:
        engine.dispose()


def copy(settings: Settings, to: str) -> Copied:
    """Fill an empty warehouse from the one that the settings name, and hold both against each other, table by table.

    Nobody writes meanwhile: every district is locked. The former warehouse stays as it is; nothing uses the new one until the settings
    name it.

    Raises:
        SifangError: the other warehouse is not empty, or the two are not equal, which is a defect; nothing uses it then.
        WarehouseError: one of them cannot be used, or a district is being written.
    """
    source, target = connect(settings.warehouse, patience=settings.warehouse_wait), connect(to, patience=settings.warehouse_wait)
    try:
        require_current(source)
        if not is_empty(target):
            raise SifangError(f"The warehouse at {place(to)} is not empty. Nothing was copied.", "Name a new database.")
        upgrade(target)
        with snapshot(source) as state:
            districts = tuple(one.identity.district for one in state.districts())
        with ExitStack() as locks:
            for code in districts:
                locks.enter_context(held(Warehouse(source, code)))
            with snapshot(source) as state:
                progress.tell("copying the warehouse")
                copy_into(state, target)
                ours = digests(state)
        with snapshot(target) as state:
            theirs = digests(state)
        _require_equal(ours, theirs, place(to))
    finally:
        source.dispose()
        target.dispose()
    rows = sum(one.rows for one in ours.values())
    return Copied(place(settings.warehouse), place(to), districts, len(ours), rows)


def _require_equal(ours: dict[str, Digest], theirs: dict[str, Digest], where: str) -> None:
    differ = sorted(name for name in ours if ours[name] != theirs.get(name))
    if differ:
        raise SifangError(f"The warehouse at {where} is not equal in {', '.join(differ)}.", "Do not use it; tell those who make Sifang.")
