"""The stores of a district, opened once and closed by who opened them.

Belongs here: opening and closing. Does not: the value that rooms hand around (``context``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.stores.clock import Time, require_right_clock
from flows.stores.context import Context
from flows.stores.stores import Stores
from flows.stores.writing import require_no_change_of_keys
from infra.accord.sides import lake_alone
from infra.accord.verdict import compare
from infra.backup.note import require_none_begun
from infra.districts import folder as district_folder
from infra.districts.folder import DistrictFolder
from infra.errors import SifangError
from infra.lake.lake import Lake
from infra.private import keep_private, make_private
from infra.settings import Settings, key_at_hand
from infra.warehouse.database.engine import Warehouse, connect, is_begun, place
from infra.warehouse.upgrade import current_revision, require_current, upgrade


def open_context(code: str, settings: Settings | None = None) -> Context:
    """Open a district by its code. A warehouse that does not exist yet is made; one that is behind is not touched.

    Raises:
        SifangError: no such district, a faulty folder, a warehouse that cannot be reached or needs `sifang db upgrade`.
        DisagreementError: there is a lake, and no warehouse that could know it: none is begun beside it.
    """
    settings = settings or Settings()
    keep_private(settings.home.resolve())
    require_none_begun(settings)
    folder = _folder(code, settings)
    if not has_warehouse(settings):
        lake = _lake(folder, settings)
        compare(lake_alone(lake, folder.district.code, place(settings.warehouse))).require()
    return _open(folder, settings, place(settings.warehouse))


def _open(folder: DistrictFolder, settings: Settings, where: str, *, to_look: bool = False, stands_in: bool = False) -> Context:
    engine = connect(settings.warehouse, patience=settings.warehouse_wait, to_look=to_look)
    if current_revision(engine) is None:
        upgrade(engine)
    require_current(engine)
    stores = Stores(settings, Warehouse(engine, folder.district.code), _lake(folder, settings), where, stands_in=stands_in)
    return Context(stores, folder)


def require_no_lakes(settings: Settings) -> None:
    """Pass when no district has a lake that an empty warehouse would know nothing of.

    Raises:
        DisagreementError: one has.
        StoreError: the log of one is damaged or may not be read.
    """
    for code in district_folder.codes(settings.district_roots):
        lake = Lake(settings.lake(code), settings.lake_memory(code))
        compare(lake_alone(lake, code, place(settings.warehouse))).require()


def _folder(code: str, settings: Settings) -> DistrictFolder:
    return district_folder.load(district_folder.find(code, settings.district_roots))


def _require_own_key(context: Context) -> None:
    """Pass unless the key is the demo's, which everybody knows, and the district is no synthetic one."""
    if context.settings.has_demo_key and not context.district.synthetic:
        raise SifangError(
            f"SIFANG_KEY is the demo's own key, which everybody knows, and {context.code} is no synthetic district.",
            "Make one of your own with `sifang key new`.",
        )


def _lake(folder: DistrictFolder, settings: Settings) -> Lake:
    return Lake(settings.lake(folder.district.code), settings.lake_memory(folder.district.code))


@contextmanager
def opened(code: str, settings: Settings | None = None, whose_time: Time = Time.HOST) -> Iterator[Context]:
    """As ``open_context``, to write by a clock that can be right, into stores that belong together; closed at the end.

    Both are asked again under the lock (``flows.stores.writing``): here they are refused before anything costly is begun.

    Raises:
        ClockError: it cannot be.
        DisagreementError: they do not.
    """
    context = open_context(code, settings)
    try:
        _require_own_key(context)
        require_right_clock(context.warehouse, whose_time, context.district.catch_up)
        verdict = context.pair.look(key_at_hand(context.settings))
        if not verdict.goes_on:
            # Half way from one key to another each of the two is another one.
            require_no_change_of_keys(context)
        verdict.require()
        yield context
    finally:
        context.stores.close()


@contextmanager
def begun(code: str, settings: Settings, whose_time: Time) -> Iterator[Context]:
    """Open a district whatever its stores say of each other, and make a warehouse where none is: by a person's order alone.

    Raises:
        SifangError: no such district, a faulty folder, a warehouse that cannot be reached or needs `sifang db upgrade`.
    """
    require_none_begun(settings)
    context = _open(_folder(code, settings), settings, place(settings.warehouse))
    try:
        _require_own_key(context)
        require_right_clock(context.warehouse, whose_time, context.district.catch_up)
        yield context
    finally:
        context.stores.close()


@contextmanager
def looking(code: str, settings: Settings | None = None) -> Iterator[Context]:
    """Open a district only to look at it. Where no warehouse is, an empty one that vanishes stands in, so that nothing is written.

    Raises:
        SifangError: no such district, a faulty folder, a warehouse that cannot be reached or needs `sifang db upgrade`.
    """
    settings = settings or Settings()
    require_none_begun(settings)
    folder = _folder(code, settings)
    make_private()
    with TemporaryDirectory(prefix="sifang-") as own:
        there = has_warehouse(settings)
        seen = settings if there else settings.model_copy(update={"warehouse_url": f"sqlite:///{Path(own) / 'warehouse.db'}"})
        context = _open(folder, seen, place(settings.warehouse), to_look=there, stands_in=not there)
        try:
            yield context
        finally:
            context.stores.close()


@contextmanager
def aside(context: Context, folder: DistrictFolder) -> Iterator[Context]:
    """A district under another folder: its lake to read, and an empty warehouse that vanishes."""
    with TemporaryDirectory(prefix="sifang-") as own:
        engine = connect(Path(own) / "warehouse.db")
        try:
            upgrade(engine)
            yield Context(replace(context.stores, warehouse=Warehouse(engine, context.code)), folder)
        finally:
            engine.dispose()


def has_warehouse(settings: Settings) -> bool:
    """Whether there is a warehouse with tables. A SQLite file that does not exist is not made by asking.

    Raises:
        SifangError: it cannot be reached.
    """
    if not is_begun(settings.warehouse):
        return False
    engine = connect(settings.warehouse, patience=settings.warehouse_wait, to_look=True)
    try:
        return current_revision(engine) is not None
    finally:
        engine.dispose()
