"""What a delivered file may cost at most, in one place: bytes, ratio, members, memory, time, rows, cells.

Belongs here: the numbers, and the words in which a refused file is told which of them it broke. Does not: holding a file against them
(``archives``, ``guarded``, ``fetching``, ``json_document``), limits of answers over the web (``connectors.client``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from infra.sources.table import UnusableFile

# A file is held in memory, and as a table it takes a few times its size. Larger deliveries come in parts.
MAX_BYTES: Final = 1 << 30
# A parsed document takes up to twenty times the room of its text.
MAX_JSON_BYTES: Final = 256 << 20
# Elements of a document, and cells of a page, take thirty times the room of theirs.
MAX_MARKUP_BYTES: Final = 64 << 20


@dataclass(frozen=True)
class Limits:
    """What unpacking and reading one file may cost.

    Tables of text pack to a tenth or a fiftieth, and deflate can make a thousandth of zeros: ``ratio`` holds from ``any_ratio_bytes`` on.
    ``memory_bytes`` is what the reader may take beside what it is made of, ``seconds`` the longest that one file may take it.
    """

    bytes: int = MAX_BYTES
    ratio: int = 200
    any_ratio_bytes: int = 32 << 20
    members: int = 10_000
    memory_bytes: int = 4 << 30
    seconds: float = 300.0
    rows: int = 10_000_000
    cells: int = 200_000_000

    def require_unpacked(self, size: int, packed: int) -> None:
        """Pass so many bytes that came out of so many. Raises ``UnusableFile``."""
        if size > self.bytes:
            raise UnusableFile("file_too_large", f"more than {self.bytes >> 20} MiB unpacked; deliver it in parts")
        if size > self.any_ratio_bytes and size > self.ratio * packed:
            detail = f"unpacks to more than {self.ratio} times its size, as an archive made to fill a memory does"
            raise UnusableFile("archive_unsafe", detail)

    def require_members(self, count: int) -> None:
        """Pass an archive of so many files. Raises ``UnusableFile``."""
        if count > self.members:
            raise UnusableFile("archive_unsafe", f"{count} files in one archive; at most {self.members} are taken")

    def require_table(self, rows: int, columns: int) -> None:
        """Pass a table of this size. Raises ``UnusableFile``."""
        if rows > self.rows:
            raise over_limit(f"it has more than {self.rows:,} rows")
        if rows * columns > self.cells:
            raise over_limit(f"{rows:,} rows of {columns:,} columns are more than {self.cells:,} cells")

    def require_text(self, size: int) -> None:
        """Pass a table whose texts are so many bytes together. Raises ``UnusableFile``."""
        if size > self.bytes:
            raise over_limit(f"its values are more than {self.bytes >> 20} MiB as text")

    def out_of_memory(self) -> UnusableFile:
        """The refusal of a file whose reader wanted more memory."""
        hint = "a value that stands far below or beside all others does that in a workbook"
        return over_limit(f"reading it takes more than {self.memory_bytes >> 20} MiB of memory ({hint})")

    def out_of_time(self) -> UnusableFile:
        """The refusal of a file whose reader came to no end."""
        return over_limit(f"reading it takes longer than {self.seconds:g} seconds")


def over_limit(said: str) -> UnusableFile:
    """The refusal of a file that costs more than a reader may spend; the remedy is the same for all."""
    return UnusableFile("file_over_limit", f"{said}; deliver it in parts, or as CSV")


LIMITS: Final = Limits()
