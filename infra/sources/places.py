"""Where delivered files lie: folders on this machine, and object stores or web servers by URL.

Belongs here: finding, and fetching from folders. Does not: what the bytes are (``unpack``, ``formats``), object stores (``stores``), asking
a web server (``connectors.http_file``). Credentials come from the environment alone, by the names that each store's own tools use
(``AWS_ACCESS_KEY_ID``, ``GOOGLE_SERVICE_ACCOUNT``, ``AZURE_STORAGE_ACCOUNT_KEY`` …).
"""

from __future__ import annotations

import datetime as dt
import io
import os
import stat
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from infra import addresses, clock
from infra.sources.faults import door, of_folder
from infra.sources.fetching import Closed, Place, Stamp, UnreachableError, require_fits
from infra.sources.table import UnusableFile
from transforms.district.variables import printed

# File systems date a change to a few milliseconds, the coarsest to two seconds: within that, a second change could go unnoticed.
_SETTLED_S = 2.0
_PIECE = 1 << 24


class LocalFile:
    """A file on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self._path.name

    @property
    def address(self) -> str:
        """Its path."""
        return str(self._path)

    def mark(self) -> str | None:
        """Size, time and number of the file, and when its entry last changed.

        That a file was replaced by one of the same size and time, as copying tools can do, shows in the last two, which no tool sets.
        """
        try:
            now = self._path.stat()
        except OSError:
            return None
        settled = max(now.st_mtime, now.st_ctime) < clock.now().timestamp() - _SETTLED_S
        return f"{now.st_size}:{now.st_mtime_ns}:{now.st_ctime_ns}:{now.st_ino}" if settled else None

    def stamp(self) -> Stamp:
        """Its size and time of change; nothing where it is gone."""
        try:
            now = self._path.stat()
        except OSError:
            return Stamp()
        return Stamp(now.st_size, dt.datetime.fromtimestamp(now.st_mtime, dt.UTC))

    def fetch(self) -> bytes:
        """Its bytes, in one piece."""
        with door(), open_file(self._path) as opened:
            size = os.fstat(opened.fileno()).st_size
            require_fits(size)
            content = opened.read(size + 1)
            # It grows while it is read, or nobody knows where it ends.
            while len(content) > size and (more := opened.read(_PIECE)):
                content += more
                require_fits(len(content))
            return content


def open_file(path: Path) -> io.BufferedReader:
    """Open a file for reading, as long as it is one: a pipe of its name would be waited for.

    Raises:
        UnusableFile: it is something else by now.
        OSError: it cannot be opened.
    """
    opened = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
        opened.close()
        raise UnusableFile("file_unreadable", "no file bears this name, but a folder, a pipe or a device")
    return opened


def find(folder: Path, patterns: Iterable[str], *, allow_local: bool = False) -> list[Place]:
    """The files that exist now, sorted by name so that daily deliveries come in their order.

    Args:
        folder: where relative patterns begin.
        patterns: globs of files, with ``**`` for any folders; absolute, relative, or beginning with ``$SIFANG_INBOX``; or URLs.
        allow_local: a URL may lead to this machine.

    Returns:
        Files, and what is closed although a pattern leads into it. The folder in which a pattern begins must be there.
    """
    found: dict[str, Place] = {}
    for pattern in patterns:
        text = addresses.expanded(pattern)
        if text is None:
            continue
        if "://" in text:
            found.update((p.address, p) for p in _by_url(text, pattern, allow_local=allow_local))
            continue
        # Told by what was declared: a folder's own name may be anybody's.
        closed = partial(_note_closed, found, pattern)
        found.update((str(path), LocalFile(path)) for path in addresses.matching(folder, text, closed) if _may_be_a_file(path))
    return sorted(found.values(), key=lambda p: (p.name, p.address))


def lie_here(patterns: Iterable[str]) -> bool:
    """Whether files are looked for on this machine alone, so that nobody waits for a far side."""
    return not any("://" in (addresses.expanded(pattern) or "") for pattern in patterns)


def _note_closed(found: dict[str, Place], pattern: str, path: Path, error: OSError) -> None:
    found[str(path)] = Closed(str(path), of_folder(error, pattern))


def _by_url(url: str, pattern: str, *, allow_local: bool) -> list[Place]:
    """What lies at an address; what it leads to is decided by the pattern with its variables filled in."""
    if url.lower().startswith(("http://", "https://")):
        # Only a source on the web pays for its libraries.
        from infra.sources.connectors.http_file import file_at

        return [file_at(url, pattern, allow_local=allow_local)]
    from infra.sources import stores

    try:
        return [*stores.find(url)]
    except UnreachableError as error:
        return [Closed(printed(url), UnusableFile("source_unreachable", error.message))]


def _may_be_a_file(path: Path) -> bool:
    """Whether a path is a file, as far as one can see: one that is listed and cannot be looked at is refused when it is read."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return os.path.lexists(path)
