"""Joining small files and dropping old reports. Neither changes a number of a night that can still be replayed.

Belongs here: which files are written anew, which may be deleted and when. Does not: how long what is kept (``flows.upkeep``), commits
(``table``).

Both are killed anywhere and repeated: a commit is there or not, and what it leaves behind is swept up by the next purge. They must hold the
district's lock. A writer that lost it may have written files that no commit names yet; so before such files are deleted there is a commit,
and with it that writer's own must fail.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import polars as pl
from deltalake.exceptions import CommitFailedError

from infra import clock
from infra.errors import SifangError
from infra.lake import log
from infra.lake.faults import door
from infra.lake.lake import Lake
from infra.lake.packing import LakeFile, Packed, packed, scanned
from infra.marks import Deed

# A file of this size is read as fast as its rows allow; joining it with others would gain nothing.
LARGE_BYTES: Final = 64 << 20
# Whoever opened the lake before a commit may still read what the commit dropped. A replay of months takes hours, not a day.
HELD_BY_READERS: Final = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Purged:
    """What a purge came to: rows dropped, files deleted, and files that wait until nobody can be reading them."""

    rows: int
    files: int
    waiting: int


def compact(lake: Lake, token: str) -> int:
    """Join small files of a feed and month, which changes no row; return how many files there are less.

    Raises:
        StoreError: the lake is damaged or cannot be written.
        SifangError: another writer was first.
    """
    with door(lake.shelf.shown):
        small = sorted((f for f in lake.whole_files() if f.size < LARGE_BYTES), key=_place)
        groups = [files for _, group in groupby(small, key=_place) if len(files := list(group)) > 1]
        if groups:
            joined = (p for files in groups for p in packed(scanned(lake.shelf, files).collect()))
            _commit(lake, "compact", token, joined, [f for files in groups for f in files])
        return sum(len(files) - 1 for files in groups)


def _place(file: LakeFile) -> tuple[str, str]:
    return file.feed, file.month


def purge(lake: Lake, before: dt.date, token: str, *, dry_run: bool) -> Purged:
    """Drop the reports whose every version happened before a local day, and files that are of the table no more.

    A report goes whole or not at all: dropping only its newest version would bring an older one back to life.

    Raises:
        StoreError: the lake is damaged or cannot be written.
        SifangError: another writer was first.
    """
    with door(lake.shelf.shown):
        files = lake.whole_files()
        newest = pl.col("occurred_on").max().over("report_id")
        gone = scanned(lake.shelf, files).select("report_id", newest.alias("newest")).filter(~(pl.col("newest") >= before).fill_null(False))
        old = gone.select("report_id").collect()
        if len(old) and not dry_run:
            changed = [f for f in files if scanned(lake.shelf, [f]).join(old.lazy(), on="report_id", how="semi").limit(1).collect().height]
            left = (p for f in changed for p in packed(scanned(lake.shelf, [f]).join(old.lazy(), on="report_id", how="anti").collect()))
            _commit(lake, "purge", token, left, changed)
        return Purged(len(old), *_sweep(lake, token, fenced=len(old) > 0, dry_run=dry_run))


def _sweep(lake: Lake, token: str, *, fenced: bool, dry_run: bool) -> tuple[int, int]:
    """Delete files that no commit names and no reader may hold; how many those are, and how many wait."""
    if not lake.table.refresh():
        return 0, 0
    named = {f.name for f in lake.table.files()}
    loose = [f.name for f in lake.shelf.found() if f.name not in named]
    held = set(_dropped_lately(lake)) if loose else set()
    to_delete = [name for name in loose if name not in held]
    if to_delete and not dry_run:
        if not fenced:
            _commit(lake, "sweep", token, [], [])
        for name in to_delete:
            lake.shelf.remove(name)
    return len(to_delete), len(loose) - len(to_delete)


def _dropped_lately(lake: Lake) -> Iterator[str]:
    """The files that commits dropped so lately that a reader may still hold them."""
    since = (clock.now() - HELD_BY_READERS).timestamp() * 1000
    for commit in log.commits_down(lake.shelf, lake.table.version):
        if commit.at_ms < since:
            return
        yield from commit.removed


def _commit(lake: Lake, deed: Deed, token: str, adds: Iterable[Packed], removes: list[LakeFile]) -> None:
    try:
        lake.table.commit(deed, token, adds, removes)
    except CommitFailedError:
        raise SifangError("The lake was written by another run in the meantime; nothing of this was done.", "Run it again.") from None
