"""Archives by their bytes: what a zip holds, one of its members, what gzip packed, each in pieces.

Belongs here: opening archives within ``limits``, naming what is in them. Does not: which process does it (``guarded``), whose delivery a
member is (``unpack``). Nothing of an archive ever names a file on disk.
"""

from __future__ import annotations

import copy
import gzip
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import IO, Final

from infra.sources.limits import LIMITS, Limits
from infra.sources.table import UnusableFile

PIECE: Final = 1 << 20
_NAMES_ARE_UTF_8: Final = 0x800
_ARCHIVES: Final = {".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst"}


@dataclass(frozen=True)
class Member:
    """One file of an archive: its name without folders, where it stands in the list of all, and what the list says of its content."""

    name: str
    number: int
    checksum: int
    size: int


class Archive:
    """A zip, opened after a look at what it declares: that costs nothing, and honest bombs end here."""

    def __init__(self, content: bytes, limits: Limits = LIMITS) -> None:
        """Open it. Raises ``UnusableFile``: broken, encrypted, unsafe, or declaring more than may be unpacked."""
        if not content:
            raise UnusableFile("file_empty", "the file has no bytes")
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnusableFile("file_unreadable", f"not a complete zip file ({type(error).__name__})") from None
        self._entries = self._zip.infolist()
        limits.require_members(len(self._entries))
        for info in self._entries:
            _require_harmless(info)
        limits.require_unpacked(sum(i.file_size for i in self._entries), len(content))

    def members(self, pattern: str) -> list[Member]:
        """The files whose names fit a pattern, in the order of their paths.

        Raises:
            UnusableFile: none does, or one is an archive itself.
        """
        wanted = [(n, i) for n, i in enumerate(self._entries) if _is_file(i) and fnmatchcase(_name(i), pattern)]
        if nested := [i.filename for _, i in wanted if PurePosixPath(i.filename).suffix.lower() in _ARCHIVES]:
            raise UnusableFile("archive_unsafe", f"{len(nested)} of its files are archives themselves; unpack those before delivering")
        if not wanted:
            raise UnusableFile("file_empty", f"of the {len(self._entries)} files in the archive none matches {pattern!r}")
        return [Member(_name(i), n, i.CRC, i.file_size) for n, i in sorted(wanted, key=lambda pair: pair[1].filename)]

    def pieces(self, number: int) -> Iterator[bytes]:
        """A member as it truly is. The library would stop at the declared size, and what lies behind it would go unseen.

        Raises:
            UnusableFile: damaged, larger than the limits allow, or another size than declared.
        """
        info = self._entries[number]
        unbelieved = copy.copy(info)
        unbelieved.file_size = self._limits.bytes + 1
        size = 0
        try:
            with self._zip.open(unbelieved) as packed:
                for piece in _bounded(packed, max(info.compress_size, 1), self._limits):
                    size += len(piece)
                    yield piece
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
            raise UnusableFile("file_unreadable", f"damaged within the archive ({type(error).__name__})") from None
        if size != info.file_size:
            raise UnusableFile("archive_unsafe", f"declared as {info.file_size} bytes and is another size")

    def require_sane(self) -> None:
        """Pass a zip, such as a workbook is, that may be handed to a reader of its own. Raises ``UnusableFile`` as ``pieces``."""
        for number in range(len(self._entries)):
            for _ in self.pieces(number):
                pass


def gunzipped(content: bytes, limits: Limits = LIMITS) -> Iterator[bytes]:
    """What gzip packed. Raises ``UnusableFile``: broken, or larger than the limits allow."""
    if not content:
        raise UnusableFile("file_empty", "the file has no bytes")
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            yield from _bounded(packed, len(content), limits)
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableFile("file_unreadable", f"not a complete gzip file ({type(error).__name__})") from None


def _require_harmless(info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(info.orig_filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in str(path) or "\x00" in str(path):
        raise UnusableFile("archive_unsafe", "the path of one of its files leads out of the archive")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnusableFile("archive_unsafe", "one of its files is a link")
    if info.flag_bits & 1:
        raise UnusableFile("file_unreadable", "the archive is encrypted; deliver it without a password")


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member without folders.

    Archives say whether names are UTF-8, and the library takes others for those of DOS; in China they are those of GBK. Some packers write
    folders with a backslash.
    """
    name = info.filename
    if not info.flag_bits & _NAMES_ARE_UTF_8:
        for encoding in ("utf-8", "gb18030"):
            with suppress(UnicodeError):
                name = info.filename.encode("cp437").decode(encoding)
                break
    return re.split(r"[/\\]", name)[-1]


def _is_file(info: zipfile.ZipInfo) -> bool:
    name = _name(info)
    return not info.is_dir() and name != "" and not name.startswith(".") and PurePosixPath(info.filename).parts[0] != "__MACOSX"


def _bounded(packed: IO[bytes] | gzip.GzipFile, packed_size: int, limits: Limits) -> Iterator[bytes]:
    size = 0
    while piece := packed.read(PIECE):
        size += len(piece)
        limits.require_unpacked(size, packed_size)
        yield piece
