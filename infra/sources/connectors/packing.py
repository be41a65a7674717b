"""Answers that come packed: unpacked while they come, and held to end where their packing ends.

Belongs here: the packings that are asked for. Does not: packed files (``infra.sources.unpack``), asking again (``client``).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from infra.sources.limits import LIMITS

ASKED_FOR: Final = "gzip, deflate"
_EITHER: Final = zlib.MAX_WBITS | 32
_BARE: Final = -zlib.MAX_WBITS
# Of what unpacks to a thousand times its size no more is made than is looked at.
_AT_ONCE: Final = 1 << 20


class PackedError(Exception):
    """What came as packed is not, is broken, or lacks its end. ``said`` says which."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def unpacked(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The bytes of an answer whose Content-Encoding is ``coding``.

    Raises:
        PackedError: they are not what that says. A library that reads what there is takes half an answer for a whole one.
        UnusableFile: they unpack to so much more than they are that they are made to fill a memory.
    """
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        yield from pieces
        return
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise PackedError("what it sends as packed is packed in a way that it was not asked for")
    try:
        yield from _inflated(pieces)
    except zlib.error:
        raise PackedError("what it sends as packed cannot be unpacked") from None


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    reader, begun, packed, size = zlib.decompressobj(_EITHER), False, 0, 0
    for piece in pieces:
        packed += len(piece)
        rest = piece
        while rest:
            try:
                found = reader.decompress(rest, _AT_ONCE)
            except zlib.error:
                if begun:
                    raise
                # Deflate without a header of its own, as some servers send it.
                reader = zlib.decompressobj(_BARE)
                found = reader.decompress(rest, _AT_ONCE)
            begun = True
            while found:
                size += len(found)
                LIMITS.require_unpacked(size, packed)
                yield found
                found = reader.decompress(reader.unconsumed_tail, _AT_ONCE) if not reader.eof else b""
            rest = reader.unused_data
            if reader.eof and rest.strip(b"\0"):
                reader = zlib.decompressobj(_EITHER)
            elif reader.eof:
                rest = b""
    if begun and not reader.eof:
        raise PackedError("what it sends as packed breaks off")
