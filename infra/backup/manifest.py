"""What a backup says of itself: what it holds, as of when, and the digest of each of its files.

Belongs here: the manifest, writing and reading it, proving files. Does not: making or restoring (the files beside this one).

The manifest is written last. A folder without one is no backup: the making of it was cut short.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from infra import addresses, progress
from infra.errors import Fault, SifangError, StoreError, kind_of
from infra.marks import Identity
from infra.whole_files import write_file
from transforms.schema.plain import as_json, read_back

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
WAREHOUSE: Final = "warehouse"
LAKES: Final = "lakes"
LANDING: Final = "landing"
_NAMED: Final = 5


@dataclass(frozen=True)
class File:
    """A file of a backup, by its place in the folder; ``sha256sum`` says the same of it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Kept:
    """A district in a backup: whose it is, the commit and rows of its lake, its published nights."""

    identity: Identity
    sequence: int | None
    rows: int
    nights: int
    newest_night: dt.date | None


@dataclass(frozen=True)
class Part:
    """Rows of a table of the warehouse, in one file."""

    table: str
    file: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """A whole backup. ``revision`` is the schema of the warehouse; ``parts`` stand in the order in which tables are filled."""

    format: int
    backup: str
    made_at: dt.datetime
    revision: str
    districts: tuple[Kept, ...]
    parts: tuple[Part, ...]
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """How many bytes its files are."""
        return sum(f.size for f in self.files)


def described(folder: Path, file: Path) -> File:
    """A file as a manifest names it."""
    return File(file.relative_to(folder).as_posix(), file.stat().st_size, _sha256(file))


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a backup that is whole."""
    write_file(folder / MANIFEST, as_json(manifest).encode())


def read(folder: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        SifangError: there is none, it cannot be understood, or it is of another version.
    """
    where = addresses.shown(folder)
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        found = read_back(Manifest, told)
    except FileNotFoundError:
        raise SifangError(
            f"{where} holds no finished backup: it has no {MANIFEST}.",
            "Name the folder that `sifang backup` was given; one that was cut short has no manifest and cannot be used.",
        ) from None
    except OSError as error:
        raise SifangError(f"The backup at {where} cannot be read ({error.strerror}).", "Check its path and your rights.") from error
    except (ValueError, ValidationError) as error:
        raise SifangError(
            f"The manifest of the backup at {where} is damaged.", "Use another copy of this backup, or an older one."
        ) from error
    if found.format != FORMAT:
        raise SifangError(f"The backup at {where} has format {found.format}; this version reads {FORMAT}.", "Use the version that made it.")
    return found


def prove(folder: Path, manifest: Manifest) -> None:
    """Hash every file of a backup.

    Raises:
        SifangError: some are lost or changed; the first are named.
    """
    damaged = []
    for done, file in enumerate(manifest.files):
        progress.tell("proving the backup", done, len(manifest.files))
        path = folder / file.name
        try:
            if path.stat().st_size != file.size or _sha256(path) != file.sha256:
                damaged.append(file.name)
        except OSError:
            damaged.append(file.name)
    if damaged:
        more = f" and {len(damaged) - _NAMED} more" if len(damaged) > _NAMED else ""
        raise SifangError(
            f"{len(damaged)} of {len(manifest.files)} files of the backup at {addresses.shown(folder)} are lost or damaged: "
            f"{', '.join(damaged[:_NAMED])}{more}. Nothing was restored.",
            "Use another copy of this backup, or an older one.",
        )


_REMEDIES: Final = {
    Fault.NOT_THERE: "Check that the disk is mounted.",
    Fault.NO_RIGHTS: "Give the user who runs Sifang the right to write there, or choose another place.",
    Fault.DAMAGED: "Check the disk.",
    Fault.FULL: "Make room on that disk, or choose another place.",
}


@contextmanager
def place(folder: Path) -> Iterator[None]:
    """Turn errors of the system about the folder of a backup, or about what is restored from it, into plain ones."""
    try:
        yield
    except OSError as error:
        fault = kind_of(error) or Fault.DAMAGED
        about = addresses.shown(error.filename or folder)
        raise StoreError(fault, f"{about} cannot be used ({error.strerror or error}).", _REMEDIES[fault]) from error


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
