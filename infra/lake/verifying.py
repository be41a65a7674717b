"""Whether the files of a lake are as they were written: each is hashed and held against its name.

Belongs here: what must be looked at again, and looking. Does not: what is done about damage (``lake``), names (``packing``).

A file that was found whole is vouched for as long as its mark (size, times and number; a store's own mark) stays the same, and for a week:
then all are hashed again, for bytes rot without a change of any mark. What was found is remembered beside the landed files. That memory is
a saving and no more: it names the marks that it saw, a copy or a restored backup has others, and a home that cannot be written works
without.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.lake.packing import LakeFile, digest
from infra.lake.shelf import Shelf

ALL_AGAIN_AFTER: Final = dt.timedelta(days=7)
_WORKERS: Final = 2


@dataclass(frozen=True)
class Verification:
    """What a look at files found. ``unproved`` were written before names were digests; ``damaged`` are lost, cut or changed."""

    files: int
    rows: int
    hashed: int
    unproved: int
    damaged: tuple[str, ...]


class Vouched:
    """The files that were found whole, by name, with the mark that each bore then."""

    def __init__(self, memory: Path | None) -> None:
        self._memory = memory
        self._marks: dict[str, str] = {}
        self._all_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        if memory is not None:
            # None yet, one that may not be read, or a broken one: all of them only cost time.
            with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
                told = json.loads(memory.read_text("utf-8"))
                marks = {str(name): str(mark) for name, mark in told["files"].items()}
                self._all_at = dt.datetime.fromisoformat(told["all_at"]).astimezone(dt.UTC)
                self._marks = marks

    def holds(self, name: str, mark: str) -> bool:
        """Whether a file was found whole and has not changed since."""
        return self._marks.get(name) == mark

    def is_old(self, now: dt.datetime) -> bool:
        """Whether it is time to look at everything again. A memory of the future is no memory."""
        return not dt.timedelta(0) <= now - self._all_at < ALL_AGAIN_AFTER

    def note(self, marks: dict[str, str], now: dt.datetime | None) -> None:
        """Remember files that were found whole, and no others; ``now`` where everything was looked at."""
        if marks == self._marks and now is None:
            return
        self._marks, self._all_at = marks, now or self._all_at
        if self._memory is None:
            return
        draft = self._memory.with_suffix(f".{os.getpid()}.draft")
        with suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps({"all_at": self._all_at.isoformat(), "files": marks}), "utf-8")
            draft.replace(self._memory)


def verify(shelf: Shelf, files: Sequence[LakeFile], vouched: Vouched, now: dt.datetime, *, everything: bool = False) -> Verification:
    """Look at the files of a table: whether each is there in its size, and whether its bytes are those of its name.

    Args:
        shelf: where they lie.
        files: what the table consists of.
        vouched: what was found whole before.
        now: this moment.
        everything: hash all of them, whatever was found before.

    Raises:
        OSError: the lake may not be read.
    """
    if not files:
        return Verification(0, 0, 0, 0, ())
    everything = everything or vouched.is_old(now)
    marks = shelf.marks()
    there = [f for f in files if f.name in marks and int(marks[f.name].partition(":")[0]) == f.size]
    proved = [f for f in there if f.digest is not None]
    to_hash = [f for f in proved if everything or not vouched.holds(f.name, marks[f.name])]
    changed = _changed(shelf, to_hash)
    damaged = {f.name for f in files} - {f.name for f in there} | changed
    vouched.note({f.name: marks[f.name] for f in proved if f.name not in changed}, now if everything and not damaged else None)
    return Verification(len(files), sum(f.rows for f in files), len(to_hash), len(there) - len(proved), tuple(sorted(damaged)))


def _changed(shelf: Shelf, files: Iterable[LakeFile]) -> set[str]:
    """The files whose bytes are not those of their names."""

    def is_changed(file: LakeFile) -> bool:
        try:
            return digest(shelf.get(file.name)) != file.digest
        except FileNotFoundError:
            return True

    files = list(files)
    if len(files) < 2:
        return {f.name for f in files if is_changed(f)}
    # Hashing lets other threads run.
    with ThreadPoolExecutor(_WORKERS, "verify") as workers:
        return {f.name for f, changed in zip(files, workers.map(is_changed, files), strict=True) if changed}
