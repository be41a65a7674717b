"""Keeping a copy of everything that cannot be made again, and beginning again from one.

Belongs here: what ``sifang backup`` and ``sifang restore`` come to. Does not: the copies themselves (``infra.backup``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infra import addresses, clock
from infra.backup.known import Told, remember, tell_all
from infra.backup.making import make
from infra.backup.manifest import LANDING, Kept, Manifest
from infra.backup.restoring import restore as restore_from
from infra.errors import SifangError
from infra.keys import fingerprint, of_the_demo
from infra.private import keep_private, make_private
from infra.settings import Settings, key_at_hand
from infra.warehouse.database.engine import connect, place
from infra.warehouse.keeping.erasures import erased_everywhere
from infra.warehouse.keeping.identities import fingerprints
from infra.whole_files import write_file


@dataclass(frozen=True)
class KeptDistrict:
    """A district in a backup: the rows and newest commit of its lake, its published nights, the fingerprint of its key."""

    district: str
    lake_rows: int
    lake_seq: int | None
    nights: int
    newest_night: dt.date | None
    fingerprint: str


@dataclass(frozen=True)
class BackedUp:
    """A backup that was made, or proved and restored. ``warehouse`` is where its rows came from or went to.

    ``holding`` are known backups that still hold reports which were erased, or that cannot be asked. One that is not known, because the
    home cannot be written, will not be told what is erased later.
    """

    folder: str
    backup: str
    made_at: dt.datetime
    warehouse: str
    districts: tuple[KeptDistrict, ...]
    warehouse_rows: int
    landed_files: int
    files: int
    size_bytes: int
    other_key: bool = False
    holding: tuple[Told, ...] = ()
    is_known: bool = True


def backup(settings: Settings, folder: Path) -> BackedUp:
    """Copy the warehouse, the lakes of its districts and what landed; nights may run meanwhile.

    Raises:
        SifangError: the folder holds something, stores do not belong together, or one of them cannot be used.
    """
    make_private()
    made = make(settings, folder, clock.now())
    is_known = remember(settings, made, folder)
    # What could not be told an earlier backup when it was erased is told now, and this one by the way.
    others = tell_backups(settings) if is_known else ()
    return replace(_told(settings, folder, made), holding=tuple(one for one in others if one.holds != "nothing"), is_known=is_known)


def restore(settings: Settings, folder: Path) -> BackedUp:
    """Prove a backup, and fill an empty home and an empty warehouse from it.

    Raises:
        SifangError: it is no backup, a damaged one, or something lies where it would go.
    """
    keep_private(settings.home.resolve())
    made = restore_from(settings, folder)
    if {kept.identity.fingerprint for kept in made.districts} == {fingerprint(of_the_demo())}:
        # What the demo's key was enough for is invented, wherever it lies.
        write_file(settings.simulated, b"{}")
    return _told(settings, folder, made)


def tell_backups(settings: Settings, more: Mapping[str, frozenset[str]] | None = None) -> tuple[Told, ...]:
    """Tell every backup that the home knows of what was erased, and what is about to be: ``more`` reports by district."""
    engine = connect(settings.warehouse)
    try:
        erased = erased_everywhere(engine)
        every = {code: erased.get(code, frozenset()) | (more or {}).get(code, frozenset()) for code in {*erased, *(more or {})}}
        return tell_all(settings, every, fingerprints(engine))
    finally:
        engine.dispose()


def _told(settings: Settings, folder: Path, manifest: Manifest) -> BackedUp:
    return BackedUp(
        folder=addresses.shown(folder.expanduser().absolute()),
        backup=manifest.backup,
        made_at=manifest.made_at,
        warehouse=place(settings.warehouse),
        districts=tuple(map(_district, manifest.districts)),
        warehouse_rows=sum(part.rows for part in manifest.parts),
        landed_files=sum(file.name.startswith(f"{LANDING}/") for file in manifest.files),
        files=len(manifest.files),
        size_bytes=manifest.size,
        other_key=settings.key is not None and not _opens(settings, manifest),
    )


def _opens(settings: Settings, manifest: Manifest) -> bool:
    """Whether the key is that of a district in a backup; one that is none, or the demo's elsewhere, is of no district."""
    try:
        return key_at_hand(settings) in {kept.identity.fingerprint for kept in manifest.districts}
    except SifangError:
        return False


def _district(kept: Kept) -> KeptDistrict:
    return KeptDistrict(kept.identity.district, kept.rows, kept.sequence, kept.nights, kept.newest_night, kept.identity.fingerprint)
