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
from typing import Final, TypeVar

import polars as pl
from deltalake.exceptions import CommitFailedError

from infra import clock
from infra.errors import SifangError
from infra.lake import log, tombstones
from infra.lake.faults import door
from infra.lake.lake import Lake
from infra.lake.packing import LakeFile, Packed, packed, scanned
from infra.marks import Deed

T = TypeVar("T")

# A file of this size is read as fast as its rows allow; joining it with others would gain nothing.
LARGE_BYTES: Final = 64 << 20
# Whoever opened the lake before a commit may still read what the commit dropped. A replay of months takes hours, not a day.
HELD_BY_READERS: Final = dt.timedelta(hours=24)
# One run writes no more than this anew, which takes minutes: a night waits for whoever holds the lock. What is left is the next run's.
BYTES_AT_ONCE: Final = 2 << 30


@dataclass(frozen=True)
class Purged:
    """What a purge came to: rows dropped, files deleted, files that wait until nobody can be reading them, and files that the next purge
    has to write anew because this one had enough."""

    rows: int
    files: int
    waiting: int
    left: int = 0


@dataclass(frozen=True)
class Compacted:
    """How many files the lake has less, and how many of them the next run would save."""

    files: int
    left: int


def compact(lake: Lake, token: str) -> Compacted:
    """Join small files of a feed and month, which changes no row.

    Raises:
        StoreError: the lake is damaged or cannot be written.
        SifangError: another writer was first.
    """
    with door(lake.shelf.shown):
        small = sorted((f for f in lake.whole_files() if f.size < LARGE_BYTES), key=_place)
        groups = [files for _, group in groupby(small, key=_place) if len(files := list(group)) > 1]
        now, later = _at_once(groups, [sum(f.size for f in files) for files in groups])
        if now:
            joined = (p for files in now for p in packed(scanned(lake.shelf, files).collect()))
            commit_upkeep(lake, "compact", token, joined, [f for files in now for f in files])
        return Compacted(sum(len(files) - 1 for files in now), sum(len(files) - 1 for files in later))


def _at_once(every: list[T], sizes: list[int]) -> tuple[list[T], list[T]]:
    """What one run takes on, at least one of them, and what is left for the next."""
    total, taken = 0, 0
    for size in sizes:
        if taken and total + size > BYTES_AT_ONCE:
            break
        total, taken = total + size, taken + 1
    return every[:taken], every[taken:]


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
        later: list[LakeFile] = []
        if len(old) and not dry_run:
            # The oldest first: what is in them is mostly in no later one.
            files = tuple(sorted(files, key=lambda f: (f.month, f.name)))
            holding = [f for f in files if scanned(lake.shelf, [f]).join(old.lazy(), on="report_id", how="semi").limit(1).collect().height]
            changed, later = _at_once(holding, [f.size for f in holding])
            if later:
                # A report that has a version in a file of the next run goes with that one, unless none could go before it.
                there = scanned(lake.shelf, later).select("report_id").collect()
                first = old.join(there, on="report_id", how="anti")
                old, changed, later = (first, changed, later) if len(first) else (old, holding, [])
            stay = (p for f in changed for p in packed(scanned(lake.shelf, [f]).join(old.lazy(), on="report_id", how="anti").collect()))
            commit_upkeep(lake, "purge", token, stay, changed)
        return Purged(len(old), *_sweep(lake, token, fenced=len(old) > 0, dry_run=dry_run), left=len(later))


def _sweep(lake: Lake, token: str, *, fenced: bool, dry_run: bool) -> tuple[int, int]:
    """Delete files that no commit names and no reader may hold; how many those are, and how many wait."""
    if not lake.table.refresh():
        return 0, 0
    named = {f.name for f in lake.table.files()}
    loose = [f.name for f in lake.shelf.found() if f.name not in named and f.name != tombstones.FILE]
    held = set(_dropped_lately(lake)) if loose else set()
    to_delete = [name for name in loose if name not in held]
    if to_delete and not dry_run:
        if not fenced:
            commit_upkeep(lake, "sweep", token, [], [])
        for name in to_delete:
            lake.shelf.remove(name)
    return len(to_delete), len(loose) - len(to_delete)


def _dropped_lately(lake: Lake) -> Iterator[str]:
    """The files that commits dropped so lately that a reader may still hold them.

    A commit was made before those that follow it and before now, whatever a clock ahead wrote into it.
    """
    at_ms = clock.now().timestamp() * 1000
    since = at_ms - HELD_BY_READERS.total_seconds() * 1000
    for commit in log.commits_down(lake.shelf, lake.table.version):
        at_ms = min(at_ms, commit.at_ms)
        if at_ms < since:
            return
        yield from commit.removed


def commit_upkeep(lake: Lake, deed: Deed, token: str, adds: Iterable[Packed], removes: list[LakeFile]) -> None:
    """Commit what only an upkeep may do, which is not tried again: it was decided on the state before.

    Raises:
        SifangError: another writer was first; nothing of it was done.
    """
    try:
        lake.table.commit(deed, token, adds, removes)
    except CommitFailedError:
        raise SifangError("The lake was written by another run in the meantime; nothing of this was done.", "Run it again.") from None
