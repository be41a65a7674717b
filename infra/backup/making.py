"""Making a backup while nights run.

Belongs here: what is copied, in which order. Does not: what a backup says of itself (``manifest``), filling a place from one
(``restoring``).

The warehouse is copied first, in one snapshot, and then each lake as of the commit that this snapshot knows, though it may have gone on
meanwhile. So the copy is a pair that a kill at that very moment would have left: what a night was about to commit is announced and not
there. Landed files come last; one that the snapshot does not know of does no harm.
"""

from __future__ import annotations

import datetime as dt
import io
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from infra import addresses, progress
from infra.accord.pair import Pair
from infra.backup import manifest
from infra.backup.manifest import LAKES, LANDING, WAREHOUSE, Kept, Manifest, Part
from infra.errors import SifangError
from infra.lake.copying import copy
from infra.lake.lake import Lake
from infra.lake.opening import open_shelf
from infra.settings import Settings
from infra.warehouse.copying import snapshot
from infra.warehouse.database.engine import Engine, Warehouse, connect, is_begun, place
from infra.warehouse.keeping.identities import OfDistrict
from infra.warehouse.upgrade import head_revision, require_current
from infra.whole_files import write_file
from transforms.reports.privacy import personal_values

# As long as it lies there, the backup around it is not whole.
BEGUN: Final = "begun.json"


def make(settings: Settings, folder: Path, now: dt.datetime) -> Manifest:
    """Copy the warehouse, the lakes of its districts and what landed into a new or empty folder.

    Raises:
        SifangError: the folder holds something or lies in the home, there is nothing to keep, stores do not belong together, or one of them
            cannot be used.
    """
    folder = folder.expanduser().absolute()
    _require_fit(settings, folder)
    if not is_begun(settings.warehouse):
        raise SifangError(f"There is no warehouse at {place(settings.warehouse)}, so there is nothing to keep.", "Check SIFANG_HOME.")
    engine = connect(settings.warehouse)
    try:
        require_current(engine)
        with manifest.place(folder):
            _begin(folder)
            districts, parts = _warehouse(settings, engine, folder)
            for district in districts:
                _lake(settings, district, folder)
                _landed(settings, district.identity.district, folder)
            made = _described(folder, now, districts, parts)
            manifest.write(folder, made)
            (folder / BEGUN).unlink()
    finally:
        engine.dispose()
    return made


def _require_fit(settings: Settings, folder: Path) -> None:
    home = settings.home.resolve()
    if personal_values(pl.Series([addresses.shown(folder)]))[0]:
        raise SifangError(
            "The name of that folder looks like personal data.",
            "Name another one: its path is kept in the home, so that what is erased later is told to the backup.",
        )
    if folder.resolve().is_relative_to(home):
        raise SifangError(
            f"{addresses.shown(folder)} lies in the home that is to be kept, and would be lost with it.", "Name another disk."
        )
    with manifest.place(folder):
        if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not _is_cut_short(folder))):
            raise SifangError(f"{addresses.shown(folder)} holds something already.", "Name a folder that is not there yet, or is empty.")


def _is_cut_short(folder: Path) -> bool:
    """Whether all that lies in a folder is what the making of a backup left that was killed."""
    return (folder / BEGUN).is_file() and not (folder / manifest.MANIFEST).exists()


def _begin(folder: Path) -> None:
    """An empty folder, with a note that what lies in it is a backup half made: whoever is killed may begin again in the same one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_file(folder / BEGUN, b"{}")
    for name in (WAREHOUSE, LAKES, LANDING):
        if (folder / name).exists():
            shutil.rmtree(folder / name)


def _warehouse(settings: Settings, engine: Engine, folder: Path) -> tuple[tuple[OfDistrict, ...], tuple[Part, ...]]:
    """Copy every table in one snapshot; which districts it knows, and the parts."""
    with snapshot(engine) as shot:
        districts = shot.districts()
        if not districts:
            raise SifangError(
                f"The warehouse at {place(settings.warehouse)} knows no district, so there is nothing to keep.",
                "Check SIFANG_WAREHOUSE_URL.",
            )
        for district in districts:
            _require_whole(settings, engine, district.identity.district)
        parts: list[Part] = []
        tables = shot.tables()
        for done, name in enumerate(tables):
            progress.tell("copying the warehouse", done, len(tables))
            for number, rows in enumerate(shot.parts(name)):
                buffer = io.BytesIO()
                rows.write_parquet(buffer, compression="zstd", compression_level=1)
                part = Part(name, f"{WAREHOUSE}/{name}.{number}.parquet", len(rows))
                write_file(folder / part.file, buffer.getbuffer())
                parts.append(part)
    return districts, tuple(parts)


def _require_whole(settings: Settings, engine: Engine, code: str) -> None:
    """Pass when lake and warehouse belong together: a backup of what is broken would pass for a good one."""
    Pair(Lake(settings.lake(code)), Warehouse(engine, code), place(settings.warehouse)).look().require()


def _lake(settings: Settings, district: OfDistrict, folder: Path) -> None:
    if district.newest is None:
        return
    code = district.identity.district
    progress.tell(f"copying the lake of {code}")
    copy(open_shelf(settings.lake(code)), district.newest.sequence, open_shelf(str(folder / LAKES / code)))


def _landed(settings: Settings, code: str, folder: Path) -> None:
    landing = settings.landing(code)
    for file in sorted(landing.glob("*/*.parquet")):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            # Its time was over, or it was refused, in this very moment.
            continue
        write_file(folder / LANDING / code / file.relative_to(landing), content)


def _described(folder: Path, now: dt.datetime, districts: tuple[OfDistrict, ...], parts: tuple[Part, ...]) -> Manifest:
    kept = tuple(
        Kept(d.identity, d.newest.sequence if d.newest else None, d.newest.rows if d.newest else 0, d.nights, d.newest_night)
        for d in districts
    )
    files = tuple(manifest.described(folder, file) for file in _files(folder))
    return Manifest(manifest.FORMAT, secrets.token_hex(8), now, head_revision(), kept, parts, files)


def _files(folder: Path) -> Iterator[Path]:
    progress.tell("hashing the backup")
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and file != folder / BEGUN)
