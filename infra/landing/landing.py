"""Land: the typed values of a batch go to one immutable Parquet file, and go from there when its time is over.

Belongs here: the landed file. Does not: what is typed (``transforms.reports.types``), the record of the batch (``infra.warehouse``). It
is no archive: that is the city's own file, from which a batch is read again.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import polars as pl

from infra.addresses import linked
from infra.landing.faults import door
from transforms.reports.types import require_typed


def land(folder: Path, source: str, batch_id: str, rows: pl.DataFrame) -> None:
    """Write the typed rows of a batch (``CANDIDATES``), whose file is then there whole or not at all."""
    require_typed(rows)
    file = _landed_file(folder, source, batch_id)
    draft = file.with_suffix(f".{os.getpid()}.draft")
    with door(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Hashes do not get smaller, and what lies here two weeks need not: lz4 takes half the time.
            rows.write_parquet(linked(draft.parent) / draft.name, compression="lz4", statistics=False)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)


def withdraw(folder: Path, source: str, batch_id: str) -> None:
    """Remove the landed file of a batch that was refused after it had landed: nothing refers to it, and nothing refused is kept."""
    with door(file := _landed_file(folder, source, batch_id)):
        file.unlink(missing_ok=True)


def landed_rows(folder: Path, source: str, batch_id: str) -> pl.DataFrame | None:
    """The typed rows of a landed batch (``CANDIDATES``); None where its file is past its time.

    Raises:
        StoreError: it is there, and cannot be read.
    """
    with door(file := _landed_file(folder, source, batch_id)):
        return pl.read_parquet(linked(file.parent) / file.name) if file.is_file() else None


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


def _landed_file(folder: Path, source: str, batch_id: str) -> Path:
    return folder / source / f"{batch_id}.parquet"
