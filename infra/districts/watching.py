"""A district folder beside something that goes on: it is read again once its files have changed.

Belongs here: noticing that. Does not: reading a folder (``infra.districts.folder``).
"""

from __future__ import annotations

import threading
from pathlib import Path

from infra.districts.folder import DistrictFolder, load
from infra.errors import SifangError

# Of each file its name, when it was changed, and its size.
_Looks = tuple[tuple[str, int, int], ...]


class WatchedFolder:
    """The folder as it is now. Whoever asks looks at its files first, which takes as long as asking the disk for a few of them."""

    def __init__(self, folder: DistrictFolder) -> None:
        """``folder``: as it was read a moment ago."""
        self._folder, self._looks = folder, _looks(folder.path)
        self._lock = threading.Lock()

    def now(self) -> DistrictFolder:
        """The folder.

        Raises:
            SifangError: it has changed and cannot be read as it is now; as soon as it can be, it is.
        """
        with self._lock:
            found = _looks(self._folder.path)
            if found != self._looks:
                # Only a folder that was read counts as seen, and as it looked before it was read.
                self._folder, self._looks = load(self._folder.path), found
            return self._folder


def _looks(folder: Path) -> _Looks:
    try:
        files = [(file, file.stat()) for file in folder.rglob("*") if file.is_file()]
    except OSError as error:
        raise SifangError(f"The folder of the district cannot be looked at: {error.strerror}.", "Put it back.") from error
    return tuple(sorted((str(file.relative_to(folder)), status.st_mtime_ns, status.st_size) for file, status in files))
