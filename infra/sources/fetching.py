"""What fetching a delivered file means, wherever it lies.

Belongs here: the shape of a place, its limits and its failures. Does not: places of one sort (``places``: this machine, ``stores``: URLs).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from infra.errors import SifangError
from infra.sources.table import UnusableFile
from infra.sources.unpack import MAX_BYTES

Fetched = Callable[[int, int], None]


class UnreachableError(SifangError):
    """A store does not answer, or not to us. Its source gets nothing in this run, and the others go on."""


class Place(Protocol):
    """One delivered file where it lies."""

    @property
    def name(self) -> str:
        """Its name without folders."""

    @property
    def address(self) -> str:
        """Where it is, unlike every other place."""

    def mark(self) -> str | None:
        """A text that changes whenever the content does; None where nobody promises that, and after a change too recent to tell."""

    def fetch(self, fetched: Fetched) -> bytes:
        """Its bytes; ``fetched`` is told how many of how many are there (0 when nobody knows).

        Raises:
            UnusableFile: it is too large.
            SifangError: it cannot be read.
        """


def require_fits(size: int) -> None:
    """Pass a size that may be held in memory. Raises ``UnusableFile``."""
    if size > MAX_BYTES:
        raise UnusableFile("file_too_large", f"{size >> 20} MiB; at most {MAX_BYTES >> 20} are taken, deliver it in parts")
