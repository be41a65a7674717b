"""What fetching a delivered file means, wherever it lies.

Belongs here: the shape of a place, its limits and its failures, the place that cannot be looked into. Does not: places of one sort
(``places``: this machine, ``stores``: object stores, ``connectors``: the web).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from infra import progress
from infra.errors import SifangError
from infra.sources.limits import MAX_BYTES
from infra.sources.table import UnusableFile

# From this size on, a file takes long enough to fetch and to take in for each step to be worth a word.
LARGE_BYTES = 16 << 20


class UnreachableError(SifangError):
    """A store does not answer, or not to us. Its source gets nothing in this run, and the others go on."""


@dataclass(frozen=True)
class Stamp:
    """By what people tell a file from others without its name: its size and when it was last changed, as far as its place says."""

    size_bytes: int | None = None
    changed_at: dt.datetime | None = None


class Place(Protocol):
    """One delivered file where it lies, or a folder of files that cannot be looked into."""

    @property
    def name(self) -> str:
        """Its name without folders."""

    @property
    def address(self) -> str:
        """Where it is, unlike every other place."""

    def mark(self) -> str | None:
        """A text that changes whenever the content does; None where nobody promises that, and after a change too recent to tell."""

    def stamp(self) -> Stamp:
        """Its size and time of change."""

    def fetch(self) -> bytes:
        """Its bytes; of a large one that comes in pieces, progress is told.

        Raises:
            UnusableFile: it is too large, or cannot be read.
            UnreachableError: the store in which it lies does not answer.
        """


class Closed:
    """A folder that cannot be listed, or a store that does not answer: what it may hold is refused in its stead."""

    def __init__(self, address: str, why: UnusableFile) -> None:
        self.address, self.why = address, why

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.address.rstrip("/").rpartition("/")[2]

    def mark(self) -> None:
        """Nothing: what is in it may have changed."""

    def stamp(self) -> Stamp:
        """Nothing is known."""
        return Stamp()

    def fetch(self) -> bytes:
        """Raises ``UnusableFile``, always."""
        raise self.why


def tell_fetched(done: int, total: int) -> None:
    """Tell how many bytes of a large file are there."""
    if total >= LARGE_BYTES:
        progress.tell("fetching a file, in MiB", done >> 20, total >> 20)


def require_fits(size: int) -> None:
    """Pass a size that may be held in memory. Raises ``UnusableFile``."""
    if size > MAX_BYTES:
        raise UnusableFile("file_too_large", f"{size >> 20} MiB; at most {MAX_BYTES >> 20} are taken, deliver it in parts")
