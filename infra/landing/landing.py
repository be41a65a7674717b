"""Land: the typed values of a batch go to one immutable Parquet file, and go from there when its time is over.

Belongs here: the landed file, whose name holds the digest of its bytes. Does not: what is typed (``transforms.reports.types``), the
record of the batch (``infra.warehouse``). It is no archive: that is the city's own file, from which a batch is read again.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from infra.addresses import linked
from infra.errors import Fault, StoreError, kind_of
from infra.landing.faults import door, rotten
from transforms.reports.types import require_typed

KEPT_DAYS: Final = 14
# What a Parquet file says of itself at its end is less, whatever rows it holds.
_END_BYTES: Final = 1 << 20


def land(folder: Path, source: str, batch_id: str, rows: pl.DataFrame) -> None:
    """Write the typed rows of a batch (``CANDIDATES``), whose file is then there whole or not at all."""
    require_typed(rows)
    home = folder / source
    draft = home / f"{batch_id}.{os.getpid()}.draft"
    with door(home):
        home.mkdir(parents=True, exist_ok=True)
        try:
            _write(rows, linked(home) / draft.name)
            file = home / f"{batch_id}-{_digest_of(draft)}.parquet"
            earlier = [f for f in _files_of(folder, source, batch_id) if f != file]
            draft.replace(file)
            for other in earlier:
                other.unlink(missing_ok=True)
        finally:
            draft.unlink(missing_ok=True)


def _write(rows: pl.DataFrame, draft: Path) -> None:
    try:
        # What lies here two weeks need not be small: packing would save a sixth, and take half as long again.
        rows.write_parquet(draft, compression="uncompressed", statistics=False)
    except pl.exceptions.PolarsError as error:
        # Where the last bytes of a file find no room, the library says that something was wrong with them, and not what.
        if kind_of(error) is None and shutil.disk_usage(draft.parent).free < _END_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise


def withdraw(folder: Path, source: str, batch_id: str) -> None:
    """Remove the landed file of a batch that was refused after it had landed: nothing refers to it, and nothing refused is kept."""
    with door(folder / source):
        for file in _files_of(folder, source, batch_id):
            file.unlink(missing_ok=True)


def landed_rows(folder: Path, source: str, batch_id: str) -> pl.DataFrame | None:
    """The typed rows of a landed batch (``CANDIDATES``); None where its file is past its time.

    Raises:
        StoreError: it is there, and cannot be read or is not what was written.
    """
    with door(folder / source):
        file = next(_files_of(folder, source, batch_id), None)
        content = file.read_bytes() if file else b""
    if file is None:
        return None
    if _is_rotten(file, content):
        raise rotten(file)
    with door(file):
        return pl.read_parquet(io.BytesIO(content))


def rotten_files(folder: Path) -> list[Path]:
    """The landed files whose bytes are no more what was written."""
    with door(folder):
        return [f for f in sorted(folder.glob("*/*.parquet")) if _is_rotten(f, f.read_bytes())]


def landed_batches(folder: Path) -> set[tuple[str, str]]:
    """Source and batch of every landed file that is there."""
    with door(folder):
        return {(f.parent.name, f.stem.partition("-")[0]) for f in folder.glob("*/*.parquet")}


def rows_of(folder: Path, reports: Collection[str]) -> dict[str, pl.DataFrame]:
    """The rows of some reports, ``row, key_hash``, of every landed batch that holds one, by batch. One that cannot be read says nothing.

    Raises:
        StoreError: the folder may not be read.
    """
    found = {}
    for file, rows in _every(folder):
        if rows is not None and len(theirs := rows.filter(_of(reports))):
            found[file.stem.partition("-")[0]] = theirs.select("row", "key_hash")
    return found


def erase(folder: Path, reports: Collection[str]) -> None:
    """Write every landed batch anew without the rows of some reports. One that cannot be read may hold them, and goes, as drafts do.

    Raises:
        StoreError: one cannot be written.
    """
    for file, rows in _every(folder):
        if rows is None:
            with door(file):
                file.unlink(missing_ok=True)
        elif len(rest := rows.filter(~_of(reports))) < len(rows):
            land(folder, file.parent.name, file.stem.partition("-")[0], rest)
    with door(folder):
        for draft in folder.glob("*/*.draft"):
            draft.unlink(missing_ok=True)


def forget(folder: Path) -> None:
    """Delete every landed batch, and whatever is remembered beside them of where they came from: all of it is known by a key that goes.

    Raises:
        StoreError: one cannot be deleted.
    """
    with door(folder):
        for file in [*folder.glob("*/*"), *folder.glob("*.json")]:
            file.unlink(missing_ok=True)


def _every(folder: Path) -> Iterator[tuple[Path, pl.DataFrame | None]]:
    """Every landed file and its rows; None for one that cannot be read."""
    with door(folder):
        files = sorted(folder.glob("*/*.parquet"))
    for file in files:
        try:
            with door(file):
                yield file, pl.read_parquet(io.BytesIO(file.read_bytes()))
        except StoreError as error:
            if error.fault is not Fault.DAMAGED:
                raise
            yield file, None


def _of(reports: Collection[str]) -> pl.Expr:
    return pl.col("key_hash").is_in(pl.Series(sorted(reports), dtype=pl.String).implode()).fill_null(value=False)


def purge(folder: Path, older_than: dt.datetime, *, dry_run: bool) -> int:
    """Delete landed batches written before a moment, and drafts that a crash left; return how many files those are."""
    with door(folder):
        if not folder.is_dir():
            return 0
        old = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.stat().st_mtime < older_than.timestamp()]
        if not dry_run:
            for file in old:
                file.unlink(missing_ok=True)
    return len(old)


def _files_of(folder: Path, source: str, batch_id: str) -> Iterator[Path]:
    return (folder / source).glob(f"{batch_id}-*.parquet")


def _is_rotten(file: Path, content: bytes) -> bool:
    return file.stem.rpartition("-")[2] != _digest(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _digest_of(file: Path) -> str:
    """The same of a file, without holding it."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:32]
