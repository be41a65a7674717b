"""Filling an empty place from a backup.

Belongs here: proving a backup, what may be filled, the order, recognising one that was cut short. Does not: making one (``making``).

The warehouse comes last and in one transaction: until then there are lakes without a warehouse, beside which nothing is begun. A note in
the home says that a restore is going on; whoever is killed leaves it, and the same restore may be run again over what lies there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from infra import addresses, clock, progress
from infra.accord.erasing import Stored, apply
from infra.accord.pair import Pair
from infra.backup import known, manifest, note
from infra.backup.manifest import LAKES, LANDING, Kept, Manifest
from infra.errors import SifangError
from infra.lake.copying import in_order, is_bare, put_back
from infra.lake.faults import damaged
from infra.lake.lake import Lake
from infra.lake.opening import open_shelf
from infra.settings import Settings
from infra.warehouse.copying import fill, is_empty
from infra.warehouse.database.engine import Engine, Warehouse, connect, is_begun, place
from infra.warehouse.keeping.erasures import is_unfinished
from infra.warehouse.keeping.locks import held
from infra.warehouse.upgrade import current_revision, revisions, upgrade
from infra.whole_files import write_file


@dataclass(frozen=True)
class _Place:
    """Where a backup goes, and what of it."""

    settings: Settings
    folder: Path
    told: Manifest

    def lake_names(self, code: str) -> list[str]:
        """The files of a district's lake, by their names on its shelf."""
        below = f"{LAKES}/{code}/"
        return in_order(f.name.removeprefix(below) for f in self.told.files if f.name.startswith(below))


def restore(settings: Settings, folder: Path) -> Manifest:
    """Fill the home, the lakes and the warehouse that the settings name from a backup; all of them must be empty.

    Returns:
        The manifest, of its districts what is there now: less than the backup holds where something was erased since.

    Raises:
        SifangError: it is no backup, or a damaged one; something lies where it would go; a store cannot be used.
    """
    folder = folder.expanduser().absolute()
    told = manifest.read(folder)
    if told.revision not in revisions():
        raise SifangError(f"The backup was made at revision {told.revision}, which this version does not know.", "Install a newer version.")
    here = _Place(settings, folder, told)
    with manifest.place(settings.home):
        erased = known.beside(folder)
        if note.begun(settings) != told.backup or not note.is_filled(settings):
            _fill(here)
            note.begin(settings, told.backup, filled=True)
        _erase(here, erased)
        there = _prove(here)
        known.remember(settings, told, folder)
        note.end(settings)
    return replace(told, districts=there)


def _fill(here: _Place) -> None:
    settings, folder, told = here.settings, here.folder, here.told
    _require_empty(here)
    manifest.prove(folder, told)
    note.begin(settings, told.backup)
    for kept in told.districts:
        code = kept.identity.district
        progress.tell(f"restoring the lake of {code}")
        put_back(_read(folder / LAKES / code, here.lake_names(code)), open_shelf(settings.lake(code)))
    for file in told.files:
        if file.name.startswith(f"{LANDING}/"):
            write_file(settings.home.resolve() / file.name, (folder / file.name).read_bytes())
    _warehouse(here)


def _erase(here: _Place, erased: Mapping[str, Collection[str]]) -> None:
    """Have go what was erased since the backup was made, before anybody reads: until then the note stops every verb."""
    engine = connect(here.settings.warehouse)
    try:
        for kept in here.told.districts:
            code = kept.identity.district
            warehouse = Warehouse(engine, code)
            stored = Stored(Pair(Lake(here.settings.lake(code)), warehouse, place(here.settings.warehouse)), here.settings.landing(code))
            if erased.get(code) or is_unfinished(warehouse):
                progress.tell(f"leaving out what was erased of {code}")
                with held(warehouse) as lease:
                    stored.pair.agree(None, clock.now())
                    apply(stored, lease, erased.get(code, frozenset()), clock.now())
    finally:
        engine.dispose()


def _require_empty(here: _Place) -> None:
    """Pass when nothing lies where the backup goes but what a restore of this very backup left."""
    settings = here.settings
    ours = note.begun(settings) == here.told.backup
    occupied = []
    for kept in here.told.districts:
        code = kept.identity.district
        shelf = open_shelf(settings.lake(code))
        if not is_bare(shelf, here.lake_names(code) if ours else ()):
            occupied.append(f"a lake at {shelf.shown}")
        if not ours and any(settings.landing(code).glob("*/*.parquet")):
            occupied.append(f"landed files at {addresses.shown(settings.landing(code))}")
    if is_begun(settings.warehouse):
        engine = connect(settings.warehouse)
        try:
            if not ours and not is_empty(engine):
                occupied.append(f"a warehouse at {place(settings.warehouse)}")
        finally:
            engine.dispose()
    if occupied:
        raise SifangError(
            f"A restore fills what is empty, and there is {', '.join(occupied)}. Nothing was restored.",
            "Name an empty home and an empty warehouse by SIFANG_HOME, SIFANG_LAKE_URL and SIFANG_WAREHOUSE_URL, or keep what is there "
            "elsewhere first.",
        )


def _read(below: Path, names: list[str]) -> Iterator[tuple[str, bytes]]:
    for done, name in enumerate(names):
        progress.tell("restoring a lake", done, len(names))
        yield name, (below / name).read_bytes()


def _warehouse(here: _Place) -> None:
    """Fill the warehouse at the schema of the backup, and bring it to today's; one that an earlier try has filled stays as it is."""
    engine = connect(here.settings.warehouse)
    try:
        if current_revision(engine) is None:
            upgrade(engine, here.told.revision)
        if is_empty(engine):
            _require_revision(engine, here.told.revision)
            fill(engine, ((part.table, _rows(here, number)) for number, part in enumerate(here.told.parts)))
        upgrade(engine)
    finally:
        engine.dispose()


def _require_revision(engine: Engine, revision: str) -> None:
    current = current_revision(engine)
    if current != revision:
        raise SifangError(
            f"The empty warehouse is at revision {current}, and the backup was made at {revision}.", "Name a database without tables."
        )


def _rows(here: _Place, number: int) -> Callable[[], pl.DataFrame]:
    def read() -> pl.DataFrame:
        progress.tell("restoring the warehouse", number, len(here.told.parts))
        return pl.read_parquet((here.folder / here.told.parts[number].file).read_bytes())

    return read


def _prove(here: _Place) -> tuple[Kept, ...]:
    """Look at what came of it as at any pair of stores; what is there now."""
    engine = connect(here.settings.warehouse)
    there = []
    try:
        for kept in here.told.districts:
            code = kept.identity.district
            progress.tell(f"proving the lake of {code}")
            lake = Lake(here.settings.lake(code))
            found = lake.verify(deep=True)
            if found.damaged:
                raise damaged(lake.shelf.shown, ", ".join(found.damaged))
            Pair(lake, Warehouse(engine, code), place(here.settings.warehouse)).look().require()
            there.append(replace(kept, rows=found.rows, sequence=lake.sequence()))
    finally:
        engine.dispose()
    return tuple(there)
