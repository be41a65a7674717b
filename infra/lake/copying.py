"""A lake as of one of its commits, from one shelf to another.

Belongs here: which files a commit needs, and moving them in an order by which a kill misleads nobody. Does not: which commit
(``infra.backup``), whether a lake and a warehouse belong together (``infra.accord``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from infra.lake import log, tombstones
from infra.lake.faults import damaged, door
from infra.lake.packing import digest
from infra.lake.shelf import LOG, Shelf
from infra.lake.table import Table

# What a log holds of a commit: itself, or everything up to it in one file. What points to the newest of these is a saving, and left out.
_OF_COMMIT: Final = re.compile(rf"{LOG}/(\d{{20}})\.(json|checkpoint[\w.-]*\.parquet)")


def copy(source: Shelf, sequence: int, to: Shelf) -> None:
    """Copy a lake as it was after one commit. It may be written and tidied meanwhile: what a commit dropped stays there for a day.

    Raises:
        StoreError: the lake does not have that commit, lacks a file or holds it with other bytes, or one of the two cannot be used.
    """
    with door(source.shown):
        version = _version(source, sequence)
        entries = sorted(f.name for f in source.found(LOG) if (m := _OF_COMMIT.fullmatch(f.name)) and int(m.group(1)) <= version)
        contents = ((name, source.get(name)) for name in entries)
        with door(to.shown):
            to.prepare()
            for name, content in contents:
                to.put(name, content)
            table = Table(to)
            table.refresh()
            files = table.files()
    if told := tombstones.told(source):
        tombstones.tell(to, told)
    for file in files:
        with door(source.shown):
            content = source.get(file.name)
            if len(content) != file.size or (file.digest is not None and digest(content) != file.digest):
                raise damaged(source.shown, file.name)
        with door(to.shown):
            to.put(file.name, content)


def put_back(files: Iterable[tuple[str, bytes]], to: Shelf) -> None:
    """Lay files of a lake onto a shelf. Its commits come last and in their order, so that what is there is never more than its files."""
    with door(to.shown):
        to.prepare()
        for name, content in files:
            to.put(name, content)


def in_order(names: Iterable[str]) -> list[str]:
    """Names of files of a lake in the order in which ``put_back`` wants them."""
    return sorted(names, key=lambda name: (name.startswith(f"{LOG}/"), name))


def is_bare(shelf: Shelf, but: Iterable[str] = ()) -> bool:
    """Whether a shelf holds no file of a lake, other than these."""
    allowed = set(but)
    with door(shelf.shown):
        found = {name for below in ("", LOG) for name in _names(shelf, below)}
        return not {name for name in found if not name.endswith(".draft")} - allowed


def _names(shelf: Shelf, below: str) -> list[str]:
    try:
        return [f.name for f in shelf.found(below)]
    except FileNotFoundError:
        return []


def _version(shelf: Shelf, sequence: int) -> int:
    newest = log.newest_version(shelf)
    for commit in log.commits_down(shelf, -1 if newest is None else newest):
        if commit.mark is not None and commit.mark.sequence == sequence:
            return commit.version
        if commit.mark is None or commit.mark.sequence < sequence:
            break
    raise log.BrokenLogError(f"it has no commit {sequence}, which the warehouse knows")
