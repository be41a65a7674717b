"""Where the files of a lake lie: bytes under names, in a folder of this machine (``folder``) or in a store by URL (``store``).

Belongs here: what a shelf can do. Does not: which files make the table (``table``), what is in them (``packing``).

Every file is there whole or not at all, and once ``put`` has returned it stays there though the power fail: the warehouse is told of a
commit afterwards, and must never know of more than there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

Content: TypeAlias = bytes | memoryview
LOG: Final = "_delta_log"


@dataclass(frozen=True)
class Found:
    """A file on a shelf: its name there, its size, and when it was last changed, in seconds of the epoch."""

    name: str
    size: int
    changed: float


class Shelf(Protocol):
    """Bytes under names whose parts are separated by a slash."""

    @property
    def shown(self) -> str:
        """Where it is, for people."""

    @property
    def table(self) -> str:
        """What the library of tables is handed: an address whose log is this shelf's."""

    def prepare(self) -> None:
        """Make what must be there before a table is made."""

    def source(self, name: str) -> str:
        """What a reader of Parquet is handed for a file."""

    def get(self, name: str) -> bytes:
        """The bytes of a file."""

    def put(self, name: str, content: Content) -> None:
        """Write a file, replacing what a killed process left under its name."""

    def settle(self, name: str) -> None:
        """Make sure that a file which a library wrote stays."""

    def marks(self) -> dict[str, str]:
        """The files outside the log, each with a text that changes whenever its content does, as far as the place vouches for it."""

    def found(self, below: str = "") -> Iterator[Found]:
        """The files below a folder of the shelf."""

    def remove(self, name: str) -> None:
        """Delete a file."""
