"""What a delivered file holds: itself, what gzip packed, or the members of a zip, each of which is a delivered file of its own.

Belongs here: that, as deliveries. Does not: opening archives (``archives``, which the guarded child does), formats (``formats``), where
files come from (``places``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from infra.sources.guarded import asking
from infra.sources.table import Table, UnusableFile
from transforms.reports.order import Waiting, in_order


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


def unpack(name: str, content: bytes, members: str = "*", *, zipped: bool = False, order: Sequence[str] = ()) -> Iterator[Delivered]:
    """The files in a delivered one, the one made first before the others as far as their names tell.

    Args:
        name: its name without folders; the ending says how it is packed.
        content: its bytes.
        members: which files of a zip are meant, a pattern for their names without folders; the others are passed over.
        zipped: it is a zip, whatever its name.
        order: what tells the newer of two files (``Source.order``).

    Returns:
        Files named ``archive.zip:member.csv`` for a zip, otherwise one file without its ``.gz``. A faulty or dangerous archive is one
        refused file; a damaged member is refused alone.
    """
    ending = PurePosixPath(name).suffix.lower()
    try:
        if zipped or ending == ".zip":
            yield from _unzipped(name, content, members, order)
        elif ending == ".gz":
            yield Delivered(name[: -len(ending)], asking.gunzipped(content))
        else:
            yield Delivered(name, content)
    except UnusableFile as refusal:
        yield Delivered(name, content, refusal)


def _unzipped(name: str, content: bytes, pattern: str, order: Sequence[str]) -> Iterator[Delivered]:
    archive = asking.Zip(content)
    members = archive.members(pattern)
    for member in (members[n] for n in in_order([Waiting(m.name) for m in members], order)[0]):
        shown = f"{name}:{member.name}"
        try:
            yield Delivered(shown, archive.read(member))
        except UnusableFile as refusal:
            yield Delivered(shown, f"{shown} {member.checksum} {member.size}".encode("utf-8", "surrogateescape"), refusal)
