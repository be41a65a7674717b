"""Where delivered files lie: folders on this machine, and object stores or web servers by URL.

Belongs here: finding and fetching. Does not: what the bytes are (``unpack``, ``formats``). Credentials come from the environment alone, by
the names that each store's own tools use (``AWS_ACCESS_KEY_ID``, ``GOOGLE_SERVICE_ACCOUNT``, ``AZURE_STORAGE_ACCOUNT_KEY`` …).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from infra import addresses, clock
from infra.errors import SifangError
from infra.sources.fetching import Place, require_fits

# File systems date a change to a few milliseconds, the coarsest to two seconds: within that, a second change could go unnoticed.
_SETTLED_S = 2.0


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

    def fetch(self) -> bytes:
        """Its bytes, in one piece."""
        try:
            require_fits(self._path.stat().st_size)
            return self._path.read_bytes()
        except OSError as error:
            raise SifangError(f"{self.name} cannot be read ({error.strerror}).", "Check its rights, then run this again.") from error


def find(folder: Path, patterns: Iterable[str]) -> list[Place]:
    """The files that exist now, sorted by name so that daily deliveries come in their order.

    Args:
        folder: where relative patterns begin.
        patterns: globs of files, with ``**`` for any folders; absolute, relative, or beginning with ``$NAME``; or URLs.

    Raises:
        UnreachableError: a store does not answer.
    """
    found: dict[str, Place] = {}
    for pattern in patterns:
        text = addresses.expanded(pattern)
        if text is None:
            continue
        if "://" in text:
            # Only a source that lies in one pays for the library of object stores.
            from infra.sources import stores

            found.update((p.address, p) for p in stores.find(text))
        else:
            found.update((str(p), LocalFile(p)) for p in addresses.matching(folder, text) if p.is_file())
    return sorted(found.values(), key=lambda p: (p.name, p.address))
