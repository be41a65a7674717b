"""A shelf on this machine.

Belongs here: files of a folder. Does not: stores by URL (``store``), what is in a file (``packing``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra.addresses import holding_link_to, linked, shown
from infra.lake.shelf import LOG, Content, Found

_DRAFT: Final = ".draft"


class Folder:
    """A shelf on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    @property
    def shown(self) -> str:
        """Its path, for people."""
        return shown(self._path)

    @property
    def _plain(self) -> Path:
        return linked(self._path)

    @property
    def table(self) -> str:
        """The folder, or one of a plain name whose log is this one's.

        The library resolves links and then makes a URL of what it found, which it cannot do with every name. What it resolves is the
        table's folder; of that it reads and writes the log alone.
        """
        return str(self._path) if self._plain == self._path else str(holding_link_to(self._path / LOG))

    def prepare(self) -> None:
        """Make the folder of the log."""
        (self._path / LOG).mkdir(parents=True, exist_ok=True)

    def source(self, name: str) -> str:
        """The file's path, under a plain name."""
        return str(self._plain / name)

    def get(self, name: str) -> bytes:
        """The bytes of a file."""
        return (self._path / name).read_bytes()

    def put(self, name: str, content: Content) -> None:
        """Write a file beside its place, and put it there once the disk has it."""
        file = self._path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}{_DRAFT}")
        try:
            with draft.open("wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            draft.replace(file)
            _sync(file.parent)
        finally:
            draft.unlink(missing_ok=True)

    def settle(self, name: str) -> None:
        """Have the disk take a file and its entry."""
        _sync(self._path / name)
        _sync((self._path / name).parent)

    def marks(self) -> dict[str, str]:
        """Size, times and number of each file: no tool that changes bytes leaves all four as they were."""
        marks = {}
        for name, status in self._walk(""):
            marks[name] = f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"
        return marks

    def found(self, below: str = "") -> Iterator[Found]:
        """The files below a folder."""
        return (Found(name, status.st_size, status.st_mtime) for name, status in self._walk(below))

    def _walk(self, below: str) -> Iterator[tuple[str, os.stat_result]]:
        """Name and status of every file below a folder; of the whole shelf, all but the log."""
        folders = [self._path / below if below else self._path]
        while folders:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders += [Path(entry.path)] if below or entry.name != LOG else []
                    else:
                        yield Path(entry.path).relative_to(self._path).as_posix(), entry.stat()

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self._path / name).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
