"""The backups that a home knows of, and what stands beside each: the reports that were erased, so that a restore leaves them out.

Belongs here: remembering backups, telling them, looking whether they still hold such reports. Does not: erasing (``infra.accord.erasing``),
making and filling (``making``, ``restoring``).

The path of a backup is the operator's own word, kept as it was written, for nothing else finds it again; one that looks like personal data
is refused when the backup is made. A backup is never written anew: its files are as its manifest says. So it goes on holding what was
erased since, and is named for that; the list beside it is no part of it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import polars as pl

from infra import addresses
from infra.backup import manifest
from infra.backup.manifest import LAKES, LANDING, Manifest
from infra.errors import SifangError
from infra.settings import Settings
from infra.whole_files import write_file

BESIDE: Final = "erased.json"
# How a backup stands to what was erased.
Holds: TypeAlias = Literal["nothing", "erased", "other key", "unreachable"]


@dataclass(frozen=True)
class Known:
    """A backup that was made from a home, or restored into it."""

    backup: str
    folder: str
    made_at: dt.datetime


@dataclass(frozen=True)
class Told:
    """A backup, whether it still holds erased reports, and how many."""

    backup: str
    folder: str
    made_at: dt.datetime
    holds: Holds
    reports: int


def known(settings: Settings) -> tuple[Known, ...]:
    """The backups that the home knows of, oldest first; a list that cannot be understood is none."""
    try:
        told = json.loads(settings.backups.read_bytes())
        return tuple(Known(str(k["backup"]), str(k["folder"]), dt.datetime.fromisoformat(k["made_at"])) for k in told)
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def remember(settings: Settings, made: Manifest, folder: Path) -> bool:
    """Remember a backup; False where the home cannot be written, as on a copy of it that may only be read."""
    folder = folder.expanduser().absolute()
    others = [k for k in known(settings) if k.backup != made.backup]
    every = sorted([*others, Known(made.backup, str(folder), made.made_at)], key=lambda k: (k.made_at, k.backup))
    lines = [{"backup": k.backup, "folder": k.folder, "made_at": k.made_at.isoformat()} for k in every]
    try:
        write_file(settings.backups, json.dumps(lines).encode())
    except (OSError, UnicodeEncodeError):
        return False
    return True


def tell(folder: Path, erased: Mapping[str, Collection[str]]) -> None:
    """Write beside a backup which reports of each district were erased, together with what stands there.

    Raises:
        OSError: the folder cannot be written.
    """
    before = beside(folder)
    codes = sorted({*before, *erased})
    both = {code: sorted({*before.get(code, ()), *erased.get(code, ())}) for code in codes}
    if any(set(both[code]) != set(before.get(code, ())) for code in codes):
        write_file(folder / BESIDE, json.dumps(both).encode())


def beside(folder: Path) -> dict[str, frozenset[str]]:
    """The reports of each district that were erased since a backup was made.

    Raises:
        SifangError: the list is there, and cannot be understood.
    """
    try:
        told = json.loads((folder / BESIDE).read_bytes())
        return {str(code): frozenset(str(report) for report in reports) for code, reports in told.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise SifangError(
            f"{addresses.shown(folder / BESIDE)}, which says what was erased since, is damaged. Nothing was restored.",
            "Use another copy of this backup, or put the list of a newer backup in its place.",
        ) from error


def erased_beside(settings: Settings, code: str, fingerprint: str, known_already: Collection[str]) -> frozenset[str]:
    """The reports of a district of which a backup that the home knows says that they were erased, and that are not known already.

    Stores that were put back from a copy by other means than a restore have forgotten them. A backup that cannot be reached says nothing,
    and of one under another key nobody knows which reports it means.
    """
    found: set[str] = set()
    for one in known(settings):
        with suppress(OSError, SifangError):
            if more := beside(Path(one.folder)).get(code, frozenset()) - set(known_already):
                keys = {kept.identity.district: kept.identity.fingerprint for kept in manifest.read(Path(one.folder)).districts}
                found |= more if keys.get(code) == fingerprint else set()
    return frozenset(found)


def tell_all(settings: Settings, erased: Mapping[str, Collection[str]], fingerprints: Mapping[str, str]) -> tuple[Told, ...]:
    """Tell every known backup what was erased, and look what it still holds of that; ``fingerprints`` are of each district's key now."""
    return tuple(_told(one, erased, fingerprints) for one in known(settings))


def _told(one: Known, erased: Mapping[str, Collection[str]], fingerprints: Mapping[str, str]) -> Told:
    folder = Path(one.folder)
    try:
        found = manifest.read(folder)
        if found.backup != one.backup:
            raise FileNotFoundError(folder)
        for kept in found.districts:
            if erased.get(kept.identity.district) and kept.identity.fingerprint != fingerprints.get(kept.identity.district):
                # Under another key nobody knows which of its reports these are.
                return Told(one.backup, addresses.shown(folder), one.made_at, "other key", 0)
        held = _held(folder, erased)
        tell(folder, erased)
    except (OSError, SifangError, pl.exceptions.PolarsError):
        return Told(one.backup, addresses.shown(folder), one.made_at, "unreachable", 0)
    return Told(one.backup, addresses.shown(folder), one.made_at, "erased" if held else "nothing", held)


def _held(folder: Path, erased: Mapping[str, Collection[str]]) -> int:
    """How many of these reports lie in a backup: in the lakes, or in what landed."""
    held = 0
    for code, reports in erased.items():
        wanted = pl.Series(sorted(reports), dtype=pl.String).implode()
        found: set[str] = set()
        for below, column in ((f"{LAKES}/{code}", "report_id"), (f"{LANDING}/{code}", "key_hash")):
            for file in (f for f in (folder / below).rglob("*.parquet") if "_delta_log" not in f.parts):
                ids = pl.read_parquet(io.BytesIO(file.read_bytes()), columns=[column], hive_partitioning=False)
                found |= set(ids.filter(pl.col(column).is_in(wanted))[column])
        held += len(found)
    return held
