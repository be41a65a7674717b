"""What a delivered file holds: itself, what gzip packed, or the members of a zip, each of which is a delivered file of its own.

Everything is unpacked in memory, and nothing of an archive ever names a file on disk. Belongs here: archives and their limits. Does not:
formats (``formats``), where files come from (``places``).
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
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import IO, Final

from infra.sources.table import Table, UnusableFile

# A file is held in memory, and as a table it takes a few times its size. Larger deliveries come in parts.
MAX_BYTES: Final = 1 << 30
# Tables of text pack to a tenth or a fiftieth, and deflate can make a thousandth of zeros. Small files may be as dense as they like.
MAX_RATIO: Final = 200
_ANY_RATIO_UP_TO: Final = 32 << 20
MAX_MEMBERS: Final = 10_000
_PIECE: Final = 1 << 20
_NAMES_ARE_UTF_8: Final = 0x800
_ARCHIVES: Final = {".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst"}


@dataclass
class Delivered:
    """One delivered file, unpacked. ``refusal`` says why there is nothing to read; ``content`` then stands for its identity alone.

    What a live source delivers is a ``table`` already, and ``content`` its identity; the ``last`` one ends what it was asked for.
    ``settled`` is set by whoever takes it in.
    """

    name: str
    content: bytes = field(repr=False)
    refusal: UnusableFile | None = None
    table: Table | None = field(default=None, repr=False)
    last: bool = True
    settled: bool = False

    def take(self) -> bytes | Table:
        """Its bytes or its table, for the last time: whoever reads them decides how long they are held."""
        content, self.content = self.table or self.content, b""
        self.table = None
        return content


def unpack(name: str, content: bytes, members: str = "*", *, zipped: bool = False) -> Iterator[Delivered]:
    """The files in a delivered one, in the order of their names.

    Args:
        name: its name without folders; the ending says how it is packed.
        content: its bytes.
        members: which files of a zip are meant, a pattern for their names without folders; the others are passed over.
        zipped: it is a zip, whatever its name.

    Returns:
        Files named ``archive.zip:member.csv`` for a zip, otherwise one file without its ``.gz``. A faulty or dangerous archive is one
        refused file; a damaged member is refused alone.
    """
    ending = PurePosixPath(name).suffix.lower()
    try:
        if zipped or ending == ".zip":
            yield from _unzip(name, content, members)
        elif ending == ".gz":
            yield Delivered(name[: -len(ending)], _gunzip(content))
        else:
            yield Delivered(name, content)
    except UnusableFile as refusal:
        yield Delivered(name, content, refusal)


def require_sane_archive(content: bytes) -> None:
    """Pass a zip, such as a workbook is, that may be handed to a reader of its own.

    Raises:
        UnusableFile: broken, or holding more than the limits allow, whatever it declares.
    """
    with _opened(content) as archive:
        for info in _entries(archive, len(content)):
            _read(archive, info)


def _gunzip(content: bytes) -> bytes:
    if not content:
        raise UnusableFile("file_empty", "the file has no bytes")
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            return _bounded(packed, len(content))
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableFile("file_unreadable", f"not a complete gzip file ({type(error).__name__})") from None


def _unzip(name: str, content: bytes, members: str) -> Iterator[Delivered]:
    if not content:
        raise UnusableFile("file_empty", "the file has no bytes")
    with _opened(content) as archive:
        entries = _entries(archive, len(content))
        wanted = [i for i in entries if _is_file(i) and fnmatchcase(_name(i), members)]
        if nested := [i.filename for i in wanted if PurePosixPath(i.filename).suffix.lower() in _ARCHIVES]:
            raise UnusableFile("archive_unsafe", f"{len(nested)} of its files are archives themselves; unpack those before delivering")
        if not wanted:
            raise UnusableFile("file_empty", f"of the {len(entries)} files in the archive none matches {members!r}")
        for info in sorted(wanted, key=lambda i: i.filename):
            shown = f"{name}:{_name(info)}"
            try:
                yield Delivered(shown, _read(archive, info))
            except UnusableFile as refusal:
                yield Delivered(shown, f"{shown} {info.CRC} {info.file_size}".encode("utf-8", "surrogateescape"), refusal)


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnusableFile("file_unreadable", f"not a complete zip file ({type(error).__name__})") from None


def _entries(archive: zipfile.ZipFile, packed: int) -> list[zipfile.ZipInfo]:
    """Everything listed, after a look at what is declared: it costs nothing, and honest bombs end here."""
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise UnusableFile("archive_unsafe", f"{len(entries)} files in one archive; at most {MAX_MEMBERS} are taken")
    for info in entries:
        path = PurePosixPath(info.orig_filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in str(path) or "\x00" in str(path):
            raise UnusableFile("archive_unsafe", "the path of one of its files leads out of the archive")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise UnusableFile("archive_unsafe", "one of its files is a link")
        if info.flag_bits & 1:
            raise UnusableFile("file_unreadable", "the archive is encrypted; deliver it without a password")
    _require_bounded(sum(i.file_size for i in entries), packed)
    return entries


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


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member as it truly is. The library would stop at the declared size, and what lies behind it would go unseen."""
    unbelieved = copy.copy(info)
    unbelieved.file_size = MAX_BYTES + 1
    try:
        with archive.open(unbelieved) as packed:
            content = _bounded(packed, max(info.compress_size, 1))
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise UnusableFile("file_unreadable", f"damaged within the archive ({type(error).__name__})") from None
    if len(content) != info.file_size:
        raise UnusableFile("archive_unsafe", f"declared as {info.file_size} bytes and is another size")
    return content


def _bounded(packed: IO[bytes] | gzip.GzipFile, packed_size: int) -> bytes:
    unpacked = io.BytesIO()
    while piece := packed.read(_PIECE):
        unpacked.write(piece)
        _require_bounded(unpacked.tell(), packed_size)
    return unpacked.getvalue()


def _require_bounded(size: int, packed: int) -> None:
    if size > MAX_BYTES:
        raise UnusableFile("file_too_large", f"more than {MAX_BYTES >> 20} MiB unpacked; deliver it in parts")
    if size > _ANY_RATIO_UP_TO and size > MAX_RATIO * packed:
        raise UnusableFile("archive_unsafe", f"unpacks to more than {MAX_RATIO} times its size, as an archive made to fill a memory does")
